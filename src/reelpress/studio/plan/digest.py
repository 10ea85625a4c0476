"""What a stretch of a plan shows, said independently of where it stands in the video.

Two stretches with equal content and equal values are equal pictures, in another place, campaign or version:
a new version of a template keeps every segment it did not change.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from reelpress.studio.plan.mapping import Resolved, image_key
from reelpress.studio.plan.model import Plan, PlanPart
from reelpress.studio.plan.touches import position_of
from reelpress.studio.plan.voices import Voice, voices_of
from reelpress.studio.scene.ops import (
    Clip,
    ColourSource,
    Effect,
    Gain,
    Group,
    ImageSource,
    Key,
    Node,
    Ramp,
    Rich,
    VideoSource,
    Write,
)

Contents = Mapping[str, str]  # resource of the plan, `field:<name>` or `font:<name>` -> digest of its bytes
_Said = tuple[object, ...]


def digest(*said: object) -> str:
    """128 bits in hex over plain data."""
    return hashlib.blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()


def picture_digest(plan: Plan, contents: Contents, first: int, last: int) -> str:
    """All that decides the pictures of output frames `first..last`, the values of layers excepted."""
    order = {layer.name: at for at, layer in enumerate(plan.layers)}
    stretches = [
        _stretch(plan, part, contents, order, max(first, part.first), min(last, part.first + part.frames - 1))
        for part in plan.parts
        if part.first <= last and first < part.first + part.frames
    ]
    output = plan.output
    fonts = sorted(value for name, value in contents.items() if name.startswith("font:"))
    return digest(output.width, output.height, output.fps_num, output.fps_den, fonts, stretches)


def sound_digest(plan: Plan, contents: Contents) -> str:
    """All that decides the sound of the whole video, the clips of a request excepted."""
    parts = [
        (
            part.first,
            part.fps_num,
            part.fps_den,
            [_heard(voice, contents[voice.resource]) for voice in voices_of(part) if not voice.layer],
        )
        for part in plan.parts
    ]
    return digest(plan.frames, plan.output.fps_num, plan.output.fps_den, parts)


def own_sound_digest(plan: Plan, resolved: Resolved, contents: Contents) -> str:
    """All that a request's clips add to that sound."""
    parts = [
        [_heard(voice, shown(resolved, contents, (voice.layer,))) for voice in voices_of(part) if voice.layer]
        for part in plan.parts
    ]
    return digest(parts)


def shown(resolved: Resolved, contents: Contents, layers: tuple[str, ...]) -> _Said:
    """The values that `layers` show: text, or the digest of the picture or clip."""
    said: list[object] = []
    for name in layers:
        file = resolved.file_of(name)
        if file is None:
            said.append(resolved.runs_of(name) or resolved.text_of(name))
        elif file.value:
            said.append(["picture", contents[image_key(file.field)]])
        else:
            said.append(["own", contents.get(file.resource, "")])
    return tuple(said)


def _stretch(
    plan: Plan, part: PlanPart, contents: Contents, order: Mapping[str, int], first: int, last: int
) -> _Said:
    low, high = position_of(part, plan.output, first), position_of(part, plan.output, last)
    seen = _Sayer(contents, order)
    return (
        last - first,
        part.width,
        part.height,
        part.fps_num,
        part.fps_den,
        *seen.node(part.root, low, high),
    )


class _Sayer:
    """Nodes as plain data, cut to what positions `low..high` (of the parent) see of them."""

    def __init__(self, contents: Contents, order: Mapping[str, int]) -> None:
        self._contents = contents
        self._order = order

    def node(self, node: Node, low: float, high: float) -> Iterator[_Said]:
        start, end = max(low, node.start), min(high, node.start + node.frames)
        if start > high or start >= node.start + node.frames or end < low:
            return
        shift = node.offset - node.start
        edges = (round(start - low, 6), round(min(end, high + 1) - low, 6))
        inner_low, inner_high = low + shift, high + shift
        effects = tuple(self._effects(node.effects, inner_low, inner_high))
        if isinstance(node, Group):
            children = [said for child in node.children for said in self.node(child, inner_low, inner_high)]
            if children or effects:
                yield ("group", edges, children, effects, _keys(node.dissolve, -inner_low), node.wipe)
        elif node.picture:
            yield ("clip", edges, self._source(node, inner_low), effects)

    def _source(self, clip: Clip, low: float) -> _Said:
        source = clip.source
        if isinstance(source, VideoSource):
            if source.layer:
                look = (source.fit, source.radius, source.anchor)
                return ("clip layer", self._order[source.layer], source.picture, round(low, 6), *look)
            return ("video", self._contents[source.resource], source.picture, round(low, 6))
        if isinstance(source, ImageSource):
            if source.layer:
                look = (source.fit, source.radius, source.anchor)
                return ("layer", self._order[source.layer], *look)
            return ("image", self._contents[source.resource], source.fit, source.radius, source.anchor)
        assert isinstance(source, ColourSource)
        return ("colour", source.colour)

    def _effects(self, effects: tuple[Effect, ...], low: float, high: float) -> Iterator[_Said]:
        for effect in effects:
            if isinstance(effect, Gain | Ramp):
                continue
            last = float("inf") if effect.last is None else effect.last + 1
            if effect.first > high or last <= low:
                continue
            edges = (max(0.0, round(effect.first - low, 6)), round(min(last, high + 1) - low, 6))
            yield (type(effect).__name__, edges, self._look(effect, effect.first - low))

    def _look(self, effect: Effect, shift: float) -> _Said:
        """Every setting of an effect; what is keyed, by its time from the start of the stretch."""
        if isinstance(effect, Write) and effect.layer:
            layer = str(self._order[effect.layer])
            effect = msgspec.structs.replace(effect, text="", layer=layer, rich=_unsaid(effect.rich))
        plain = msgspec.structs.asdict(effect) | {"first": 0, "last": 0}
        return tuple((name, _said(value, shift)) for name, value in sorted(plain.items()))


def _unsaid(rich: Rich | None) -> Rich | None:
    """The looks of rich text without its words."""
    if rich is None:
        return None
    blank = msgspec.structs.replace
    paragraphs = (
        blank(paragraph, runs=tuple(blank(run, text="") for run in paragraph.runs))
        for paragraph in rich.paragraphs
    )
    return blank(rich, paragraphs=tuple(paragraphs))


def _said(value: object, shift: float) -> object:
    """A setting as it stands; keyframes are tuples of keys."""
    if not isinstance(value, tuple):
        return value
    held = cast("tuple[object, ...]", value)
    keys = tuple(key for key in held if isinstance(key, Key))
    return _keys(keys, shift) if keys else held


def _keys(keys: tuple[Key, ...], shift: float) -> _Said:
    """A single key says the same at every time."""
    if len(keys) <= 1:
        return tuple(key.values for key in keys)
    return tuple((round(key.frame + shift, 6), key.values, key.curve) for key in keys)


def _heard(voice: Voice, content: object) -> _Said:
    levels = [
        (level.shift, [(type(effect).__name__, effect) for effect in level.effects]) for level in voice.levels
    ]
    return (content, voice.first, voice.frames, voice.offset, levels)
