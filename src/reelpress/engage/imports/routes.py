"""`/api/v1/imports`: set imports up, look at their runs and rows, archive them."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from reelpress.engage.imports import service, store
from reelpress.engage.imports.model import Columns, FileImport, RowResult, Run
from reelpress.platform.auth import Principal, Role, audit, member
from reelpress.platform.errors import Refusal, not_found
from reelpress.platform.web import PlatformDep

MOST_LISTED = 500
MOST_COLUMNS = 256

router = APIRouter(prefix="/api/v1/imports", tags=["Imports"])

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class NewImport(BaseModel):
    """A CSV file (UTF-8, a header row) behind a URL."""

    name: Name
    kind: Literal["USERS", "EVENTS"] = "USERS"
    url: Annotated[str, Field(min_length=1, max_length=2048, pattern=r"^[^\x00]+$")]
    allow_http: bool = False
    customer_id_column: Name
    attributes: dict[Name, Name] = Field(
        default={},
        max_length=MOST_COLUMNS,
        description="Attribute names by column; empty: every other column under its own name.",
    )
    event: Name | None = Field(default=None, description="Of events: the name of all, or of its column.")
    event_in_column: bool = False
    time_column: Name | None = Field(default=None, description="Of events: ISO 8601 or epoch; in UTC.")
    existing_only: bool = Field(default=False, description="Make no customers.")
    every_minutes: int | None = Field(
        default=None, ge=5, le=525_600, description="Run again and again; unset: run once, now."
    )


@router.post("", status_code=201)
async def create_import(body: NewImport, platform: PlatformDep, principal: Marketer) -> dict[str, Any]:
    """Set an import up; one without a period runs at once."""
    if (body.kind == "EVENTS") == (body.event is None):
        raise Refusal(400, "bad_event", "events have a name, and only they", field="event")
    wanted = FileImport(
        workspace_id=principal.workspace_id,
        id="",
        name=body.name,
        kind=body.kind,
        file_name="",
        url=body.url,
        allow_http=body.allow_http,
        columns=Columns(
            body.customer_id_column,
            body.attributes,
            body.event,
            body.event_in_column,
            body.time_column,
            body.existing_only,
        ),
        every_minutes=body.every_minutes,
        next_at=None,
        created_by=principal.actor,
        created_at=platform.clock.now(),
        archived_at=None,
    )
    async with platform.db.transaction() as conn:
        made = await service.create(conn, platform, wanted)
        await audit(conn, principal, "import.created", made.id, {"name": made.name})
    return _shown(made)


@router.get("")
async def list_imports(platform: PlatformDep, principal: Viewer) -> dict[str, Any]:
    """Imports, archived ones too, the youngest first."""
    async with platform.db.connection() as conn:
        found = await store.every(conn, principal.workspace_id, service.url_opener(platform))
    return {"imports": [_shown(one) for one in found]}


@router.get("/{import_id}")
async def read_import(platform: PlatformDep, principal: Viewer, import_id: str) -> dict[str, Any]:
    """One import with its runs, the latest first."""
    async with platform.db.connection() as conn:
        found = await service.get(conn, platform, principal.workspace_id, import_id)
        runs = await store.runs(conn, principal.workspace_id, [found.id])
    return {**_shown(found), "runs": [_run(run) for run in runs]}


@router.get("/{import_id}/runs/{run_id}/rows")
async def list_rows(
    platform: PlatformDep,
    principal: Viewer,
    import_id: str,
    run_id: str,
    outcome: Literal["added", "updated", "skipped", "failed"] | None = None,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
) -> dict[str, Any]:
    """What became of each row, in the order of the file; kept for 90 days."""
    async with platform.db.connection() as conn:
        found = await service.get(conn, platform, principal.workspace_id, import_id)
        run = await store.run(conn, principal.workspace_id, run_id.replace("\0", ""))
        if run is None or run.import_id != found.id:
            raise not_found("run", run_id)
        rows = await store.row_results(conn, principal.workspace_id, run.id, outcome, after, limit)
    return {"rows": [_row(row) for row in rows]}


@router.delete("/{import_id}")
async def archive_import(platform: PlatformDep, principal: Marketer, import_id: str) -> dict[str, Any]:
    """End an import; its runs stay."""
    async with platform.db.transaction() as conn:
        found = await service.get(conn, platform, principal.workspace_id, import_id)
        await store.archive(conn, principal.workspace_id, found.id, platform.clock.now())
        await audit(conn, principal, "import.archived", found.id)
        found = await service.get(conn, platform, principal.workspace_id, found.id)
    return _shown(found)


def _shown(one: FileImport) -> dict[str, Any]:
    parts = urlsplit(one.url)
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        # The query may be a signature.
        "url": f"{parts.scheme}://{parts.hostname}{parts.path}",
        "customer_id_column": one.columns.customer_id,
        "attributes": dict(one.columns.attributes),
        "event": one.columns.event,
        "every_minutes": one.every_minutes,
        "next_at": one.next_at.isoformat() if one.next_at else None,
        "created_by": one.created_by,
        "created_at": one.created_at.isoformat(),
        "archived_at": one.archived_at.isoformat() if one.archived_at else None,
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "state": run.state,
        "message": run.message,
        "rows": run.row_reached,
        "added": run.added,
        "updated": run.updated,
        "skipped": run.skipped,
        "failed": run.failed,
        "scheduled_at": run.scheduled_at.isoformat(),
        "completed_at": run.completed_at.isoformat() if run.completed_at else None,
    }


def _row(row: RowResult) -> dict[str, Any]:
    return {
        "row": row.number,
        "outcome": row.outcome,
        "reason": row.reason,
        "profile_id": row.profile_id,
    }
