"""The first page: where the loop stands."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from reelpress.console.access import Viewer
from reelpress.console.route import PageRoute
from reelpress.console.view import page
from reelpress.engage.campaigns import service as campaigns
from reelpress.engage.campaigns.model import Status
from reelpress.engage.campaigns.sends import service as sends
from reelpress.engage.overview.store import EngageNumbers
from reelpress.engage.overview.store import numbers as engage_numbers
from reelpress.platform.auth import store
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep
from reelpress.studio.overview.store import StudioNumbers
from reelpress.studio.overview.store import numbers as studio_numbers

router = APIRouter(prefix="/console", route_class=PageRoute)

MOST_RUNNING = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One of the four steps from nothing to a delivered medium."""

    title: str
    words: str
    done: bool
    path: str


@router.get("")
async def home(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """The four steps and the workspace's numbers."""
    values = await _values(platform, principal.workspace_id)
    return page(request, "home/page.html", principal, swap=False, **values)


@router.get("/numbers")
async def live(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    seen: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The numbers alone; 204 while they are those the reader has `seen`."""
    values = await _values(platform, principal.workspace_id)
    if values["seen"] == seen:
        return Response(status_code=204)
    return page(request, "home/numbers.html", principal, swap=True, **values)


async def _values(platform: Platform, workspace_id: str) -> dict[str, Any]:
    async with platform.db.connection() as conn:
        workspace = await store.workspace(conn, workspace_id)
        studio = await studio_numbers(conn, workspace_id)
        engage = await engage_numbers(conn, workspace_id)
    running = await campaigns.list_campaigns(platform, workspace_id, status=Status.active, limit=MOST_RUNNING)
    counts = await sends.counts(platform, workspace_id, [one.id for one in running])
    steps = _steps(studio, engage)
    return {
        "running": running,
        "counts": counts,
        "workspace": workspace,
        "studio": studio,
        "engage": engage,
        "steps": steps,
        "next_step": next((step for step in steps if not step.done), None),
        "last_activity": max(
            (at for at in (engage.last_seen_at, engage.last_send_at, studio.last_made_at) if at),
            default=None,
        ),
        "seen": hashlib.sha256(
            repr((studio, engage, [one.updated_at for one in running], counts)).encode()
        ).hexdigest()[:16],
    }


def _steps(studio: StudioNumbers, engage: EngageNumbers) -> list[Step]:
    return [
        Step(
            "Media campaign",
            "Upload a template, map its layers, submit; get a use-case-id.",
            studio.published > 0,
            "/console/media-campaigns",
        ),
        Step(
            "Authorization",
            "An OAuth configuration that fetches and renews Studio's token.",
            engage.active_authorizations > 0,
            "/console/settings/authorization",
        ),
        Step(
            "Connector campaign",
            "When a customer does something, ask Studio for her film.",
            engage.connectors_started > 0,
            "/console/campaigns?channel=CONNECTOR"
            if engage.connectors_started
            else "/console/campaigns/new?channel=CONNECTOR",
        ),
        Step(
            "Delivery",
            "E-mail it to everybody whose profile has the URL.",
            engage.deliveries_started > 0,
            "/console/campaigns?channel=EMAIL"
            if engage.deliveries_started
            else "/console/campaigns/new?channel=EMAIL",
        ),
    ]
