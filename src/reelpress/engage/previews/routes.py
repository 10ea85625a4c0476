"""`POST /v5/personalization/preview` (Campaigns v5, Personalized Preview)."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage import callers
from reelpress.engage.previews import documents, parse, service
from reelpress.engage.previews.model import Invalid
from reelpress.engage.v5 import faults
from reelpress.engage.v5.web import V5Caller, V5Route
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/v5/personalization", tags=["Personalized preview"], route_class=V5Route)


@router.post("/preview", **documents.PREVIEW)
async def preview(request: Request, platform: PlatformDep, caller: V5Caller) -> JSONResponse:
    """What the content sent here says to one customer; nothing is stored or sent."""
    document = await callers.json_object(request)
    request_id = document.get("request_id")
    try:
        asked = parse.asked(document)
        personalized = await service.preview(platform, caller, asked)
    except Invalid as invalid:
        details = [{"target": fault.target, "message": fault.message} for fault in invalid.faults]
        raise faults.invalid(details, request_id if isinstance(request_id, str) else None) from None
    return JSONResponse(
        {
            "response_id": asked.request_id,
            "type": "personalization",
            "data": {"personalized_content": personalized},
        }
    )
