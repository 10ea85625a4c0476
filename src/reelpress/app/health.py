"""Is this process alive, is it of use, and what are its numbers."""

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from reelpress.console.web import STATIC
from reelpress.platform.auth import public
from reelpress.platform.db import Connection
from reelpress.platform.telemetry import JOBS_QUEUED
from reelpress.platform.web import PlatformDep

MARK = STATIC / "mark.svg"

router = APIRouter(tags=["health"], dependencies=[public("it says nothing of any workspace")])


@router.get("/", include_in_schema=False)
async def front_door() -> RedirectResponse:
    """People who type the address mean the console."""
    return RedirectResponse("/console")


@router.get("/favicon.ico", include_in_schema=False)
async def favicon() -> FileResponse:
    """Browsers ask for it on every page, also on those of media."""
    return FileResponse(MARK, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """200 while the process runs."""
    return PlainTextResponse("ok")


@router.get("/readyz")
async def readyz(platform: PlatformDep) -> JSONResponse:
    """200 while the database answers and the schema is there, else 503."""
    try:
        async with platform.db.connection() as conn:
            await conn.fetchval("SELECT count(*) FROM workspaces")
    except Exception as fault:
        return JSONResponse({"ready": False, "database": type(fault).__name__}, status_code=503)
    return JSONResponse({"ready": True, "database": "ok"})


@router.get("/metrics")
async def metrics(platform: PlatformDep) -> Response:
    """Prometheus text format 0.0.4."""
    async with platform.db.connection() as conn:
        await _count_jobs(conn)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _count_jobs(conn: Connection) -> None:
    rows = await conn.fetch("SELECT entrypoint, status::text, count(*) AS jobs FROM pgqueuer GROUP BY 1, 2")
    JOBS_QUEUED.clear()
    for row in rows:
        JOBS_QUEUED.labels(row["entrypoint"], row["status"]).set(row["jobs"])
