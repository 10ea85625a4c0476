"""The attribute part of a Track User call: names, reserved names, array operations, removals (pure)."""

from typing import Any, cast

from reelpress.engage.data_api.faults import DataApiFault, malformed
from reelpress.engage.profiles import values
from reelpress.engage.profiles.changes import MOST_CUSTOM_ATTRIBUTES, Change, Unset
from reelpress.engage.profiles.standard import COMPUTED_KEYS, PAYLOAD_KEYS, STANDARD_ATTRIBUTES, STANDARD_KEYS

ADD, REMOVE = "addValueToArrayField", "removeValueFromArrayField"
RESERVED_NAMES = frozenset(
    {"id", "_id", "", "uid", "MOE_TIME_FORMAT", "MOE_GAID", "INSTALL", "UPDATE", "status", "user_id"}
)
RESERVED_PREFIXES = ("moe_", "USER_ATTRIBUTE_")
ALLOWED_PREFIX = "moe_ip_"
UNSET_RULES = ("equals", "prefix", "suffix", "contains")
MOST_UNSETS = 100
MOST_PLATFORMS = 10
LONGEST_PLATFORM = 50

_DATE_KEYS = frozenset(one.key for one in STANDARD_ATTRIBUTES if one.type == "datetime")
_PLATFORM_NAMES = {"android": "ANDROID", "ios": "iOS", "web": "web"}


def parse_change(document: dict[str, Any], attributes: dict[str, Any]) -> Change:
    """The update a customer element asks for. Names that are reserved are left out, as MoEngage does.

    Raises DataApiFault for array operations that contradict each other or are no objects.
    """
    plain = {name: value for name, value in attributes.items() if name not in (ADD, REMOVE, "platforms")}
    add, remove = _arrays(attributes.get(ADD), ADD), _arrays(attributes.get(REMOVE), REMOVE)
    for key in add:
        if key in remove:
            raise DataApiFault(
                400,
                "ArrayFieldError",
                f"Cannot add and remove '{_sent_name(attributes[ADD], key)}' at the same time",
                ADD,
            )
    return Change(
        set=values.clean_attributes(_keyed(plain), len(STANDARD_KEYS) + MOST_CUSTOM_ATTRIBUTES),
        add=add,
        remove=remove,
        unset=_unsets(document.get("unset_attributes")),
        platforms=_platforms(attributes.get("platforms")) | _platforms(document.get("platforms")),
    )


def may_be_set(key: str) -> bool:
    """Whether a payload may write this attribute key."""
    if key in STANDARD_KEYS:
        return key not in COMPUTED_KEYS
    return key not in RESERVED_NAMES and (
        key.startswith(ALLOWED_PREFIX) or not key.startswith(RESERVED_PREFIXES)
    )


def _keyed(attributes: dict[str, Any]) -> dict[str, Any]:
    keyed = {PAYLOAD_KEYS.get(name, name): value for name, value in attributes.items()}
    return {key: _readable(key, value) for key, value in keyed.items() if may_be_set(key)}


def _readable(key: str, value: Any) -> Any:
    """Dates of standard attributes as clients that print a JavaScript date send them, in ISO 8601."""
    if key not in _DATE_KEYS or not isinstance(value, str):
        return value
    moment = values.parse_browser_date(value.strip())
    return value if moment is None else moment.isoformat()


def _arrays(operation: object, name: str) -> dict[str, tuple[Any, ...]]:
    if operation is None:
        return {}
    if not isinstance(operation, dict):
        raise malformed(name)
    wrapped: dict[str, Any] = {
        key: value if isinstance(value, list) else [value]
        for key, value in cast("dict[str, Any]", operation).items()
    }
    arrays = values.clean_attributes(_keyed(wrapped), MOST_CUSTOM_ATTRIBUTES)
    return {key: tuple(_scalars(value)) for key, value in arrays.items()}


def _scalars(value: object) -> list[Any]:
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [item for item in items if isinstance(item, (str, int, float))]


def _sent_name(operation: dict[str, Any], key: str) -> str:
    return next((name for name in operation if PAYLOAD_KEYS.get(name, name) == key), key)


def _unsets(given: object) -> tuple[Unset, ...]:
    """The removal rules that can be understood; the ids of a customer are never attributes."""
    rules: list[Unset] = []
    for item in cast("list[object]", given)[:MOST_UNSETS] if isinstance(given, list) else []:
        fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        rule, text = fields.get("type"), fields.get("attr")
        if rule in UNSET_RULES and isinstance(text, str) and text:
            name = PAYLOAD_KEYS.get(text, text) if rule == "equals" else text
            rules.append(Unset(rule, name, str(fields.get("case_sensitive", True)).lower() != "false"))
    return tuple(rules)


def _platforms(given: object) -> dict[str, bool]:
    platforms: dict[str, bool] = {}
    for item in cast("list[object]", given) if isinstance(given, list) else []:
        fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        name = fields.get("platform")
        if isinstance(name, str) and name.strip() and len(platforms) < MOST_PLATFORMS:
            name = name.replace("\0", "")[:LONGEST_PLATFORM]
            active = str(fields.get("active", "true")).lower() != "false"
            platforms[_PLATFORM_NAMES.get(name.lower(), name)] = active
    return platforms
