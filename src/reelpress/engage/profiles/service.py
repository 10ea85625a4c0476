"""Find profiles, make them, change them."""

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from reelpress.engage.profiles import catalog, store, values
from reelpress.engage.profiles.changes import Change, Identity, apply, changed_keys
from reelpress.engage.profiles.model import Profile, ProfilePage, TimelineEntry
from reelpress.engage.profiles.standard import key_of
from reelpress.platform import ids
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found

MOST_LISTED = 200
MOENGAGE_ID_LENGTH = 24
_MOENGAGE_ID = re.compile(r"[0-9a-f]{24}\Z")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Whom the identities of one request stand for; `created` are profiles that did not exist before.

    An identity that names nobody, and for which no profile was to be made, is left out.
    """

    profiles: Mapping[Identity, Profile]
    created: frozenset[str]


async def get(conn: Connection, workspace_id: str, profile_id: str) -> Profile:
    """One profile by MoEngage ID. Raises Refusal (404)."""
    found = await store.by_ids(conn, workspace_id, [profile_id])
    if not found:
        raise not_found("profile", profile_id)
    return found[0]


async def by_ids(conn: Connection, workspace_id: str, profile_ids: Collection[str]) -> dict[str, Profile]:
    """Profiles by MoEngage ID; ids that name nobody are left out."""
    return {profile.id: profile for profile in await store.by_ids(conn, workspace_id, profile_ids)}


async def by_identifier(conn: Connection, workspace_id: str, value: str) -> Profile | None:
    """The profile with this customer id, MoEngage ID, e-mail address or mobile number, in that order."""
    if values.clean_name(value) != value:
        return None
    ways = (Identity(value), Identity(None, (("u_em", value), ("u_mb", value))))
    located = await _locate(conn, workspace_id, ways)
    found = next((located[way] for way in ways if way in located), None)
    return None if found is None else (await by_ids(conn, workspace_id, [found])).get(found)


async def find(
    conn: Connection, workspace_id: str, query: str = "", limit: int = 50, cursor: str | None = None
) -> ProfilePage:
    """The youngest profiles that hold the query in an id, name, e-mail or number; `limit` up to 200.

    Raises Refusal (400) for a cursor that this call did not give out.
    """
    limit = max(1, min(limit, MOST_LISTED))
    before = _read_cursor(cursor) if cursor else None
    found = await store.search(conn, workspace_id, values.fold(query.strip()), limit + 1, before)
    more = len(found) > limit
    page = tuple(found[:limit])
    return ProfilePage(page, _cursor(page[-1]) if more else None)


async def timeline(
    conn: Connection, workspace_id: str, profile_id: str, limit: int = 100, before: datetime | None = None
) -> list[TimelineEntry]:
    """What happened to a profile, the latest first."""
    return await store.timeline(conn, workspace_id, profile_id, max(1, min(limit, MOST_LISTED)), before)


def attributes_for_template(profile: Profile) -> dict[str, Any]:
    """What personalisation and audience rules read: the attributes, the ids, first and last seen."""
    return {
        "cr_t": profile.created_at.isoformat(timespec="seconds"),
        "u_l_a": profile.last_seen_at.isoformat(timespec="seconds"),
        **profile.attributes,
        **({} if profile.customer_id is None else {"uid": profile.customer_id}),
        "id": profile.id,
    }


async def edit(
    conn: Connection, workspace_id: str, profile_id: str, attributes: Mapping[str, Any], now: datetime
) -> Profile:
    """Set attributes by hand; a null removes one. Raises Refusal for an unknown profile or a bad value."""
    change = _edited(attributes)
    locked = await store.lock(conn, workspace_id, [profile_id], [])
    if not locked:
        raise not_found("profile", profile_id)
    removed = {key_of(name) for name, value in attributes.items() if value is None}
    kept = {key: value for key, value in apply(locked[0].attributes, change).items() if key not in removed}
    after = replace(locked[0], attributes=kept, updated_at=now)
    await save(conn, workspace_id, [locked[0]], {profile_id: after}, now)
    return after


async def resolve(
    conn: Connection,
    workspace_id: str,
    identities: Collection[Identity],
    create: Collection[Identity],
    now: datetime,
) -> Resolved:
    """The profiles behind the identities, held until the transaction ends.

    A customer id that is a MoEngage ID stands for that profile when no profile has that customer id.
    Profiles are made for those in `create` that name nobody; never for the MoEngage ID of somebody who was
    erased, whose media may come back late.
    """
    if all(one.customer_id is not None and not _is_moengage_id(one.customer_id) for one in identities):
        return await _resolve_customers(conn, workspace_id, identities, create, now)
    located = await _locate(conn, workspace_id, identities)
    anonymous = [one for one in create if one not in located and one.customer_id is None]
    if anonymous:
        await store.lock_identifiers(
            conn, workspace_id, {value for one in anonymous for _, value in one.identifiers}
        )
        located |= await _locate(conn, workspace_id, anonymous)
    strangers = [one for one in create if one not in located]
    gone = await _erased(conn, workspace_id, strangers)
    newcomers = _newcomers([one for one in strangers if one not in gone])
    if newcomers:
        await store.insert(conn, workspace_id, _fresh_rows(newcomers), now)
        located |= newcomers
    customer_ids = {one.customer_id for one in newcomers if one.customer_id is not None}
    locked = await store.lock(conn, workspace_id, set(located.values()), customer_ids)
    by_id = {profile.id: profile for profile in locked}
    by_customer = {profile.customer_id: profile for profile in locked if profile.customer_id is not None}
    found = {
        one: profile
        for one, profile_id in located.items()
        if (profile := by_id.get(profile_id) or by_customer.get(one.customer_id or "")) is not None
    }
    return Resolved(found, frozenset(newcomers.values()) & by_id.keys())


async def _resolve_customers(
    conn: Connection,
    workspace_id: str,
    identities: Collection[Identity],
    create: Collection[Identity],
    now: datetime,
) -> Resolved:
    """`resolve` where everybody is named by a customer id.

    Nobody is held while newcomers are written: who waits there for another's newcomer must hold nothing
    that the other may still want.
    """
    named = {one.customer_id for one in identities if one.customer_id is not None}
    known = await store.ids_by_customer_ids(conn, workspace_id, named)
    newcomers = _newcomers([one for one in create if one.customer_id not in known])
    if newcomers:
        await store.insert(conn, workspace_id, _fresh_rows(newcomers), now)
    locked = await store.lock_customers(conn, workspace_id, named)
    found = {one: profile for one in identities if (profile := locked.get(one.customer_id)) is not None}
    return Resolved(found, frozenset(newcomers.values()) & {profile.id for profile in found.values()})


def _is_moengage_id(text: str) -> bool:
    return len(text) == MOENGAGE_ID_LENGTH and _MOENGAGE_ID.match(text.lower()) is not None


async def save(
    conn: Connection,
    workspace_id: str,
    before: Sequence[Profile],
    after: Mapping[str, Profile],
    now: datetime,
) -> None:
    """Write the profiles that differ from what they were, and catalogue their attributes."""
    rows = [row for profile in before if (row := _row(profile, after[profile.id])) is not None]
    if not rows:
        return
    await store.write(conn, workspace_id, rows, now)
    fresh = {key: row.attributes[key] for row in rows for key in row.changed if key in row.attributes}
    await catalog.note(conn, workspace_id, fresh)


def _row(before: Profile, after: Profile) -> store.Row | None:
    changed = changed_keys(before.attributes, after.attributes)
    if not changed and dict(before.platforms) == dict(after.platforms):
        return None
    attributes = dict(after.attributes)
    folded = _folded(attributes, after.customer_id)
    return store.Row(after.id, attributes, folded, values.moments(attributes), after.platforms, changed)


async def _locate(
    conn: Connection, workspace_id: str, identities: Collection[Identity]
) -> dict[Identity, str]:
    """Ids of existing profiles: by customer id, else by MoEngage ID, else by an identifier."""
    customer_ids = {one.customer_id for one in identities if one.customer_id is not None}
    by_customer = await store.ids_by_customer_ids(conn, workspace_id, customer_ids) if customer_ids else {}
    internal = {
        text.lower() for text in customer_ids - by_customer.keys() if _MOENGAGE_ID.match(text.lower())
    }
    existing = await store.existing_ids(conn, workspace_id, internal) if internal else set[str]()
    named = [pair for one in identities if one.customer_id is None for pair in one.identifiers]
    by_identifier = (
        await store.ids_by_identifiers(
            conn, workspace_id, {key: {v for k, v in named if k == key} for key, _ in named}
        )
        if named
        else {}
    )
    located: dict[Identity, str] = {}
    for one in identities:
        lowered = (one.customer_id or "").lower()
        found = by_customer.get(one.customer_id or "") or (lowered if lowered in existing else None)
        if one.customer_id is None:
            found = next((by_identifier[pair] for pair in one.identifiers if pair in by_identifier), None)
        if found is not None:
            located[one] = found
    return located


async def _erased(conn: Connection, workspace_id: str, strangers: Sequence[Identity]) -> set[Identity]:
    internal = {
        one: one.customer_id.lower()
        for one in strangers
        if one.customer_id is not None and _MOENGAGE_ID.match(one.customer_id.lower())
    }
    if not internal:
        return set()
    erased = await store.erased(conn, workspace_id, set(internal.values()))
    return {one for one, profile_id in internal.items() if profile_id in erased}


def _newcomers(identities: Sequence[Identity]) -> dict[Identity, str]:
    """A new MoEngage ID for each customer id, and for each set of identifiers that shares no value."""
    chosen: dict[str | tuple[str, str], str] = {}
    result: dict[Identity, str] = {}
    for one in identities:
        names: list[str | tuple[str, str]] = [one.customer_id] if one.customer_id else list(one.identifiers)
        profile_id = next((chosen[name] for name in names if name in chosen), None) or ids.moengage_id()
        chosen.update(dict.fromkeys(names, profile_id))
        result[one] = profile_id
    return result


def _fresh_rows(newcomers: Mapping[Identity, str]) -> list[store.NewRow]:
    rows: dict[str, store.NewRow] = {}
    for one, profile_id in newcomers.items():
        attributes = {**dict(one.identifiers), **(rows[profile_id].attributes if profile_id in rows else {})}
        rows[profile_id] = store.NewRow(
            profile_id, one.customer_id, attributes, _folded(attributes, one.customer_id)
        )
    return list(rows.values())


def _folded(attributes: dict[str, Any], customer_id: str | None) -> dict[str, Any]:
    return values.folded(attributes) | ({} if customer_id is None else {"uid": values.fold(customer_id)})


def _edited(attributes: Mapping[str, Any]) -> Change:
    fresh: dict[str, Any] = {}
    for name, value in attributes.items():
        key, cleaned = key_of(name), values.clean(value)
        if key in ("uid", "id", "_id") or values.clean_name(key) is None:
            raise Refusal(
                400, "bad_attribute", "this name cannot be an attribute", field=f"attributes.{name}"
            )
        if value is not None and (cleaned is values.DROPPED or cleaned != value):
            raise Refusal(
                400,
                "bad_value",
                f"a text has at most {values.LONGEST_STRING} characters, an object two levels and 25 KB",
                field=f"attributes.{name}",
            )
        if value is not None:
            fresh[key] = cleaned
    return Change(set=fresh)


def _cursor(profile: Profile) -> str:
    return base64.urlsafe_b64encode(
        json.dumps([profile.created_at.isoformat(), profile.id]).encode()
    ).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        at, profile_id = cast("list[str]", json.loads(base64.urlsafe_b64decode(cursor)))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not _MOENGAGE_ID.match(profile_id):
            raise ValueError
    except (ValueError, TypeError, binascii.Error) as fault:
        raise Refusal(
            400, "bad_cursor", "this cursor was not given out by this call", field="cursor"
        ) from fault
    return moment, profile_id
