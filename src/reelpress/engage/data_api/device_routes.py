"""`/v1/device` and `/v1/devices/manage`: devices of existing customers."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage.data_api import documents, rates, service
from reelpress.engage.data_api.access import Caller
from reelpress.engage.data_api.body import EVENT_BODY, MANAGE_BODY, read_document
from reelpress.engage.data_api.device import parse_device, parse_order
from reelpress.engage.data_api.parse import identifiers_of
from reelpress.engage.data_api.route import ACCEPTED, DataApiRoute
from reelpress.engage.profiles import devices, lookup
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/v1", tags=["Data API"], route_class=DataApiRoute)


@router.post("/device", **documents.DEVICE)
@router.post("/device/{workspace}", **documents.in_path(documents.DEVICE))
async def track_device(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Add or update a device of a customer who exists."""
    batch = parse_device(await read_document(request, EVENT_BODY), identifiers_of(caller.identifiers))
    await rates.spend(request, platform, caller.id, "device")
    await service.accept(platform, caller, batch)
    return JSONResponse(ACCEPTED)


@router.post("/devices/manage", **documents.MANAGE)
async def manage_devices(request: Request, platform: PlatformDep, caller: Caller) -> JSONResponse:
    """Block or unblock devices of one customer."""
    order = parse_order(await read_document(request, MANAGE_BODY))
    await rates.spend(request, platform, caller.id, "devices_manage")
    async with platform.db.transaction() as conn:
        found = await lookup.ids_of(conn, caller.id, [order.user])
        if order.user in found:
            now = platform.clock.now()
            await devices.set_blocked(conn, caller.id, found[order.user], order.blocking, now)
    return JSONResponse(ACCEPTED)
