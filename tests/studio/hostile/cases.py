"""What a case of the corpus is: a file as it comes in, and what has to become of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.studio.assets.samples import make_video

SECRET = "the neighbour's secret"


@dataclass(frozen=True)
class Materials:
    """What cases are made from: a scratch folder, a file nobody may read, an address nobody may call."""

    folder: Path
    secret: Path
    canary: str

    @cached_property
    def film(self) -> bytes:
        """A sound MP4 with `moov` last, so that a change of it moves no sample: 12 frames of 96x64."""
        return make_video(self.folder / "film.mp4", width=96, height=64, frames=12).read_bytes()


@dataclass(frozen=True, slots=True)
class Kept:
    """Our copy: its kind, size in pixels and least and most seconds, where they are given."""

    kind: str = "video"
    size: tuple[int, int] | None = (96, 64)
    seconds: tuple[float, float] | None = (0.48, 0.48)


@dataclass(frozen=True, slots=True)
class Refused:
    """`reason` is a pattern in the message, which names the file and says what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """`patience_s`: how long the test waits for a reader that never ends; the product waits 20 s."""

    name: str
    file: str
    content: Callable[[Materials], bytes]
    outcome: Kept | Refused
    patience_s: float = 600.0

    def __str__(self) -> str:
        return self.name
