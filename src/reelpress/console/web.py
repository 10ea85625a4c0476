"""The console put on an app: pages, static files, what happens when nobody is signed in."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from reelpress.console.access import SignInNeeded
from reelpress.console.pages import routers
from reelpress.console.view import PageFault, show_fault

STATIC = Path(__file__).parent / "static"


def mount_console(app: FastAPI) -> None:
    """Add every page below /console."""
    app.mount("/console/static", StaticFiles(directory=STATIC), name="console-static")
    for router in routers:
        app.include_router(router, include_in_schema=False)
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(PageFault, show_fault)


async def _to_sign_in(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, SignInNeeded)
    target = f"/console/sign-in?next={fault.next_path}" if fault.next_path else "/console/sign-in"
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)
