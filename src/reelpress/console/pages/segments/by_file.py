"""Making a segment by a file, and giving a file segment another file."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from reelpress.console.access import Marketer
from reelpress.console.pages.segments.detail import show
from reelpress.console.pages.segments.look import BASE, faults_in, segment_of
from reelpress.console.route import PageRoute
from reelpress.console.typed import Faults, Typed, storable_form
from reelpress.console.view import page
from reelpress.engage.custom_segments import files, service, uploads
from reelpress.engage.custom_segments.faults import SegmentFault
from reelpress.engage.custom_segments.files import FileRequest
from reelpress.engage.custom_segments.model import MOST_EXPIRY_DAYS, Operation
from reelpress.engage.profiles import catalog
from reelpress.engage.profiles.standard import key_of
from reelpress.engage.profiles.values import LONGEST_NAME, clean_name
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep
from reelpress.studio.assets.receive import capped, save
from reelpress.studio.assets.service import private_folder

_OPERATIONS: dict[str, Operation] = {"add": "add", "remove": "remove", "replace": "replace"}

router = APIRouter(prefix=BASE, route_class=PageRoute)


@router.get("/new/file")
async def new_file(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """The form of a segment whose users a file lists."""
    values = {"name": "", "attribute": "ID", "attribute_type": "string", "expiry_days": ""}
    return await _file_form(request, platform, principal, values, {})


@router.post("/new/file")
async def make_file(request: Request, platform: PlatformDep, principal: Marketer) -> Response:
    """Make it, with the job that reads the file; on to its page."""
    async with _uploaded(request, platform) as (typed, path):
        names = ("name", "attribute", "attribute_type", "expiry_days")
        values = {name: typed.line(name) for name in names}
        try:
            service.require_name(values["name"])
            async with uploads.kept(platform, _chosen(path)) as file_url:
                asked = _asked(values, file_url)
                made = await files.create(platform, principal.workspace_id, asked, by=principal)
        except (Refusal, SegmentFault) as fault:
            return await _file_form(request, platform, principal, values, faults_in(fault))
    return RedirectResponse(f"{BASE}/{made.id}", status_code=303)


@router.post("/{segment_id}/users")
async def change_users(
    request: Request, platform: PlatformDep, principal: Marketer, segment_id: str
) -> Response:
    """Another file: its users are added, removed, or put in the place of all."""
    segment = await segment_of(platform, principal, segment_id)
    async with _uploaded(request, platform) as (typed, path):
        values = {name: typed.line(name) for name in ("operation", "attribute", "attribute_type")}
        operation = _OPERATIONS.get(values["operation"], "add")
        try:
            async with uploads.kept(platform, _chosen(path)) as file_url:
                asked = _asked({**values, "name": segment.name}, file_url, segment.id)
                await files.change(platform, principal.workspace_id, asked, operation, by=principal)
        except (Refusal, SegmentFault) as fault:
            return await show(request, platform, principal, segment, values, faults_in(fault))
    return RedirectResponse(f"{BASE}/{segment_id}#files", status_code=303)


@asynccontextmanager
async def _uploaded(request: Request, platform: Platform) -> AsyncGenerator[tuple[Typed, Path | None]]:
    """What was typed, and the file of the form where one was chosen."""
    async with (
        private_folder(platform) as folder,
        capped(request, files.LARGEST_FILE_BYTES).form(max_files=1, max_fields=20) as form,
    ):
        part = form.get("file")
        chosen = isinstance(part, UploadFile) and bool(part.filename)
        path = (await save(cast("UploadFile", part), folder / "values.csv")).path if chosen else None
        yield storable_form(form), path


def _chosen(path: Path | None) -> Path:
    if path is None:
        raise Refusal(
            400, "no_file", "no file was chosen", field="file", fix="Choose a CSV with one value a line"
        )
    return path


def _asked(values: dict[str, str], file_url: str, segment_id: str | None = None) -> FileRequest:
    """Raises Refusal (400) at the field at fault."""
    attribute, days = values["attribute"], values.get("expiry_days", "")
    if clean_name(attribute) != attribute:
        words = f"name a user attribute, in 1 to {LONGEST_NAME} characters"
        raise Refusal(400, "invalid_field", words, field="attribute")
    if days and not (days.isascii() and days.isdigit() and 1 <= int(days[:6]) <= MOST_EXPIRY_DAYS):
        words = f"write whole days from 1 to {MOST_EXPIRY_DAYS}, or nothing"
        raise Refusal(400, "invalid_field", words, field="expiry_days")
    return FileRequest(
        name=values["name"],
        segment_id=segment_id,
        attribute=key_of(attribute),
        attribute_type="double" if values["attribute_type"] == "double" else "string",
        file_url=file_url,
        callback_url=None,
        emails=(),
        expiry_days=int(days) if days else None,
    )


async def _file_form(
    request: Request, platform: Platform, principal: Principal, values: dict[str, str], faults: Faults
) -> Response:
    async with platform.db.connection() as conn:
        attributes = await catalog.entries(conn, principal.workspace_id)
    return page(
        request,
        "segments/new_file.html",
        principal,
        status=422 if faults else 200,
        values=values,
        attributes=attributes,
        most_mb=files.LARGEST_FILE_BYTES // (1024 * 1024),
        faults=faults,
    )
