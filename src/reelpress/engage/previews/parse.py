"""From the JSON of a preview request to what it asks for (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from reelpress.engage.previews.model import CHANNELS, IDENTIFIER_TYPES, Asked, Fault, Identifier, Invalid

LONGEST_ID = 200
LONGEST_VALUE = 512

Choice = TypeVar("Choice", bound=str)


def asked(document: Mapping[str, Any]) -> Asked:
    """Raises Invalid with every fault."""
    faults: list[Fault] = []
    request_id = _text(document, "request_id", "", LONGEST_ID, faults)
    channel = _choice(document, "channel", "", CHANNELS, faults)
    user = _user(document, faults)
    content = _object(document, "campaign_content", "", faults)
    said = document.get("event_attributes") is not None
    event = _object(document, "event_attributes", "", faults) if said else None
    if faults or channel is None or user is None or content is None:
        raise Invalid(faults)
    return Asked(request_id, channel, user, event, content)


def _user(document: Mapping[str, Any], faults: list[Fault]) -> Identifier | None:
    path = "user_identification"
    user = _object(document, path, "", faults)
    if user is None:
        return None
    kind = _choice(user, "type", f"{path}.", IDENTIFIER_TYPES, faults)
    value = _text(user, "value", f"{path}.", LONGEST_VALUE, faults)
    return Identifier(kind, value) if kind is not None else None


def _object(document: Mapping[str, Any], name: str, path: str, faults: list[Fault]) -> dict[str, Any] | None:
    value = document.get(name)
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    faults.append(
        _missing(path + name) if value is None else Fault(path + name, f"{path}{name} must be an object.")
    )
    return None


def _text(document: Mapping[str, Any], name: str, path: str, longest: int, faults: list[Fault]) -> str:
    value = document.get(name)
    if value is None or value == "":
        faults.append(_missing(path + name))
    elif not isinstance(value, str) or len(value) > longest or "\0" in value:
        faults.append(Fault(path + name, f"{path}{name} must be a text of at most {longest} characters."))
    else:
        return value
    return ""


def _choice(
    document: Mapping[str, Any], name: str, path: str, choices: Sequence[Choice], faults: list[Fault]
) -> Choice | None:
    value = document.get(name)
    found = next((choice for choice in choices if choice == value), None)
    if found is None:
        one_of = f"{path}{name} must be one of: {', '.join(choices)}."
        faults.append(_missing(path + name) if value is None else Fault(path + name, one_of))
    return found


def _missing(target: str) -> Fault:
    return Fault(target, f"{target} value is required.")
