"""Drafts as they would be published: compiled once for as long as nothing they are made of changes."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import msgspec

from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.studio.campaigns import gather, service
from reelpress.studio.campaigns.compile import CompileFault
from reelpress.studio.campaigns.model import Definition
from reelpress.studio.campaigns.publish import PublishRefusal
from reelpress.studio.films.model import FilmOrder
from reelpress.studio.plan import Plan
from reelpress.studio.plan.cost import CostReport, cost_report

T = TypeVar("T")

MAX_KEPT = 32


@dataclass(frozen=True, slots=True)
class Draft:
    """A compiled draft and what it renders from. Equal `key`s are equal drafts; `encoded` is its plan.

    `films` of its resources are to be drawn by melt first.
    """

    key: str
    plan: Plan
    encoded: bytes
    resources: Mapping[str, str]
    films: tuple[FilmOrder, ...] = ()


_drafts: OrderedDict[str, Draft] = OrderedDict()
_costs: OrderedDict[str, CostReport] = OrderedDict()


async def draft_of(platform: Platform, workspace_id: str, campaign_id: UUID) -> Draft:
    """Raises Refusal; PublishRefusal where the draft cannot be compiled."""
    async with platform.db.connection() as conn:
        campaign = await service.one(conn, workspace_id, campaign_id)
    definition = campaign.draft
    if not definition.parts:
        raise Refusal(
            422, "nothing_to_show", "there is no part yet", field="parts",
            fix="add a template, a video or a picture",
        )  # fmt: skip
    try:
        async with platform.db.connection() as conn:
            material = await gather.material_of(conn, workspace_id, definition)
        key = _fingerprint(workspace_id, definition, material)
        if key not in _drafts:
            result = await gather.compiled(platform, definition, material)
            resources, films = gather.resources_of(result, material), gather.films_of(result, material)
            _keep(_drafts, key, Draft(key, Plan.decode(result.plan), result.plan, resources, films))
    except CompileFault as fault:
        raise PublishRefusal(fault.problems) from fault
    _drafts.move_to_end(key)
    return _drafts[key]


async def cost_of(draft: Draft) -> CostReport:
    """What one customer of the draft would cost."""
    if draft.key not in _costs:
        _keep(_costs, draft.key, await asyncio.to_thread(cost_report, draft.plan))
    return _costs[draft.key]


def _keep(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    while len(kept) > MAX_KEPT:
        kept.popitem(last=False)


def _fingerprint(workspace_id: str, definition: Definition, material: gather.Material) -> str:
    links = [
        (str(key), [(link.resource, str(link.asset_id)) for link in value])
        for key, value in material.links.items()
    ]
    parts = [workspace_id, definition.model_dump_json(), links, [str(one) for one in material.asset_ids]]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
