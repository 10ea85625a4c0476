"""The built-in mailbox: what the delivery campaigns sent, as a customer would see it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from reelpress.console.access import Viewer
from reelpress.console.route import PageRoute
from reelpress.console.view import page
from reelpress.engage.channels.email.mailbox import service
from reelpress.engage.channels.email.mailbox.model import Summary
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/console/mailbox", route_class=PageRoute)


@router.get("")
async def index(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    recipient: Annotated[str, Query(max_length=320)] = "",
    before: UUID | None = None,
) -> Response:
    """Newest first, with the newest one open."""
    messages = await service.list_messages(
        platform, principal.workspace_id, recipient=recipient.strip() or None, before=before
    )
    chosen = messages[0].id if messages else None
    return await _show(request, platform, principal, messages, chosen, recipient, before)


@router.get("/{message_id}")
async def read(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    message_id: UUID,
    recipient: Annotated[str, Query(max_length=320)] = "",
    before: UUID | None = None,
) -> Response:
    """One message beside the page of the list it was chosen from."""
    messages = await service.list_messages(
        platform, principal.workspace_id, recipient=recipient.strip() or None, before=before
    )
    return await _show(request, platform, principal, messages, message_id, recipient, before)


async def _show(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    messages: list[Summary],
    chosen: UUID | None,
    recipient: str,
    before: UUID | None,
) -> Response:
    message = await service.read_message(platform, principal.workspace_id, chosen) if chosen else None
    return page(
        request,
        "mailbox/index.html",
        principal,
        messages=messages,
        recipient=recipient,
        before=before,
        summary=message[0] if message else None,
        parsed=message[1] if message else None,
        next_id=messages[-1].id if len(messages) == service.PAGE_SIZE else None,
        opened=request.url.path != "/console/mailbox",
    )
