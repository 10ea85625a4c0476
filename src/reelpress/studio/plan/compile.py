"""Parts and mappings -> plan. Pure; the same input gives the same bytes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import msgspec

from reelpress.studio.plan.lift import lifted
from reelpress.studio.plan.model import (
    FieldKind,
    FrameRange,
    Mapping,
    OutputSpec,
    PartSource,
    Plan,
    PlanFault,
    PlanField,
    PlanLayer,
    PlanPart,
    Span,
)
from reelpress.studio.plan.spans import spans_of
from reelpress.studio.plan.touches import touches_at
from reelpress.studio.plan.transforms import check_transform
from reelpress.studio.plan.voices import voices_of
from reelpress.studio.scene.geometry import contain, map_box
from reelpress.studio.scene.layers import Layer, layers_of
from reelpress.studio.scene.ops import (
    Box,
    Clip,
    ColourSource,
    Effect,
    Group,
    ImageSource,
    Node,
    VideoSource,
    Write,
)
from reelpress.studio.scene.timeline import timeline

DEFAULT_FPS = Fraction(30)
MAX_SIDE = 4096
MAX_DURATION_S = 600


def compile_plan(parts: Sequence[PartSource], mappings: Sequence[Mapping], output: OutputSpec) -> Plan:
    """Raises PlanFault for parts and mappings that do not fit, SceneFault for what a scene cannot draw."""
    if not parts:
        raise PlanFault("there is no part.", where="parts", fix="Add at least one part.")
    output = _settled_output(parts, output)
    compiled: list[_Compiled] = []
    taken: set[str] = set()
    first = 0
    for index, source in enumerate(parts):
        piece = _compile_part(index, source, first, output, taken)
        compiled.append(piece)
        taken |= {layer.name for layer in piece.layers}
        first += piece.part.frames
    if first > MAX_DURATION_S * output.fps_num / output.fps_den:
        raise PlanFault(f"the parts are longer than {MAX_DURATION_S} s.", where="parts", fix="Shorten them.")
    layers = tuple(layer for piece in compiled for layer in piece.layers)
    settled = _settled_mappings(
        layers, [fallback for piece in compiled for fallback in piece.defaults], mappings
    )
    return Plan(
        output=output,
        parts=tuple(piece.part for piece in compiled),
        frames=first,
        layers=layers,
        mappings=settled,
        fields=_fields(layers, settled),
        resources=_resources([piece.part for piece in compiled]),
        spans=_spans([piece.part for piece in compiled], layers, output),
        notes=_notes([piece.part for piece in compiled], layers),
    )


@dataclass(frozen=True, slots=True)
class _Compiled:
    part: PlanPart
    layers: tuple[PlanLayer, ...]
    defaults: tuple[Mapping, ...]


def _spans(parts: Sequence[PlanPart], layers: Sequence[PlanLayer], output: OutputSpec) -> tuple[Span, ...]:
    touches = [
        touches_at(part, output, number) if layers else ()
        for part in parts
        for number in range(part.first, part.first + part.frames)
    ]
    starts = [part.first for part in parts]
    fps = Fraction(output.fps_num, output.fps_den)
    return spans_of(touches, starts, [layer.name for layer in layers], output.height, fps)


def _settled_output(parts: Sequence[PartSource], output: OutputSpec) -> OutputSpec:
    scene = next((part.scene for part in parts if part.scene is not None), None)
    facts = next((fact for part in parts for fact in part.facts.values() if fact.width and fact.height), None)
    width = output.width or (scene.profile.width if scene else facts.width if facts else 1280)
    height = output.height or (scene.profile.height if scene else facts.height if facts else 720)
    fps = (
        Fraction(output.fps_num, output.fps_den)
        if output.fps_num
        else scene.profile.fps
        if scene
        else DEFAULT_FPS
    )
    width, height = width - width % 2, height - height % 2
    if not (16 <= width <= MAX_SIDE and 16 <= height <= MAX_SIDE):
        raise PlanFault(
            f"the output is {width}x{height}.",
            where="output",
            fix=f"Choose sides from 16 to {MAX_SIDE} pixels.",
        )
    return msgspec.structs.replace(
        output, width=width, height=height, fps_num=fps.numerator, fps_den=fps.denominator
    )


def _compile_part(
    index: int, source: PartSource, first: int, output: OutputSpec, taken: set[str]
) -> _Compiled:
    where = f"part {index + 1}" + (f" ({source.name})" if source.name else "")
    if source.kind == "ml_with_mlt":
        raise PlanFault(
            "parts of the kind ml_with_mlt need a voice, which is not available.",
            where=where,
            fix="Use the kind mlt.",
        )
    if source.kind == "static":
        return _Compiled(_static_part(source, first, output, where), (), ())
    if source.scene is None:
        raise PlanFault("there is no scene.", where=where, fix="Upload the .mlt file.")
    profile = source.scene.profile
    drawn = timeline(source.scene)
    found = layers_of(drawn, (profile.width, profile.height))
    renamed = {layer.name: _unique(layer.name, index, taken) for layer in found}
    root = lifted(_renamed(drawn.root, renamed))
    assert isinstance(root, Group)
    frames = _frames(Fraction(drawn.root.frames) / profile.fps, output)
    part = PlanPart(
        kind="mlt",
        name=source.name,
        first=first,
        frames=frames,
        width=profile.width,
        height=profile.height,
        fps_num=profile.fps.numerator,
        fps_den=profile.fps.denominator,
        root=root,
    )
    layers = tuple(_plan_layer(layer, renamed[layer.name], index, part, output) for layer in found)
    defaults = tuple(
        Mapping(
            renamed[layer.name],
            field,
            field,
            fallback=layer.fallback,
            required=layer.fallback is None and layer.kind == "text",
        )
        for layer in found
        for field in layer.fields
    )
    return _Compiled(part, layers, defaults)


def _static_part(source: PartSource, first: int, output: OutputSpec, where: str) -> PlanPart:
    facts = source.facts.get(source.resource)
    seconds = source.duration_s or (facts.duration_s if facts else 0.0)
    if not source.resource or seconds <= 0:
        raise PlanFault(
            "its file or its duration is missing.", where=where, fix="Choose an asset and a duration."
        )
    frames = _frames(Fraction(seconds).limit_denominator(100_000), output)
    still = facts is not None and facts.kind == "image"
    drawn = ImageSource(source.resource) if still else VideoSource(source.resource)
    clip = Clip(0, frames, 0, drawn)
    return PlanPart(
        kind="static",
        name=source.name,
        first=first,
        frames=frames,
        width=output.width,
        height=output.height,
        fps_num=output.fps_num,
        fps_den=output.fps_den,
        root=Group(0, frames, 0, (clip,)),
    )


def _frames(seconds: Fraction, output: OutputSpec) -> int:
    return max(1, round(seconds * Fraction(output.fps_num, output.fps_den)))


def _unique(name: str, index: int, taken: set[str]) -> str:
    return name if name not in taken else f"{name} (part {index + 1})"


def _plan_layer(layer: Layer, name: str, index: int, part: PlanPart, output: OutputSpec) -> PlanLayer:
    rate = Fraction(output.fps_num, output.fps_den) / Fraction(part.fps_num, part.fps_den)
    ranges = tuple(
        FrameRange(
            part.first + math.ceil(first * rate),
            part.first + min(part.frames, math.ceil((last + 1) * rate)) - 1,
        )
        for first, last in layer.ranges
    )
    matrix = contain(part.width, part.height, (output.width, output.height))
    box = map_box(matrix, layer.box)
    return PlanLayer(
        name=name,
        kind=layer.kind,
        part=index,
        template=layer.template,
        slots=layer.fields,
        ranges=tuple(stretch for stretch in ranges if stretch.first <= stretch.last),
        box=Box(*(round(side, 2) for side in (box.x, box.y, box.width, box.height))),
        fit=layer.fit,
        resource=layer.resource,
        font=layer.font,
        line=layer.line,
        runs=layer.runs,
    )


def _settled_mappings(
    layers: Sequence[PlanLayer], defaults: Sequence[Mapping], given: Sequence[Mapping]
) -> tuple[Mapping, ...]:
    """The template's own mapping for every slot, replaced where the campaign says otherwise."""
    chosen = {(entry.layer, entry.slot): entry for entry in defaults}
    known = {layer.name: layer for layer in layers}
    for entry in given:
        layer = known.get(entry.layer)
        if layer is None:
            raise PlanFault(
                f"no layer is called {entry.layer!r}.",
                where="mapping",
                fix=f"Choose one of: {', '.join(known) or 'there are none'}.",
            )
        slot = entry.slot or (layer.slots[0] if len(layer.slots) == 1 else "")
        if slot not in layer.slots:
            raise PlanFault(
                f"layer {entry.layer!r} has no slot {entry.slot!r}.",
                where="mapping",
                fix=f"Choose one of: {', '.join(layer.slots)}.",
            )
        for transform in entry.transforms:
            if problem := check_transform(transform):
                raise PlanFault(
                    f"transform {transform!r}: {problem}",
                    where=f"mapping of {entry.layer!r}",
                    fix="Change it.",
                )
        chosen[layer.name, slot] = msgspec.structs.replace(entry, slot=slot)
    return tuple(chosen.values())


