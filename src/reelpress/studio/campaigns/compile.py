"""A definition and its assets become a plan. Pure but for reading templates; runs in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reelpress.studio.campaigns.model import Definition
from reelpress.studio.campaigns.model import Mapping as FieldMapping
from reelpress.studio.campaigns.scene_edit import edited
from reelpress.studio.plan import Mapping as PlanMapping
from reelpress.studio.plan import (
    OutputSpec,
    PartSource,
    Plan,
    PlanFault,
    ResourceFacts,
    compile_plan,
)
from reelpress.studio.scene import Scene, SceneFault, parse_scene
from reelpress.studio.scene.static_parts import MeltPart, split_static

STILL_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a definition from becoming a plan, and where: a path in the definition."""

    field: str
    message: str


class CompileFault(Exception):
    """Every problem found. Crosses the sandbox, so its argument is plain."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class PartInput:
    """What a part is made of: a template's file and links, or one asset. Resource keys are SHA-256 digests.

    `links`: resource as the template spells it -> key, None while missing. `layers` as the upload found them.
    """

    resource: str = ""
    template: Path | None = None
    file_name: str = ""
    links: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    facts: Mapping[str, ResourceFacts] = field(default_factory=dict[str, ResourceFacts])
    layers: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """`plan` is `Plan.encode()`; `resources` are the keys it names; `notes` are for the marketer.

    `films` are the resources that melt has to draw first.
    """

    plan: bytes
    resources: tuple[str, ...]
    notes: tuple[str, ...]
    films: tuple[MeltPart, ...] = ()


def compile_definition(
    definition: Definition, parts: Sequence[PartInput], fallbacks: Mapping[str, str]
) -> Compiled:
    """`fallbacks`: image or video asset id -> key. Raises CompileFault."""
    try:
        names = _layer_names(parts)
        films: list[MeltPart] = []
        sources = [_source(definition, index, part, fallbacks, films) for index, part in enumerate(parts)]
        mappings = [
            _plan_mapping(entry, index, parts, names) for index, entry in enumerate(definition.mappings)
        ]
        plan = compile_plan(sources, mappings, _output(definition))
    except PlanFault as fault:
        raise CompileFault((Problem(fault.where, f"{fault.message} {fault.fix}".strip()),)) from fault
    except SceneFault as fault:
        raise CompileFault((Problem("parts", str(fault)),)) from fault
    notes = (*plan.notes, *_left_to_template(plan, mappings), *map(_drawn_by_melt, films))
    return Compiled(plan.encode(), plan.resources, notes, tuple({one.name: one for one in films}.values()))


def _layer_names(parts: Sequence[PartInput]) -> dict[tuple[int, str], str]:
    """Layer of a part -> its name in the plan, where names are told apart over parts."""
    names: dict[tuple[int, str], str] = {}
    for index, part in enumerate(parts):
        taken = set(names.values())
        for layer in part.layers:
            name = str(layer["name"])
            names[index, name] = name if name not in taken else f"{name} (part {index + 1})"
    return names


def _source(
    definition: Definition,
    index: int,
    part: PartInput,
    fallbacks: Mapping[str, str],
    films: list[MeltPart],
) -> PartSource:
    given = definition.parts[index]
    if part.template is None:
        kind = part.facts[part.resource].kind
        seconds = (given.duration_s or STILL_SECONDS) if kind == "image" else 0.0
        return PartSource("static", given.name, part.resource, seconds, facts=part.facts)
    scene, found = split_static(_scene(definition, index, part, fallbacks))
    films += found
    return PartSource(given.kind, given.name, scene=scene, facts=part.facts)


def _scene(definition: Definition, index: int, part: PartInput, fallbacks: Mapping[str, str]) -> Scene:
    assert part.template is not None
    overrides: dict[int, dict[str, str]] = {}
    layers = {str(layer["name"]): layer for layer in part.layers}
    for entry in definition.mappings:
        if entry.part == index and (layer := layers.get(entry.layer)):
            said = _properties(entry, str(layer["fields"][0]), fallbacks)
            overrides.setdefault(int(layer["line"]), {}).update(said)
    scene = parse_scene(part.template.read_bytes(), part.file_name)
    scene, missing = edited(scene, part.links, overrides)
    if missing:
        raise CompileFault(
            tuple(
                Problem(
                    f"parts[{index}].asset_id",
                    f"{part.file_name}:{one.line} <{one.element}>: the file {one.resource!r} is missing: "
                    "upload it under that name, or choose an asset for it",
                )
                for one in missing
            )
        )
    return scene


def _properties(entry: FieldMapping, slot: str, fallbacks: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The mapping's settings as the properties that a template would say them with.

    `slot` is the layer's own field, which its resource may have named until it is the fallback's.
    """
    if entry.fit.rule is not None:
        yield "reelpress:fit", entry.fit.rule
    if entry.fit.min_size is not None:
        yield "reelpress:min_size", f"{entry.fit.min_size:g}"
    if entry.fit.max_lines is not None:
        yield "reelpress:max_lines", str(entry.fit.max_lines)
    if entry.kind != "text" and entry.fallback is not None:
        yield "resource", fallbacks[entry.fallback]
        yield "reelpress:field", slot


