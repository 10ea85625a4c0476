"""From the JSON of a call to what it asks for, with the refusals of the v1.0 contract (pure)."""

import re
from collections.abc import Mapping
from typing import Any, cast

from reelpress.engage.business_events.model import (
    ATTRIBUTE_TYPES,
    Attribute,
    AttributeType,
    Detail,
    NewBusinessEvent,
    NewTrigger,
    Refused,
    Wanted,
    wrong,
)
from reelpress.engage.profiles.values import clean, clean_name

MOST_ATTRIBUTES = 100
MOST_WANTED = 100
BAD_REQUEST = "Bad request"

_EMAIL = re.compile(r"[^@\s\x00]{1,64}@[^@\s.\x00]+(?:\.[^@\s.\x00]+)+")
_TYPES: Mapping[str, AttributeType] = {name: name for name in ATTRIBUTE_TYPES}


def new_business_event(document: Mapping[str, Any]) -> NewBusinessEvent:
    """Raises Refused."""
    _only(document, ("event_name", "event_attributes", "created_by"), "BusinessEventCreateRequest")
    _require(document, ("event_name", "event_attributes", "created_by"))
    name = _name(document["event_name"], "event_name")
    given = document["event_attributes"]
    if not isinstance(given, list):
        raise _wrong_type("event_attributes", given)
    items = cast("list[object]", given)
    if len(items) > MOST_ATTRIBUTES:
        raise _invalid("event_attributes", f"a business event has at most {MOST_ATTRIBUTES} attributes")
    attributes = tuple(attribute(item) for item in items)
    repeated = [one.name for one in attributes if sum(one.name == other.name for other in attributes) > 1]
    if repeated:
        raise _invalid(repeated[0], "an attribute is named twice")
    return NewBusinessEvent(name, attributes, _email(document["created_by"], "created_by", BAD_REQUEST))


def new_trigger(document: Mapping[str, Any], *, named: bool = False) -> NewTrigger:
    """`named`: somebody must be named as the one who triggers. Raises Refused."""
    _only(document, ("event_name", "event_attributes", "triggered_by"), "BusinessEventTriggerRequest")
    _require(document, ("event_name", "event_attributes", *(("triggered_by",) if named else ())))
    name = _name(document["event_name"], "event_name")
    given = document["event_attributes"]
    if not isinstance(given, dict):
        raise _wrong_type("event_attributes", given)
    attributes: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", given).items():
        if value is None:
            continue
        cleaned = clean(value)
        if cleaned != value:
            raise _invalid(key, f"{key} - this value cannot be kept: it is too long, too deep or not Unicode")
        attributes[key] = value
    by = document.get("triggered_by")
    # The headline is the contract's own for this fault.
    address = _email(by, "triggered_by", "Business event does not exists") if by is not None else None
    return NewTrigger(name, attributes, address)


def wanted(document: Mapping[str, Any]) -> Wanted:
    """Raises Refused."""
    _only(document, ("event_ids", "event_names"), "BusinessEventSearchRequest")
    if document.get("event_ids") is None and document.get("event_names") is None:
        raise _missing("event_ids")
    return Wanted(
        ids=texts(document.get("event_ids"), "event_ids"),
        names=texts(document.get("event_names"), "event_names"),
    )


def texts(given: object, target: str) -> tuple[str, ...] | None:
    """A list of texts that may be left out. Raises Refused."""
    if given is None:
        return None
    if not isinstance(given, list):
        raise _wrong_type(target, given)
    items = cast("list[object]", given)
    if len(items) > MOST_WANTED:
        raise _invalid(target, f"{target} - at most {MOST_WANTED} values can be searched for")
    if not all(isinstance(item, str) and clean_name(item) == item for item in items):
        raise _invalid(target, f"{target} - every value is a text of 1 to 200 characters")
    return tuple(cast("list[str]", items))


def attribute(item: object) -> Attribute:
    """One attribute of a business event. Raises Refused."""
    if not isinstance(item, dict):
        raise _wrong_type("event_attributes", item)
    fields = cast("dict[str, Any]", item)
    _only(fields, ("attribute_name", "attribute_data_type"), "BusinessEventAttribute")
    _require(fields, ("attribute_name", "attribute_data_type"))
    name = _name(fields["attribute_name"], "attribute_name")
    kind = fields["attribute_data_type"]
    if not isinstance(kind, str) or kind not in _TYPES:
        message = f"['{name}'] - Wrong Attribute data type is passed : '{str(kind)[:50]}'"
        raise Refused(BAD_REQUEST, [Detail("MissingValue", [name], message)])
    return Attribute(name, _TYPES[kind])


def _only(document: Mapping[str, Any], known: tuple[str, ...], model: str) -> None:
    extra = next((name for name in document if name not in known), None)
    if extra is not None:
        shown = extra[:100]
        raise wrong(f"Additional fields are not allowed document schema for class {model}:{shown}", shown)


def _require(document: Mapping[str, Any], names: tuple[str, ...]) -> None:
    missing = [name for name in names if document.get(name) is None]
    if missing:
        raise Refused(BAD_REQUEST, [_missing(name).details[0] for name in missing])


def _missing(name: str) -> Refused:
    message = f"{name} - Field is required but value is None : None"
    return Refused(BAD_REQUEST, [Detail("MissingValue", name, message)])


def _name(given: object, target: str) -> str:
    if not isinstance(given, str) or clean_name(given) != given or not given.strip():
        raise _invalid(target, f"{target} - a name is a text of 1 to 200 characters")
    return given


def _email(given: object, target: str, headline: str) -> str:
    if isinstance(given, str) and len(given) <= 254 and _EMAIL.fullmatch(given):
        return given
    message = f"{target} - Invalid email address : '{str(given)[:100]}'"
    raise Refused(headline, [Detail("MissingValue", target, message)])


def _wrong_type(target: str, given: object) -> Refused:
    return _invalid(target, f"{target} - Wrong data type is passed : '{type(given).__name__}'")


def _invalid(target: str, message: str) -> Refused:
    return wrong(BAD_REQUEST, target, message)
