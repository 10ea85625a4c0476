"""Read one file into Engage: fetched to the disk, taken in by batches, each batch with its results."""

import asyncio
import csv
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from reelpress.engage.data_api import service as data_api
from reelpress.engage.data_api.access import Workspace
from reelpress.engage.data_api.model import Batch, CustomerElement, EventElement
from reelpress.engage.imports import store
from reelpress.engage.imports.model import FileImport, RowResult, Run
from reelpress.engage.imports.rows import Element, UnusableRow, element_of, missing_columns
from reelpress.engage.profiles import store as profile_store
from reelpress.platform.context import Platform
from reelpress.platform.http_out.model import OutFailure

BATCH_ROWS = 500
LARGEST_FILE_BYTES = 200_000_000
DOWNLOAD_TIMEOUT_S = 600.0

Row = dict[str, str]


class UnusableFile(Exception):
    """Why a run fails as a whole, for the person who set it up."""


async def read(platform: Platform, workspace: Workspace, one: FileImport, run: Run) -> bool:
    """All rows of the file, from the first that is not done; False when somebody else reads it.

    Raises UnusableFile.
    """
    folder = platform.settings.data_dir / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.id}.csv"
    with ExitStack() as stack:
        stack.callback(path.unlink, missing_ok=True)
        size, content = await _fetch(platform, one, path)
        async with platform.db.transaction() as conn:
            first = await store.begin(conn, workspace.id, run.id, size, content)
        if first is None:
            return False
        if first != content:
            raise UnusableFile("the file changed while it was being read; run the import again")
        return await _take_in(platform, workspace, one, run, path)


async def _fetch(platform: Platform, one: FileImport, path: Path) -> tuple[int, bytes]:
    got = await platform.http.download(
        one.url,
        path,
        max_bytes=LARGEST_FILE_BYTES,
        timeout_s=DOWNLOAD_TIMEOUT_S,
        allow_http=one.allow_http,
    )
    if isinstance(got, OutFailure):
        raise UnusableFile(got.message)
    return got.size, await asyncio.to_thread(_digest, path)


async def _take_in(platform: Platform, workspace: Workspace, one: FileImport, run: Run, path: Path) -> bool:
    reached = run.row_reached
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, restval="")
            header = list(rows.fieldnames or [])
            if lacking := missing_columns(header, one.columns):
                raise UnusableFile(f"the file lacks the columns {', '.join(lacking)}")
            remaining = islice(_plain(rows), reached, None)
            while batch := list(islice(remaining, BATCH_ROWS)):
                results = await _accept(platform, workspace, one, run, reached, batch)
                async with platform.db.transaction() as conn:
                    if not await store.advance(conn, workspace.id, run.id, reached, results):
                        return False
                reached += len(batch)
    except UnicodeDecodeError as fault:
        raise UnusableFile("the file is not UTF-8") from fault
    except csv.Error as fault:
        raise UnusableFile("the file is no CSV file") from fault
    return True


async def _accept(
    platform: Platform,
    workspace: Workspace,
    one: FileImport,
    run: Run,
    reached: int,
    batch: Sequence[Row],
) -> list[RowResult]:
    """The results of a batch after it is stored; storing it again changes nothing."""
    elements: dict[int, Element] = {}
    results: dict[int, RowResult] = {}
    for number, row in enumerate(batch, reached + 1):
        if not any(value.strip() for value in row.values()):
            results[number] = RowResult(number, "skipped", "the row is empty")
            continue
        try:
            elements[number] = element_of(row, one)
        except UnusableRow as fault:
            results[number] = RowResult(number, "failed", str(fault))
    named = {element.identity.customer_id or "" for element in elements.values()}
    async with platform.db.connection() as conn:
        before = await profile_store.ids_by_customer_ids(conn, workspace.id, named)
    parsed = Batch(
        customers=tuple(one for one in elements.values() if isinstance(one, CustomerElement)),
        events=tuple(one for one in elements.values() if isinstance(one, EventElement)),
    )
    await data_api.accept(platform, workspace, parsed, f"import:{run.id}:{reached}")
    async with platform.db.connection() as conn:
        after = await profile_store.ids_by_customer_ids(conn, workspace.id, named)
    seen = set(before)
    for number, element in elements.items():
        customer_id = element.identity.customer_id or ""
        results[number] = _result(number, customer_id, after, seen)
        seen.add(customer_id)
    return [results[number] for number in sorted(results)]


def _result(number: int, customer_id: str, after: dict[str, str], seen: set[str]) -> RowResult:
    if customer_id not in after:
        return RowResult(number, "skipped", "there is no such customer")
    outcome = "updated" if customer_id in seen else "added"
    return RowResult(number, outcome, profile_id=after[customer_id])


def _plain(rows: Iterator[dict[Any, Any]]) -> Iterator[Row]:
    """The named cells; what stands beyond the last column has no name."""
    for row in rows:
        yield {name: value for name, value in row.items() if isinstance(name, str)}


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
