"""The document as MLT XML says it: elements and properties, references resolved by id, nothing opened."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from reelpress.studio.scene.errors import SceneFault


@dataclass(frozen=True, slots=True)
class Where:
    """Where in the file an element stands, for faults."""

    file: str
    element: str
    line: int

    def fault(self, message: str, fix: str) -> SceneFault:
        return SceneFault(message, file=self.file, element=self.element, line=self.line, fix=fix)


Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """An element that is written back as it was read and means nothing to us."""

    tag: str
    attributes: Attributes = ()
    text: str = ""
    children: tuple["Kept", ...] = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """What an element says beside the fields of its own type: other attributes and other children."""

    attributes: Attributes = ()
    children: tuple[Kept, ...] = ()


NOTHING = Rest()


@dataclass(frozen=True, slots=True)
class Profile:
    width: int
    height: int
    fps: Fraction
    rest: Rest = NOTHING


@dataclass(frozen=True, slots=True)
class Properties:
    """The `<property>` children of an element, in document order."""

    pairs: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        for key, value in self.pairs:
            if key == name:
                return value
        return default

    def flag(self, name: str) -> bool:
        return self.get(name, "0").strip().lower() in {"1", "true", "yes", "on"}

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.pairs)


@dataclass(frozen=True, slots=True)
class Filter:
    service: str
    properties: Properties
    in_: int
    out: int | None
    where: Where
    rest: Rest = NOTHING


@dataclass(frozen=True, slots=True)
class Transition:
    service: str
    properties: Properties
    in_: int
    out: int | None
    a_track: int
    b_track: int
    where: Where
    rest: Rest = NOTHING


ProducerTag = Literal["producer", "chain"]
PlaylistTag = Literal["playlist", "producer", "chain", "tractor", "multitrack"]


@dataclass(frozen=True, slots=True)
class Producer:
    """`in_` and `out` are inclusive source frames."""

    id: str
    service: str
    properties: Properties
    in_: int
    out: int
    filters: tuple[Filter, ...]
    where: Where
    rest: Rest = NOTHING
    tag: ProducerTag = "producer"


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of a producer, playlist or tractor; `producer` is its id."""

    producer: str
    in_: int
    out: int
    filters: tuple[Filter, ...]
    where: Where
    rest: Rest = NOTHING


@dataclass(frozen=True, slots=True)
class Blank:
    length: int
    rest: Rest = NOTHING


@dataclass(frozen=True, slots=True)
class Playlist:
    """`retained`: an editor's bin, which nothing plays; its contents are in `rest`."""

    id: str
    items: tuple[Entry | Blank, ...]
    properties: Properties
    filters: tuple[Filter, ...]
    where: Where
    rest: Rest = NOTHING
    retained: bool = False
    tag: PlaylistTag = "playlist"


Hide = Literal["", "video", "audio", "both"]


@dataclass(frozen=True, slots=True)
class Track:
    producer: str
    hide: Hide
    where: Where
    rest: Rest = NOTHING


@dataclass(frozen=True, slots=True)
class Tractor:
    id: str
    tracks: tuple[Track, ...]
    transitions: tuple[Transition, ...]
    filters: tuple[Filter, ...]
    properties: Properties
    in_: int
    out: int | None
    where: Where
    rest: Rest = NOTHING


Service = Producer | Playlist | Tractor


def named_by(service: Service) -> list[str]:
    """The ids of what a service plays, in order."""
    if isinstance(service, Playlist):
        return [item.producer for item in service.items if isinstance(item, Entry)]
    return [track.producer for track in service.tracks] if isinstance(service, Tractor) else []


@dataclass(frozen=True, slots=True)
class Scene:
    """One MLT document. `root` is the id of the tractor, playlist or producer that melt would play."""

    profile: Profile
    services: dict[str, Service] = field(repr=False)
    root: str
    file: str
    rest: Rest = NOTHING
