"""`/v1/customers/export`, `/v1/customer/merge` and `/v1/customer/delete`."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage.data_api import documents, rates
from reelpress.engage.data_api.access import Caller
from reelpress.engage.data_api.body import CUSTOMER_BODY, EVENT_BODY, MERGE_BODY, read_document
from reelpress.engage.data_api.export import answer, parse_export
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.merge import parse_delete, parse_merge
from reelpress.engage.data_api.route import ACCEPTED, DataApiRoute
from reelpress.engage.merges import service as merges
from reelpress.engage.privacy import service as privacy
from reelpress.engage.privacy.model import PROFILE, Identity
from reelpress.engage.profiles import lookup
from reelpress.engage.profiles import service as profiles
from reelpress.platform.web import PlatformDep

MERGED = {"status": "success", "operation": "created"}

router = APIRouter(prefix="/v1", tags=["Data API"])


class DeleteRoute(DataApiRoute):
    """Delete User has words of its own for some refusals."""

    def refusal(self, fault: DataApiFault) -> dict[str, object]:
        if fault.status == 429:
            return {
                "status": "fail",
                "title": "Rate limit exceeded",
                "description": "Exceeded rate limit for this url",
            }
        if fault.status == 500:
            return {
                "status": "fail",
                "title": "Internal Error",
                "description": "Please contact the MoEngage team.",
            }
        if fault.status == 403:
            fault = DataApiFault(403, "InvalidParams", "given app_id is invalid/blocked")
        return super().refusal(fault)


users = APIRouter(route_class=DataApiRoute)
deleting = APIRouter(route_class=DeleteRoute)


@users.post("/customers/export", **documents.EXPORT)
async def export_users(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """The attributes of up to 20 customers."""
    order = parse_export(await read_document(request, EVENT_BODY))
    await rates.spend(request, platform, caller.id, "export", len(order.users))
    async with platform.db.connection() as conn:
        found = await lookup.ids_of(conn, caller.id, order.users)
        known = await profiles.by_ids(conn, caller.id, set(found.values()))
    return JSONResponse(answer(order, {one: known[id_] for one, id_ in found.items() if id_ in known}))


@users.post("/customer/merge", **documents.MERGE)
async def merge_users(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Merge up to 50 pairs of customers; a pair that cannot be merged is skipped."""
    pairs = parse_merge(await read_document(request, MERGE_BODY))
    await rates.spend(request, platform, caller.id, "merge", len(pairs))
    await merges.merge(platform, caller.id, caller.time_zone, pairs)
    return JSONResponse(MERGED)


@deleting.post("/customer/delete", **documents.DELETE)
async def delete_user(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Erase one customer after the buffer; until then she stays as she is."""
    named = parse_delete(await read_document(request, CUSTOMER_BODY))
    await rates.spend(request, platform, caller.id, "delete")
    async with platform.db.transaction() as conn:
        found = await lookup.ids_of(conn, caller.id, [named])
        if named not in found:
            message = f"User doesn't exists with customer id {named[1]}"
            raise DataApiFault(400, "Not Found", message)
        identities = [Identity(PROFILE, found[named])]
        delay_s = platform.settings.delete_buffer_s
        await privacy.request(conn, platform, caller.id, "delete", identities, delay_s=delay_s)
    return JSONResponse(ACCEPTED)


router.include_router(users)
router.include_router(deleting)
