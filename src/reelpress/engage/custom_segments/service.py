"""Filter segments: made, listed, changed; and segments of both kinds archived and taken back."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from reelpress.engage.audiences import service as audiences
from reelpress.engage.audiences.expand import (
    DEEPEST_SEGMENTS,
    MOST_SEGMENTS,
    CyclicSegments,
    SegmentsTooDeep,
    TooManySegments,
    references,
    require_expandable,
)
from reelpress.engage.audiences.model import Reference, Rule
from reelpress.engage.audiences.parse import DEEPEST_NESTING, TOO_DEEP, TOO_LONG, RuleFault, parse_rule
from reelpress.engage.custom_segments import faults, store
from reelpress.engage.custom_segments.model import (
    ARCHIVED_SHOWN_DAYS,
    LONGEST_NAME,
    MOST_ACTIVE,
    Json,
    Segment,
)
from reelpress.engage.profiles import catalog
from reelpress.platform import ids
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection

_FILTERS = "included_filters"
_ID = re.compile(r"[0-9a-f]{24}\Z")
_MARKUP = re.compile(r"[<>]")


async def create(
    platform: Platform, workspace_id: str, name: str, filters: Json, *, by: Principal | None = None
) -> Segment:
    """A segment that these filters describe; `by` is the person who makes it, where one does.

    Raises SegmentFault.
    """
    require_name(name)
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        await store.lock(conn, workspace_id)
        if await store.find_named(conn, workspace_id, name):
            raise faults.name_exists(name)
        names = await catalog.display_names(conn, workspace_id)
        segment = Segment(ids.moengage_id(), "FILTER", name, filters, names, now, now)
        await require_room(conn, workspace_id, platform)
        segment = await _saved(conn, workspace_id, segment)
        if by is not None:
            await audit(conn, by, "custom_segment.created", segment.id)
        return segment


async def update(
    platform: Platform,
    workspace_id: str,
    segment_id: str,
    name: str | None,
    filters: Json,
    updated_by: str | None,
    *,
    by: Principal | None = None,
) -> Segment:
    """Other filters, and perhaps another name, for a filter segment. Raises SegmentFault.

    `updated_by` is whom the API shows for it; `by` the person in the console, for the audit trail.
    """
    async with platform.db.transaction() as conn:
        await store.lock(conn, workspace_id)
        before = await store.find(conn, workspace_id, segment_id) if _ID.match(segment_id) else None
        if before is None:
            raise faults.unknown_id(segment_id)
        now = platform.clock.now()
        if before.kind == "FILE" or before.is_archived(now):
            raise faults.forbidden()
        if name is not None and name != before.name:
            require_name(name)
            if await store.find_named(conn, workspace_id, name):
                raise faults.name_exists(name)
        names = {**before.display_names, **await catalog.display_names(conn, workspace_id)}
        changed = replace(
            before,
            name=name or before.name,
            filters=filters,
            display_names=names,
            updated_at=now,
            updated_by=updated_by,
        )
        saved = await _saved(conn, workspace_id, changed)
        if by is not None:
            await audit(conn, by, "custom_segment.changed", saved.id)
        return saved


async def every(platform: Platform, workspace_id: str, name: str | None = None) -> list[Segment]:
    """The segments, or the one of exactly this name, the newest first; the long archived are left out."""
    since = platform.clock.now() - timedelta(days=ARCHIVED_SHOWN_DAYS)
    async with platform.db.connection() as conn:
        return await store.every(conn, workspace_id, name, since)


async def find(platform: Platform, workspace_id: str, segment_id: str) -> Segment | None:
    """The segment with this id, None also for one that was archived long ago."""
    now = platform.clock.now()
    async with platform.db.connection() as conn:
        found = await store.find(conn, workspace_id, segment_id) if _ID.match(segment_id) else None
    ended = (found.archived_at or found.expires_at or now) if found else now
    return found if ended > now - timedelta(days=ARCHIVED_SHOWN_DAYS) else None


async def set_archived(
    platform: Platform,
    workspace_id: str,
    name: str,
    segment_id: str | None,
    *,
    archived: bool,
    by: Principal | None = None,
) -> Segment:
    """Archive a segment or take it back; `segment_id` counts where both are given. Raises SegmentFault."""
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        await store.lock(conn, workspace_id)
        segment = await find_meant(conn, workspace_id, name, segment_id)
        if segment.is_archived(now) is archived:
            return segment
        if not archived:
            await require_room(conn, workspace_id, platform)
            await _require_unlike(conn, workspace_id, segment)
        await store.set_archived(conn, workspace_id, segment.id, now if archived else None, now)
        if by is not None:
            await audit(conn, by, f"custom_segment.{'archived' if archived else 'restored'}", segment.id)
        return segment


async def find_meant(conn: Connection, workspace_id: str, name: str, segment_id: str | None) -> Segment:
    """The segment with this id, where one is given, else of this name. Raises SegmentFault (404)."""
    if segment_id:
        found = await store.find(conn, workspace_id, segment_id) if _ID.match(segment_id) else None
        if found is None:
            raise faults.unknown_id(segment_id)
        return found
    found = await store.find_named(conn, workspace_id, name)
    if found is None:
        raise faults.unknown_name(name)
    return found


def require_name(name: str) -> None:
    """Raises SegmentFault for a name that is blank, too long, or holds markup."""
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable() or _MARKUP.search(name):
        raise faults.bad_content(
            "name", f"a name has 1 to {LONGEST_NAME} visible characters and neither < nor >"
        )


async def _saved(conn: Connection, workspace_id: str, segment: Segment) -> Segment:
    rule = _rule(segment)
    await _require_segments(conn, workspace_id, segment.id, rule)
    digest = _digest(segment.filters or {})
    alike = await store.find_alike(conn, workspace_id, digest, besides=segment.id)
    if alike:
        raise faults.filters_exist(*alike)
    await store.save(conn, workspace_id, segment, digest, sorted(set(references(rule))))
    return segment


def _rule(segment: Segment) -> Rule:
    """What the filters mean; faults in the contract's words, with the path of the filter at fault."""
    try:
        return parse_rule(segment.filters, segment.display_names, _FILTERS)
    except RuleFault as fault:
        if fault.message == TOO_DEEP:
            raise faults.too_deep(DEEPEST_NESTING) from fault
        if fault.message == TOO_LONG:
            raise faults.too_long() from fault
        raise faults.bad_content(fault.path, fault.message) from fault


