"""Random people, what they did, and rules about them, for tests that hold two ways of deciding equal."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from reelpress.engage.audiences.parse import DEEPEST_NESTING

NOW = datetime(2026, 11, 23, 12, 0, 0, 654_321, tzinfo=UTC)
ZONE = "America/New_York"

KEYS = (
    "tier",
    "points",
    "member",
    "joined",
    "tags",
    "u_fn",
    "uid",
    "id",
    "cr_t",
    "odd 'key\" $1 --",
    "address",
    "address.city",
    "orders[].price",
    "orders.at",
    "address.of.town",
)
TEXTS = (
    "",
    "gold",
    "Gold",
    "GOLD ",
    "straße",
    "STRASSE",
    "İstanbul",
    "आशा",
    "ΣΑΣ",
    "50",
    "true",
    "a%b_c",
    "' OR 1=1 --",
    '"\\',
    "2020-05-31",
    "2020-05-31T03:47:35Z",
    "2020-05-31 03:47:35.1239+05:30",
    "2020-05-3103:47:35-0430",
    "2020-13-45",
    "2020-02-30",
    "2020-02-29T24:00:00Z",
    "2020-02-29T23:59:60Z",
    "0000-01-01",
    "2020-02-29T00:00:00+05:99",
    "2020-02-29T00:00:00+24:00",
    "0001-01-01T00:00:00+05:00",
    "9999-12-31T23:59:59-12:00",
    "2026-11-23T12:00:00Z",
    "2026-11-22T05:00:00Z",
    "2026-11-24",
    "2026-11-25T04:59:59.999Z",
    "👩🏽‍🚀",
)
NUMBERS = (
    0,
    -0.0,
    1,
    1.5,
    0.1,
    20,
    3999,
    1590896855,
    1590896855000,
    1795435200,
    1795435200654,
    -1e300,
    2**53 + 1,
    10**25,
)
SEGMENTS = {"listed": "a" * 24, "bought": "b" * 24, "neither": "c" * 24}
ACTIONS = ("Bought", "Opened", "आया")

# What has no case in the Unicode of this Python may have one in that of the database.
assigned = st.characters(exclude_categories=("Cs", "Cn"), exclude_characters="\0")
common_texts = st.sampled_from(("gold", "Gold", "", "STRASSE", "straße"))
common_numbers = st.sampled_from((0, 1, 20))
scalars = st.one_of(
    common_texts,
    common_numbers,
    st.sampled_from(TEXTS),
    st.text(assigned, max_size=5),
    st.sampled_from(NUMBERS),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
objects = st.dictionaries(
    st.sampled_from(["city", "price", "at", "of"]),
    st.one_of(scalars, st.lists(scalars, max_size=3), st.fixed_dictionaries({"town": scalars})),
    max_size=4,
)
attribute_values = st.one_of(
    scalars,
    st.lists(scalars, max_size=4),
    st.lists(common_texts, max_size=3),
    st.lists(common_numbers, max_size=3),
    objects,
    st.lists(st.one_of(objects, scalars), max_size=3),
)
attributes = st.dictionaries(
    st.sampled_from([*(key for key in KEYS if key not in ("uid", "id")), "orders"]),
    attribute_values,
    max_size=7,
)
TIMES = (
    NOW,
    NOW - timedelta(microseconds=1),
    NOW - timedelta(milliseconds=2),
    datetime(2026, 11, 23, 5, tzinfo=UTC),
    datetime(2026, 11, 23, 4, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 11, 22, 5, tzinfo=UTC),
    datetime(2026, 11, 20, 4, 59, 59, 999_000, tzinfo=UTC),
    datetime(2026, 11, 1, 4, tzinfo=UTC),
    datetime(2026, 10, 23, 4, tzinfo=UTC),
    datetime(2025, 11, 23, 5, tzinfo=UTC),
    datetime(2020, 5, 31, 3, 47, 35, tzinfo=UTC),
)
EVENT_KEYS = ("tier", "points", "joined", "address", "a.b")
RANGES = ("on", "inTheLast", "before", "after", "between", "today")
happenings = st.lists(
    st.tuples(
        st.sampled_from(ACTIONS),
        st.sampled_from(TIMES),
        st.dictionaries(
            st.sampled_from(["tier", "points", "joined", "address", "a.b"]), attribute_values, max_size=3
        ),
    ),
    max_size=9,
)

OPERATORS: dict[str, tuple[str, ...]] = {
    "string": (
        "is",
        "in",
        "contains",
        "containsInTheFollowing",
        "startWithInTheFollowing",
        "endsWithInTheFollowing",
        "isEmpty",
        "isNotEmpty",
        "exists",
    ),
    "double": ("is", "in", "between", "lessThan", "greaterThan", "exists"),
    "bool": ("is", "exists"),
    "datetime": ("inTheLast", "on", "between", "before", "after", "inTheNext", "exists", "today"),
}
EDGES = tuple(f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z" for time in TIMES)
DAYS = (
    *EDGES,
    "2020-05-31",
    "2020-05-31T03:47:35Z",
    "2020-05-30T22:17:35",
    "1970-01-01",
    "2026-11-23T00:00:00Z",
    "2026-11-22",
)


@st.composite
def periods(draw: st.DrawFn, kinds: tuple[str, ...]) -> dict[str, Any]:
    """A time range, absolute or relative."""
    kind = draw(st.sampled_from(kinds))
    relative = kind.startswith("inThe") or draw(st.booleans())
    amounts = st.one_of(st.sampled_from([0, "0", 1, "1", "3", "400"]), st.integers(0, 40))
    values = amounts if relative else st.sampled_from(DAYS)
    return {
        "type": kind,
        "value": draw(values),
        "value1": draw(values),
        "value_type": draw(st.sampled_from(["relative_past", "relative_future"])) if relative else "absolute",
        "period_unit": draw(st.sampled_from(["days", "weeks", "months"])),
    }


@st.composite
def conditions(draw: st.DrawFn, keys: tuple[str, ...] = KEYS) -> dict[str, Any]:
    """A filter on an attribute."""
    data_type = draw(
        st.sampled_from(["string", "string", "double", "double", "bool", "datetime", "datetime"])
    )
    key = draw(st.sampled_from(keys))
    if key == "cr_t":
        data_type = "datetime"
    operator = draw(st.sampled_from(OPERATORS[data_type]))
    condition: dict[str, Any] = {
        "filter_type": "user_attributes",
        "name": key,
        "data_type": data_type,
        "operator": operator,
        "negate": draw(st.booleans()),
        "case_sensitive": draw(st.booleans()),
        "array_filter_type": draw(st.sampled_from(["any", "any_of", "all"])),
    }
    if operator in ("exists", "isEmpty", "isNotEmpty"):
        return condition
    if data_type == "datetime":
        period = draw(periods((operator,)))
        return {**condition, **{name: value for name, value in period.items() if name != "type"}}
    value = {
        "string": st.one_of(common_texts, st.sampled_from(TEXTS)),
        "double": st.one_of(
            common_numbers,
            st.sampled_from(NUMBERS),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        "bool": st.booleans(),
    }[data_type]
    several = operator == "in" or "Following" in operator
    condition["value"] = draw(st.lists(value, min_size=1, max_size=3)) if several else draw(value)
    if operator == "between":
        condition["value1"] = draw(value)
    return condition


@st.composite
def actions(draw: st.DrawFn) -> dict[str, Any]:
    """A filter on what a user did."""
    action: dict[str, Any] = {
        "filter_type": "actions",
        "action_name": draw(st.sampled_from((*ACTIONS, "Never"))),
        "executed": draw(st.booleans()),
        "execution": {
            "type": draw(st.sampled_from(["atleast", "exactly", "atmost", "firstTime", "lastTime"])),
            "count": draw(st.integers(0, 4)),
        },
    }
    if draw(st.booleans()):
        action["primary_time_range"] = draw(
            periods(("on", "inTheLast", "before", "after", "between", "today"))
        )
    if draw(st.booleans()):
        wanted = conditions(("tier", "points", "joined", "address.city", "a.b"))
        action["attributes"] = {
            "filter_operator": draw(st.sampled_from(["and", "or"])),
            "filters": draw(st.lists(wanted, max_size=2)),
        }
    return action


segments = st.fixed_dictionaries(
    {
        "filter_type": st.just("custom_segments"),
        "id": st.sampled_from([*SEGMENTS.values(), "d" * 24]),
        "negate": st.booleans(),
    }
)


def groups(children: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Filters together."""
    return st.fixed_dictionaries(
        {
            "filter_operator": st.sampled_from(["and", "or"]),
            "filters": st.lists(children, min_size=1, max_size=3),
            "negate": st.booleans(),
        }
    )


def _depth(rule: dict[str, Any]) -> int:
    is_group = "filter_type" not in rule
    return 1 + max(map(_depth, rule["filters"])) if is_group else 0


rules = (
    st.recursive(st.one_of(conditions(), conditions(), actions(), segments), groups, max_leaves=6)
    .filter(lambda rule: _depth(rule) < DEEPEST_NESTING)
    .map(lambda rule: {"filter_operator": "and", "filters": [rule]})
)


def examples(strategy: st.SearchStrategy[Any], count: int, number: int = 0) -> list[Any]:
    """Varied examples, the same in every run with the same number."""
    found: list[Any] = []

    @seed(number)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    random.Random(7).shuffle(found)
    return [found[index % len(found)] for index in range(count)]
