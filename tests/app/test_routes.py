"""Every route says who may call it."""

from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from reelpress.app import build_app
from reelpress.platform.auth import Access
from reelpress.platform.context import Platform


def _accesses(route: RouteContext) -> list[Access]:
    found: list[Access] = []
    pending = [route.dependant]
    while pending:
        dependant = pending.pop()
        if isinstance(dependant.call, Access):
            found.append(dependant.call)
        pending += dependant.dependencies
    return found


def _routes(platform: Platform) -> list[RouteContext]:
    contexts = iter_route_contexts(build_app(platform).routes)
    return [context for context in contexts if isinstance(context.original_route, APIRoute)]


async def test_every_route_has_exactly_one_access(platform: Platform) -> None:
    wrong = {
        f"{sorted(route.methods)} {route.path}": [access.summary for access in _accesses(route)]
        for route in _routes(platform)
        if len(_accesses(route)) != 1
    }
    assert not wrong


async def test_there_are_routes_to_check(platform: Platform) -> None:
    assert len(_routes(platform)) > 80
