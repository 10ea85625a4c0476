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


@dataclass(frozen=True, slots=True)
class Profile:
    width: int
    height: int
    fps: Fraction


@dataclass(frozen=True, slots=True)
class Properties:
    """The `<property>` children (and attributes) of an element, in document order."""

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


@dataclass(frozen=True, slots=True)
class Transition:
    service: str
    properties: Properties
    in_: int
    out: int | None
    a_track: int
    b_track: int
    where: Where


@dataclass(frozen=True, slots=True)
class Producer:
    """`<producer>` or `<chain>`; `in_` and `out` are inclusive source frames."""

    id: str
    service: str
    properties: Properties
    in_: int
    out: int
    filters: tuple[Filter, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of a producer, playlist or tractor; `producer` is its id."""

    producer: str
    in_: int
    out: int
    filters: tuple[Filter, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Blank:
    length: int


@dataclass(frozen=True, slots=True)
class Playlist:
    id: str
    items: tuple[Entry | Blank, ...]
    properties: Properties
    filters: tuple[Filter, ...]
    where: Where


Hide = Literal["", "video", "audio", "both"]


@dataclass(frozen=True, slots=True)
class Track:
    producer: str
    hide: Hide
    where: Where


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


Service = Producer | Playlist | Tractor


@dataclass(frozen=True, slots=True)
class Scene:
    """One MLT document. `root` is the id of the tractor, playlist or producer that melt would play."""

    profile: Profile
    services: dict[str, Service] = field(repr=False)
    root: str
    file: str
