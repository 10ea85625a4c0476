"""What a template shows that we do not draw and that never changes: clips that melt draws once.

Pure. melt gets documents of our own making: only services that read no files but those named in `resource`,
which the caller replaces by files of ours.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reelpress.studio.scene.dynamic import is_dynamic
from reelpress.studio.scene.errors import SceneFault
from reelpress.studio.scene.lengths import Lengths
from reelpress.studio.scene.melt_rules import FILE_SERVICES, cleaned
from reelpress.studio.scene.model import (
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
    named_by,
)
from reelpress.studio.scene.timeline import TOO_MANY, timeline
from reelpress.studio.scene.write import write_scene

MAX_FRAMES = 1_500
MAX_FRAMES_TOGETHER = 6_000
NAME = "drawn-by-melt:"
_FAMILY = re.compile(r"""font-family:\s*['"]?([^;,'"]+)|\bfont="([^"]+)""", re.IGNORECASE)
_HEARD = frozenset({"avformat", "avformat-novalidate", "tone", "count", "blipflash", "noise"})


@dataclass(frozen=True, slots=True)
class MeltPart:
    """A clip that melt draws: `frames` frames of `scene`, whose resources are `resources`.

    The film begins at frame `first` of the clip.

    `name` is what the clip's resource is called afterwards; equal documents have equal names. `why` and `fix`
    say what we do not draw, `line` where that stands; `families` are the fonts its texts name.
    """

    name: str
    scene: Scene
    first: int
    frames: int
    resources: tuple[str, ...]
    families: tuple[str, ...]
    is_heard: bool
    why: str
    fix: str
    line: int
    where: Where


def split_static(scene: Scene) -> tuple[Scene, tuple[MeltPart, ...]]:
    """The scene with what melt has to draw replaced by films, and those films.

    Raises SceneFault where a layer needs what we do not draw, or where melt may not draw it either.
    """
    for one in scene.services.values():
        if isinstance(one, Producer) and one.properties.get("resource").startswith(NAME):
            raise one.where.fault(f"a file cannot be called {NAME!r}.", "Rename it.")
    if _fault_of(scene) is None:
        return scene, ()
    services = dict(scene.services)
    parts: dict[str, MeltPart] = {}
    for id_ in _shown(scene):
        fault = _fault_of(replace(scene, services=services, root=id_))
        if fault is None:
            continue
        if fault.message == TOO_MANY:
            raise fault  # too much for melt as well
        part = _part(scene, id_, fault)
        parts[part.name] = part
        services |= _shifted(services, id_, part.first)
        services[id_] = _film(scene.services[id_], part)
    changed = replace(scene, services=services)
    kept = {
        one.properties.get("resource") for one in _reached(services, scene.root) if isinstance(one, Producer)
    }
    shown = tuple(part for part in parts.values() if part.name in kept)
    if sum(part.frames for part in shown) > MAX_FRAMES_TOGETHER:
        raise scene.services[scene.root].where.fault(
            f"melt would have to draw more than {MAX_FRAMES_TOGETHER} frames.",
            "Export the clips with effects that are not supported as videos and use those.",
        )
    return changed, shown


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
    """Services that entries and tracks name, the inner ones first.

    A playlist with gaps is none: by itself melt shows them white.
    """
    reached = {id_ for id_ in _below(scene.services, scene.root) if id_ != scene.root}
    return (id_ for id_, service in scene.services.items() if id_ in reached and not _has_gaps(service))


def _has_gaps(service: Service) -> bool:
    return isinstance(service, Playlist) and any(
        isinstance(item, Blank) and item.length for item in service.items
    )


def _below(services: Mapping[str, Service], root: str) -> set[str]:
    found: set[str] = set()
    waiting = [root]
    while waiting:
        id_ = waiting.pop()
        if id_ not in found:
            found.add(id_)
            waiting += named_by(services[id_])
    return found


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
    if any(is_dynamic(properties) for properties in said):
        raise SceneFault(
            f"{fault.message.rstrip('.')}, and a layer that depends on data needs it.",
            file=fault.file,
            element=fault.element,
            line=fault.line,
            fix=fault.fix,
        )
    first = _first_frame(scene, id_)
    frames = _last_frame(scene, id_) + 1 - first
    if frames > MAX_FRAMES:
        raise SceneFault(
            f"{fault.message.rstrip('.')}, and melt draws {MAX_FRAMES} frames at most, not {frames}.",
            file=fault.file,
            element=fault.element,
            line=fault.line,
            fix="Shorten that clip, or export it as a video and use it.",
        )
    allowed = {name: cleaned(service, fault) for name, service in inner.items()}
    list_ = Playlist(
        _unused(allowed), (Entry(id_, first, first + frames - 1, (), where),), Properties(), (), where
    )
    document = Scene(_square(scene.profile), {**allowed, list_.id: list_}, list_.id, scene.file)
    producers = [one for one in allowed.values() if isinstance(one, Producer)]
    resources = (one.properties.get("resource") for one in producers if one.service in FILE_SERVICES)
    return MeltPart(
        name=NAME + hashlib.sha256(write_scene(document)).hexdigest(),
        scene=document,
        first=first,
        frames=frames,
        resources=tuple(dict.fromkeys(resources)),
        families=tuple(dict.fromkeys(_families(said))),
        is_heard=any(one.service in _HEARD for one in producers),
        why=fault.message,
        fix=fault.fix,
        line=fault.line or where.line,
        where=where,
    )


def _families(said: Sequence[Properties]) -> Iterator[str]:
    for properties in said:
        yield from (properties.get(name) for name in ("family", "font") if properties.get(name))
        for name in ("html", "xmldata"):
            yield from (first or second for first, second in _FAMILY.findall(properties.get(name)))


def _unused(taken: Mapping[str, Service]) -> str:
    """An id of our own for the document's list."""
    id_ = "part"
    while id_ in taken:
        id_ += "-"
    return id_


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


def _first_frame(scene: Scene, id_: str) -> int:
    """The first of its frames that anything shows; 0 where filters of entries count from the clip's start."""
    entries = list(_entries(scene, id_))
    placed = any(
        track.producer == id_
        for service in _reached(scene.services, scene.root)
        if isinstance(service, Tractor)
        for track in service.tracks
    )
    if placed or not entries or any(entry.filters for entry in entries):
        return 0
    return min(entry.in_ for entry in entries)


def _entries(scene: Scene, id_: str) -> Iterator[Entry]:
    for service in _reached(scene.services, scene.root):
        if isinstance(service, Playlist):
            yield from (item for item in service.items if isinstance(item, Entry) and item.producer == id_)


def _shifted(services: Mapping[str, Service], id_: str, first: int) -> dict[str, Service]:
    """The playlists that show a clip, which now begins at its frame `first`."""
    return {
        name: replace(
            service,
            items=tuple(
                replace(item, in_=item.in_ - first, out=item.out - first)
                if isinstance(item, Entry) and item.producer == id_
                else item
                for item in service.items
            ),
        )
        for name, service in services.items()
        if first and isinstance(service, Playlist) and id_ in named_by(service)
    }


def _last_frame(scene: Scene, id_: str) -> int:
    """The last of its frames that anything shows."""
    ends = [entry.out for entry in _entries(scene, id_)]
    service = scene.services[id_]
    if isinstance(service, Producer):
        return max(ends, default=service.out)
    return max(ends, default=Lengths(scene.services).of(id_) - 1)


def _film(service: Service, part: MeltPart) -> Producer:
    """The clip as a film of the same length. A crop to the whole says that it may be transparent."""
    sound = "0" if part.is_heard else "-1"
    said = {"length": str(part.frames), "resource": part.name, "audio_index": sound}
    pairs = (*said.items(), ("mlt_service", "avformat"))
    crop = Filter("qtcrop", Properties((("mlt_service", "qtcrop"),)), 0, None, service.where)
    filters = (crop,)
    return Producer(service.id, "avformat", Properties(pairs), 0, part.frames - 1, filters, service.where)


def _effects(service: Service) -> Iterator[Filter | Transition]:
    yield from service.filters
    if isinstance(service, Tractor):
        yield from service.transitions
    if isinstance(service, Playlist):
        yield from (one for item in service.items if isinstance(item, Entry) for one in item.filters)


def _with(properties: Properties, **changes: str) -> Properties:
    pairs = tuple((name, changes.get(name, value)) for name, value in properties.pairs)
    return Properties(pairs)
