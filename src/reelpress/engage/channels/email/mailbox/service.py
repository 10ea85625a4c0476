"""Reading the built-in mailbox."""

from uuid import UUID

from reelpress.engage.channels.email.mailbox import store
from reelpress.engage.channels.email.mailbox.model import Parsed, Summary
from reelpress.engage.channels.email.mailbox.parse import parse
from reelpress.platform.context import Platform
from reelpress.platform.errors import not_found

PAGE_SIZE = 50

# What a mail may do when it is shown: load pictures, carry its own styles, open links in a new
# tab. No script, no form, no access to the page around it.
MAIL_CSP = (
    "default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


async def list_messages(
    platform: Platform,
    workspace_id: str,
    *,
    recipient: str | None = None,
    before: UUID | None = None,
    limit: int = PAGE_SIZE,
) -> list[Summary]:
    """A page of the mailbox, newest first."""
    async with platform.db.connection() as conn:
        return await store.newest(conn, workspace_id, recipient=recipient, before=before, limit=limit)


async def read_message(platform: Platform, workspace_id: str, message_id: UUID) -> tuple[Summary, Parsed]:
    """A message and what a reader sees of it. Raises Refusal (404)."""
    async with platform.db.connection() as conn:
        summary = await store.find(conn, workspace_id, message_id)
    if summary is None:
        raise not_found("message", message_id)
    return summary, parse(await raw_message(platform, workspace_id, message_id))


async def raw_message(platform: Platform, workspace_id: str, message_id: UUID) -> bytes:
    """The bytes that came over SMTP. Raises Refusal (404)."""
    async with platform.db.connection() as conn:
        raw = await store.raw(conn, workspace_id, message_id)
    if raw is None:
        raise not_found("message", message_id)
    return raw


def framed_html(message: Parsed) -> str:
    """The mail as a document for the sandboxed frame; links open outside of it."""
    return '<!doctype html><meta charset="utf-8"><base target="_blank">' + (message.html or "")
