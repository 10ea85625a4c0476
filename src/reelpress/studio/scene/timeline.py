"""Scene -> the tree of clips and groups that is drawn, and the layers in it that depend on data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from reelpress.studio.scene.lengths import Lengths
from reelpress.studio.scene.model import (
    Entry,
    Filter,
    Playlist,
    Producer,
    Scene,
    Tractor,
    Transition,
    Where,
)
from reelpress.studio.scene.ops import (
    Clip,
    ColourSource,
    Effect,
    Group,
    ImageSource,
    Key,
    Keys,
    Node,
    Ramp,
    Source,
    Trim,
    Wipe,
    Write,
    layer_of,
)
from reelpress.studio.scene.services import FILTERS, PRODUCERS, TRANSITIONS
from reelpress.studio.scene.services.base import Parameter, Reading
from reelpress.studio.scene.slots import SLOT

MAX_NODES = 5_000
TOO_MANY = f"more than {MAX_NODES} clips."
MAX_FRAMES = 30 * 60 * 60
LayerKind = Literal["text", "image", "video"]
HOUSEKEEPING = frozenset({"audiochannels", "audioconvert", "fieldorder", "imageconvert", "rescale", "resize"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A layer as its element declares it, before its times and box are known.

    `runs` are the texts of the runs of rich text, which together say what `template` says.
    """

    name: str
    kind: LayerKind
    fields: tuple[str, ...]
    template: str
    runs: tuple[str, ...]
    fallback: str | None
    fit: str
    font: str
    resource: str
    where: Where


