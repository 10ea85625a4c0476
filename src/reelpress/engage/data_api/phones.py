"""The phone numbers of a call in E.164, before anything looks them up or stores them (pure)."""

from dataclasses import replace
from typing import Any

from reelpress.engage.data_api.model import Batch
from reelpress.engage.profiles.changes import Change, Identity, Unset
from reelpress.engage.profiles.phones import SENT_KEYS, normalise


def normalised(batch: Batch, region: str | None) -> Batch:
    """The same call with its phone numbers in one form; what was sent is kept beside it.

    `region` is the country of numbers that name none.
    """
    return replace(
        batch,
        customers=tuple(
            replace(one, identity=named(one.identity, region), change=_change(one.change, region))
            for one in batch.customers
        ),
        events=tuple(replace(one, identity=named(one.identity, region)) for one in batch.events),
        devices=tuple(replace(one, identity=named(one.identity, region)) for one in batch.devices),
    )


def named(identity: Identity, region: str | None) -> Identity:
    """The identity with its phone numbers in E.164."""
    if not any(key in SENT_KEYS for key, _ in identity.identifiers):
        return identity
    return replace(
        identity,
        identifiers=tuple(
            (key, normalise(value, region) if key in SENT_KEYS else value)
            for key, value in identity.identifiers
        ),
    )


def _change(change: Change, region: str | None) -> Change:
    for key, sent_key in SENT_KEYS.items():
        if any(rule.covers(key) for rule in change.unset):
            change = replace(change, unset=(*change.unset, Unset("equals", sent_key)))
        elif (sent := _text(change.set.get(key))) is not None:
            change = _with_number(change, key, sent_key, sent, region)
    return change


def _with_number(change: Change, key: str, sent_key: str, sent: str, region: str | None) -> Change:
    number = normalise(sent, region)
    if number == sent:
        return replace(
            change, set={**change.set, key: sent}, unset=(*change.unset, Unset("equals", sent_key))
        )
    return replace(change, set={**change.set, key: number, sent_key: sent})


def _text(value: Any) -> str | None:
    """A number as text; clients send it as a JSON number too."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
