"""Compiled plans in memory: a version never changes, so its plan is decoded once per process."""

from __future__ import annotations

from collections import OrderedDict
from uuid import UUID

import msgspec

from reelpress.studio.campaigns.model import Version
from reelpress.studio.plan import Plan

MAX_PLANS = 64

_plans: OrderedDict[UUID, Plan] = OrderedDict()


def plan_of(version: Version) -> Plan:
    """The plan of a published version."""
    plan = _plans.get(version.id)
    if plan is None:
        plan = msgspec.convert(version.plan, Plan)
        _plans[version.id] = plan
        if len(_plans) > MAX_PLANS:
            _plans.popitem(last=False)
    else:
        _plans.move_to_end(version.id)
    return plan
