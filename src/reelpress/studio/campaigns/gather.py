"""From a definition to what it is made of: assets, local files, fonts, and the compiled plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.sandbox import Limits, SandboxCrash, SandboxTimeout
from reelpress.studio.assets import store as assets
from reelpress.studio.assets.model import Asset, Link, storage_key
from reelpress.studio.campaigns.compile import (
    Compiled,
    CompileFault,
    PartInput,
    Problem,
    compile_definition,
)
from reelpress.studio.campaigns.model import Definition
from reelpress.studio.films.model import FilmOrder, film_key, is_film, order_of
from reelpress.studio.plan import ResourceFacts

COMPILE_LIMITS = Limits(seconds=120, memory_mb=1024)
FONT_KEY = "font:"
A_KIND = {"image": "an image", "video": "a video"}


@dataclass(frozen=True, slots=True)
class Material:
    """Every asset a definition needs. `links` by template."""

    parts: tuple[Asset, ...]
    links: Mapping[UUID, tuple[Link, ...]]
    linked: Mapping[UUID, Asset]
    fonts: tuple[Asset, ...]

    @property
    def asset_ids(self) -> tuple[UUID, ...]:
        every = (*self.parts, *self.linked.values(), *self.fonts)
        return tuple(dict.fromkeys(asset.id for asset in every))


async def material_of(conn: Connection, workspace_id: str, definition: Definition) -> Material:
    """Raises CompileFault for an asset that is not there or is of the wrong kind."""
    fallbacks = _fallback_ids(definition)
    found = await assets.assets_by_id(conn, workspace_id, [part.asset_id for part in definition.parts])
    _check_parts(definition, found)
    parts = tuple(found[part.asset_id] for part in definition.parts)
    templates = [asset.id for asset in parts if asset.kind == "mlt"]
    links = await assets.links(conn, workspace_id, templates)
    wanted = [link.asset_id for link in links if link.asset_id is not None]
    linked = await assets.assets_by_id(conn, workspace_id, [*wanted, *fallbacks.values()])
    _check_fallbacks(definition, fallbacks, linked)
    families = [family for asset in parts if asset.kind == "mlt" for family in asset.facts["fonts"]]
    return Material(
        parts,
        {one: tuple(link for link in links if link.template_id == one) for one in templates},
        linked,
        tuple(await assets.fonts_of_families(conn, workspace_id, families)),
    )


async def compiled(platform: Platform, definition: Definition, material: Material) -> Compiled:
    """Raises CompileFault."""
    parts = [await _part_input(platform, asset, material) for asset in material.parts]
    keys = {str(asset_id): asset.sha256 for asset_id, asset in material.linked.items()}
    try:
        return await platform.sandbox.run(compile_definition, definition, parts, keys, limits=COMPILE_LIMITS)
    except (SandboxTimeout, SandboxCrash) as fault:
        raise CompileFault((Problem("parts", "the template is too complex: simplify it"),)) from fault


def resources_of(result: Compiled, material: Material) -> dict[str, str]:
    """Key in the plan, or `font:...`, -> SHA-256 of the content, of a film of what it shows."""
    fonts = {f"{FONT_KEY}{asset.sha256}": asset.sha256 for asset in material.fonts}
    films = {order.part.name: order.digest for order in films_of(result, material)}
    return {key: films[key] if is_film(key) else key for key in result.resources} | fonts


def films_of(result: Compiled, material: Material) -> tuple[FilmOrder, ...]:
    """What melt has to draw, from assets of the workspace alone. Raises CompileFault for any other file."""
    own = {asset.sha256 for asset in material.linked.values()}
    _raise_if(
        Problem("parts", f"line {film.line} <{film.where.element}>: the file {name!r} is missing: upload it")
        for film in result.films
        for name in film.resources
        if name not in own
    )
    fonts = [asset.sha256 for asset in material.fonts]
    return tuple(order_of(film, fonts) for film in result.films)


async def local_files(platform: Platform, resources: Mapping[str, str]) -> dict[str, Path]:
    """The same keys with files on this machine."""
    return {
        key: await platform.storage.local_copy(film_key(sha) if is_film(key) else storage_key(sha))
        for key, sha in resources.items()
    }


async def _part_input(platform: Platform, asset: Asset, material: Material) -> PartInput:
    if asset.kind != "mlt":
        return PartInput(resource=asset.sha256, facts={asset.sha256: _facts(asset)})
    linked = {
        link.resource: material.linked.get(link.asset_id) if link.asset_id else None
        for link in material.links[asset.id]
    }
    return PartInput(
        template=(await platform.storage.local_copy(asset.key)).resolve(),
        file_name=asset.original_name,
        links={resource: one.sha256 if one else None for resource, one in linked.items()},
        facts={one.sha256: _facts(one) for one in linked.values() if one},
        layers=tuple(asset.facts["layers"]),
    )


def _facts(asset: Asset) -> ResourceFacts:
    known: dict[str, Any] = asset.facts
    assert asset.kind in ("video", "image", "audio")
    return ResourceFacts(
        kind=asset.kind,
        width=known.get("width", 0),
        height=known.get("height", 0),
        duration_s=known.get("duration_s", 0.0),
        has_audio=known.get("has_audio", False),
    )


def _check_parts(definition: Definition, found: Mapping[UUID, Asset]) -> None:
    problems: list[Problem] = []
    for index, part in enumerate(definition.parts):
        asset = found.get(part.asset_id)
        place = f"parts[{index}]"
        if asset is None:
            problems.append(
                Problem(f"{place}.asset_id", f"there is no asset {part.asset_id} in this workspace")
            )
        elif part.kind == "static" and asset.kind not in ("video", "image"):
            problems.append(Problem(place, f"a static part is a video or a picture, this is {asset.kind}"))
        elif part.kind != "static" and asset.kind != "mlt":
            problems.append(Problem(place, f"a part of kind {part.kind} is MLT XML, this is {asset.kind}"))
    _raise_if(problems)


def _fallback_ids(definition: Definition) -> dict[int, UUID]:
    """Mapping -> the asset an image or video layer falls back on."""
    ids: dict[int, UUID] = {}
    problems: list[Problem] = []
    for index, entry in enumerate(definition.mappings):
        if entry.kind != "text" and entry.fallback is not None:
            try:
                ids[index] = UUID(entry.fallback)
            except ValueError:
                problems.append(
                    Problem(f"mappings[{index}].fallback", f"must be the id of {A_KIND[entry.kind]} asset")
                )
    _raise_if(problems)
    return ids


def _check_fallbacks(
    definition: Definition, fallbacks: Mapping[int, UUID], found: Mapping[UUID, Asset]
) -> None:
    kinds = {index: definition.mappings[index].kind for index in fallbacks}
    _raise_if(
        Problem(
            f"mappings[{index}].fallback", f"{asset_id} is not {A_KIND[kinds[index]]} asset of this workspace"
        )
        for index, asset_id in fallbacks.items()
        if asset_id not in found or found[asset_id].kind != kinds[index]
    )


def _raise_if(problems: Iterable[Problem]) -> None:
    if found := tuple(problems):
        raise CompileFault(found)
