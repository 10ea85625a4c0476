"""What a template shows that we do not draw and that never changes: clips that melt draws once.

Pure. melt gets documents of our own making: only services that read no files but those named in `resource`,
which the caller replaces by files of ours.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from reelpress.studio.scene.errors import SceneFault
from reelpress.studio.scene.model import (
    NOTHING,
    Blank,
    Entry,
    Filter,
    Playlist,
    Producer,
    Profile,
    Properties,
    Rest,
    Scene,
    Service,
    Tractor,
    Transition,
    Where,
)
from reelpress.studio.scene.services import FILTERS, PRODUCERS, TRANSITIONS
from reelpress.studio.scene.timeline import HOUSEKEEPING, timeline
from reelpress.studio.scene.write import write_scene

MAX_FRAMES = 1_500
E = TypeVar("E", Filter, Transition)
NAME = "drawn-by-melt:"
FILE_SERVICES = frozenset({"avformat", "avformat-novalidate", "qimage", "pixbuf"})
_FREI0R_WITH_FILES = frozenset({"frei0r.facebl0r", "frei0r.facedetect"})
_MORE_PRODUCERS = frozenset({"blipflash", "count", "noise", "tone"})
_MORE_FILTERS = frozenset(
    {
        "boxblur",
        "charcoal",
        "chroma",
        "chroma_hold",
        "dust",
        "gamma",
        "grain",
        "grayscale",
        "greyscale",
        "invert",
        "lift_gamma_gain",
        "lines",
        "lumakey",
        "mirror",
        "obscure",
        "oldfilm",
        "sepia",
        "spot_remover",
        "strobe",
        "tcolor",
        "threshold",
        "timer",
        "vignette",
        "wave",
    }
)
_MORE_TRANSITIONS = frozenset({"affine"})
_NUMBERS = re.compile(r"[\d\s%./:x,;=~|!$+-]*")
_WORDS = frozenset({"text", "argument", "templatetext"})
_NAMES_A_FILE = re.compile(r"\burl\b|\bsrc\b|<img|<link|@import", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MeltPart:
    """A clip that melt draws: `frames` frames of `scene`, whose resources are `resources`.

    `name` is what the clip's resource is called afterwards; equal documents have equal names.
    """

    name: str
    scene: Scene
    frames: int
    resources: tuple[str, ...]
    why: str
    where: Where


def split_static(scene: Scene) -> tuple[Scene, tuple[MeltPart, ...]]:
    """The scene with what melt has to draw replaced by films, and those films.

    Raises SceneFault where a layer needs what we do not draw, or where melt may not draw it either.
    """
    services = dict(scene.services)
    parts: dict[str, MeltPart] = {}
    for id_ in _shown(scene):
        fault = _fault_of(replace(scene, services=services, root=id_))
        if fault is None:
            continue
        part = _part(scene, id_, fault)
        parts[part.name] = part
        services[id_] = _film(scene.services[id_], part)
    changed = replace(scene, services=services)
    kept = {
        one.properties.get("resource") for one in _reached(services, scene.root) if isinstance(one, Producer)
    }
    return changed, tuple(part for part in parts.values() if part.name in kept)


def with_files(part: MeltPart, files: Mapping[str, str]) -> bytes:
    """The document for melt; `files` gives the path of each resource. Raises SceneFault for one it lacks."""
    services: dict[str, Service] = {}
    for id_, service in part.scene.services.items():
        if isinstance(service, Producer) and service.service in FILE_SERVICES:
            resource = service.properties.get("resource")
            if resource not in files:
                raise service.where.fault(f"the file {resource!r} is missing.", "Upload it under that name.")
            service = replace(service, properties=_with(service.properties, resource=files[resource]))
        services[id_] = service
    return write_scene(replace(part.scene, services=services))


def _shown(scene: Scene) -> Iterator[str]:
    """Services that entries and tracks name, the inner ones first; a playlist is no clip."""
    reached = {id_ for id_ in _below(scene.services, scene.root) if id_ != scene.root}
    return (
        id_ for id_, service in scene.services.items() if id_ in reached and not isinstance(service, Playlist)
    )


def _below(services: Mapping[str, Service], root: str) -> set[str]:
    found: set[str] = set()
    waiting = [root]
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting += _named(services[id_])
    return found


def _named(service: Service) -> list[str]:
    if isinstance(service, Playlist):
        return [item.producer for item in service.items if isinstance(item, Entry)]
    return [track.producer for track in service.tracks] if isinstance(service, Tractor) else []


def _reached(services: Mapping[str, Service], root: str) -> list[Service]:
    below = _below(services, root)
    return [service for id_, service in services.items() if id_ in below]


def _fault_of(scene: Scene) -> SceneFault | None:
    try:
        timeline(scene)
    except SceneFault as fault:
        return fault
    return None


def _part(scene: Scene, id_: str, fault: SceneFault) -> MeltPart:
    where = scene.services[id_].where
    inner = {one.id: one for one in _reached(scene.services, id_)}
    said = [one.properties for service in inner.values() for one in (service, *_effects(service))]
    if any(_is_dynamic(properties) for properties in said):
        raise SceneFault(
            f"{fault.message.rstrip('.')}, and a layer that depends on data needs it.",
            file=fault.file,
            element=fault.element,
            line=fault.line,
            fix=fault.fix,
        )
    frames = _last_frame(scene, id_) + 1
    if frames > MAX_FRAMES:
        raise SceneFault(
            f"{fault.message.rstrip('.')}, and melt draws {MAX_FRAMES} frames at most, not {frames}.",
            file=fault.file,
            element=fault.element,
            line=fault.line,
            fix="Shorten that clip, or export it as a video and use it.",
        )
    cleaned = {name: _cleaned(service, fault) for name, service in inner.items()}
    list_ = Playlist("part", (Entry(id_, 0, frames - 1, (), where),), Properties(), (), where)
    document = Scene(_square(scene.profile), {**cleaned, list_.id: list_}, list_.id, scene.file)
    resources = tuple(
        one.properties.get("resource")
        for one in cleaned.values()
        if isinstance(one, Producer) and one.service in FILE_SERVICES
    )
    name = NAME + hashlib.sha256(write_scene(document)).hexdigest()
    return MeltPart(name, document, frames, tuple(dict.fromkeys(resources)), fault.message, where)


def _square(profile: Profile) -> Profile:
    """The profile in full; melt guesses what is missing."""
    said = {
        "progressive": "1",
        "sample_aspect_num": "1",
        "sample_aspect_den": "1",
        "display_aspect_num": str(profile.width),
        "display_aspect_den": str(profile.height),
        "colorspace": "709",
    }
    return replace(profile, rest=Rest(tuple(said.items())))


def _last_frame(scene: Scene, id_: str) -> int:
    """The last of its frames that anything shows."""
    ends = [
        item.out
        for service in _reached(scene.services, scene.root)
        if isinstance(service, Playlist)
        for item in service.items
        if isinstance(item, Entry) and item.producer == id_
    ]
    service = scene.services[id_]
    if isinstance(service, Producer):
        return max(ends, default=service.out)
    return max(ends, default=_length(scene, id_) - 1)


def _length(scene: Scene, id_: str) -> int:
    service = scene.services[id_]
    if isinstance(service, Producer):
        return service.out - service.in_ + 1
    if isinstance(service, Playlist):
        return sum(one.length if isinstance(one, Blank) else one.out - one.in_ + 1 for one in service.items)
    if service.out is not None:
        return service.out - service.in_ + 1
    return max((_length(scene, track.producer) for track in service.tracks), default=0)


def _film(service: Service, part: MeltPart) -> Producer:
    """The clip as a film of the same length. A crop to the whole says that it may be transparent."""
    pairs = (("length", str(part.frames)), ("resource", part.name), ("mlt_service", "avformat"))
    crop = Filter("qtcrop", Properties((("mlt_service", "qtcrop"),)), 0, None, service.where)
    filters = (crop,)
    return Producer(service.id, "avformat", Properties(pairs), 0, part.frames - 1, filters, service.where)


def _is_dynamic(properties: Properties) -> bool:
    return any(name == "reelpress:field" or "{{" in value for name, value in properties.pairs)


def _effects(service: Service) -> Iterator[Filter | Transition]:
    yield from service.filters
    if isinstance(service, Tractor):
        yield from service.transitions
    if isinstance(service, Playlist):
        yield from (one for item in service.items if isinstance(item, Entry) for one in item.filters)


def _cleaned(service: Service, fault: SceneFault) -> Service:
    """The service with nothing in it but what melt may read. Raises the fault where it may not."""
    filters = tuple(_allowed(one, fault) for one in service.filters if _is_on(one))
    if isinstance(service, Producer):
        if service.service not in {*PRODUCERS, *_MORE_PRODUCERS} and not _is_frei0r(service.service):
            raise fault
        is_file = service.service in FILE_SERVICES
        properties = _readable(service.properties, service.service, fault, but="resource" if is_file else "")
        return replace(service, properties=properties, filters=filters, rest=NOTHING, tag="producer")
    if isinstance(service, Playlist):
        items = tuple(
            replace(item, rest=NOTHING)
            if isinstance(item, Blank)
            else replace(
                item, filters=tuple(_allowed(one, fault) for one in item.filters if _is_on(one)), rest=NOTHING
            )
            for item in service.items
        )
        return Playlist(service.id, items, Properties(), filters, service.where)
    return replace(
        service,
        tracks=tuple(replace(track, rest=NOTHING) for track in service.tracks),
        transitions=tuple(_allowed(one, fault) for one in service.transitions if _is_on(one)),
        filters=filters,
        properties=Properties(),
        rest=NOTHING,
    )


def _is_on(effect: Filter | Transition) -> bool:
    return not effect.properties.flag("disable")


def _allowed(effect: E, fault: SceneFault) -> E:
    if isinstance(effect, Filter):
        known = {*FILTERS, *_MORE_FILTERS, *HOUSEKEEPING}
    else:
        known = {*TRANSITIONS, *_MORE_TRANSITIONS}
    if effect.service not in known and not _is_frei0r(effect.service):
        raise fault
    properties = _readable(effect.properties, effect.service, fault)
    return replace(effect, properties=properties, rest=NOTHING)


def _is_frei0r(service: str) -> bool:
    return service.startswith("frei0r.") and service not in _FREI0R_WITH_FILES


def _readable(properties: Properties, service: str, fault: SceneFault, *, but: str = "") -> Properties:
    """Without what only editors read; a value that could name a file is not for melt."""
    kept = [(name, value) for name, value in properties.pairs if ":" not in name and name[:1] != "_"]
    for name, value in kept:
        if name == but or name in _WORDS or _NUMBERS.fullmatch(value):
            continue
        marked_up = name in {"xmldata", "html", "markup"}
        if _NAMES_A_FILE.search(value) if marked_up else ("/" in value or "\\" in value):
            raise fault
    if "mlt_service" not in properties:
        kept.append(("mlt_service", service))
    return Properties(tuple(kept))


def _with(properties: Properties, **changes: str) -> Properties:
    pairs = tuple((name, changes.get(name, value)) for name, value in properties.pairs)
    return Properties(pairs)
