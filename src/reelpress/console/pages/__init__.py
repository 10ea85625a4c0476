"""One module a page or a small family of pages; each has a `router`."""

from fastapi import APIRouter

from reelpress.console.pages import (
    assets,
    authorization,
    business_events,
    campaigns,
    clients,
    content,
    home,
    identifiers,
    mailbox,
    media_campaigns,
    media_requests,
    profiles,
    segments,
    settings,
    sign_in,
)

routers: list[APIRouter] = [
    sign_in.router,
    home.router,
    profiles.router,
    mailbox.router,
    *media_campaigns.routers,
    assets.router,
    media_requests.router,
    clients.router,
    *campaigns.routers,
    business_events.router,
    content.router,
    *segments.routers,
    settings.router,
    identifiers.router,
    authorization.router,
]
