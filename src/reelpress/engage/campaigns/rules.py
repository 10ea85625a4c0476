"""The rules of a campaign: whom it is for, and which events start it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reelpress.engage.audiences.match import Matcher, Subject, compile_rule
from reelpress.engage.audiences.model import Rule
from reelpress.engage.audiences.parse import parse_event_rule, parse_rule
from reelpress.engage.audiences.times import Moment
from reelpress.engage.campaigns import dynamic
from reelpress.engage.campaigns.model import Json, Trigger

ALL_USERS: Json = {"is_all_user_campaign": True}


@dataclass(frozen=True, slots=True)
class Start:
    """What an event and its customer must be like, compiled once per version.

    `audience` may name custom segments, which change: it is compiled with what they mean at present.
    """

    event_name: str
    event: Matcher
    audience: Rule

    def is_started_by(self, event_name: str, attributes: Mapping[str, Any], moment: Moment) -> bool:
        """Whether the event is the one meant, whoever it is of."""
        return event_name == self.event_name and self.event(Subject(attributes, moment))


def compile_start(trigger: Json, audience: Json, display_names: Mapping[str, str]) -> Start:
    """From a stored version; its rules were checked when it was saved."""
    return Start(
        trigger["event_name"],
        compile_rule(parse_event_rule(trigger["conditions"])),
        parse_rule(audience, display_names),
    )


def checked_trigger(trigger: Trigger | None) -> Json | None:
    """The JSON a version keeps. Raises RuleFault with the path of what is wrong."""
    if trigger is None:
        return None
    parse_event_rule(trigger.conditions, "trigger.conditions")
    return trigger.model_dump(mode="json")


def audience_rule(audience: Json | None, display_names: Mapping[str, str]) -> Rule:
    """What a given audience means; nothing means everybody. Raises RuleFault."""
    return parse_rule(ALL_USERS if audience is None else dynamic.sampled(audience), display_names, "audience")
