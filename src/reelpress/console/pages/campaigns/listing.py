"""The list of campaigns, and the choice that starts another."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from reelpress.console.access import Marketer, Viewer
from reelpress.console.pages.campaigns.look import DELIVERY_WORDS, STATUS_LOOK, channel_words, member_of
from reelpress.console.route import PageRoute
from reelpress.console.view import page
from reelpress.engage.campaigns import service
from reelpress.engage.campaigns.model import Channel, DeliveryType, Status
from reelpress.engage.campaigns.sends import service as sends
from reelpress.platform.auth import Role
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/console/campaigns", route_class=PageRoute)

_TYPES = (
    (DeliveryType.one_time, "Once, now or at a time, to everybody in the audience."),
    (DeliveryType.periodic, "Again and again: daily, weekly or monthly."),
    (DeliveryType.event_triggered, "Each time a customer does something."),
    (
        DeliveryType.business_event_triggered,
        "To everybody in it when a business event is triggered.",
    ),
)


@router.get("")
async def index(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    channel: str = "",
    status: str = "",
    before: str | None = None,
) -> Response:
    """Newest first, with what each has sent."""
    found = await service.list_campaigns(
        platform,
        principal.workspace_id,
        channel=member_of(Channel, channel),
        status=member_of(Status, status),
        before=before,
    )
    counts = await sends.counts(platform, principal.workspace_id, [one.id for one in found])
    return page(
        request,
        "campaigns/index.html",
        principal,
        campaigns=found,
        counts=counts,
        channel=channel,
        chosen_status=status,
        next_id=found[-1].id if len(found) == service.PAGE_SIZE else None,
        statuses=[(one.value, words) for one, (_, words) in STATUS_LOOK.items()],
        delivery_words=DELIVERY_WORDS,
        status_look=STATUS_LOOK,
        channel_words=channel_words,
        may_change=principal.role >= Role.marketer,
    )


@router.get("/new")
async def choose(
    request: Request, principal: Marketer, channel: str = "CONNECTOR", business_event: str = ""
) -> Response:
    """Connectors > Custom or Email, and how it is delivered; by a business event where one is named."""
    chosen = DeliveryType.business_event_triggered if business_event else DeliveryType.event_triggered
    return page(
        request,
        "campaigns/choose.html",
        principal,
        types=[(one.value, DELIVERY_WORDS[one], words) for one, words in _TYPES],
        chosen=chosen.value,
        channel=channel,
        business_event=business_event,
    )
