"""Small answers the wizard asks for while somebody types: users, how many, the mail in its frame."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from reelpress.console.access import Viewer
from reelpress.console.pages.campaigns.message import PREVIEW_PURPOSE
from reelpress.console.pages.campaigns.rules import rule_document, typed_rule
from reelpress.console.pages.profiles import name_of
from reelpress.console.route import PageRoute
from reelpress.console.typed import read_form, words_of
from reelpress.console.view import page
from reelpress.engage.audiences.parse import parse_rule
from reelpress.engage.audiences.service import count, require_segments
from reelpress.engage.campaigns.rules import ALL_USERS
from reelpress.engage.channels.email.mailbox.service import MAIL_CSP
from reelpress.engage.profiles import catalog, service
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/console/campaigns", route_class=PageRoute)

MOST_OFFERED = 12


@router.get("/people")
async def people(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    profile: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Users whose id, name, e-mail or number holds what is typed, for the choice of one."""
    async with platform.db.connection() as conn:
        found = await service.find(conn, principal.workspace_id, profile.replace("\0", ""), MOST_OFFERED)
    offered = [(one.customer_id or one.id, name_of(one)) for one in found.profiles]
    return page(request, "campaigns/people.html", principal, offered=offered)


@router.post("/audience-count")
async def audience_count(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """How many users the audience typed holds now."""
    form = typed_rule(await read_form(request), "audience", "all")
    number, words = None, ""
    try:
        document = rule_document(form, "user_attributes") or ALL_USERS
        async with platform.db.connection() as conn:
            names = await catalog.display_names(conn, principal.workspace_id)
            rule = parse_rule(document, names)
            await require_segments(conn, principal.workspace_id, rule)
            number = await count(conn, principal.workspace_id, rule, platform.clock.now())
    except ValueError:
        words = "This is not JSON."
    except Refusal as refusal:
        words = words_of(refusal)
    return page(request, "campaigns/count.html", principal, number=number, words=words)


@router.post("/preview-frame")
async def preview_frame(request: Request, platform: PlatformDep, principal: Viewer) -> HTMLResponse:
    """A previewed mail as a document of its own, under the policy mails are shown with."""
    del principal
    sealed = (await read_form(request)).text("frame")
    try:
        html = platform.keys.decrypt(base64.urlsafe_b64decode(sealed), purpose=PREVIEW_PURPOSE).decode()
    except ValueError as fault:
        raise Refusal(400, "bad_preview", "this preview cannot be read", fix="preview again") from fault
    return HTMLResponse(
        f'<!doctype html><meta charset="utf-8"><base target="_blank">{html}',
        headers={
            "Content-Security-Policy": MAIL_CSP,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
