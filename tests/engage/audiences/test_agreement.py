"""Memory and database decide alike on whom a rule means."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle
from typing import Any

import pytest

from reelpress.engage.audiences import service, store
from reelpress.engage.audiences.expand import expand
from reelpress.engage.audiences.match import compile_rule
from reelpress.engage.audiences.parse import parse_rule
from reelpress.engage.audiences.times import Moment
from reelpress.engage.profiles import service as profiles
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from tests.engage.audiences import strategies
from tests.engage.audiences.people import Happenings, store_events, store_people, store_segments
from tests.engage.audiences.strategies import EDGES, NOW, SEGMENTS, TEXTS, TIMES, ZONE, examples

PEOPLE, RULES, RULES_PER_STATEMENT = 100, 200, 25


async def test_memory_and_sql_mean_the_same_people(platform: Platform, workspace: Any) -> None:
    async with platform.db.transaction() as conn:
        sizes = await compare_random(conn, workspace.id, number=0)
    assert len(sizes) > 20, "the rules were too much alike to prove anything"


async def test_they_agree_at_every_end_of_a_time_range(platform: Platform, workspace: Any) -> None:
    texts = (*EDGES, *TEXTS)
    people = [{"joined": text, "renewal": {"at": text}} for text in texts]
    done = [[("Bought", time, {"joined": text})] for time, text in zip(cycle(TIMES), texts, strict=False)]
    ranges = [
        {"type": kind, "value": edge, "value1": EDGES[0]}
        for kind in ("on", "before", "after", "between")
        for edge in EDGES
    ]
    ranges += [
        {"type": kind, "value": days, "value1": 3, "value_type": "relative_past"}
        for kind in ("on", "before", "after", "between", "inTheLast", "inTheNext", "today")
        for days in (0, 1, 3)
    ]
    documents: list[dict[str, Any]] = []
    for time_range in ranges:
        condition = {**time_range, "data_type": "datetime", "operator": time_range["type"]}
        action = {"filter_type": "actions", "action_name": "Bought", "executed": True}
        documents += [{**condition, "name": name} for name in ("joined", "renewal.at")]
        documents.append({**action, "attributes": {"filters": [{**condition, "name": "joined"}]}})
        if time_range["type"] != "inTheNext":
            turns = [
                {"execution": {"type": kind, "count": 1}} for kind in ("atleast", "firstTime", "lastTime")
            ]
            documents += [{**action, "primary_time_range": time_range, **turn} for turn in turns]
    async with platform.db.transaction() as conn:
        sizes = await compare(conn, workspace.id, people, done, documents)
    assert len(sizes) > 5


async def test_they_agree_on_lists_and_objects(platform: Platform, workspace: Any) -> None:
    values: list[Any] = ["a", "A", "", 1, 2, True, [], ["a"], ["a", "b"], ["A", ""], [1, 2], ["1", "2"]]
    values += ["straße", ["STRASSE"], ["x"]]
    values += [{"of": "a"}, {"of": ["a", "b"]}, [{"of": "A"}, {"of": 1}], [{"of": 1}, "a"], [{}], {"of": {}}]
    people = [{"it": value} for value in values] + [{"it.of": "a"}, {"it.of": "x", "it": {"of": "a"}}, {}]
    asked: list[dict[str, Any]] = [
        {"data_type": "string", "operator": "in", "value": ["a", "1", "Strasse"]},
        {"data_type": "string", "operator": "contains", "value": ["a", "b"]},
        {"data_type": "string", "operator": "isEmpty"},
        {"data_type": "string", "operator": "isNotEmpty"},
        {"data_type": "double", "operator": "in", "value": [1]},
        {"data_type": "double", "operator": "lessThan", "value": 2},
        {"data_type": "bool", "operator": "is", "value": True},
        {"data_type": "string", "operator": "exists"},
    ]
    documents = [
        {**condition, "name": name, "array_filter_type": kind, "case_sensitive": sensitive, "negate": negate}
        for condition in asked
        for name in ("it", "it.of")
        for kind in ("any", "all")
        for sensitive in (False, True)
        for negate in (False, True)
    ]
    done = [[("Bought", NOW, person)] for person in people]
    bought = {"filter_type": "actions", "action_name": "Bought", "executed": True}
    documents += [{**bought, "attributes": {"filters": [document]}} for document in documents]
    async with platform.db.transaction() as conn:
        sizes = await compare(conn, workspace.id, people, done, documents)
    assert len(sizes) > 8


async def compare_random(conn: Connection, workspace_id: str, number: int) -> set[int]:
    """Decide on 100 random people by 200 random rules; how many people rules hold for."""
    people = examples(strategies.attributes, PEOPLE, number)
    done = examples(strategies.happenings, PEOPLE, number)
    documents = examples(strategies.rules, RULES, number)
    return await compare(conn, workspace_id, people, done, documents)


async def compare(
    conn: Connection,
    workspace_id: str,
    attributes: Sequence[dict[str, Any]],
    done: Sequence[Happenings],
    documents: Sequence[dict[str, Any]],
) -> set[int]:
    """Decide on every pair of a person and a rule in both ways; how many people rules hold for."""
    people = await store_people(conn, workspace_id, attributes)
    await store_events(conn, workspace_id, [(one.id, did) for one, did in zip(people, done, strict=True)])
    await store_segments(conn, workspace_id, [one.id for one in people[::2]])
    meanings = (await service.segments(conn, workspace_id, [*SEGMENTS.values()])).meanings
    rules = [expand(parse_rule(document), meanings) for document in documents]
    moment = Moment(NOW, ZONE)
    read = {one.id: profiles.attributes_for_template(one) for one in people}
    subjects = await service.subjects(conn, workspace_id, rules, moment, read)
    sizes: set[int] = set()
    for start in range(0, len(rules), RULES_PER_STATEMENT):
        batch = rules[start : start + RULES_PER_STATEMENT]
        found = await store.members_of_each(conn, workspace_id, batch, moment)
        for document, rule, members in zip(documents[start:], batch, found, strict=False):
            matcher = compile_rule(rule)
            expected = {one for one, subject in subjects.items() if matcher(subject)}
            differing = [(subjects[one], one in expected) for one in expected ^ members]
            assert not differing, f"{document} is decided differently on {differing[0]}"
            sizes.add(len(members))
    return sizes


Stored = Callable[[list[dict[str, Any]]], Awaitable[None]]


@pytest.fixture
def stored(platform: Platform, workspace: Any) -> Stored:
    """Puts people with these attributes into the workspace."""

    async def store(people: list[dict[str, Any]]) -> None:
        async with platform.db.transaction() as conn:
            await store_people(conn, workspace.id, people)

    return store


async def test_members_come_in_pages_without_gaps(platform: Platform, workspace: Any, stored: Stored) -> None:
    await stored([{"tier": "gold"} if n % 2 else {} for n in range(25)])
    rule = parse_rule({"name": "tier", "operator": "is", "value": "GOLD"})
    async with platform.db.connection() as conn:
        pages: list[list[str]] = []
        after: str | None = None
        while page := await service.members(conn, workspace.id, rule, NOW, after, limit=5):
            pages.append(page)
            after = page[-1]
        assert await service.count(conn, workspace.id, rule, NOW) == 12
    assert [len(page) for page in pages] == [5, 5, 2]
    assert len({one for page in pages for one in page}) == 12


async def test_another_workspace_is_never_in_an_audience(platform: Platform, workspace: Any) -> None:
    from reelpress.platform.auth.service import create_workspace

    everybody = parse_rule({"is_all_user_campaign": True})
    async with platform.db.transaction() as conn:
        other = await create_workspace(conn, "Other", "UTC")
        await store_people(conn, other.id, [{"tier": "gold"}])
        assert await service.members(conn, workspace.id, everybody, NOW) == []
        assert await service.count(conn, other.id, everybody, NOW) == 1


async def test_an_event_of_another_workspace_is_never_counted(platform: Platform, workspace: Any) -> None:
    from reelpress.platform.auth.service import create_workspace

    bought = parse_rule({"filters": [{"filter_type": "actions", "action_name": "Bought", "executed": True}]})
    async with platform.db.transaction() as conn:
        other = await create_workspace(conn, "Other", "UTC")
        (own,) = await store_people(conn, workspace.id, [{}])
        await store_people(conn, other.id, [{}])
        await conn.execute("UPDATE profiles SET id = $2 WHERE workspace_id = $1", other.id, own.id)
        await store_events(conn, other.id, [(own.id, [("Bought", NOW, {})])])
        assert await service.members(conn, workspace.id, bought, NOW) == []
        assert await service.members(conn, other.id, bought, NOW) == [own.id]


async def test_membership_follows_a_change_at_once(platform: Platform, workspace: Any) -> None:
    rule = parse_rule({"name": "tier", "operator": "is", "value": "gold"})
    async with platform.db.transaction() as conn:
        (own,) = await store_people(conn, workspace.id, [{"tier": "silver"}])
        assert await service.count(conn, workspace.id, rule, NOW) == 0
        await profiles.edit(conn, workspace.id, own.id, {"tier": "Gold"}, NOW)
        assert await service.members(conn, workspace.id, rule, NOW) == [own.id]
        await profiles.edit(conn, workspace.id, own.id, {"tier": None}, NOW)
        assert await service.count(conn, workspace.id, rule, NOW) == 0
