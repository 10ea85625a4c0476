"""`/v1.0/data/fileimports` and `/v1/fileimports`: trigger imports and look at them."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reelpress.engage.data_api import partner_documents as documents
from reelpress.engage.data_api import rates
from reelpress.engage.data_api.access import UnnamedCaller
from reelpress.engage.data_api.body import EVENT_BODY, read_document
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.route import DataApiRoute
from reelpress.engage.imports import service, store
from reelpress.engage.imports.asking import (
    ImportFault,
    Page,
    chosen_import,
    parse_details,
    parse_history,
    state_of,
)
from reelpress.engage.imports.model import FileImport, Run
from reelpress.platform import ids
from reelpress.platform.context import Platform
from reelpress.platform.web import PlatformDep

NO_IMPORT = {
    "status": "fail",
    "error_type": "NOT_FOUND",
    "message": "This import is either deleted or expired.",
}
RAN_LATELY = {
    "status": "fail",
    "error_type": "ALREADY_EXISTS",
    "message": "Import has run in the last 5 min.",
}
TRIGGERED = {"status": "success", "message": "Triggered Import Successfully"}
WRONG_KEY = (
    "Password (APP_KEY) doesn't match the one available on the dashboard. Kindly ensure the same APP_KEY "
    "available on the dashboard is used."
)


class ImportRoute(DataApiRoute):
    """The file import pages answer refusals with `title` and `description`."""

    def refusal(self, fault: DataApiFault) -> dict[str, object]:
        if isinstance(fault, ImportFault):
            return fault.body()
        match fault.status:
            case 400 | 413:
                return {
                    "success": False,
                    "status_code": "400 Bad Request",
                    "data": "Unable to process the request",
                }
            case 401:
                title, description = _unauthorized(fault.message)
                return {"title": title, "description": description}
            case 415:
                return {"title": "Unsupported media type", "description": "Content type is not supported"}
            case 500:
                message = "An unexpected error was encountered while processing this request."
                return {"title": "Server Error", "description": message, "code": ids.response_id()}
            case _:
                return fault.body()


def _routers() -> list[APIRouter]:
    """The pages name a host of their own with one prefix; the overview names the common one."""
    made: list[APIRouter] = []
    for prefix in ("/v1.0/data/fileimports", "/v1/fileimports"):
        router = APIRouter(prefix=prefix, tags=["File imports"], route_class=ImportRoute)
        router.post("/trigger/{schedule}", **documents.TRIGGER)(trigger)
        router.post("/import/status", **documents.IMPORTS)(import_details)
        router.post("/import/run/history", **documents.IMPORT_RUNS)(run_history)
        made.append(router)
    return made


async def trigger(platform: PlatformDep, caller: UnnamedCaller, request: Request) -> JSONResponse:
    """Run an import now; once in five minutes."""
    async with platform.db.transaction() as conn:
        try:
            started = await service.trigger(conn, platform, caller.id, request.path_params["schedule"])
        except service.RanLately:
            return JSONResponse(RAN_LATELY, status_code=400)
    return JSONResponse(TRIGGERED) if started else JSONResponse(NO_IMPORT, status_code=400)


async def import_details(request: Request, platform: PlatformDep, caller: UnnamedCaller) -> JSONResponse:
    """Imports by name, kind, schedule, state and day; 50 to a page."""
    asked = parse_details(await read_document(request, EVENT_BODY))
    await rates.spend(request, platform, caller.id, "import_status")
    imports, runs = await _known(platform, caller.id)
    found = [one for one in imports if asked.covers(one, runs.get(one.id, []))]
    return JSONResponse(
        _answer(asked.page, [_import(one, runs.get(one.id, []), caller.time_zone) for one in found])
    )


async def run_history(request: Request, platform: PlatformDep, caller: UnnamedCaller) -> JSONResponse:
    """The runs of one import; 50 to a page."""
    asked = parse_history(await read_document(request, EVENT_BODY))
    await rates.spend(request, platform, caller.id, "import_status")
    imports, runs = await _known(platform, caller.id)
    one = chosen_import(imports, asked)
    found = [run for run in runs.get(one.id, []) if asked.covers(run)]
    shown = asked.page.of(found)
    if not shown and asked.page.number > 1:
        raise ImportFault.unknown()
    return JSONResponse(_answer(asked.page, [_run(run, one) for run in found]))


async def _known(platform: Platform, workspace_id: str) -> tuple[list[FileImport], Mapping[str, list[Run]]]:
    async with platform.db.connection() as conn:
        imports = await store.every(conn, workspace_id, service.url_opener(platform))
        runs: dict[str, list[Run]] = {}
        for run in await store.runs(conn, workspace_id, [one.id for one in imports]):
            runs.setdefault(run.import_id, []).append(run)
    return imports, runs


def _answer(page: Page, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "status": "success",
        "total_count": len(items),
        "data": page.of(items),
        "offset": page.number,
        "more_files": page.has_more(items),
    }


def _import(one: FileImport, runs: list[Run], time_zone: str) -> dict[str, Any]:
    last = runs[0] if runs else None
    return {
        "import_id": one.id,
        "import_name": one.name,
        "last_run_status": last.state if last else "",
        "import_type": one.kind,
        "schedule_type": one.schedule,
        "import_source": "CSV",
        "custom_segment_config": {},
        "aux_data_config": {},
        "total_files": len(runs),
        "processed_files": sum(run.completed_at is not None for run in runs),
        "total_rows": sum(run.row_reached for run in runs),
        "processed_rows": sum(run.added + run.updated for run in runs),
        "created_at": one.created_at.isoformat(),
        "last_run_at": last.scheduled_at.isoformat() if last else None,
        "next_scheduled_at": one.next_at.isoformat() if one.next_at else None,
        "created_by_email": one.created_by,
        "status": state_of(one, last),
        "time_zone": time_zone,
    }


def _run(run: Run, one: FileImport) -> dict[str, Any]:
    return {
        "id": run.id,
        "file_name": one.file_name,
        "scheduled_at": run.scheduled_at.isoformat(),
        "completed_at": run.completed_at.isoformat() if run.completed_at else None,
        "type": one.kind,
        "file_size": str(run.size_bytes or 0),
        "file_status": run.state,
        "status_msg": run.message,
        "total_rows": run.row_reached,
        "skipped_rows": run.skipped,
        "updated_rows": run.updated,
        "failed_rows": run.failed,
        "aux_data_added_count": 0,
        "aux_data_failed_count": 0,
        "added_rows": run.added,
    }


def _unauthorized(message: str) -> tuple[str, str]:
    if "doesn't match the Username" in message:
        return "HeaderMismatch", message.rstrip(".")
    if "mismatch" in message:
        return "AuthenticationInvalid", WRONG_KEY
    return "HeaderMissing", message


routers = _routers()
