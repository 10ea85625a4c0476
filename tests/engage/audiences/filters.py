"""Filters as JSON, and whether they hold for somebody."""

from datetime import UTC, datetime
from typing import Any

from reelpress.engage.audiences import match
from reelpress.engage.audiences.match import Happening, Subject
from reelpress.engage.audiences.model import Rule
from reelpress.engage.audiences.times import Moment

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def matches(rule: Rule, attributes: dict[str, Any], zone: str = "UTC") -> bool:
    return match.matches(rule, Subject(attributes, Moment(NOW, zone)))


def condition(**fields: Any) -> dict[str, Any]:
    return {
        "filter_type": "user_attributes",
        "name": "tier",
        "data_type": "string",
        "operator": "is",
        **fields,
    }


def action(**fields: Any) -> dict[str, Any]:
    return {
        "filter_type": "actions",
        "action_name": "Bought",
        "executed": True,
        "execution": {"type": "atleast", "count": 1},
        **fields,
    }


def did(rule: Rule, *times: datetime, zone: str = "UTC", **attributes: Any) -> bool:
    """Whether the rule holds for who bought at these times."""
    events = {"Bought": [Happening(at, attributes) for at in times]}
    return match.matches(rule, Subject({}, Moment(NOW, zone), events))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)
