"""Every route of Engage."""

from fastapi import APIRouter

from reelpress.engage.attribution.routes import router as attribution_router
from reelpress.engage.attribution.routes import wire as install_router
from reelpress.engage.business_events.routes import router as business_events_router
from reelpress.engage.business_events.v5_routes import router as business_events_v5_router
from reelpress.engage.campaigns.children.routes import router as children_router
from reelpress.engage.campaigns.routes import router as campaigns_router
from reelpress.engage.campaigns.sends.routes import router as sends_router
from reelpress.engage.channels.email.mailbox.routes import router as mailbox_router
from reelpress.engage.content.routes import router as content_router
from reelpress.engage.custom_segments.file_routes import router as file_segments_router
from reelpress.engage.custom_segments.list_routes import router as segment_list_router
from reelpress.engage.custom_segments.routes import router as segments_router
from reelpress.engage.data_api.device_routes import router as device_router
from reelpress.engage.data_api.integration_routes import router as integrations_router
from reelpress.engage.data_api.key_routes import router as data_keys_router
from reelpress.engage.data_api.routes import router as data_api_router
from reelpress.engage.data_api.user_routes import router as user_router
from reelpress.engage.events.routes import router as events_router
from reelpress.engage.identifiers.routes import router as identifiers_router
from reelpress.engage.imports.routes import router as imports_router
from reelpress.engage.imports.wire import routers as file_import_routers
from reelpress.engage.oauth.routes import router as oauth_router
from reelpress.engage.previews.routes import router as previews_router
from reelpress.engage.privacy.routes import router as erasures_router
from reelpress.engage.privacy.wire import router as opengdpr_router
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
    # Before the routes with a workspace in their path, which would take `merge` for a workspace.
    user_router,
    device_router,
    integrations_router,
    install_router,
    *file_import_routers,
    opengdpr_router,
    data_api_router,
    data_keys_router,
    attribution_router,
    content_router,
    imports_router,
    erasures_router,
    events_router,
    identifiers_router,
    oauth_router,
    previews_router,
    profiles_router,
]
