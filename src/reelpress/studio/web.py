"""Every route of Studio."""

from fastapi import APIRouter

from reelpress.studio.assets import routes as assets
from reelpress.studio.campaigns import routes as campaigns
from reelpress.studio.clients import routes as clients
from reelpress.studio.erasures import routes as erasures
from reelpress.studio.media import routes as media
from reelpress.studio.requests import management as requests_management
from reelpress.studio.requests import routes as requests

routers: list[APIRouter] = [
    assets.router,
    campaigns.router,
    clients.router,
    clients.contract_router,
    requests.router,
    requests_management.router,
    erasures.router,
    media.router,
]
