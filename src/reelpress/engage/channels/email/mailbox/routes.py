"""/api/v1/mailbox: the mail that reached the built-in mailbox."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from reelpress.engage.channels.email.mailbox import service
from reelpress.engage.channels.email.mailbox.model import Summary
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1/mailbox/messages", tags=["mailbox"])

Viewer = Annotated[Principal, member(Role.viewer)]


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Newest first; ask for the next page with `before` = `next`."""

    messages: list[Summary]
    next: UUID | None


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message and what a reader sees of it."""

    summary: Summary
    headers: list[tuple[str, str]]
    html: str | None
    text: str | None


@router.get("")
async def list_messages(
    platform: PlatformDep,
    principal: Viewer,
    recipient: Annotated[str | None, Query(max_length=320)] = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = service.PAGE_SIZE,
) -> MessagePage:
    """A page of the mailbox."""
    messages = await service.list_messages(
        platform, principal.workspace_id, recipient=recipient, before=before, limit=limit
    )
    return MessagePage(messages, messages[-1].id if len(messages) == limit else None)


@router.get("/{message_id}")
async def read_message(platform: PlatformDep, principal: Viewer, message_id: UUID) -> MessageView:
    """One message: headers, HTML and text."""
    summary, parsed = await service.read_message(platform, principal.workspace_id, message_id)
    return MessageView(summary, list(parsed.headers), parsed.html, parsed.text)


@router.get("/{message_id}/raw", response_class=Response)
async def raw_message(platform: PlatformDep, principal: Viewer, message_id: UUID) -> Response:
    """The bytes as they came over SMTP."""
    raw = await service.raw_message(platform, principal.workspace_id, message_id)
    return Response(
        raw,
        media_type="message/rfc822",
        headers={
            "Content-Disposition": f'attachment; filename="{message_id}.eml"',
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.get("/{message_id}/html", response_class=HTMLResponse)
async def framed_message(platform: PlatformDep, principal: Viewer, message_id: UUID) -> HTMLResponse:
    """The mail's HTML for a sandboxed frame, under a policy of its own."""
    _, parsed = await service.read_message(platform, principal.workspace_id, message_id)
    return HTMLResponse(
        service.framed_html(parsed),
        headers={
            "Content-Security-Policy": service.MAIL_CSP,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
