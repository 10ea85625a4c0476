"""The drawing vocabulary: what MLT services mean, free of MLT's spellings.

A scene becomes a tree of `Clip` and `Group` nodes. Times are whole frames of the scene's own profile.
A node covers `start .. start + frames - 1` of its parent; its local position is
`parent position - start + offset`. Effects live in local positions: an effect acts on
`first .. last` (inclusive) and its keys count from `first`.
Lengths are pixels of the scene's canvas, angles degrees clockwise, colours 8-bit RGBA, unpremultiplied.
"""

from typing import Literal

import msgspec

Eased = Literal[
    "sinusoidal_in",
    "sinusoidal_out",
    "sinusoidal_in_out",
    "quadratic_in",
    "quadratic_out",
    "quadratic_in_out",
    "cubic_in",
    "cubic_out",
    "cubic_in_out",
    "quartic_in",
    "quartic_out",
    "quartic_in_out",
    "quintic_in",
    "quintic_out",
    "quintic_in_out",
    "exponential_in",
    "exponential_out",
    "exponential_in_out",
    "circular_in",
    "circular_out",
    "circular_in_out",
    "back_in",
    "back_out",
    "back_in_out",
    "elastic_in",
    "elastic_out",
    "elastic_in_out",
    "bounce_in",
    "bounce_out",
    "bounce_in_out",
]
Curve = Literal["hold", "linear", "smooth", "natural", "tight"] | Eased
Rgba = tuple[int, int, int, int]
Align = Literal["left", "center", "right"]
VAlign = Literal["top", "middle", "bottom"]
TextFit = Literal["scale", "fill", "shrink", "wrap", "ellipsis", "clip"]
ParagraphAlign = Literal["left", "center", "right", "justify"]
LineRule = Literal["percent", "exactly", "at_least", "added"]
ImageFit = Literal["contain", "cover"]


class Key(msgspec.Struct, frozen=True, array_like=True):
    """One keyframe; `curve` shapes the way to the next key."""

    frame: int
    values: tuple[float, ...]
    curve: Curve = "linear"


Keys = tuple[Key, ...]


class Box(msgspec.Struct, frozen=True, array_like=True):
    x: float
    y: float
    width: float
    height: float


class TextStyle(msgspec.Struct, frozen=True):
    """An outline under the fill shows its outer half only and takes no room. `line_spacing` is added."""

    family: str
    size: float
    weight: int
    italic: bool
    colour: Rgba
    background: Rgba
    outline_colour: Rgba
    outline: float
    pad: float
    align: Align
    underline: bool = False
    strike: bool = False
    letter_spacing: float = 0.0
    shadow_colour: Rgba = (0, 0, 0, 0)
    shadow_x: float = 0.0
    shadow_y: float = 0.0
    shadow_blur: float = 0.0
    outline_under: bool = False
    line_spacing: float = 0.0


class FitRule(msgspec.Struct, frozen=True):
    """How text keeps inside its box.

    `scale` is melt's rule for text filters: the drawn text is scaled down as a picture. `fill` is its rule
    for titles: scaled up as well. `clip` is its rule for rich text: what does not fit is cut off.
    """

    mode: TextFit = "scale"
    max_lines: int = 1
    min_size: float = 12.0


class Run(msgspec.Struct, frozen=True):
    """A stretch of rich text that looks alike; a "\\n" in it begins another line of its paragraph."""

    text: str
    family: str
    size: float
    weight: int = 400
    italic: bool = False
    colour: Rgba = (0, 0, 0, 255)
    background: Rgba = (0, 0, 0, 0)
    underline: bool = False
    strike: bool = False


class Paragraph(msgspec.Struct, frozen=True):
    """At least one run, whose text may be empty. Margins and the first line's indent in pixels.

    `spacing` is a share of a line's own height in `percent`, otherwise pixels.
    """

    runs: tuple[Run, ...]
    align: ParagraphAlign = "left"
    right_to_left: bool = False
    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0
    indent: float = 0.0
    line_rule: LineRule = "percent"
    spacing: float = 100.0


class Rich(msgspec.Struct, frozen=True):
    """Text of several looks. It goes on below a box of at least `overflows_from` pixels (None: never)."""

    paragraphs: tuple[Paragraph, ...]
    overflows_from: float | None = None

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(run for paragraph in self.paragraphs for run in paragraph.runs)

    def overflows(self, height: float) -> bool:
        """Whether text below a box of that height is shown."""
        return self.overflows_from is not None and height >= self.overflows_from


class VideoSource(msgspec.Struct, frozen=True, tag="video"):
    """`layer` names it where a request brings the clip; then it is fitted as a picture is."""

    resource: str
    picture: bool = True
    sound: bool = True
    layer: str = ""
    fit: ImageFit = "contain"
    radius: float = 0.0
    anchor: tuple[float, float] = (0.5, 0.5)


