"""One message to one endpoint: the request with its credentials, and what its answer means."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from standardwebhooks import Webhook

from reelpress.platform.http_out import HttpOut, OutFailure, OutRequest, OutResponse
from reelpress.studio.campaigns.model import CpaasEgress, Egress, WebhookEgress

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 64 * 1024
KEPT_ANSWER_BYTES = 2048

Verdict = Literal["accepted", "again", "gone", "refused"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message. `again`: try later; `gone`: the endpoint is no more; `refused`: our own
    address rules forbid it."""

    verdict: Verdict
    elapsed_ms: int
    code: int | None = None
    fault: str | None = None
    answer: bytes | None = None
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message with the id that stays the same at each resend."""

    callback_id: UUID
    step: str
    path: str
    body: bytes


async def send(http: HttpOut, egress: Egress, outgoing: Outgoing, now: datetime) -> Sent:
    """Send once. Every outside failure is a value."""
    if isinstance(egress, WebhookEgress):
        request = _webhook_request(egress, outgoing, now)
    else:
        request = _data_api_request(egress, outgoing)
    answer = await http.send(request)
    if isinstance(answer, OutFailure):
        verdict: Verdict = "refused" if answer.kind == "refused" else "again"
        return Sent(verdict, answer.elapsed_ms, fault=answer.message)
    return _judged(egress, answer)


def _data_api_request(egress: CpaasEgress, outgoing: Outgoing) -> OutRequest:
    key = egress.data_api_key.get_secret_value() if egress.data_api_key else ""
    credentials = base64.b64encode(f"{egress.workspace_id}:{key}".encode()).decode()
    return _post(
        egress.base_url.rstrip("/") + outgoing.path,
        outgoing.body,
        ("Authorization", f"Basic {credentials}"),
        ("MOE-APPKEY", egress.workspace_id),
        ("Idempotency-Key", f"{outgoing.callback_id}-{outgoing.step}"),
    )


def _webhook_request(egress: WebhookEgress, outgoing: Outgoing, now: datetime) -> OutRequest:
    """Signed by each active secret (Standard Webhooks 1.0.0), so that a receiver can change over."""
    message_id = str(outgoing.callback_id)
    signatures = [
        Webhook(secret.get_secret_value()).sign(message_id, now, outgoing.body.decode())
        for secret in egress.signing_secrets
    ]
    headers = [("webhook-id", message_id), ("webhook-timestamp", str(int(now.timestamp())))]
    if signatures:
        headers.append(("webhook-signature", " ".join(signatures)))
    return _post(egress.url, outgoing.body, *headers)


def _post(url: str, body: bytes, *headers: tuple[str, str]) -> OutRequest:
    return OutRequest(
        "POST",
        url,
        (("Content-Type", "application/json"), *headers),
        body,
        timeout_s=TIMEOUT_S,
        max_bytes=MAX_ANSWER_BYTES,
    )


def _judged(egress: Egress, answer: OutResponse) -> Sent:
    verdict: Verdict = "accepted"
    fault = None
    if answer.status == 410:
        verdict, fault = "gone", "the endpoint answered 410: it is gone"
    elif not 200 <= answer.status < 300:
        verdict, fault = "again", f"the endpoint answered {answer.status}"
    elif isinstance(egress, CpaasEgress) and not _says_success(answer.body):
        verdict, fault = "again", f'the endpoint answered {answer.status} without "status":"success"'
    return Sent(
        verdict,
        answer.elapsed_ms,
        answer.status,
        fault,
        answer.body[:KEPT_ANSWER_BYTES],
        answer.header("Retry-After"),
    )


def _says_success(body: bytes) -> bool:
    """The Data API answers 200 for some refusals and says so in the body alone."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and cast("dict[str, Any]", document).get("status") == "success"