@dataclass(frozen=True, slots=True)
class Timeline:
    root: Group
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class _Joined:
    """How the last track of a tractor appears over the others."""

    dissolve: Keys = ()
    wipe: Wipe | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch `first..last` of a service, put at `start` of its parent; `picture`/`sound`: not hidden."""

    start: int
    first: int
    last: int
    picture: bool = True
    sound: bool = True

    @property
    def frames(self) -> int:
        return self.last - self.first + 1


def timeline(scene: Scene) -> Timeline:
    """Raises SceneFault for services that are not drawn and values that are not understood."""
    builder = _Builder(scene)
    length = builder.lengths.of(scene.root)
    if length > MAX_FRAMES:
        raise scene.services[scene.root].where.fault(
            f"the project is {length} frames long; at most {MAX_FRAMES} are drawn.", "Shorten it."
        )
    service = scene.services[scene.root]
    first = service.in_ if isinstance(service, Producer | Tractor) else 0
    node = builder.node(scene.root, _Span(0, first, first + length - 1))
    root = Group(0, length, 0, (node,)) if isinstance(node, Clip) else node
    return Timeline(root, tuple(builder.drafts.values()))


class _Builder:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._nodes = 0
        self.lengths = Lengths(scene.services)
        self.drafts: dict[tuple[Where, int], Draft] = {}

    def node(self, id_: str, span: _Span) -> Node:
        service = self._scene.services[id_]
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise service.where.fault(TOO_MANY, "Simplify the project.")
        if isinstance(service, Producer):
            return self._clip(service, span)
        if isinstance(service, Playlist):
            return self._playlist(service, span)
        return self._tractor(service, span)

    def _clip(self, producer: Producer, span: _Span) -> Clip:
        service = PRODUCERS.get(producer.service)
        if service is None:
            raise producer.where.fault(
                f"the producer {producer.service!r} is not supported.",
                "Export that clip as a video and use it.",
            )
        reading = self._reading(service.parameters, producer, span.last + 1, producer.where)
        source, own = service.source(reading)
        source = self._named_file(source, producer)
        named = tuple(self._named_text(effect, producer, producer, index) for index, effect in enumerate(own))
        effects = named + self._effects(producer.filters, span.last + 1, producer)
        clip = Clip(span.start, span.frames, span.first, source, effects, span.picture, span.sound)
        self._check_trims(clip, producer.where)
        return clip

    def _playlist(self, playlist: Playlist, span: _Span) -> Group:
        children: list[Node] = []
        position = 0
        for item in playlist.items:
            if isinstance(item, Entry):
                cut = replace(span, start=position, first=item.in_, last=item.out)
                if position <= span.last and position + cut.frames > span.first:
                    children.append(self._entry(item, cut))
                position += cut.frames
            else:
                position += item.length
        effects = self._effects(playlist.filters, span.last + 1, None)
        group = Group(span.start, span.frames, span.first, tuple(children), effects)
        self._check_trims(group, playlist.where)
        return group

    def _entry(self, entry: Entry, span: _Span) -> Node:
        node = self.node(entry.producer, span)
        if not entry.filters:
            return node
        service = self._scene.services[entry.producer]
        extra = self._effects(
            entry.filters, span.last + 1, service if isinstance(service, Producer) else None
        )
        changed = msgspec.structs.replace(node, effects=node.effects + extra)
        self._check_trims(changed, entry.where)
        return changed

    def _check_trims(self, node: Node, where: Where) -> None:
        """A crop of the source belongs to one picture whose size is known, for as long as it is shown."""
        for trim in (effect for effect in node.effects if isinstance(effect, Trim)):
            covers = trim.first <= node.offset and (
                trim.last is None or trim.last >= node.offset + node.frames - 1
            )
            if not isinstance(node, Clip) or isinstance(node.source, ColourSource):
                raise where.fault("a crop of the source is for films and pictures.", "Use Crop: Rectangle.")
            if layer_of(node.source):
                raise where.fault(
                    "a crop of a picture or clip that comes with the request is not supported.",
                    "Use Crop: Rectangle, or set reelpress:fit to cover.",
                )
            if not covers:
                raise where.fault(
                    "a crop of the source for a part of a clip is not supported.",
                    "Split the clip there, or use Crop: Rectangle.",
                )

    def _tractor(self, tractor: Tractor, span: _Span) -> Group:
        children: list[Node] = []
        joined = _Joined()
        for index, track in enumerate(tractor.tracks):
            hidden = track.hide
            inner = _Span(
                0,
                0,
                min(self.lengths.of(track.producer) - 1, span.last),
                span.picture and hidden not in {"video", "both"},
                span.sound and hidden not in {"audio", "both"},
            )
            if inner.frames <= 0:
                children.append(Group(0, 0, 0, ()))
                continue
            children.append(self.node(track.producer, inner))
            for transition in tractor.transitions:
                if transition.b_track == index and not transition.properties.flag("disable"):
                    joined = self._join(transition, children, span) or joined
        effects = self._effects(tractor.filters, span.last + 1, None)
        shown = tuple(child for child in children if child.frames)
        group = Group(span.start, span.frames, span.first, shown, effects, joined.dissolve, joined.wipe)
        self._check_trims(group, tractor.where)
        return group

    def _join(self, transition: Transition, children: list[Node], span: _Span) -> _Joined | None:
        """Apply a transition to the track just added; a dissolve is a property of the whole group."""
        service = TRANSITIONS.get(transition.service)
        if service is None:
            raise transition.where.fault(
                f"the transition {transition.service!r} is not supported.",
                "Use a dissolve, qtblend or mix, or export that stretch as a video.",
            )
        last = transition.out if transition.out is not None else None
        length = (last if last is not None else span.last) - transition.in_ + 1
        reading = self._reading(service.parameters, transition, length, transition.where)
        effect = service.effect(reading, transition.in_, last)
        if effect is not None:
            children[-1] = _push_down(children[-1], effect)
        if service.role == "sound":
            self._mix(reading, transition, children, length)
        if service.role == "dissolve":
            ends = (1.0, 0.0) if service.backwards(reading) else (0.0, 1.0)
            keys = Key(transition.in_, (ends[0],)), Key(transition.in_ + length, (ends[1],))
            return _Joined(keys, service.wipe(reading))
        return None

    def _mix(self, reading: Reading, transition: Transition, children: list[Node], length: int) -> None:
        start = reading.number("start")
        if start >= 0 or not 0 <= transition.a_track < len(children) - 1:
            return
        last = transition.in_ + length
        rise = (Key(0, (0.0,)), Key(length, (1.0,)))
        fall = (Key(0, (1.0,)), Key(length, (0.0,)))
        children[-1] = _push_down(children[-1], Ramp(rise, transition.in_, last))
        a = transition.a_track
        children[a] = _push_down(children[a], Ramp(fall, transition.in_, last))

    def _effects(
        self, filters: Sequence[Filter], length: int, producer: Producer | None
    ) -> tuple[Effect, ...]:
        effects: list[Effect] = []
        for filter_ in filters:
            if filter_.properties.flag("disable") or filter_.service in HOUSEKEEPING:
                continue
            service = FILTERS.get(filter_.service)
            if service is None:
                raise filter_.where.fault(
                    f"the filter {filter_.service!r} is not supported.",
                    "Remove it, or export that clip as a video and use it.",
                )
            end = filter_.out + 1 if filter_.out is not None else length
            reading = self._reading(service.parameters, filter_, max(1, end - filter_.in_), filter_.where)
            effect = service.effect(reading, filter_.in_, filter_.out)
            if effect is not None:
                effects.append(self._named_text(effect, filter_, producer))
        return tuple(effects)

    def _reading(
        self,
        parameters: tuple[Parameter, ...],
        element: Producer | Filter | Transition,
        length: int,
        where: Where,
    ) -> Reading:
        return Reading(parameters, element.properties, self._scene.profile, length, where)

    def _named_text(
        self, effect: Effect, element: Filter | Producer, producer: Producer | None, index: int = 0
    ) -> Effect:
        """`index`: which of the element's texts it is."""
        if not isinstance(effect, Write) or not effect.layer:
            return effect
        key = (element.where, index)
        if key not in self.drafts:
            slots = tuple(dict.fromkeys(SLOT.findall(effect.text)))
            name = element.properties.get("reelpress:name") or (
                producer.properties.get("shotcut:caption") if producer is not None else ""
            )
            fallback = element.properties.get("reelpress:fallback")
            self.drafts[key] = Draft(
                name=self._unique(name or slots[0]),
                kind="text",
                fields=slots,
                template=effect.text,
                runs=tuple(run.text for run in effect.rich.runs) if effect.rich else (),
                fallback=fallback or None,
                fit=effect.fit.mode,
                font=effect.style.family,
                resource="",
                where=element.where,
            )
        return msgspec.structs.replace(effect, layer=self.drafts[key].name)

    def _named_file(self, source: Source, producer: Producer) -> Source:
        if isinstance(source, ColourSource) or not source.layer:
            return source
        key = (producer.where, 0)
        if key not in self.drafts:
            name = producer.properties.get("reelpress:name") or producer.properties.get("shotcut:caption")
            self.drafts[key] = Draft(
                name=self._unique(name or source.layer),
                kind="image" if isinstance(source, ImageSource) else "video",
                fields=(source.layer,),
                template="",
                runs=(),
                fallback=None,
                fit=source.fit,
                font="",
                resource=source.resource,
                where=producer.where,
            )
        return msgspec.structs.replace(source, layer=self.drafts[key].name)

    def _unique(self, name: str) -> str:
        taken = {draft.name for draft in self.drafts.values()}
        number = 2
        candidate = name.strip()[:100]
        while candidate in taken:
            candidate = f"{name.strip()[:100]} {number}"
            number += 1
        return candidate


def _push_down(node: Node, effect: Effect) -> Node:
    """Give an effect of a track to each of its clips, because a placed clip is measured by its own size."""
    if isinstance(node, Clip):
        return msgspec.structs.replace(node, effects=(*node.effects, effect))
    children = tuple(
        _push_down(child, _shifted(effect, child.offset - child.start)) for child in node.children
    )
    return msgspec.structs.replace(node, children=children)


def _shifted(effect: Effect, by: int) -> Effect:
    last = None if effect.last is None else effect.last + by
    return msgspec.structs.replace(effect, first=effect.first + by, last=last)