def _fields(layers: Sequence[PlanLayer], mappings: Sequence[Mapping]) -> tuple[PlanField, ...]:
    kinds: dict[str, FieldKind] = {layer.name: layer.kind for layer in layers}
    fields: dict[str, PlanField] = {}
    for entry in mappings:
        kind = kinds[entry.layer]
        known = fields.get(entry.field)
        if known is not None and known.kind != kind:
            raise PlanFault(
                f"field {entry.field!r} fills {_both(known.kind, kind)} layer.",
                where=f"mapping of {entry.layer!r}",
                fix="Use two fields.",
            )
        required = entry.required and entry.fallback is None
        if known is None:
            fields[entry.field] = PlanField(entry.field, kind, required, (entry.layer,), entry.fallback)
        else:
            shown = tuple(dict.fromkeys((*known.layers, entry.layer)))
            fields[entry.field] = msgspec.structs.replace(
                known, required=known.required or required, layers=shown
            )
    return tuple(fields.values())


def _both(*kinds: FieldKind) -> str:
    said: dict[FieldKind, str] = {"text": "a text", "image": "an image", "video": "a video"}
    return " and ".join(words for kind, words in said.items() if kind in kinds)


def _renamed(node: Group, names: dict[str, str]) -> Group:
    children = tuple(
        _renamed(child, names) if isinstance(child, Group) else _renamed_clip(child, names)
        for child in node.children
    )
    return msgspec.structs.replace(
        node, children=children, effects=tuple(_renamed_effect(effect, names) for effect in node.effects)
    )


