"""Who may see a page: a person who is signed in; others are sent to the sign-in page."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Request
from fastapi.params import Depends as DependsParam

from reelpress.platform.auth import Access, Principal, Role, sessions
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.storable import require_storable_address


class SignInNeeded(Exception):
    """Nobody is signed in; `next_path` is where to go afterwards."""

    def __init__(self, next_path: str) -> None:
        super().__init__("sign in first")
        self.next_path = next_path


class PageMember(Access):
    """A session with at least a role; unsafe methods must come from our own pages."""

    def __init__(self, least: Role) -> None:
        self.least = least
        self.summary = f"{least.name} signed in to the console"

    async def __call__(self, request: Request) -> Principal:
        platform: Platform = request.app.state.platform
        principal = await sessions.principal(request, platform)
        if principal is None:
            path = request.url.path if request.method == "GET" else ""
            raise SignInNeeded(quote(path))
        if request.method not in ("GET", "HEAD"):
            sessions.require_same_origin(request, platform)
        if principal.role < self.least:
            raise Refusal(
                403, "forbidden", f"this needs the role {self.least.name}; yours is {principal.role.name}",
                fix="ask an admin of the workspace",
            )  # fmt: skip
        require_storable_address(request)
        return principal


def _page(least: Role) -> Any:
    return DependsParam(PageMember(least))


Viewer = Annotated[Principal, _page(Role.viewer)]
Marketer = Annotated[Principal, _page(Role.marketer)]
Admin = Annotated[Principal, _page(Role.admin)]
