"""Memory and database decide alike on whom a rule means."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reelpress.engage.audiences import service
from reelpress.engage.audiences.match import compile_rule
from reelpress.engage.audiences.model import Rule
from reelpress.engage.audiences.parse import parse_rule
from reelpress.engage.profiles import service as profiles
from reelpress.engage.profiles.changes import Change, Identity, apply
from reelpress.engage.profiles.values import clean_attributes
from reelpress.platform.context import Platform

KEYS = ("tier", "points", "member", "joined", "tags", "u_fn", "uid", "id", "cr_t", "odd 'key\" $1 --")
TEXTS = (
    "",
    "gold",
    "Gold",
    "GOLD ",
    "straße",
    "STRASSE",
    "İstanbul",
    "आशा",
    "50",
    "true",
    "a%b_c",
    "' OR 1=1 --",
    "2020-05-31",
    "2020-05-31T03:47:35Z",
    "2020-05-31 03:47:35+05:30",
    "2020-13-45",
    "9999-12-31T23:59:59-12:00",
    "👩🏽‍🚀",
)
NUMBERS = (0, -0.0, 1, 1.5, 0.1, 20, 3999, 1590896855, 1590896855000, -1e300, 2**53 + 1, 10**25)

scalars = st.one_of(
    st.sampled_from(TEXTS),
    st.text(max_size=5).filter(lambda text: "\0" not in text),
    st.sampled_from(NUMBERS),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
)
attribute_values = st.one_of(scalars, st.lists(scalars, max_size=4), st.just({"size": "L"}))
attributes = st.dictionaries(
    st.sampled_from([key for key in KEYS if key not in ("uid", "id")]), attribute_values, max_size=6
)

OPERATORS: dict[str, tuple[str, ...]] = {
    "string": (
        "is",
        "in",
        "contains",
        "containsInTheFollowing",
        "startWithInTheFollowing",
        "endsWithInTheFollowing",
        "exists",
    ),
    "double": ("is", "in", "between", "lessThan", "greaterThan", "exists"),
    "bool": ("is", "exists"),
    "datetime": ("on", "between", "before", "after", "exists"),
}
DAYS = ("2020-05-31", "2020-05-31T03:47:35Z", "2020-05-30T22:17:35Z", "1970-01-01", "2026-11-23T00:00:00Z")


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    data_type = draw(st.sampled_from(list(OPERATORS)))
    key = draw(st.sampled_from(KEYS))
    if key == "cr_t":
        data_type = "datetime"
    operator = draw(st.sampled_from(OPERATORS[data_type]))
    value = {
        "string": st.sampled_from(TEXTS),
        "double": st.one_of(st.sampled_from(NUMBERS), st.floats(allow_nan=False, allow_infinity=False)),
        "bool": st.booleans(),
        "datetime": st.sampled_from(DAYS),
    }[data_type]
    several = operator == "in" or "Following" in operator
    condition: dict[str, Any] = {
        "filter_type": "user_attributes",
        "name": key,
        "data_type": data_type,
        "operator": operator,
        "negate": draw(st.booleans()),
        "case_sensitive": draw(st.booleans()),
    }
    if operator != "exists":
        condition["value"] = draw(st.lists(value, min_size=1, max_size=3)) if several else draw(value)
    if operator == "between":
        condition["value1"] = draw(value)
    return condition


def groups(children: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "filter_operator": st.sampled_from(["and", "or"]),
            "filters": st.lists(children, min_size=1, max_size=3),
            "negate": st.booleans(),
        }
    )


rules = st.recursive(conditions(), groups, max_leaves=6).map(
    lambda rule: {"filter_operator": "and", "filters": [rule]}
)


async def _store(platform: Platform, workspace_id: str, people: list[dict[str, Any]]) -> None:
    now = datetime(2026, 11, 23, 12, 0, 0, 654_321, tzinfo=UTC)
    identities = [
        Identity(f"Customer-{n}") if n % 3 else Identity(None, (("u_mb", f"+91{n}"),))
        for n in range(len(people))
    ]
    async with platform.db.transaction() as conn:
        made = (await profiles.resolve(conn, workspace_id, identities, identities, now)).profiles
        before = [made[identity] for identity in identities]
        after = {
            profile.id: _changed(profile, Change(set=clean_attributes(person, 50)))
            for profile, person in zip(before, people, strict=True)
        }
        await profiles.save(conn, workspace_id, before, after, now + timedelta(seconds=1))


def _changed(profile: Any, change: Change) -> Any:
    from dataclasses import replace

    return replace(profile, attributes=apply(profile.attributes, change))


async def test_memory_and_sql_mean_the_same_people(platform: Platform, workspace: Any) -> None:
    people = _examples(attributes, 300)
    await _store(platform, workspace.id, people)
    async with platform.db.connection() as conn:
        everyone = [
            profile
            for page_of_ids in [
                await service.members(conn, workspace.id, parse_rule({"is_all_user_campaign": True}))
            ]
            for profile in (await profiles.by_ids(conn, workspace.id, page_of_ids)).values()
        ]
        assert len(everyone) == 300
        sizes: set[int] = set()
        for document in _examples(rules, 400):
            rule: Rule = parse_rule(document)
            matcher = compile_rule(rule)
            expected = {p.id for p in everyone if matcher(profiles.attributes_for_template(p))}
            found = await service.members(conn, workspace.id, rule)
            differing = [dict(p.attributes) for p in everyone if (p.id in expected) != (p.id in found)]
            assert set(found) == expected, f"{document} differs on {differing}"
            assert await service.count(conn, workspace.id, rule) == len(expected)
            sizes.add(len(expected))
    assert len(sizes) > 20, "the rules were too much alike to prove anything"


def _examples(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """The same varied examples in every run."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    random.Random(7).shuffle(found)
    while len(found) < count:
        found.append(found[len(found) % max(1, len(found))])
    return found[:count]


async def test_members_come_in_pages_without_gaps(platform: Platform, workspace: Any) -> None:
    await _store(platform, workspace.id, [{"tier": "gold"} if n % 2 else {} for n in range(25)])
    rule = parse_rule({"name": "tier", "operator": "is", "value": "GOLD"})
    async with platform.db.connection() as conn:
        pages: list[list[str]] = []
        after: str | None = None
        while page := await service.members(conn, workspace.id, rule, after, limit=5):
            pages.append(page)
            after = page[-1]
    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({one for page in pages for one in page}) == 12


async def test_another_workspace_is_never_in_an_audience(platform: Platform, workspace: Any) -> None:
    from reelpress.platform.auth.service import create_workspace

    async with platform.db.transaction() as conn:
        other = await create_workspace(conn, "Other", "UTC")
    await _store(platform, other.id, [{"tier": "gold"}])
    everybody = parse_rule({"is_all_user_campaign": True})
    async with platform.db.connection() as conn:
        assert await service.members(conn, workspace.id, everybody) == []
        assert await service.count(conn, other.id, everybody) == 1


@pytest.mark.parametrize(
    ("attributes", "holds"), [({"url": "x"}, True), ({"url": ""}, True), ({"url": "N/A"}, True), ({}, False)]
)
def test_is_set_means_that_the_key_is_there(attributes: dict[str, Any], holds: bool) -> None:
    rule = parse_rule(
        {"filter_type": "user_attributes", "name": "url", "data_type": "string", "operator": "exists"}
    )
    assert compile_rule(rule)(attributes) is holds