def _plan_mapping(
    entry: FieldMapping, index: int, parts: Sequence[PartInput], names: Mapping[tuple[int, str], str]
) -> PlanMapping:
    place = f"mappings[{index}]"
    layer = next((one for one in _layers_of(parts, entry.part) if one["name"] == entry.layer), None)
    if layer is None:
        known = ", ".join(str(one["name"]) for one in _layers_of(parts, entry.part)) or "none"
        raise _fault(place, f"part {entry.part} has no layer {entry.layer!r}; its layers: {known}")
    if layer["kind"] != entry.kind:
        raise _fault(place, f"layer {entry.layer!r} is a layer of kind {layer['kind']}, not {entry.kind}")
    slots = [str(slot) for slot in layer["fields"]]
    if entry.kind == "text" and entry.placeholder is None and len(slots) > 1:
        raise _fault(place, f"layer {entry.layer!r} has several placeholders, name one: {', '.join(slots)}")
    fallback = entry.fallback if entry.fallback is not None else layer["fallback"]
    nothing_to_show = fallback is None and entry.kind == "text"
    return PlanMapping(
        layer=names[entry.part, entry.layer],
        field=entry.field,
        slot=entry.placeholder or "",
        transforms=entry.transforms,
        fallback=fallback if entry.kind == "text" else None,
        required=nothing_to_show if entry.required is None else entry.required,
    )


def _layers_of(parts: Sequence[PartInput], index: int) -> tuple[dict[str, Any], ...]:
    return parts[index].layers if index < len(parts) else ()


def _fault(place: str, message: str) -> CompileFault:
    return CompileFault((Problem(place, message),))


def _output(definition: Definition) -> OutputSpec:
    output = definition.output
    return OutputSpec(
        kind=output.kind,
        width=output.width or 0,
        height=output.height or 0,
        still_at_s=-1.0 if output.still_at_s is None else output.still_at_s,
    )


def _drawn_by_melt(film: MeltPart) -> str:
    return f"{film.where.file}:{film.line} <{film.where.element}>: {film.why} melt draws that clip, once."


def _left_to_template(plan: Plan, given: Sequence[PlanMapping]) -> Iterator[str]:
    """Dynamic layers the campaign does not map: the template's own placeholder names their field."""
    mapped = {(entry.layer, entry.slot) for entry in given}
    kinds = {layer.name: (layer.kind, layer.resource, layer.slots) for layer in plan.layers}
    for entry in plan.mappings:
        kind, resource, slots = kinds[entry.layer]
        if (entry.layer, entry.slot) in mapped or (len(slots) == 1 and (entry.layer, "") in mapped):
            continue
        note = f"Layer {entry.layer!r} is not mapped: it takes the field {entry.field!r} its template names"
        if kind != "text":
            yield note if resource else f"{note}, and shows nothing without it."
        elif entry.fallback is None:
            yield f"{note}, and a request without it is refused because there is no fallback."
        else:
            yield f"{note}."
