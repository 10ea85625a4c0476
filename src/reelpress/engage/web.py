"""Every route of Engage."""

from fastapi import APIRouter

from reelpress.engage.business_events.routes import router as business_events_router
from reelpress.engage.business_events.v5_routes import router as business_events_v5_router
from reelpress.engage.campaigns.children.routes import router as children_router
from reelpress.engage.campaigns.routes import router as campaigns_router
from reelpress.engage.campaigns.sends.routes import router as sends_router
from reelpress.engage.channels.email.mailbox.routes import router as mailbox_router
from reelpress.engage.custom_segments.file_routes import router as file_segments_router
from reelpress.engage.custom_segments.list_routes import router as segment_list_router
from reelpress.engage.custom_segments.routes import router as segments_router
from reelpress.engage.data_api.key_routes import router as data_keys_router
from reelpress.engage.data_api.routes import router as data_api_router
from reelpress.engage.events.routes import router as events_router
from reelpress.engage.oauth.routes import router as oauth_router
from reelpress.engage.previews.routes import router as previews_router
from reelpress.engage.profiles.routes import router as profiles_router

routers: list[APIRouter] = [
    business_events_router,
    business_events_v5_router,
    campaigns_router,
    children_router,
    sends_router,
    mailbox_router,
    segments_router,
    file_segments_router,
    segment_list_router,
    data_api_router,
    data_keys_router,
    events_router,
    oauth_router,
    previews_router,
    profiles_router,
]
