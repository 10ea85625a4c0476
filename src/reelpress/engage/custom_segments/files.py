"""File segments: asked for, read from their file by a job, and reported to their callback."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from reelpress.engage.custom_segments import faults, service, store, uploads, values
from reelpress.engage.custom_segments.model import Json, Operation, Outcome, Segment, SegmentFile
from reelpress.platform import ids
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.http_out import OutFailure, OutRequest

FILE_JOB = "engage.segment_file"
CALLBACK_JOB = "engage.segment_callback"
LARGEST_FILE_BYTES = 150 * 1024 * 1024
DOWNLOAD_TIMEOUT_S = 300.0
MOST_USERS_A_DAY = 2_000_000
LOOKED_UP_AT_ONCE = 5_000
EMPTY = "Created custom_segment contains 0 users."
TOO_LARGE = f"File size cannot be greater than 150MB. {EMPTY}"
TOO_MANY = f"The file holds more than {values.MOST_VALUES} different values. {EMPTY}"
NOT_DOWNLOADED = f"File download failed. {EMPTY}"


class DownloadFailed(Exception):
    """The file did not come this time; `final` when another try would not help."""

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.message = message
        self.final = final


@dataclass(frozen=True, slots=True)
class FileRequest:
    """What a call of the file segment API or a form asks for; `attribute` is a key.

    `file_url` may be the name of an upload.
    """

    name: str
    segment_id: str | None
    attribute: str
    attribute_type: values.ValueType
    file_url: str
    callback_url: str | None
    emails: tuple[str, ...]
    expiry_days: int | None


async def create(
    platform: Platform, workspace_id: str, request: FileRequest, *, by: Principal | None = None
) -> Segment:
    """An empty segment, and the job that fills it. Raises SegmentFault."""
    service.require_name(request.name)
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        await store.lock(conn, workspace_id)
        if await store.find_named(conn, workspace_id, request.name):
            raise faults.file_name_exists(request.name)
        await service.require_room(conn, workspace_id, platform)
        expires_at = now + timedelta(days=request.expiry_days) if request.expiry_days else None
        segment = Segment(ids.moengage_id(), "FILE", request.name, None, {}, now, now, expires_at=expires_at)
        await store.save(conn, workspace_id, segment, None, [])
        await _queue(conn, platform, workspace_id, segment, request, "create")
        if by is not None:
            await audit(conn, by, "custom_segment.created", segment.id)
    return segment


async def change(
    platform: Platform,
    workspace_id: str,
    request: FileRequest,
    operation: Operation,
    *,
    by: Principal | None = None,
) -> Segment:
    """The job that adds the file's users to a file segment, removes them, or puts them in the place of all.

    Raises SegmentFault.
    """
    async with platform.db.transaction() as conn:
        await store.lock(conn, workspace_id)
        segment = await service.find_meant(conn, workspace_id, request.name, request.segment_id)
        if segment.kind != "FILE" or segment.is_archived(platform.clock.now()):
            raise faults.bad_file_request("users are added to and removed from active file segments only")
        await _queue(conn, platform, workspace_id, segment, request, operation)
        if by is not None:
            await audit(conn, by, "custom_segment.changed", segment.id, {"operation": operation})
    return segment


async def read(platform: Platform, workspace_id: str, file_id: str, *, last_try: bool) -> None:
    """Read a file into its segment, once. Raises DownloadFailed while another try may help."""
    async with platform.db.connection() as conn:
        found = await store.files(conn, workspace_id, file_id)
    if not found:
        return
    if found[0].state == "queued":
        await _read(platform, workspace_id, found[0], last_try=last_try)
    await uploads.remove(platform, found[0].file_url)


async def report(platform: Platform, workspace_id: str, file_id: str) -> bool:
    """Tell the callback what became of a file; whether it answered 200."""
    async with platform.db.connection() as conn:
        found = await store.files(conn, workspace_id, file_id)
    if not found or found[0].callback_url is None:
        return True
    body = msgspec.json.encode(_callback(workspace_id, found[0]))
    headers = (("Content-Type", "application/json"),)
    answer = await platform.http.send(OutRequest("POST", found[0].callback_url, headers, body))
    return not isinstance(answer, OutFailure) and answer.status == 200


async def _queue(
    conn: Connection,
    platform: Platform,
    workspace_id: str,
    segment: Segment,
    request: FileRequest,
    operation: Operation,
) -> None:
    now = platform.clock.now()
    if await store.users_since(conn, workspace_id, now - timedelta(days=1)) >= MOST_USERS_A_DAY:
        raise faults.too_many_users(MOST_USERS_A_DAY)
    file = SegmentFile(
        ids.moengage_id() + ids.moengage_id()[:8],
        segment.id,
        segment.name,
        operation,
        request.attribute,
        request.attribute_type,
        request.file_url,
        request.callback_url,
    )
    await store.insert_file(conn, workspace_id, file, request.emails, now)
    await platform.jobs.enqueue(conn, FILE_JOB, {"workspace": workspace_id, "file": file.id, "try": 1})


async def _read(platform: Platform, workspace_id: str, file: SegmentFile, *, last_try: bool) -> None:
    with TemporaryDirectory(prefix="segment-", dir=platform.settings.data_dir) as folder:
        path = Path(folder) / "values.csv"
        try:
            await _download(platform, file, path)
        except DownloadFailed as failed:
            if not (failed.final or last_try):
                raise
            await _finish(platform, workspace_id, file, failed.message)
            return
        try:
            read_values = await asyncio.to_thread(values.read, path, file.attribute_type)
        except values.TooManyValues:
            await _finish(platform, workspace_id, file, TOO_MANY)
            return
    await _fill(platform, workspace_id, file, read_values)


async def _download(platform: Platform, file: SegmentFile, path: Path) -> None:
    if uploads.is_one(file.file_url):
        if not await uploads.bring(platform, file.file_url, path):
            raise DownloadFailed(NOT_DOWNLOADED, final=True)
        return
    got = await platform.http.download(
        file.file_url, path, max_bytes=LARGEST_FILE_BYTES, timeout_s=DOWNLOAD_TIMEOUT_S
    )
    if isinstance(got, OutFailure):
        if got.kind == "too_large":
            raise DownloadFailed(TOO_LARGE, final=True)
        raise DownloadFailed(NOT_DOWNLOADED, final=got.kind == "refused")


async def _fill(platform: Platform, workspace_id: str, file: SegmentFile, read: values.Values) -> None:
    """Find the users and write the list, the outcome and the job of the callback together."""
    async with platform.db.transaction() as conn:
        found: set[str] = set()
        for start in range(0, len(read.found), LOOKED_UP_AT_ONCE):
            part = read.found[start : start + LOOKED_UP_AT_ONCE]
            found.update(await _profiles(conn, workspace_id, file, part))
        outcome = Outcome(read.rows, len(read.found), len(found))
        if not await store.finish_file(conn, workspace_id, file.id, outcome, platform.clock.now()):
            return
        if file.operation == "remove":
            await store.remove_members(conn, workspace_id, file.segment_id, sorted(found))
        else:
            if file.operation == "replace":
                await store.remove_members(conn, workspace_id, file.segment_id, None)
            await store.add_members(conn, workspace_id, file.segment_id, sorted(found))
        await _enqueue_callback(conn, platform, workspace_id, file)


async def _profiles(
    conn: Connection, workspace_id: str, file: SegmentFile, part: list[values.Value]
) -> list[str]:
    if file.attribute_type == "double":
        numbers = [value for value in part if isinstance(value, float)]
        return await store.profiles_with_number(conn, workspace_id, file.attribute, numbers)
    texts = [(value, values.fold(value)) for value in part if isinstance(value, str)]
    return await store.profiles_with(conn, workspace_id, file.attribute, texts)


async def _finish(platform: Platform, workspace_id: str, file: SegmentFile, error: str) -> None:
    async with platform.db.transaction() as conn:
        if await store.finish_file(conn, workspace_id, file.id, error, platform.clock.now()):
            await _enqueue_callback(conn, platform, workspace_id, file)


async def _enqueue_callback(
    conn: Connection, platform: Platform, workspace_id: str, file: SegmentFile
) -> None:
    if file.callback_url is not None:
        payload = {"workspace": workspace_id, "file": file.id, "try": 1}
        await platform.jobs.enqueue(conn, CALLBACK_JOB, payload)


def _callback(workspace_id: str, file: SegmentFile) -> Json:
    named: Json = {"db_name": workspace_id, "segment_name": file.segment_name, "request_id": file.id}
    if file.state == "failed":
        return {**named, "status": 400, "error_message": file.error}
    return {
        **named,
        "values_found": file.values_found,
        "values_processed": file.values_processed,
        "user_count": file.user_count,
        "status": 201,
    }
