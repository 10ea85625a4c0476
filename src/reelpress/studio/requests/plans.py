"""Compiled plans in memory: a version never changes, so its plan is decoded once per process."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

import msgspec

from reelpress.studio.campaigns.model import Version
from reelpress.studio.plan import Plan

MAX_PLANS = 64

_plans: OrderedDict[UUID, tuple[Plan, bytes]] = OrderedDict()


def plan_of(version: Version) -> Plan:
    """The plan of a published version."""
    return _known(version)[0]


def encoded_plan_of(version: Version) -> bytes:
    """The same as a render process takes it."""
    return _known(version)[1]


def _known(version: Version) -> tuple[Plan, bytes]:
    known = _plans.get(version.id)
    if known is None:
        plan = msgspec.convert(version.plan, Plan)
        known = plan, plan.encode()
        _plans[version.id] = known
        if len(_plans) > MAX_PLANS:
            _plans.popitem(last=False)
    else:
        _plans.move_to_end(version.id)
    return known
