"""Sign in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from reelpress.console.access import Viewer
from reelpress.console.view import page
from reelpress.platform.auth import public, service, sessions
from reelpress.platform.errors import Refusal
from reelpress.platform.web import PlatformDep, caller_address

router = APIRouter(prefix="/console")
open_to_all = public("who signs in is not signed in yet")


@router.get("/sign-in", dependencies=[open_to_all])
async def form(request: Request, next: str = "") -> Response:
    """The form."""
    return page(request, "sign_in/form.html", next_path=_own_path(next), email="", fault=None)


@router.post("/sign-in", dependencies=[open_to_all])
async def sign_in(
    request: Request,
    platform: PlatformDep,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form()] = "",
) -> Response:
    """Check and start a session; the same words for an unknown person and a wrong password."""
    sessions.require_same_origin(request, platform)
    response: Response = RedirectResponse(_own_path(next) or "/console", status_code=303)
    try:
        async with platform.db.connection() as conn:
            person = await service.sign_in(conn, platform, email, password, caller_address(request, platform))
            if person is not None:
                await sessions.start(conn, platform, response, person.workspace_id, person.user_id)
                return response
        fault = "This e-mail and password do not belong together."
        status = 401
    except Refusal as refusal:
        fault = f"{refusal.message}: {refusal.fix}"
        status = refusal.status
    return page(
        request, "sign_in/form.html", status=status, next_path=_own_path(next), email=email, fault=fault
    )


@router.post("/sign-out")
async def sign_out(request: Request, platform: PlatformDep, principal: Viewer) -> Response:
    """End the session."""
    del principal
    response = RedirectResponse("/console/sign-in", status_code=303)
    async with platform.db.connection() as conn:
        await sessions.end(conn, platform, request, response)
    return response


def _own_path(path: str) -> str:
    """The path when it is one of the console's, else nothing: no open redirect."""
    ours = path.startswith("/console") and "//" not in path and "\\" not in path and "\n" not in path
    return path if ours else ""
