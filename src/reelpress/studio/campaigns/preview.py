"""The eye: a true render of one frame of the draft, with the values a customer would bring."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.platform.http_out import OutFailure
from reelpress.platform.sandbox import SandboxCrash, SandboxTimeout
from reelpress.studio.assets import images
from reelpress.studio.assets import store as assets
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.intake import in_sandbox
from reelpress.studio.assets.service import private_folder
from reelpress.studio.campaigns import gather, service
from reelpress.studio.campaigns.compile import CompileFault
from reelpress.studio.campaigns.model import Definition
from reelpress.studio.campaigns.publish import PublishRefusal
from reelpress.studio.plan import Plan, Resolved, resolve
from reelpress.studio.plan.mapping import image_key
from reelpress.studio.render import RenderFault, render_still

STILL_TIMEOUT_S = 30.0
FETCH_TIMEOUT_S = 10.0
MAX_CACHED_PLANS = 32
SAMPLES = {"number": "1234", "date": "2026-01-31"}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A compiled draft and what it renders from."""

    plan: Plan
    resources: Mapping[str, str]


_drafts: OrderedDict[str, _Draft] = OrderedDict()


async def still(
    platform: Platform,
    workspace_id: str,
    campaign_id: UUID,
    values: Mapping[str, str],
    at_s: float = -1.0,
    part: int | None = None,
) -> bytes:
    """A JPEG of the draft at a moment. Raises Refusal; PublishRefusal where the draft cannot be compiled.

    Empty values are shown as samples. A picture's value is a URL or the id of an image asset.
    """
    async with platform.db.connection() as conn:
        campaign = await service.one(conn, workspace_id, campaign_id)
    draft = await _compiled(platform, workspace_id, campaign.draft)
    resolved = _resolved(draft.plan, values)
    moment = _moment(draft.plan, at_s, part)
    files = await gather.local_files(platform, draft.resources)
    async with private_folder(platform) as folder:
        files |= await _pictures(platform, workspace_id, resolved, folder)
        try:
            return await platform.sandbox.render(
                render_still, draft.plan, resolved, _absolute(files), moment, timeout_s=STILL_TIMEOUT_S
            )
        except RenderFault as fault:
            raise Refusal(
                422, "cannot_render", str(fault), fix="look at the template and its files"
            ) from fault
        except (SandboxTimeout, SandboxCrash) as fault:
            raise Refusal(
                503, "render_busy", "the preview could not be made in time", fix="try again"
            ) from fault


async def _compiled(platform: Platform, workspace_id: str, definition: Definition) -> _Draft:
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
            _drafts[key] = _Draft(Plan.decode(result.plan), gather.resources_of(result, material))
    except CompileFault as fault:
        raise PublishRefusal(fault.problems) from fault
    _drafts.move_to_end(key)
    if len(_drafts) > MAX_CACHED_PLANS:
        _drafts.popitem(last=False)
    return _drafts[key]


def _fingerprint(workspace_id: str, definition: Definition, material: gather.Material) -> str:
    links = [
        (str(key), [(link.resource, str(link.asset_id)) for link in value])
        for key, value in material.links.items()
    ]
    parts = [workspace_id, definition.model_dump_json(), links, [str(one) for one in material.asset_ids]]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


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
    if part is None:
        return at_s
    if part >= len(plan.parts):
        raise Refusal(422, "unknown_part", f"there is no part {part}", field="part", fix="parts count from 0")
    piece = plan.parts[part]
    within = piece.frames / 2 if at_s < 0 else min(at_s * float(plan.fps), piece.frames - 1)
    return float((piece.first + within) / plan.fps)


async def _pictures(
    platform: Platform, workspace_id: str, resolved: Resolved, folder: Path
) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for number, (field, value) in enumerate(resolved.image_values.items()):
        raw, clean = folder / f"{number}.in", folder / f"{number}.img"
        try:
            source = await _asset_file(platform, workspace_id, value)
            if source is None:
                await _fetch(platform, field, value, raw)
                await in_sandbox(platform, images.normalise_image, raw, clean)
            files[image_key(field)] = source or clean
        except MediaFault as fault:
            raise Refusal(
                422, "bad_picture", f"field {field!r}: {fault.reason}", field=f"values.{field}", fix=fault.fix
            ) from fault
    return files


async def _asset_file(platform: Platform, workspace_id: str, value: str) -> Path | None:
    try:
        asset_id = UUID(value)
    except ValueError:
        return None
    async with platform.db.connection() as conn:
        asset = await assets.asset(conn, workspace_id, asset_id)
    if asset is None or asset.kind != "image":
        raise MediaFault("there is no image asset with this id", "choose a picture of this workspace")
    return await platform.storage.local_copy(asset.key)


async def _fetch(platform: Platform, field: str, url: str, path: Path) -> None:
    got = await platform.http.download(url, path, max_bytes=images.MAX_FILE_BYTES, timeout_s=FETCH_TIMEOUT_S)
    if isinstance(got, OutFailure):
        raise Refusal(
            422, "bad_picture", f"field {field!r}: {got.message}", field=f"values.{field}",
            fix="give a public https address of a picture",
        )  # fmt: skip


def _absolute(files: Mapping[str, Path]) -> dict[str, Path]:
    return {key: path.resolve() for key, path in files.items()}
