"""The sequential parts of a draft as the page shows them, and what its buttons do to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reelpress.console.pages.media_campaigns.form import Values
from reelpress.studio.assets.model import Asset, Link
from reelpress.studio.campaigns.compile import STILL_SECONDS
from reelpress.studio.campaigns.model import Definition, Part

KINDS = {
    "ml_with_mlt": ("ML with MLT", "LipSync, transliteration or TTS"),
    "mlt": ("MLT", "Layers mapped to user attributes"),
    "static": ("STATIC", "The same for everybody"),
}
SUITABLE = {"ml_with_mlt": ("mlt",), "mlt": ("mlt",), "static": ("video", "image")}


@dataclass(frozen=True, slots=True)
class Row:
    """One value a layer shows; `index` is its place among the mappings of the form.

    `seen` are moments in seconds from the start of the part; `own_*` is what the template says.
    """

    index: int
    layer: str
    kind: str
    placeholder: str
    template: str
    own_field: str
    own_fallback: str | None
    own_fit: str
    has_picture: bool
    seen: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class PartView:
    """A part with what is known about its asset (None: gone)."""

    index: int
    asset: Asset | None
    seconds: float
    rows: tuple[Row, ...]
    missing: tuple[str, ...]


def views(values: Values, assets: Mapping[UUID, Asset], links: Sequence[Link]) -> tuple[PartView, ...]:
    """The parts of a form; layers that no mapping names yet get one in `values`, as the template says."""
    shown: list[PartView] = []
    for index in range(_count(values, "parts")):
        asset = assets.get(_uuid(values.get(f"parts.{index}.asset_id", "")))
        template = asset if asset is not None and asset.kind == "mlt" else None
        missing = [link.resource for link in links if template and _is_gap(link, template)]
        shown.append(
            PartView(
                index,
                asset,
                _seconds(asset, values.get(f"parts.{index}.duration_s", "")),
                tuple(_rows(values, index, template)) if template else (),
                tuple(missing),
            )
        )
    return tuple(shown)


def at_fault(shown: Sequence[PartView], faults: Iterable[str]) -> set[int]:
    """The parts that hold a value with a fault; faults by the names of values."""
    places = [name.split(".")[:2] for name in faults]
    wrong = {int(place[1]) for place in places if place[0] == "parts" and len(place) == 2}
    layers = {int(place[1]) for place in places if place[0] == "mappings" and len(place) == 2}
    return wrong | {part.index for part in shown if any(row.index in layers for row in part.rows)}


def asset_ids(values: Values) -> list[UUID]:
    """The assets the parts name."""
    return [_uuid(values.get(f"parts.{index}.asset_id", "")) for index in range(_count(values, "parts"))]


def with_asset(draft: Definition, position: int, kind: str, asset: Asset) -> Definition:
    """A part takes an asset; one past the end is a further part.

    Mappings of layers that the asset does not have are dropped.
    """
    known = {layer["name"] for layer in asset.facts.get("layers", ())}
    old = draft.parts[position] if position < len(draft.parts) else None
    part = Part.model_validate(
        {
            "kind": kind,
            "asset_id": asset.id,
            "name": asset.name.rpartition(".")[0] or asset.name,
            "duration_s": old.duration_s if old and asset.kind == "image" else None,
        }
    )
    return draft.model_copy(
        update={
            "parts": (*draft.parts[:position], part, *draft.parts[position + 1 :]),
            "mappings": tuple(one for one in draft.mappings if one.part != position or one.layer in known),
        }
    )


def moved(draft: Definition, position: int, by: int) -> Definition:
    """A part and its mappings change places with a neighbour; at an end nothing changes."""
    other = position + by
    if not (0 <= position < len(draft.parts) and 0 <= other < len(draft.parts)):
        return draft
    parts = list(draft.parts)
    parts[position], parts[other] = parts[other], parts[position]
    swapped = {position: other, other: position}
    mappings = tuple(
        one.model_copy(update={"part": swapped.get(one.part, one.part)}) for one in draft.mappings
    )
    return draft.model_copy(update={"parts": tuple(parts), "mappings": mappings})


def removed(draft: Definition, position: int) -> Definition:
    """Without a part and its mappings."""
    mappings = tuple(
        one.model_copy(update={"part": one.part - (one.part > position)})
        for one in draft.mappings
        if one.part != position
    )
    parts = (*draft.parts[:position], *draft.parts[position + 1 :])
    return draft.model_copy(update={"parts": parts, "mappings": mappings})


def _is_gap(link: Link, template: Asset) -> bool:
    return link.template_id == template.id and link.asset_id is None


def _rows(values: Values, part: int, asset: Asset) -> list[Row]:
    rows: list[Row] = []
    for layer in asset.facts["layers"]:
        slots: list[str] = layer["fields"]
        named = layer["kind"] == "text" and len(slots) > 1
        rows += [_row(values, part, asset, layer, slot, slot if named else "") for slot in slots]
    return rows


def _row(values: Values, part: int, asset: Asset, layer: dict[str, Any], slot: str, placeholder: str) -> Row:
    rate = _rate(asset.facts["fps"])
    return Row(
        index=_mapping_of(values, part, layer, slot, placeholder),
        layer=layer["name"],
        kind=layer["kind"],
        placeholder=placeholder,
        template=layer["template"],
        own_field=slot,
        own_fallback=layer["fallback"],
        own_fit=layer["fit"],
        has_picture=bool(layer["resource"]),
        seen=tuple((first / rate, (last + 1) / rate) for first, last in layer["ranges"]),
    )


def _mapping_of(values: Values, part: int, layer: dict[str, Any], slot: str, placeholder: str) -> int:
    """Which mapping of the form is for this value; a fresh one where there is none."""
    count = _count(values, "mappings")
    for index in range(count):
        at = f"mappings.{index}"
        same_layer = values.get(f"{at}.part") == str(part) and values.get(f"{at}.layer") == layer["name"]
        if same_layer and values.get(f"{at}.placeholder", "") in ("", slot):
            values.update({f"{at}.kind": layer["kind"], f"{at}.placeholder": placeholder})
            return index
    fresh = {"part": str(part), "layer": layer["name"], "kind": layer["kind"], "field": slot}
    blank = ("transforms", "fallback", "required", "fit.rule", "fit.min_size", "fit.max_lines")
    values.update({f"mappings.{count}.{key}": value for key, value in fresh.items()})
    values.update({f"mappings.{count}.{key}": "" for key in blank})
    values[f"mappings.{count}.placeholder"] = placeholder
    return count


def _count(values: Values, what: str) -> int:
    """How many entries a list of the form has; they are numbered without gaps."""
    numbers = {name.split(".")[1] for name in values if name.startswith(f"{what}.")}
    return len([number for number in numbers if number.isdigit()])


def _seconds(asset: Asset | None, typed: str) -> float:
    if asset is None:
        return 0.0
    if asset.kind == "image":
        try:
            return float(typed)
        except ValueError:
            return STILL_SECONDS
    return float(asset.facts.get("duration_s", 0.0))


def _rate(fraction: str) -> float:
    top, _, bottom = fraction.partition("/")
    return float(top) / float(bottom or 1)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
