"""Making a segment by a rule, and changing the rule."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Marketer
from reelpress.console.pages.campaigns.rules import (
    OPERATORS,
    RuleForm,
    rule_document,
    shown_rule,
    typed_rule,
)
from reelpress.console.pages.segments.look import BASE, faults_in, segment_of
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, read_form
from reelpress.console.view import page
from reelpress.engage.custom_segments import service
from reelpress.engage.custom_segments.faults import SegmentFault
from reelpress.engage.custom_segments.model import Segment
from reelpress.engage.profiles import catalog
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal, not_found
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix=BASE, route_class=PageRoute)


@router.get("/new/rule")
async def new_rule(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """The form of a segment that a rule describes."""
    return await _show(request, platform, principal, "", RuleForm("rows"))


@router.post("/new/rule")
async def make_rule(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """Make it; on to its page."""
    name, form = _typed(await read_form(request))
    try:
        made = await service.create(platform, principal.workspace_id, name, _rule(form), by=principal)
    except (Refusal, SegmentFault) as fault:
        return await _show(request, platform, principal, name, form, faults=faults_in(fault))
    return RedirectResponse(f"{BASE}/{made.id}", status_code=303)


@router.get("/{segment_id}/edit")
async def edit_rule(
    request: Request, platform: PlatformDep, principal: Marketer, segment_id: str
) -> Response:
    """The form with the rule it has."""
    segment = await _changeable(platform, principal, segment_id)
    return await _show(request, platform, principal, segment.name, _shown(segment), segment)


@router.post("/{segment_id}/edit")
async def change_rule(
    request: Request, platform: PlatformDep, principal: Marketer, segment_id: str
) -> Response:
    """Another rule, or another name; back to its page."""
    segment = await _changeable(platform, principal, segment_id)
    name, form = _typed(await read_form(request))
    try:
        await service.update(
            platform, principal.workspace_id, segment_id, name, _rule(form), principal.actor, by=principal
        )
    except (Refusal, SegmentFault) as fault:
        return await _show(request, platform, principal, name, form, segment, faults_in(fault))
    return RedirectResponse(f"{BASE}/{segment_id}", status_code=303)


async def _changeable(platform: Platform, principal: Principal, segment_id: str) -> Segment:
    """Raises Refusal (404) for a segment that no rule describes, and for an archived one."""
    segment = await segment_of(platform, principal, segment_id)
    if segment.kind != "FILTER" or segment.is_archived(platform.clock.now()):
        raise not_found("segment with a rule to change", segment_id)
    return segment


def _shown(segment: Segment) -> RuleForm:
    """Rows where they can say it, else JSON; nobody left out is rows without one."""
    form = shown_rule(segment.filters)
    if form.kind == "all":
        return RuleForm("rows")
    if form.kind == "segment":
        return RuleForm("json", document=json.dumps(segment.filters, indent=2, ensure_ascii=False))
    return form


def _typed(typed: Typed) -> tuple[str, RuleForm]:
    form = typed_rule(typed, "audience", "rows")
    return typed.line("name"), form if form.kind == "json" else replace(form, kind="rows")


def _rule(form: RuleForm) -> dict[str, Any]:
    """Raises Refusal (400) for what is not a JSON object."""
    try:
        rule = cast("object", rule_document(form, "user_attributes"))
    except ValueError as fault:
        raise Refusal(
            400, "invalid_field", f"this is not JSON: {fault}", field="audience.document"
        ) from fault
    if not isinstance(rule, dict):
        raise Refusal(400, "invalid_field", "write an object in braces", field="audience.document")
    return cast("dict[str, Any]", rule)


async def _show(
    request: Request,
    platform: Platform,
    principal: Principal,
    name: str,
    form: RuleForm,
    segment: Segment | None = None,
    faults: Faults | None = None,
) -> Response:
    async with platform.db.connection() as conn:
        attributes = await catalog.entries(conn, principal.workspace_id)
    return page(
        request,
        "segments/rule.html",
        principal,
        status=422 if faults else 200,
        name=name,
        form=form,
        segment=segment,
        attributes=attributes,
        operators=OPERATORS,
        faults=faults or {},
    )
