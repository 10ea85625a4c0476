"""Settings: the workspace's facts, the keys of the Data API, who changed what."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Admin, Viewer
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage.data_api import keys
from reelpress.engage.data_api.recent_keys import RecentKeys
from reelpress.platform.auth import Principal, Role, audit, store
from reelpress.platform.auth.audit import AuditEntry, newest
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/console/settings", route_class=PageRoute)

AUDIT_LINES = 100
_PAGES = {
    "campaign": "/console/campaigns/",
    "media_campaign": "/console/media-campaigns/",
}

_NOUNS = {"oauth_configuration": "OAuth configuration", "data_key": "Data API key", "client": "API client"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit trail; `path` leads to what was changed, where that has a page."""

    entry: AuditEntry
    words: str
    path: str | None


@dataclass(frozen=True, slots=True)
class FreshKey:
    """A key that was just made: the only moment its secret can be read."""

    label: str
    secret: str


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """The page."""
    return await _show(request, platform, principal)


@router.post("/data-keys")
async def create_key(request: Request, platform: PlatformDep, principal: Admin) -> Response:
    """A new key; its secret is in this answer and nowhere else."""
    typed = await read_form(request)
    label = typed.line("label")
    try:
        async with platform.db.transaction() as conn:
            secret, key = await keys.create(conn, platform.keys, principal.workspace_id, label)
            await audit(conn, principal, "data_key.created", key.id, {"label": key.label})
    except Refusal as refusal:
        return await _show(request, platform, principal, label=label, faults=faults_of(refusal))
    return await _show(request, platform, principal, fresh=FreshKey(label, secret))


@router.post("/data-keys/{key_id}/revoke")
async def revoke_key(request: Request, platform: PlatformDep, principal: Admin, key_id: UUID) -> Response:
    """Close a key for good; calls with it are refused from now on."""
    async with platform.db.transaction() as conn:
        key = await keys.revoke(conn, principal.workspace_id, key_id)
        await audit(conn, principal, "data_key.revoked", key.id)
    recent: RecentKeys = request.app.state.recent_keys
    recent.forget()
    return RedirectResponse("/console/settings#data-keys", status_code=303)


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    *,
    label: str = "",
    faults: Faults | None = None,
    fresh: FreshKey | None = None,
) -> Response:
    async with platform.db.connection() as conn:
        workspace = await store.workspace(conn, principal.workspace_id)
        data_keys = await keys.every(conn, principal.workspace_id)
        lines = [_line(entry) for entry in await newest(conn, principal.workspace_id, AUDIT_LINES)]
    return page(
        request,
        "settings/index.html",
        principal,
        status=422 if faults else 200,
        workspace=workspace,
        data_keys=data_keys if principal.role >= Role.marketer else None,
        data_api_url=f"{platform.settings.public_url}/v1",
        lines=lines,
        label=label,
        faults=faults or {},
        fresh=fresh,
        may_change=principal.role >= Role.admin,
    )


def _line(entry: AuditEntry) -> Line:
    noun, _, verb = entry.action.partition(".")
    named = _NOUNS.get(noun, noun.replace("_", " ").capitalize())
    words = f"{named} {verb.replace('_', ' ')}".strip()
    base = _PAGES.get(noun)
    return Line(entry, words, base + entry.subject if base and verb != "deleted" else None)
