"""What a campaign says, between the form and the JSON of the services; the ready-made beginnings. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from reelpress.console.typed import Typed, numbers
from reelpress.engage.campaigns.model import Channel

Json = dict[str, Any]

CONTENT_TYPE = {"key": "Content-Type", "value": "application/json"}

EMPTY_CONNECTOR: Json = {
    "method": "POST",
    "url": "",
    "parameters": [],
    "headers": [CONTENT_TYPE],
    "body_type": "RAW",
    "body": None,
    "authorization": None,
    "timeout_s": 5,
    "allow_http": False,
}
EMPTY_EMAIL: Json = {
    "subject": "",
    "preview_text": "",
    "sender_name": "",
    "from_address": "",
    "reply_to": "",
    "html": "",
    "transport": None,
}


def empty(channel: Channel) -> Json:
    """What the form of a campaign without content shows."""
    return EMPTY_CONNECTOR if channel is Channel.connector else EMPTY_EMAIL


def typed_content(channel: Channel, typed: Typed) -> Json:
    """The content as typed."""
    return _connector(typed) if channel is Channel.connector else _email(typed)


def is_untouched(channel: Channel, content: Json) -> bool:
    """Whether there is nothing to keep yet: such a draft is saved without content."""
    if channel is Channel.connector:
        return not content["url"] and not content["body"] and not content["parameters"]
    return content == EMPTY_EMAIL


def media_request(
    content: Json, use_case_id: str, url: str, fields: Iterable[tuple[str, str]], configuration_id: str | None
) -> Json:
    """The request that orders a medium: where it goes, what it says, how it is authorised.

    `fields` are the template's fields with the expression that fills each.
    """
    pairs = ",\n".join(f"    {json.dumps(name)}: {_quoted(value)}" for name, value in fields)
    body = f"""{{
  "client-request-id": "MoEngage_{{{{UserAttribute['MoEngage ID']}}}}",
  "customer-id": "{{{{UserAttribute['MoEngage ID']}}}}",
  "use-case-id": {json.dumps(use_case_id)},
  "user-id": "{{{{UserAttribute['Phone Number']}}}}",
  "user-config": {{
{pairs}
  }},
  "reference-record-id": "{{{{Campaign.ID}}}}"
}}"""
    others = [row for row in content["headers"] if row["key"].lower() != "content-type"]
    authorization = content["authorization"]
    if authorization is None and configuration_id:
        authorization = {"configuration_id": configuration_id, "key": "Authorization"}
    return {
        **content,
        "method": "POST",
        "url": content["url"] or url,
        "headers": [CONTENT_TYPE, *others],
        "body_type": "RAW",
        "body": body,
        "authorization": authorization,
    }


def usual_fields(event_source: str | None) -> list[tuple[str, str]]:
    """What a template is filled with when nothing is known about it.

    `event_source` names the attributes of the event that starts the campaign, None where none does.
    """
    fields = [("name", "{{UserAttribute['First Name']}}")]
    return [*fields, ("product_name", f"{{{{{event_source}['product_name']}}}}")] if event_source else fields


def matched_fields(
    names: Iterable[str], user: Collection[str], event: Collection[str], *, event_source: str | None
) -> list[tuple[str, str]]:
    """Each field of a template with the attribute that most likely fills it."""
    return [(name, _source(name, user, event, event_source)) for name in names]


def media_mail(content: Json, attribute: str) -> Json:
    """A mail that shows the medium as an image and links to its page."""
    url = f"{{{{UserAttribute['{_single_quoted(attribute)}']}}}}"
    html = f"""<p>Hello {{{{UserAttribute['First Name'] | default('there')}}}},</p>
<p>we made something for you.</p>
<a href="{url}">
  <img style="max-width: 100%; height: auto; display: block;" src="{url}" alt="Made for you">
</a>
<p><a href="{url}">Watch it in your browser</a></p>
"""
    subject = content["subject"] or "{{UserAttribute['First Name'] | default('Hello')}}, this is for you"
    return {**content, "subject": subject, "html": html}


def _connector(typed: Typed) -> Json:
    body_type = typed.line("content.body_type", "RAW")
    rows = typed.pairs("content.body")
    body = typed.text("content.body_text") if body_type == "RAW" or not rows else rows
    return {
        "method": typed.line("content.method", "POST"),
        "url": typed.line("content.url"),
        "parameters": typed.pairs("content.parameters"),
        "headers": typed.pairs("content.headers"),
        "body_type": body_type,
        "body": body or None,
        "authorization": _authorization(typed),
        "timeout_s": typed.line("content.timeout_s", "5") or 5,
        "allow_http": typed.flag("content.allow_http"),
    }


def _authorization(typed: Typed) -> Json | None:
    if not typed.flag("content.authorization.enabled"):
        return None
    name = "content.authorization"
    codes = numbers(typed.line(f"{name}.reattempt_codes"))
    return {
        "configuration_id": typed.line(f"{name}.configuration_id"),
        "key": typed.line(f"{name}.key", "Authorization"),
        "prefix": typed.line(f"{name}.prefix") or None,
        "reattempt_codes": codes or None,
    }


def _email(typed: Typed) -> Json:
    names = ("subject", "preview_text", "sender_name", "from_address", "reply_to")
    lines = {name: typed.line(f"content.{name}") for name in names}
    return {**lines, "html": typed.text("content.html"), "transport": _transport(typed)}


def _transport(typed: Typed) -> Json | None:
    if typed.line("transport") != "SMTP":
        return None
    name = "content.transport"
    return {
        "host": typed.line(f"{name}.host"),
        "port": typed.line(f"{name}.port"),
        "tls": typed.line(f"{name}.tls", "starttls"),
        "username": typed.line(f"{name}.username") or None,
        "password": typed.text(f"{name}.password") or None,
    }


def _source(name: str, user: Collection[str], event: Collection[str], event_source: str | None) -> str:
    if name in ("name", "first_name"):
        return "{{UserAttribute['First Name']}}"
    from_event = event_source and (name in event or name not in user)
    return f"{{{{{event_source if from_event else 'UserAttribute'}['{_single_quoted(name)}']}}}}"


def _single_quoted(name: str) -> str:
    return name.replace("\\", "\\\\").replace("'", "\\'")


def _quoted(expression: str) -> str:
    """In a JSON string; the expression itself stays as it is, for the template engine to read."""
    return f'"{expression}"'
