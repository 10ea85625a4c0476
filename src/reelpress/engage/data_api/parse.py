"""From the JSON of a call to what it asks for, with the contract's word for every fault (pure)."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from reelpress.engage.data_api.attributes import parse_change
from reelpress.engage.data_api.faults import DataApiFault, malformed, missing
from reelpress.engage.data_api.model import Action, Batch, CustomerElement, DeviceElement, EventElement
from reelpress.engage.events.times import ClaimedTime, read_offset, read_time
from reelpress.engage.profiles import values
from reelpress.engage.profiles.changes import Identity
from reelpress.engage.profiles.values import clean_attributes

MOST_EVENT_ATTRIBUTES = 100
MOST_EVENT_OBJECTS = 5
REFUSED_CUSTOMER_IDS = frozenset(
    [
        *("unknown", "guest", "null", "none", "empty", "na", "n/a", "''", '""', "true", "false"),
        *("0", "1", "2", "-1", "-2"),
        *("id", "uid", "userid", "user_id", "customer_id", "user_attribute_unique_id", "dummy_seller_code"),
    ]
)
ENVELOPE_FAULTS = frozenset({"customer_id", "actions", "action", "elements", "type"})
"""Attributes whose faults refuse a bulk call as a whole; an element with another fault is left out."""

Identifiers = Mapping[str, str]
"""Names that calls may use -> the attribute key each stands for."""
STANDARD: Identifiers = {
    "moe_email": "u_em",
    "moe_mobile": "u_mb",
    "email": "u_em",
    "mobile": "u_mb",
    "u_em": "u_em",
    "u_mb": "u_mb",
}
_NAMING = ("moe_email", "moe_mobile")  # of STANDARD, among the attributes of a customer
_DETAILS = ("app_version", "moe_os_type")


@cache
def identifiers_of(activated: tuple[str, ...]) -> Identifiers:
    """What calls to a workspace may use that activated these attribute keys."""
    return {**STANDARD, **dict(zip(activated, activated, strict=True))}


def parse_customer(document: dict[str, Any], known: Identifiers = STANDARD) -> Batch:
    """A Track User call. Raises DataApiFault."""
    require_type(document, "customer")
    return Batch(customers=(_customer(document, known),))


def parse_event(document: dict[str, Any], known: Identifiers = STANDARD) -> Batch:
    """A Track Event call. Raises DataApiFault."""
    require_type(document, "event")
    return Batch(events=(_event(document, known),))


def parse_transition(document: dict[str, Any], known: Identifiers = STANDARD) -> Batch:
    """A bulk call. Raises DataApiFault for the envelope; a faulty value costs its element only."""
    require_type(document, "transition")
    elements = document.get("elements")
    if elements is None:
        raise missing("elements")
    if not isinstance(elements, list):
        raise malformed("elements")
    if not elements:
        raise DataApiFault(400, "MissingAttributeError", "elements cannot be empty array", "elements")
    parsed: list[CustomerElement | EventElement | DeviceElement] = []
    skipped: Counter[str] = Counter()
    for element in cast("list[object]", elements):
        try:
            parsed.append(_element(element, known))
        except DataApiFault as fault:
            if fault.kind == "Malformed JSON" or fault.attribute in ENVELOPE_FAULTS - _value_faults(fault):
                raise
            skipped[fault.kind] += 1
    return Batch(
        customers=tuple(one for one in parsed if isinstance(one, CustomerElement)),
        events=tuple(one for one in parsed if isinstance(one, EventElement)),
        devices=tuple(one for one in parsed if isinstance(one, DeviceElement)),
        skipped=skipped,
    )


def _value_faults(fault: DataApiFault) -> frozenset[str]:
    return frozenset({"customer_id"}) if fault.kind == "ValueError" else frozenset()


def _element(element: object, known: Identifiers) -> CustomerElement | EventElement | DeviceElement:
    if not isinstance(element, dict):
        raise malformed()
    document = cast("dict[str, Any]", element)
    match document.get("type"):
        case "customer":
            return _customer(document, known)
        case "event":
            return _event(document, known)
        case "device":
            return _device(document, known)
        case _:
            raise DataApiFault(
                400, "AttributeError", "type in elements should be customer/event/device", "type"
            )


def require_type(document: dict[str, Any], expected: str) -> None:
    if document.get("type") is None:
        raise missing("type")
    if document["type"] != expected:
        raise DataApiFault(400, "AttributeError", f"type should be {expected}", "type")


def _customer(document: dict[str, Any], known: Identifiers) -> CustomerElement:
    attributes = read_object(document.get("attributes"), "attributes")
    # With Identity Resolution an activated identifier among the attributes names the customer.
    named = {
        name: attributes[name]
        for name in attributes.keys() & known.keys()
        if name in _NAMING or name not in STANDARD
    }
    identity = read_identity(document, named, known)
    return CustomerElement(
        identity, parse_change(document, attributes), is_true(document.get("update_existing_only"))
    )


def _event(document: dict[str, Any], known: Identifiers) -> EventElement:
    identity = read_identity(document, {}, known)
    actions = document.get("actions")
    if actions is None:
        raise missing("actions")
    if not isinstance(actions, list):
        raise malformed("actions")
    if not actions:
        raise DataApiFault(400, "MissingAttributeError", "actions can not be empty Array", "actions")
    device = document.get("device_id")
    details = {"device_id": device[: values.LONGEST_STRING]} if isinstance(device, str) and device else {}
    return EventElement(
        identity,
        tuple(_action(action, details) for action in cast("list[object]", actions)),
        is_true(document.get("update_existing_only")),
    )


def _action(action: object, details: Mapping[str, Any]) -> Action:
    if not isinstance(action, dict):
        raise malformed()
    fields = cast("dict[str, Any]", action)
    name = fields.get("action")
    if name is None:
        raise missing("action")
    if not isinstance(name, str):
        raise malformed("action")
    name = name.replace("\0", "")
    if not name.strip():
        raise DataApiFault(400, "MissingAttributeError", "action cannot be empty Unicode string", "action")
    extra = {key: fields[key] for key in _DETAILS if isinstance(fields.get(key), (str, int, float))}
    platform = fields.get("platform")
    return Action(
        name=name[: values.LONGEST_NAME],
        attributes=clean_attributes(
            read_object(fields.get("attributes"), "attributes"), MOST_EVENT_ATTRIBUTES, MOST_EVENT_OBJECTS
        ),
        time=ClaimedTime(
            current_time=read_time(fields.get("current_time")),
            user_time=read_time(fields.get("user_time")),
            offset_s=read_offset(fields.get("user_timezone_offset")),
        ),
        platform=platform.replace("\0", "")[:50] if isinstance(platform, str) else None,
        real_time=is_true(fields.get("real_time_action")),
        details=clean_attributes({**extra, **details}, len(_DETAILS) + 1),
    )


def _device(document: dict[str, Any], known: Identifiers) -> DeviceElement:
    identity = read_identity(document, {}, known)
    if document.get("attributes") is None:
        raise missing("attributes")
    attributes = clean_attributes(read_object(document["attributes"], "attributes"), MOST_EVENT_ATTRIBUTES)
    push_id, platform = attributes.pop("push_id", None), attributes.pop("platform", None)
    for name, value in (("platform", platform), ("push_id", push_id)):
        if not isinstance(value, str) or not value:
            raise missing(name)
    device_id = plain_text(document.get("device_id")) or identity.customer_id
    if not device_id:
        raise missing("device_id")
    return DeviceElement(
        identity, device_id[: values.LONGEST_STRING], str(platform), str(push_id), attributes
    )


def read_identity(
    document: dict[str, Any], named: Mapping[str, Any], known: Identifiers = STANDARD
) -> Identity:
    customer_id = document.get("customer_id")
    if customer_id is None:
        given = {**named, **read_object(document.get("user_identifiers"), "user_identifiers")}
        identifiers = _identifiers(given, known)
        if not identifiers:
            raise missing("customer_id")
        return Identity(None, identifiers)
    text = plain_text(customer_id)
    if text is None:
        raise DataApiFault(
            400,
            "MissingAttributeError",
            "customer_id is expected to be String or Unicode String.",
            "customer_id",
        )
    if not text.strip():
        raise DataApiFault(
            400, "MissingAttributeError", "customer_id can not be empty Unicode String", "customer_id"
        )
    if text.strip().lower() in REFUSED_CUSTOMER_IDS or len(text) > values.LONGEST_STRING:
        raise DataApiFault(400, "ValueError", "customer_id is not a valid customer id", "customer_id")
    return Identity(text)


def _identifiers(given: Mapping[str, Any], known: Identifiers) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for name, value in given.items():
        text = plain_text(value)
        if name in known and text and text.strip() and len(text) <= values.LONGEST_STRING:
            found.setdefault(known[name], text)
    return tuple((key, found[key]) for key in dict.fromkeys(known.values()) if key in found)


def plain_text(value: object) -> str | None:
    """Text as sent; a whole number stands for its digits, as loosely typed clients send ids."""
    if isinstance(value, str):
        return value.replace("\0", "")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def read_object(value: object, name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise malformed(name)
    return cast("dict[str, Any]", value)


def is_true(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")
