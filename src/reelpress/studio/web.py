"""Every route of Studio."""

from fastapi import APIRouter

from reelpress.studio.assets import routes as assets
from reelpress.studio.campaigns import routes as campaigns
from reelpress.studio.clients import routes as clients

routers: list[APIRouter] = [
    assets.router,
    campaigns.router,
    clients.router,
    clients.contract_router,
]
