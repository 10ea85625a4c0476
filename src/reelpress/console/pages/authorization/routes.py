"""The list of configurations and the two steps that make or change one."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.authorization.draft import (
    EMPTY,
    Answer,
    Draft,
    Given,
    saved_details,
    saved_response,
    suggested_response,
    typed_details,
    typed_response,
)
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, faults_of, read_form
from reelpress.console.view import page
from reelpress.engage import oauth
from reelpress.engage.oauth import Configuration, ConfigurationStatus, OAuthInput, TrialReport
from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/console/settings/authorization", route_class=PageRoute)

METHODS = ("GET", "POST", "PUT", "DELETE")
UNITS = (
    ("SECONDS", "Seconds"),
    ("MINUTES", "Minutes"),
    ("HOURS", "Hours"),
    ("DAYS", "Days"),
    ("EPOCH", "Moment (epoch)"),
)


@router.get("")
async def index(request: Request, platform: PlatformDep, principal: Viewer, saved: str = "") -> Response:
    """Every configuration with its status and who uses it."""
    return await _list(request, platform, principal, saved=saved)


@router.get("/new")
async def new(request: Request, principal: Marketer) -> Response:
    """Step 1, empty."""
    return _details(request, principal, None, EMPTY)


@router.post("/new")
async def make(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """The test of step 1, or the save of step 2."""
    return await _step(request, platform, principal, None)


@router.get("/{configuration_id}/edit")
async def edit(
    request: Request, platform: PlatformDep, principal: Marketer, configuration_id: str
) -> Response:
    """Step 1 with what is saved; secrets are masked and stay as they are unless typed again."""
    found = await oauth.get(platform, principal.workspace_id, configuration_id)
    return _details(request, principal, found, saved_details(found))


@router.post("/{configuration_id}/edit")
async def change(
    request: Request, platform: PlatformDep, principal: Marketer, configuration_id: str
) -> Response:
    """As `make`, for a configuration that exists."""
    found = await oauth.get(platform, principal.workspace_id, configuration_id)
    return await _step(request, platform, principal, found)


@router.post("/{configuration_id}/delete")
async def remove(
    request: Request, platform: PlatformDep, principal: Marketer, configuration_id: str
) -> Response:
    """Delete, or say which campaigns still use it."""
    try:
        await oauth.delete(platform, principal, configuration_id)
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        return await _list(request, platform, principal, status=409, refused=(configuration_id, refusal))
    return RedirectResponse("/console/settings/authorization", status_code=303)


async def _step(
    request: Request, platform: Platform, principal: Principal, saved: Configuration | None
) -> Response:
    typed = await read_form(request)
    if typed.line("action") == "test":
        return await _test(request, platform, principal, saved, typed_details(typed))
    draft = Draft.opened(platform.keys, principal.workspace_id, typed.text("draft"))
    if typed.line("action") == "back":
        return _details(request, principal, saved, draft.given)
    return await _save(request, platform, principal, saved, draft, typed)


async def _test(
    request: Request, platform: Platform, principal: Principal, saved: Configuration | None, given: Given
) -> Response:
    """Really call the token URL; only a good answer leads on to step 2."""
    try:
        report = await oauth.try_out(
            platform, principal.workspace_id, OAuthInput.model_validate(given), saved.id if saved else None
        )
    except (ValidationError, Refusal) as fault:
        return _details(request, principal, saved, given, faults=faults_of(fault))
    if not report.ok:
        return _details(request, principal, saved, given, report=report)
    draft = Draft(principal.workspace_id, given, Answer.of(report))
    response = saved_response(saved.given) if saved else suggested_response(given, draft.answer)
    return _response(request, platform, principal, saved, draft, response)


async def _save(
    request: Request,
    platform: Platform,
    principal: Principal,
    saved: Configuration | None,
    draft: Draft,
    typed: Typed,
) -> Response:
    response = typed_response(typed)
    try:
        given = OAuthInput.model_validate({**draft.given, "response": response})
        if saved is None:
            kept = await oauth.create(platform, principal, given)
        else:
            kept = await oauth.update(platform, principal, saved.id, given)
    except (ValidationError, Refusal) as fault:
        faults = faults_of(fault)
        ours = {place.removeprefix("response."): words for place, words in faults.items()}
        if all(place.startswith("response.") for place in faults):
            return _response(request, platform, principal, saved, draft, response, faults=ours)
        return _details(request, principal, saved, draft.given, faults=faults)
    return RedirectResponse(f"/console/settings/authorization?saved={kept.id}", status_code=303)


async def _list(
    request: Request,
    platform: Platform,
    principal: Principal,
    *,
    status: int = 200,
    saved: str = "",
    refused: tuple[str, Refusal] | None = None,
) -> Response:
    found = await oauth.list_all(platform, principal.workspace_id)
    return page(
        request,
        "authorization/index.html",
        principal,
        status=status,
        configurations=found,
        users=await oauth.used_by(platform, principal.workspace_id, [each.id for each in found]),
        active=ConfigurationStatus.active,
        saved=next((each for each in found if each.id == saved), None),
        refused=refused,
        may_change=principal.role >= Role.marketer,
    )


def _details(
    request: Request,
    principal: Principal,
    saved: Configuration | None,
    given: Given,
    *,
    faults: Faults | None = None,
    report: TrialReport | None = None,
) -> Response:
    return page(
        request,
        "authorization/details.html",
        principal,
        status=422 if faults or report else 200,
        saved=saved,
        given=given,
        faults=faults or {},
        report=report,
        methods=METHODS,
    )


def _response(
    request: Request,
    platform: Platform,
    principal: Principal,
    saved: Configuration | None,
    draft: Draft,
    response: dict[str, Any],
    *,
    faults: Faults | None = None,
) -> Response:
    return page(
        request,
        "authorization/response.html",
        principal,
        status=422 if faults else 200,
        saved=saved,
        given=draft.given,
        draft=draft.sealed(platform.keys),
        answer=draft.answer,
        jwt=str(draft.given["token_type"]).upper() == "JWT",
        response=response,
        faults=faults or {},
        units=UNITS,
    )
