"""Engage > Business events: the list, making one, one with its triggers, triggering it by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.campaigns.look import STATUS_LOOK, zone_of
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, plain, read_form
from reelpress.console.view import page
from reelpress.engage.business_events import parse, service
from reelpress.engage.business_events.model import Attribute, Refused, TooMany
from reelpress.engage.campaigns.model import Status
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep

BASE = "/console/business-events"
TYPES = (
    ("string", "Text"),
    ("int", "Whole number"),
    ("float", "Number"),
    ("date", "Date and time"),
    ("array", "List"),
)
_TOO_MANY = "This workspace has triggered as often as it may; wait a while and try again."
_FIELDS = {"event_name": "name", "attribute_name": "name"}

router = APIRouter(prefix=BASE, route_class=PageRoute)


class _Unusable(Exception):
    """A value that is not of its attribute's type."""


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """All of them, with what came of each."""
    return page(
        request,
        "business_events/index.html",
        principal,
        known=await service.every(platform, principal.workspace_id),
        most=service.MOST_BUSINESS_EVENTS,
        may_change=principal.role >= Role.marketer,
    )


@router.get("/new")
async def new(request: Request, principal: Marketer) -> Response:
    """The form."""
    return _form(request, principal, "", [("", "string")], {})


@router.post("/new")
async def make(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """Make it; on to its page."""
    typed = await read_form(request)
    name, rows = typed.line("name"), [(key.strip(), kind) for key, kind in _rows(typed)]
    faults = _row_faults(rows)
    if not faults:
        document = {
            "event_name": name,
            "event_attributes": [_attribute(*row) for row in rows],
            "created_by": principal.actor,
        }
        try:
            given = parse.new_business_event(document)
            event = await service.create(platform, principal.workspace_id, given, by=principal)
        except Refused as refused:
            faults = _faults(refused)
        else:
            return RedirectResponse(f"{BASE}/{event.id}", status_code=303)
    return _form(request, principal, name, rows, faults)


@router.get("/{event_id}")
async def detail(request: Request, platform: PlatformDep, principal: Viewer, event_id: str) -> Response:
    """What it says, who waits for it, when it happened."""
    return await _detail(request, platform, principal, event_id)


@router.post("/{event_id}/trigger")
async def trigger(request: Request, platform: PlatformDep, principal: Marketer, event_id: str) -> Response:
    """It happened: every active campaign that waits for it goes out."""
    event, _, _ = await service.one(platform, principal.workspace_id, event_id)
    typed = await read_form(request)
    values = {f"value.{at}": typed.text(f"value.{at}") for at in range(len(event.attributes))}
    said, faults = _said(event.attributes, values)
    if not faults:
        document = {"event_name": event.name, "event_attributes": said, "triggered_by": principal.actor}
        try:
            await service.trigger(
                platform,
                principal.workspace_id,
                parse.new_trigger(document),
                needs_campaign=False,
                by=principal,
            )
            return RedirectResponse(f"{BASE}/{event_id}?triggered=yes#triggers", status_code=303)
        except Refused as refused:
            places = {one.name: f"value.{at}" for at, one in enumerate(event.attributes)}
            faults = {places.get(place, place): words for place, words in _faults(refused).items()}
        except TooMany:
            faults = {"": _TOO_MANY}
    return await _detail(request, platform, principal, event_id, values=values, faults=faults)


def _rows(typed: Typed) -> list[tuple[str, str]]:
    pairs = zip(typed.every("attribute.name"), typed.every("attribute.type"), strict=False)
    return [(name, kind) for name, kind in pairs if name.strip()]


def _attribute(name: str, kind: str) -> dict[str, str]:
    return {"attribute_name": name, "attribute_data_type": kind}


def _row_faults(rows: list[tuple[str, str]]) -> Faults:
    """What is wrong with single attributes, by the place of their rows."""
    found: Faults = {}
    names: set[str] = set()
    for at, (name, kind) in enumerate(rows):
        try:
            parse.attribute(_attribute(name, kind))
        except Refused as refused:
            found[f"attribute.{at}"] = "; ".join(_faults(refused).values())
        if name in names:
            found[f"attribute.{at}"] = "This name is there twice; remove one or give it another name."
        names.add(name)
    return found


def _faults(refused: Refused) -> Faults:
    """The contract's words beside the fields of a form."""
    found: Faults = {}
    for one in refused.details:
        target = one.target if isinstance(one.target, str) else ".".join(one.target)
        found[_FIELDS.get(target, target)] = plain(one.message.removeprefix(f"{target} - "))
    return found


def _said(attributes: tuple[Attribute, ...], values: Mapping[str, str]) -> tuple[dict[str, Any], Faults]:
    """What a trigger says, from what was typed; a field left empty says nothing."""
    said: dict[str, Any] = {}
    faults: Faults = {}
    for at, one in enumerate(attributes):
        text = values[f"value.{at}"].strip()
        if not text:
            continue
        try:
            said[one.name] = _value(one, text)
        except _Unusable as fault:
            faults[f"value.{at}"] = str(fault)
    return said, faults


def _value(attribute: Attribute, text: str) -> Any:
    """Raises _Unusable."""
    match attribute.type:
        case "string":
            return text
        case "int":
            return _number(int, text, "Write a whole number.")
        case "float":
            return _number(float, text, "Write a number.")
        case "date":
            return _moment(text)
        case "array":
            return _list(text)


def _number(parse_number: type[int | float], text: str, words: str) -> int | float:
    try:
        return parse_number(text)
    except ValueError as fault:
        raise _Unusable(words) from fault


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError as fault:
        raise _Unusable("Choose a date and a time.") from fault


def _list(text: str) -> list[Any]:
    """`Pune, Goa`, or JSON where it begins like a list."""
    if not text.startswith("["):
        return [item.strip() for item in text.split(",") if item.strip()]
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise _Unusable("This list is not JSON: check brackets, commas and quotes.") from fault


def _form(
    request: Request, principal: Principal, name: str, rows: list[tuple[str, str]], faults: Faults
) -> Response:
    return page(
        request,
        "business_events/new.html",
        principal,
        status=422 if faults else 200,
        name=name,
        rows=rows,
        types=TYPES,
        faults=faults,
    )


async def _detail(
    request: Request,
    platform: Platform,
    principal: Principal,
    event_id: str,
    *,
    values: Mapping[str, str] | None = None,
    faults: Faults | None = None,
) -> Response:
    event, listeners, happened = await service.one(platform, principal.workspace_id, event_id)
    return page(
        request,
        "business_events/detail.html",
        principal,
        status=422 if faults else 200,
        event=event,
        listeners=[(one, *STATUS_LOOK[Status(one.status)]) for one in listeners],
        active=sum(one.status == Status.active for one in listeners),
        happened=happened,
        zone=await zone_of(platform, principal.workspace_id),
        types=dict(TYPES),
        triggered="triggered" in request.query_params,
        values=values or {},
        faults=faults or {},
        may_change=principal.role >= Role.marketer,
    )
