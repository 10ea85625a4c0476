"""What a campaign needs before it may go out."""

from reelpress.engage.business_events import store as business_events
from reelpress.engage.campaigns import contents, dynamic
from reelpress.engage.campaigns.model import BY_EVENT, Campaign, DeliveryType
from reelpress.engage.campaigns.parsing import Faults
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal


async def require_ready(platform: Platform, campaign: Campaign) -> None:
    """Raises Refusals (400) with all that is missing or wrong."""
    faults = Faults()
    _check_start(campaign, faults)
    with faults.gathered():
        await _check_dynamic(platform, campaign)
    with faults.gathered():
        await contents.require_complete(
            platform, campaign.workspace_id, campaign.channel, campaign.definition.content
        )
    faults.refuse()


def _check_start(campaign: Campaign, faults: Faults) -> None:
    definition = campaign.definition
    if campaign.delivery_type not in BY_EVENT:
        if definition.trigger is not None:
            faults.add(
                Refusal(
                    400, "invalid_field", "this campaign has no trigger event", field="trigger",
                    fix="remove the trigger or choose EVENT_TRIGGERED",
                )
            )  # fmt: skip
        _check_repetition(campaign, faults)
        return
    if definition.trigger is None:
        faults.add(Refusal(400, "incomplete", "no event starts this campaign", field="trigger"))
    if definition.schedule is not None:
        faults.add(
            Refusal(
                400, "invalid_field", "an event-triggered campaign starts with its event", field="schedule",
                fix="remove the schedule",
            )
        )  # fmt: skip


def _check_repetition(campaign: Campaign, faults: Faults) -> None:
    periodic = campaign.delivery_type is DeliveryType.periodic
    repeats = bool((campaign.definition.schedule or {}).get("periodic_details"))
    if periodic and not repeats:
        faults.add(
            Refusal(
                400, "incomplete", "the schedule does not say how this campaign repeats",
                field="schedule.periodic_details", fix="give start_at and periodic_details",
            )
        )  # fmt: skip
    if repeats and not periodic:
        faults.add(
            Refusal(
                400, "invalid_field", "a one-time campaign does not repeat",
                field="schedule.periodic_details", fix="remove periodic_details or choose PERIODIC",
            )
        )  # fmt: skip


async def _check_dynamic(platform: Platform, campaign: Campaign) -> None:
    """A business event exists, has no conditions, and has what the audience compares with.

    Raises Refusal (400).
    """
    names = dynamic.attribute_names(campaign.definition.audience)
    if campaign.delivery_type is not DeliveryType.business_event_triggered:
        if names:
            raise Refusal(
                400, "invalid_field", "only a business event gives an audience its values", field="audience",
                fix="write the values out or choose BUSINESS_EVENT_TRIGGERED",
            )  # fmt: skip
        return
    trigger = campaign.definition.trigger
    if trigger is None:
        return  # said already
    if trigger["conditions"]:
        raise Refusal(
            400, "invalid_field", "a business event has no conditions", field="trigger.conditions",
            fix="compare its attributes in the audience",
        )  # fmt: skip
    async with platform.db.connection() as conn:
        event = await business_events.by_name(conn, campaign.workspace_id, trigger["event_name"])
    if event is None:
        raise Refusal(
            400, "unknown_event", "there is no such business event", field="trigger.event_name",
            fix="create it with POST /v1.0/business_event",
        )  # fmt: skip
    unknown = sorted(names - {attribute.name for attribute in event.attributes})
    if unknown:
        raise Refusal(
            400, "invalid_field", f"the business event has no attribute {unknown[0]!r}", field="audience"
        )
