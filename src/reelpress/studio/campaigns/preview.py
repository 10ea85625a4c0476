"""The eye: a true render of one frame of the draft, with the values a customer would bring."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.sandbox import SandboxCrash, SandboxTimeout
from reelpress.studio.campaigns import gather
from reelpress.studio.campaigns.drafts import Draft, draft_of
from reelpress.studio.campaigns.preview_pictures import preview_clips, preview_pictures
from reelpress.studio.films import service as films
from reelpress.studio.films.model import FilmFault
from reelpress.studio.films.service import FilmsBusy
from reelpress.studio.plan import Plan, Resolved, resolve
from reelpress.studio.render import RenderFault
from reelpress.studio.render.stillroom import Still, StillOrder, still_of

STILL_TIMEOUT_S = 30.0
FILMS_TIMEOUT_S = 20.0  # nobody waits longer for an answer of the eye; the drawing goes on
SAMPLES = {"number": "1234", "date": "2026-01-31"}


async def still(
    platform: Platform,
    workspace_id: str,
    campaign_id: UUID,
    values: Mapping[str, str],
    at_s: float = -1.0,
    part: int | None = None,
) -> bytes:
    """A JPEG of the draft at a moment, at its own size; `look` says more."""
    return (await look(platform, workspace_id, campaign_id, values, at_s, part)).jpeg


async def look(
    platform: Platform,
    workspace_id: str,
    campaign_id: UUID,
    values: Mapping[str, str],
    at_s: float = -1.0,
    part: int | None = None,
    width: int = 0,
) -> Still:
    """The draft at a moment. Raises Refusal; PublishRefusal where the draft cannot be compiled.

    Seconds count from the start of the part, or of the video where none is named; below 0 the moment that
    shows the layers best is taken. Empty values are shown as samples. A picture's or clip's value is a
    URL or the id of an asset. `width` in pixels; 0: the video's own.
    """
    draft = await draft_of(platform, workspace_id, campaign_id)
    resolved = _resolved(draft.plan, values)
    moment = _moment(draft.plan, at_s, part)
    await _films_drawn(platform, workspace_id, draft)
    files = await gather.local_files(platform, draft.resources)
    files |= await preview_pictures(platform, workspace_id, resolved.image_values)
    files |= await preview_clips(platform, workspace_id, resolved.clip_values)
    whole = {name: path.resolve() for name, path in files.items()}
    order = StillOrder(draft.encoded, resolved, whole, moment, part, width)
    try:
        return await platform.sandbox.render(still_of, order, timeout_s=STILL_TIMEOUT_S)
    except RenderFault as fault:
        raise Refusal(422, "cannot_render", str(fault), fix="look at the template and its files") from fault
    except (SandboxTimeout, SandboxCrash) as fault:
        raise Refusal(503, "render_busy", "the preview could not be made in time", fix="try again") from fault


async def _films_drawn(platform: Platform, workspace_id: str, draft: Draft) -> None:
    try:
        await films.have_drawn(platform, workspace_id, draft.films, FILMS_TIMEOUT_S)
    except FilmFault as fault:
        raise Refusal(422, "cannot_render", str(fault), field="parts", fix="change the template") from fault
    except FilmsBusy as fault:
        raise Refusal(
            503, "films_not_ready", "melt is still drawing a clip of this template, which it does once",
            fix="look again in a minute",
        ) from fault  # fmt: skip


def _resolved(plan: Plan, values: Mapping[str, str]) -> Resolved:
    outcome = resolve(plan, _with_samples(plan, values))
    if isinstance(outcome, Resolved):
        return outcome
    raise Refusal(422, "bad_value", outcome[0].message, field=f"values.{outcome[0].field}")


def _with_samples(plan: Plan, values: Mapping[str, str]) -> dict[str, str]:
    """What is empty shows its fallback, else the field's own name: a preview without data is of use too."""
    transforms = {
        entry.field: transform.partition(":")[0] for entry in plan.mappings for transform in entry.transforms
    }
    filled: dict[str, str] = {}
    for field in plan.fields:
        value = values.get(field.name, "")
        if not value.strip() and field.kind == "text" and field.fallback is None:
            value = SAMPLES.get(transforms.get(field.name, ""), field.name.replace("_", " ").capitalize())
        filled[field.name] = value
    return filled


def _moment(plan: Plan, at_s: float, part: int | None) -> float:
    """Seconds from the start of the video; below 0 where the renderer is to choose."""
    if part is None:
        return at_s
    if not 0 <= part < len(plan.parts):
        raise Refusal(422, "unknown_part", f"there is no part {part}", field="part", fix="parts count from 0")
    if at_s < 0:
        return at_s
    piece = plan.parts[part]
    return float((piece.first + min(at_s * float(plan.fps), piece.frames - 1)) / plan.fps)