def _renamed_clip(clip: Clip, names: dict[str, str]) -> Clip:
    source = clip.source
    if not isinstance(source, ColourSource) and source.layer:
        source = msgspec.structs.replace(source, layer=names[source.layer])
    effects = tuple(_renamed_effect(effect, names) for effect in clip.effects)
    return msgspec.structs.replace(clip, source=source, effects=effects)


def _renamed_effect(effect: Effect, names: dict[str, str]) -> Effect:
    if isinstance(effect, Write) and effect.layer:
        return msgspec.structs.replace(effect, layer=names[effect.layer])
    return effect


def _resources(parts: Sequence[PlanPart]) -> tuple[str, ...]:
    names = (
        clip.source.resource
        for part in parts
        for clip in clips_of(part.root)
        if isinstance(clip.source, VideoSource | ImageSource) and clip.source.resource
    )
    return tuple(dict.fromkeys(names))


def clips_of(node: Node) -> Iterator[Clip]:
    if isinstance(node, Clip):
        yield node
        return
    for child in node.children:
        yield from clips_of(child)


def _notes(parts: Sequence[PlanPart], layers: Sequence[PlanLayer]) -> tuple[str, ...]:
    heard = {voice.layer for part in parts for voice in voices_of(part)}
    return tuple(
        f"Layer {layer.name!r} is never visible; its value is asked for and not shown."
        for layer in layers
        if not layer.ranges and layer.name not in heard
    )