class ImageSource(msgspec.Struct, frozen=True, tag="image"):
    resource: str
    layer: str = ""
    fit: ImageFit = "contain"
    radius: float = 0.0
    anchor: tuple[float, float] = (0.5, 0.5)


class ColourSource(msgspec.Struct, frozen=True, tag="colour"):
    colour: Rgba


class Place(msgspec.Struct, frozen=True, tag="place"):
    """Puts all that was drawn so far into a rectangle; `rect` keys are x, y, width, height, opacity.

    `by_canvas`: whether width or height has to fit is decided by the canvas's proportions, so that a picture
    may leave a rectangle of other proportions (MLT's affine does so where it may scale up).
    """

    rect: Keys
    rotation: Keys = ()
    stretch: bool = False
    upscale: bool = True
    by_canvas: bool = False
    halign: Align = "center"
    valign: VAlign = "middle"
    rotate_about_centre: bool = True
    background: Rgba = (0, 0, 0, 0)
    first: int = 0
    last: int | None = None


class Write(msgspec.Struct, frozen=True, tag="write"):
    """Text over what was drawn so far, inside `rect`. `layer` names it where it depends on data.

    With `rich`, `text` says what its runs say, without their looks, and `style` has the background alone.
    """

    text: str
    style: TextStyle
    rect: Keys
    halign: Align
    valign: VAlign
    fit: FitRule
    layer: str = ""
    first: int = 0
    last: int | None = None
    rich: Rich | None = None


class Light(msgspec.Struct, frozen=True, tag="light"):
    """Multiplies colour by `level` and coverage by `alpha`."""

    level: Keys = ()
    alpha: Keys = ()
    first: int = 0
    last: int | None = None


class Crop(msgspec.Struct, frozen=True, tag="crop"):
    """Keeps what was drawn so far inside a rectangle or, with `circle`, an ellipse in the middle.

    `radius` rounds the corners: 1 is half the canvas's shorter side; of a circle, half its diagonal.
    """

    rect: Keys
    radius: Keys = ()
    circle: bool = False
    colour: Rgba = (0, 0, 0, 0)
    first: int = 0
    last: int | None = None


class Trim(msgspec.Struct, frozen=True, tag="trim"):
    """Cuts the edges off a clip's own picture before it is placed, all the time.

    In pixels of the picture, or of the canvas (`by_canvas`); `centre` cuts it to the canvas's proportions
    instead, `bias` pixels off its middle.
    """

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0
    centre: bool = False
    bias: int = 0
    by_canvas: bool = False
    first: int = 0
    last: int | None = None


class Blur(msgspec.Struct, frozen=True, tag="blur"):
    """Softens what was drawn so far as a box of `across` and `down` pixels to each side would."""

    across: Keys
    down: Keys
    first: int = 0
    last: int | None = None


class Shape(msgspec.Struct, frozen=True, tag="shape"):
    """A filled and outlined rectangle or ellipse over what was drawn so far."""

    box: Box
    colour: Rgba
    pen: float = 0.0
    pen_colour: Rgba = (0, 0, 0, 0)
    ellipse: bool = False
    first: int = 0
    last: int | None = None


class Wipe(msgspec.Struct, frozen=True):
    """How the last child of a group appears: in the order of one of MLT's built-in maps (1 to 22).

    `softness` is the width of the edge as a share of the way. With `invert` the others disappear in that
    order instead.
    """

    map: int
    softness: float = 0.0
    invert: bool = False


class Gain(msgspec.Struct, frozen=True, tag="gain"):
    """Sound level in dB."""

    level: Keys
    first: int = 0
    last: int | None = None


class Ramp(msgspec.Struct, frozen=True, tag="ramp"):
    """Sound level as a linear factor, as a cross-fade needs it."""

    factor: Keys
    first: int = 0
    last: int | None = None


Source = VideoSource | ImageSource | ColourSource
Effect = Place | Write | Light | Crop | Trim | Blur | Shape | Gain | Ramp


class Clip(msgspec.Struct, frozen=True, tag="clip"):
    start: int
    frames: int
    offset: int
    source: Source
    effects: tuple[Effect, ...] = ()
    picture: bool = True
    sound: bool = True


class Group(msgspec.Struct, frozen=True, tag="group"):
    """Children drawn bottom to top. With `dissolve` the last child fades, or wipes, in over the others."""

    start: int
    frames: int
    offset: int
    children: tuple["Clip | Group", ...]
    effects: tuple[Effect, ...] = ()
    dissolve: Keys = ()
    wipe: Wipe | None = None


Node = Clip | Group


def layer_of(source: Source) -> str:
    """The layer whose file a request brings; empty where the source is the same for everyone."""
    return "" if isinstance(source, ColourSource) else source.layer
