"""Who an audience is, asked of the database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reelpress.engage.audiences import store
from reelpress.engage.audiences.expand import (
    DEEPEST_SEGMENTS,
    MOST_SEGMENTS,
    CyclicSegments,
    SegmentsTooDeep,
    TooManySegments,
    expand,
    references,
    require_expandable,
    windows,
)
from reelpress.engage.audiences.match import Happening, Subject
from reelpress.engage.audiences.model import Group, Member, Rule
from reelpress.engage.audiences.parse import RuleFault, parse_rule
from reelpress.engage.audiences.times import Moment, as_time, bounds
from reelpress.platform.db import Connection


@dataclass(frozen=True, slots=True)
class Segments:
    """What custom segments mean, by id; `version` changes with any of them."""

    meanings: Mapping[str, Rule]
    version: tuple[tuple[str, datetime], ...] = ()


async def members(
    conn: Connection,
    workspace_id: str,
    rule: Rule,
    now: datetime,
    after_id: str | None = None,
    limit: int = 1000,
) -> list[str]:
    """Ids of profiles the rule holds for, in the order of ids, behind `after_id`."""
    moment = await moment_of(conn, workspace_id, now)
    expanded = await expanded_rule(conn, workspace_id, rule)
    return await store.members(conn, workspace_id, expanded, moment, after_id or "", limit)


async def count(conn: Connection, workspace_id: str, rule: Rule, now: datetime) -> int:
    """How many profiles the rule holds for now; nothing of it is kept."""
    moment = await moment_of(conn, workspace_id, now)
    return await store.count(conn, workspace_id, await expanded_rule(conn, workspace_id, rule), moment)


async def require_segments(conn: Connection, workspace_id: str, rule: Rule, path: str = "audience") -> None:
    """Raises RuleFault for custom segments that this workspace lacks, or that are too many or too deep."""
    named = sorted(set(references(rule)))
    known = (await segments(conn, workspace_id, named)).meanings
    missing = [segment_id for segment_id in named if segment_id not in known]
    if missing:
        raise RuleFault(
            path, f"there is no custom segment {missing[0]} in this workspace", "name an existing segment"
        )
    try:
        require_expandable(rule, known)
    except CyclicSegments as fault:
        raise RuleFault(path, "a custom segment is, through others, part of itself") from fault
    except TooManySegments as fault:
        raise RuleFault(path, f"use at most {MOST_SEGMENTS} custom segments in a query") from fault
    except SegmentsTooDeep as fault:
        raise RuleFault(path, f"nest at most {DEEPEST_SEGMENTS} custom segments") from fault


async def moment_of(conn: Connection, workspace_id: str, now: datetime) -> Moment:
    """Now, with the workspace's days."""
    return Moment(now, await store.time_zone(conn, workspace_id))


async def expanded_rule(conn: Connection, workspace_id: str, rule: Rule) -> Rule:
    """The rule with what its custom segments mean at present."""
    named = set(references(rule))
    return expand(rule, (await segments(conn, workspace_id, named)).meanings) if named else rule


async def segments(conn: Connection, workspace_id: str, ids: Collection[str]) -> Segments:
    """These custom segments and those they refer to."""
    if not ids:
        return Segments({})
    rows = await store.segments(conn, workspace_id, ids)
    meanings = {
        row["id"]: Member(row["id"])
        if row["kind"] == "FILE"
        else parse_rule(row["included_filters"], row["display_names"], "included_filters")
        for row in rows
    }
    return Segments(meanings, tuple(sorted((row["id"], row["updated_at"]) for row in rows)))


async def subjects(
    conn: Connection,
    workspace_id: str,
    rules: Iterable[Rule],
    moment: Moment,
    attributes: Mapping[str, Mapping[str, object]],
) -> dict[str, Subject]:
    """What compiled rules are asked of, by profile id: one query for the events of all profiles that
    all rules need, one for file segments, and none where no rule needs any."""
    listed = list(rules)
    events = await _events(conn, workspace_id, listed, moment, attributes)
    lists = await _memberships(conn, workspace_id, listed, attributes)
    return {
        profile_id: Subject(own, moment, events.get(profile_id, {}), frozenset(lists.get(profile_id, ())))
        for profile_id, own in attributes.items()
    }


async def _events(
    conn: Connection,
    workspace_id: str,
    rules: list[Rule],
    moment: Moment,
    profile_ids: Collection[str],
) -> dict[str, dict[str, list[Happening]]]:
    since: dict[str, datetime | None] = {}
    for rule in rules:
        for name, window in windows(rule):
            low = as_time(bounds(window, moment)[0]) if window else None
            known = since.get(name, low)
            since[name] = None if low is None or known is None else min(low, known)
    found: dict[str, dict[str, list[Happening]]] = {}
    if since and profile_ids:
        for row in await store.events(conn, workspace_id, profile_ids, list(since.items())):
            happenings = found.setdefault(row["profile_id"], {}).setdefault(row["name"], [])
            happenings.append(Happening(row["user_time"], row["attributes"]))
    return found


async def _memberships(
    conn: Connection, workspace_id: str, rules: list[Rule], profile_ids: Collection[str]
) -> dict[str, set[str]]:
    listed = {segment_id for rule in rules for segment_id in _files(rule)}
    found: dict[str, set[str]] = {}
    if listed and profile_ids:
        for row in await store.memberships(conn, workspace_id, listed, profile_ids):
            found.setdefault(row["profile_id"], set()).add(row["segment_id"])
    return found


def _files(rule: Rule) -> Iterable[str]:
    match rule:
        case Member():
            yield rule.segment_id
        case Group():
            for part in rule.rules:
                yield from _files(part)
        case _:
            return
