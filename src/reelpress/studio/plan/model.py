"""The plan: the compiled, immutable form of a published campaign version. Pure data, JSON in and out."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, Self

import msgspec

from reelpress.studio.scene.model import Scene
from reelpress.studio.scene.ops import Box, Group

PartKind = Literal["static", "mlt", "ml_with_mlt"]
FieldKind = Literal["text", "image", "video"]
SpanKind = Literal["shared", "band", "full"]


class PlanFault(Exception):
    """The parts cannot become a plan. `where` names the part or layer, `fix` says what to do."""

    def __init__(self, message: str, *, where: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.where}: {self.message} {self.fix}"


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """What probing found out about an asset. Sizes in pixels as displayed."""

    kind: Literal["video", "image", "audio"]
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    has_audio: bool = False


@dataclass(frozen=True, slots=True)
class PartSource:
    """One part as it goes into `compile_plan`.

    `static`: `resource` names one normalised video or image; `duration_s` is needed for an image only.
    `mlt` and `ml_with_mlt`: `scene`, and `facts` for the resources it names.
    """

    kind: PartKind
    name: str = ""
    resource: str = ""
    duration_s: float = 0.0
    scene: Scene | None = None
    facts: MappingOf[str, ResourceFacts] = field(default_factory=dict[str, ResourceFacts])


class OutputSpec(msgspec.Struct, frozen=True):
    """What comes out. Zeros mean: as the first part. `still_at_s` is the instant an image shows (-1: the
    last frame on which every layer is visible)."""

    kind: Literal["video", "image"] = "video"
    width: int = 0
    height: int = 0
    fps_num: int = 0
    fps_den: int = 1
    still_at_s: float = -1.0


class Mapping(msgspec.Struct, frozen=True):
    """layer <- field. `slot` is the `{{slot}}` inside the layer's text (empty: its only one, or the file).

    `transforms` in order: `trim`, `upper`, `lower`, `title`, `number`, `number:2`, `number:in`,
    `date:%d %b %Y`. A missing or empty value takes `fallback`; without one a `required` field is refused.
    """

    layer: str
    field: str
    slot: str = ""
    transforms: tuple[str, ...] = ()
    fallback: str | None = None
    required: bool = True


class FrameRange(msgspec.Struct, frozen=True, array_like=True):
    """Frames of the output, both inclusive."""

    first: int
    last: int


class PlanLayer(msgspec.Struct, frozen=True):
    """One text, image or clip that depends on data. `box` is in output pixels, over its whole life.

    `runs`: of rich text, the text of each of its runs; together they say what `template` says.
    """

    name: str
    kind: FieldKind
    part: int
    template: str
    slots: tuple[str, ...]
    ranges: tuple[FrameRange, ...]
    box: Box
    fit: str
    resource: str = ""
    font: str = ""
    line: int = 0
    runs: tuple[str, ...] = ()


class PlanField(msgspec.Struct, frozen=True):
    """One value a request can carry. `layers` are the layers that show it, in drawing order."""

    name: str
    kind: FieldKind
    required: bool
    layers: tuple[str, ...]
    fallback: str | None = None


class Band(msgspec.Struct, frozen=True, array_like=True):
    """Rows of macroblocks, both inclusive, that `layers` can touch."""

    first: int
    last: int
    layers: tuple[str, ...]

    @property
    def rows(self) -> int:
        return self.last - self.first + 1


class Span(msgspec.Struct, frozen=True):
    """A run of output frames; `layers` are those that can change it. `share` of the rows they can touch.

    A span of kind `band` has at least one band; the rows outside all of them are the same for everyone.
    """

    kind: SpanKind
    first: int
    last: int
    layers: tuple[str, ...]
    share: float
    bands: tuple[Band, ...] = ()

    @property
    def frames(self) -> int:
        return self.last - self.first + 1


class PlanPart(msgspec.Struct, frozen=True):
    """`first` and `frames` count output frames; `root` counts frames of the part's own rate and canvas."""

    kind: PartKind
    name: str
    first: int
    frames: int
    width: int
    height: int
    fps_num: int
    fps_den: int
    root: Group


class Plan(msgspec.Struct, frozen=True):
    output: OutputSpec
    parts: tuple[PlanPart, ...]
    frames: int
    layers: tuple[PlanLayer, ...]
    mappings: tuple[Mapping, ...]
    fields: tuple[PlanField, ...]
    resources: tuple[str, ...]
    spans: tuple[Span, ...]
    notes: tuple[str, ...] = ()

    @property
    def fps(self) -> Fraction:
        return Fraction(self.output.fps_num, self.output.fps_den)

    @property
    def duration_s(self) -> float:
        return float(self.frames / self.fps)

    def encode(self) -> bytes:
        """JSON; equal plans give equal bytes."""
        return msgspec.json.encode(self, order="deterministic")

    @classmethod
    def decode(cls, data: bytes | str) -> Self:
        """Raises msgspec.ValidationError on anything `encode` did not write."""
        return msgspec.json.decode(data, type=cls)
