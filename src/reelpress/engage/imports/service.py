"""Set imports up, start them, run them."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from reelpress.engage.data_api.access import Workspace
from reelpress.engage.imports import reading, store
from reelpress.engage.imports.model import FileImport
from reelpress.engage.imports.reading import UnusableFile
from reelpress.platform import ids
from reelpress.platform.auth.store import workspace as find_workspace
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found

RUN_JOB = "engage.imports.run"
PURPOSE = "import url"
PAUSE = timedelta(minutes=5)
DUE_AT_ONCE = 200
RESULTS_KEPT = timedelta(days=90)
LONGEST_FILE_NAME = 200


class RanLately(Exception):
    """The import has run in the last five minutes."""


def url_opener(platform: Platform) -> Callable[[bytes], str]:
    """What makes a stored URL readable."""
    return lambda sealed: platform.keys.decrypt(sealed, purpose=PURPOSE).decode()


async def create(conn: Connection, platform: Platform, wanted: FileImport) -> FileImport:
    """Keep an import; one without a period is started at once. Raises Refusal (400, 409)."""
    refused = await platform.http.check_url(wanted.url, allow_http=wanted.allow_http)
    if refused is not None:
        raise Refusal(400, "bad_url", refused, field="url")
    now = platform.clock.now()
    made = replace(
        wanted,
        id=ids.moengage_id(),
        file_name=_file_name(wanted.url),
        next_at=None if wanted.every_minutes is None else now,
        created_at=now,
    )
    sealed = platform.keys.encrypt(made.url.encode(), purpose=PURPOSE)
    columns: dict[str, Any] = {**asdict(made.columns), "attributes": dict(made.columns.attributes)}
    if not await store.insert(conn, made, sealed, columns):
        raise Refusal(409, "name_taken", "another import has this name", field="name")
    if made.every_minutes is None:
        await _start(conn, platform, [(made.workspace_id, made.id)])
    return made


async def get(conn: Connection, platform: Platform, workspace_id: str, import_id: str) -> FileImport:
    """Raises Refusal (404)."""
    found = await store.get(conn, workspace_id, import_id.replace("\0", ""), url_opener(platform))
    if found is None:
        raise not_found("import", import_id)
    return found


async def trigger(conn: Connection, platform: Platform, workspace_id: str, import_id: str) -> bool:
    """Start an import; False when there is none, or it is archived. Raises RanLately."""
    found = await store.get(conn, workspace_id, import_id.replace("\0", ""), url_opener(platform), lock=True)
    if found is None or found.archived_at is not None:
        return False
    if await store.ran_since(conn, workspace_id, found.id, platform.clock.now() - PAUSE):
        raise RanLately
    await _start(conn, platform, [(workspace_id, found.id)])
    return True


async def start_due(platform: Platform) -> None:
    """Start every import whose moment has come."""
    async with platform.db.transaction() as conn:
        due = await store.take_due(conn, platform.clock.now(), DUE_AT_ONCE)
        if due:
            await _start(conn, platform, due)


async def forget(platform: Platform) -> None:
    """Results of rows after 90 days."""
    async with platform.db.transaction() as conn:
        await store.forget_rows(conn, platform.clock.now(), RESULTS_KEPT)


async def run(platform: Platform, workspace_id: str, run_id: str) -> None:
    """Read the file of a run from where it stands; a run that is over is left alone."""
    async with platform.db.connection() as conn:
        found = await store.run(conn, workspace_id, run_id)
        workspace = await find_workspace(conn, workspace_id)
        if found is None or workspace is None or found.completed_at is not None:
            return
        one = await get(conn, platform, workspace_id, found.import_id)
    fault: str | None = None
    try:
        if not await reading.read(platform, Workspace(workspace.id, workspace.time_zone), one, found):
            return
    except UnusableFile as unusable:
        fault = str(unusable)
    async with platform.db.transaction() as conn:
        await store.complete(conn, workspace_id, run_id, platform.clock.now(), fault)


async def _start(conn: Connection, platform: Platform, imports: list[tuple[str, str]]) -> None:
    runs = [(workspace_id, import_id, ids.moengage_id()) for workspace_id, import_id in imports]
    await store.insert_runs(conn, runs, platform.clock.now())
    payloads = [{"workspace": workspace_id, "run": run_id} for workspace_id, _, run_id in runs]
    await platform.jobs.enqueue_many(conn, RUN_JOB, payloads)


def _file_name(url: str) -> str:
    return unquote(PurePosixPath(urlsplit(url).path).name)[:LONGEST_FILE_NAME].replace("\0", "") or "file.csv"
