"""What the pages about segments share: where they are, what is wrong in words."""

from __future__ import annotations

from reelpress.console.typed import Faults, faults_of, place_of, plain
from reelpress.engage.custom_segments import service
from reelpress.engage.custom_segments.faults import SegmentFault
from reelpress.engage.custom_segments.model import Segment
from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal, not_found

BASE = "/console/segments"

_FILTERS = "included_filters"


async def segment_of(platform: Platform, principal: Principal, segment_id: str) -> Segment:
    """Raises Refusal (404)."""
    found = await service.find(platform, principal.workspace_id, segment_id)
    if found is None:
        raise not_found("segment", segment_id)
    return found


def faults_in(fault: Refusal | SegmentFault) -> Faults:
    """What to say beside the fields of a form; rules stand under `audience` there."""
    if isinstance(fault, Refusal):
        return faults_of(fault)
    target, message = fault.detail
    if fault.status == 409 and "name" in fault.message.lower() and "filters" not in fault.message:
        target, message = "name", "Another segment has this name; choose another"
    if target.startswith(_FILTERS):
        target = "audience" + target.removeprefix(_FILTERS)
    return {place_of(target): plain(message)}