async def _require_segments(conn: Connection, workspace_id: str, segment_id: str, rule: Rule) -> None:
    """The segments named exist, are few enough, and do not lead back to this one."""
    named = set(references(rule))
    if not named:
        return
    meanings: Mapping[str, Rule] = (await audiences.segments(conn, workspace_id, named)).meanings
    missing = sorted(named - meanings.keys() - {segment_id})
    if missing:
        raise faults.bad_content(_FILTERS, f"there is no custom segment {missing[0]} in this workspace")
    try:
        require_expandable(Reference(segment_id), {**meanings, segment_id: rule})
    except CyclicSegments as fault:
        raise faults.cyclic() from fault
    except SegmentsTooDeep as fault:
        raise faults.too_deep(DEEPEST_SEGMENTS) from fault
    except TooManySegments as fault:
        raise faults.too_many_segments(MOST_SEGMENTS) from fault


async def require_room(conn: Connection, workspace_id: str, platform: Platform) -> None:
    """Raises SegmentFault (429) when there are as many active segments as there may be."""
    active = await store.count_active(conn, workspace_id, platform.clock.now())
    if active >= MOST_ACTIVE:
        raise faults.too_many_active(active + 1, MOST_ACTIVE)


async def _require_unlike(conn: Connection, workspace_id: str, segment: Segment) -> None:
    digest = await store.digest_of(conn, workspace_id, segment.id)
    alike = await store.find_alike(conn, workspace_id, digest, besides=segment.id) if digest else None
    if alike:
        raise faults.filters_exist(*alike)


def _digest(filters: Json) -> bytes:
    """The same for the same filters, however their keys are ordered."""
    text = json.dumps(filters, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
