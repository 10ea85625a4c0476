"""Which routes one HTTP server answers and which jobs a worker knows."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from reelpress.app import health, tokens, workspaces
from reelpress.console.web import mount_console
from reelpress.engage.data_api.front import Front
from reelpress.engage.data_api.intake import Intake
from reelpress.engage.data_api.recent_keys import RecentKeys
from reelpress.engage.web import routers as engage_routers
from reelpress.engage.work import register as register_engage
from reelpress.platform.auth.service import forget_what_is_over
from reelpress.platform.context import Platform
from reelpress.platform.crypto import read_or_make
from reelpress.platform.ids import new_token
from reelpress.platform.jobs import Registry
from reelpress.platform.web import RequestScope, answer_refusals
from reelpress.studio.web import routers as studio_routers
from reelpress.studio.work import register as register_studio

DESCRIPTION = "Studio makes personal media; Engage knows customers and runs campaigns."


def build_app(platform: Platform) -> FastAPI:
    """The HTTP side: vendor paths at the root, management under /api/v1, console, media, health."""
    app = FastAPI(title="Reelpress", description=DESCRIPTION, version="0.1.0", docs_url=None, redoc_url=None)
    app.state.platform = platform
    app.state.operator_token = operator_token(platform)
    app.state.intake = Intake(platform)
    app.state.recent_keys = RecentKeys()
    app.add_middleware(Front)
    app.add_middleware(RequestScope)
    answer_refusals(app)
    for router in (health.router, workspaces.router, tokens.router, *studio_routers, *engage_routers):
        app.include_router(router)
    mount_console(app)
    if platform.settings.samples_dir is not None:
        app.mount("/samples", StaticFiles(directory=platform.settings.samples_dir), name="samples")
    return app


def build_registry() -> Registry:
    """The job side, for workers and the scheduler."""
    registry = Registry()
    register_studio(registry)
    register_engage(registry)
    registry.every("platform.forget", "17 * * * *", forget_what_is_over)
    return registry


def operator_token(platform: Platform) -> str:
    """The token that may create workspaces."""
    setting = platform.settings.operator_token
    if setting is not None:
        return setting.get_secret_value()
    return read_or_make(platform.settings.data_dir / "operator.token", new_token)
