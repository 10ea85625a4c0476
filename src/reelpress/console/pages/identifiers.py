"""Settings > Identifiers: the attributes by which calls may name a customer, and activating one more."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Admin, Viewer
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage.data_api.recent_keys import RecentKeys
from reelpress.engage.identifiers import service, store
from reelpress.engage.identifiers.model import MOST, STANDARD
from reelpress.engage.profiles import catalog
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal, not_found
from reelpress.platform.web import PlatformDep

BASE = "/console/settings/identifiers"

router = APIRouter(prefix=BASE, route_class=PageRoute)


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """The active ones; how many values customers share is asked for when a line is in sight."""
    return await _show(request, platform, principal)


@router.post("")
async def activate(request: Request, platform: PlatformDep, principal: Admin) -> Response:
    """One more, for good."""
    typed = await read_form(request)
    key = typed.line("key")
    try:
        if not typed.line("for_good"):
            words = "confirm that it stays active"
            raise Refusal(400, "not_confirmed", words, field="for_good")
        async with platform.db.connection() as conn:
            before = await service.active(conn, principal.workspace_id)
        await service.activate(platform, principal, [*before, key])
    except Refusal as refusal:
        faults = {{"identifiers": "key"}.get(at, at): said for at, said in faults_of(refusal).items()}
        return await _show(request, platform, principal, key, faults)
    recent: RecentKeys = request.app.state.recent_keys
    recent.forget()
    return RedirectResponse(BASE, status_code=303)


@router.get("/{key}/shared")
async def shared(request: Request, platform: PlatformDep, principal: Viewer, key: str) -> Response:
    """How many of its values several customers have."""
    async with platform.db.connection() as conn:
        if key not in await service.active(conn, principal.workspace_id):
            raise not_found("active identifier", key)
        counts = await store.shared(conn, principal.workspace_id, [key])
    return page(request, "parts/number.html", principal, number=counts[key])


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    key: str = "",
    faults: Faults | None = None,
) -> Response:
    async with platform.db.connection() as conn:
        active = await service.active(conn, principal.workspace_id)
        known = await catalog.entries(conn, principal.workspace_id)
    names = {one.key: one.display_name for one in known}
    return page(
        request,
        "identifiers/index.html",
        principal,
        status=422 if faults else 200,
        active=[(one, names.get(one, one), one in STANDARD) for one in active],
        left=MOST - len(active),
        attributes=[one for one in known if not one.standard and one.key not in active],
        key=key,
        faults=faults or {},
        may_change=principal.role >= Role.admin,
    )
