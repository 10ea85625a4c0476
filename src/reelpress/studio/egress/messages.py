"""The messages of a callback, byte for byte. Pure: they are made once and kept, so a resend repeats them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from reelpress.studio.campaigns.model import CpaasEgress, Egress, WebhookEgress
from reelpress.studio.egress.model import Message
from reelpress.studio.media.model import Addresses
from reelpress.studio.requests.model import Content

PROFILE_STEP = "profile"
EVENT_STEP = "event"
WEBHOOK_STEP = "webhook"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended: `media` when it succeeded, else `reason`."""

    callback_id: UUID
    request_id: UUID
    use_case_id: UUID
    campaign_name: str
    content: Content
    media: Addresses | None = None
    reason: str | None = None


def messages(egress: Egress, outcome: Outcome) -> list[Message]:
    """What is sent, in order; nothing where the egress does not want to hear of this outcome."""
    if isinstance(egress, WebhookEgress):
        return _webhook(egress, outcome)
    if outcome.media is not None:
        return _media_ready(egress, outcome, outcome.media)
    return _event(egress, outcome, egress.failed_event, {"reason": outcome.reason or ""})


def _media_ready(egress: CpaasEgress, outcome: Outcome, media: Addresses) -> list[Message]:
    named = {
        egress.video_attribute: media.url,
        egress.mp4_attribute: media.mp4,
        egress.image_attribute: media.image,
    }
    attributes = {name: url for name, url in named.items() if name and url}
    update = {"type": "customer", "customer_id": outcome.content.profile_key, "attributes": attributes}
    path = f"/v1/customer/{quote(egress.workspace_id, safe='')}"
    profile = Message(PROFILE_STEP, path, _bytes(update))
    urls = {"media_url": media.url, "mp4_url": media.mp4, "image_url": media.image, "page_url": media.page}
    ready = {name: url for name, url in urls.items() if url}
    return [profile, *_event(egress, outcome, egress.ready_event, ready)]


def _event(
    egress: CpaasEgress, outcome: Outcome, event: str | None, attributes: dict[str, str]
) -> list[Message]:
    """`real_time_action` starts event-triggered campaigns; without a time the receiver's own counts."""
    if not event:
        return []
    action = {
        "action": event,
        "attributes": {
            **attributes,
            "use_case_id": str(outcome.use_case_id),
            "campaign_name": outcome.campaign_name,
            "client_request_id": outcome.content.client_request_id,
            "whilter_request_id": str(outcome.request_id),
            "callback_id": str(outcome.callback_id),
        },
        "real_time_action": "true",
    }
    body = {"type": "event", "customer_id": outcome.content.profile_key, "actions": [action]}
    return [Message(EVENT_STEP, f"/v1/event/{quote(egress.workspace_id, safe='')}", _bytes(body))]


def _webhook(egress: WebhookEgress, outcome: Outcome) -> list[Message]:
    """The three documented keys; a failure has no documented form, so it is told only with extra keys."""
    media = outcome.media
    if media is None and not egress.extra_keys:
        return []
    body: dict[str, str | None] = {
        "client-request-id": outcome.content.client_request_id,
        "user-id": outcome.content.user_id,
        "video-url": (media.mp4 or media.image) if media else None,
    }
    if egress.extra_keys:
        body |= {
            "status": "SUCCESS" if media else "FAILURE",
            "message": outcome.reason,
            "image-url": media.image if media else None,
            "media-url": media.url if media else None,
            "whilter-request-id": str(outcome.request_id),
            "customer-id": outcome.content.customer_id,
            "use-case-id": str(outcome.use_case_id),
            "reference-record-id": outcome.content.reference_record_id,
        }
    return [Message(WEBHOOK_STEP, "", _bytes(body))]


def _bytes(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
