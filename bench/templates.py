"""The templates that are measured: MLT documents over the footage, with `{{name}}` for some of the frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from bench.footage import FPS, FRAMES, HEIGHT, WIDTH, Footage
from bench.people import Person

FAMILY = "Noto Sans"
FIRST = FRAMES // 3  # the frame where the personal stretch starts
SLOT = "{{name}}"


@dataclass(frozen=True, slots=True)
class TextBox:
    """The name on one line, centred in a box; pixels of the output."""

    x: int
    y: int
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Case:
    """`frames` of FRAMES are personal, from frame `first`; together `boxes` are what a value can change."""

    name: str
    frames: int
    boxes: tuple[TextBox, ...]
    first: int = FIRST
    still: bool = False

    @property
    def last(self) -> int:
        return self.first + self.frames - 1


@dataclass(frozen=True, slots=True)
class Template:
    """A case over one footage. `document` lies beside its media."""

    case: Case
    footage: Footage
    document: Path

    def filled(self, person: Person, folder: Path) -> Path:
        """A copy for one customer, as somebody would make it who has only melt; media by full path."""
        text = self.document.read_text("utf-8").replace(SLOT, escape(person.name))
        for media in (self.footage.house, self.footage.still):
            text = text.replace(f">{media.name}<", f">{media}<")
        copy = folder / f"{self.case.name}.mlt"
        copy.write_text(text, "utf-8")
        return copy


# Four lines over the whole height: no row of macroblocks is left out.
WHOLE = tuple(TextBox(60, 270 * row, 1800, 270, 170) for row in range(4))
# A lower third: 256 of 1080 rows, on the borders of macroblocks.
BAND = (TextBox(60, 752, 1800, 256, 170),)
CASES = {
    case.name: case
    for case in (
        Case("f3", round(FRAMES * 0.03), WHOLE),
        Case("f10", round(FRAMES * 0.10), WHOLE),
        Case("f30", round(FRAMES * 0.30), WHOLE),
        Case("f100", FRAMES, WHOLE, first=0),
        Case("band", round(FRAMES * 0.10), BAND),
        Case("still", 1, (TextBox(90, 380, 900, 320, 96),), first=0, still=True),
    )
}


def write(case: Case, footage: Footage) -> Template:
    path = footage.folder / f"{case.name}.mlt"
    path.write_text(document(case, footage), "utf-8")
    return Template(case, footage, path)


def document(case: Case, footage: Footage) -> str:
    """The document as Shotcut shapes it: the film on one track, a clear clip with text filters above it."""
    size = (HEIGHT, HEIGHT) if case.still else (WIDTH, HEIGHT)
    frames = case.frames if case.still else FRAMES
    ground = footage.still.name if case.still else footage.house.name
    film = _producer("film", "qimage" if case.still else "avformat", ground, frames, ())
    clear = _producer(
        "clear", "color", "#00000000", case.frames, tuple(map(_text, range(len(case.boxes)), case.boxes))
    )
    blank = f'<blank length="{case.first}"/>' if case.first else ""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<mlt LC_NUMERIC="C" version="7.24.0" producer="main_bin">
{_profile(*size)}
<playlist id="main_bin"><property name="xml_retain">1</property></playlist>
{_producer("black", "color", "0", frames, ())}
{film}
{clear}
<playlist id="background"><entry producer="black" in="0" out="{frames - 1}"/></playlist>
<playlist id="v1"><entry producer="film" in="0" out="{frames - 1}"/></playlist>
<playlist id="v2">{blank}<entry producer="clear" in="0" out="{case.frames - 1}"/></playlist>
<tractor id="tractor0" in="0" out="{frames - 1}"><property name="shotcut">1</property>
<track producer="background"/><track producer="v1"/><track producer="v2"/>
{_transition("mix", 0, 1, sum="1")}
{_transition("qtblend", 0, 1, disable="1")}
{_transition("qtblend", 1, 2)}
</tractor>
</mlt>
"""


def _profile(width: int, height: int) -> str:
    return (
        f'<profile width="{width}" height="{height}" progressive="1" sample_aspect_num="1" '
        f'sample_aspect_den="1" display_aspect_num="{width}" display_aspect_den="{height}" '
        f'frame_rate_num="{FPS}" frame_rate_den="1" colorspace="709"/>'
    )


def _producer(name: str, service: str, resource: str, frames: int, inner: Sequence[str]) -> str:
    values = {"length": str(frames), "eof": "pause", "resource": resource, "mlt_service": service}
    if service == "color":
        values |= {"mlt_image_format": "rgba", "set.test_audio": "0"}
    body = _properties(values) + "".join(inner)
    return f'<producer id="{name}" in="0" out="{frames - 1}">{body}</producer>'


def _text(index: int, box: TextBox) -> str:
    values = {
        "mlt_service": "dynamictext",
        "argument": SLOT,
        "geometry": f"{box.x} {box.y} {box.width} {box.height} 1",
        "family": FAMILY,
        "size": str(box.size),
        "weight": "700",
        "style": "normal",
        "fgcolour": "#ffffffff",
        "bgcolour": "#00000000",
        "olcolour": "#ff000000",
        "outline": "3",
        "pad": "0",
        "halign": "center",
        "valign": "middle",
        "reelpress:name": f"Line {index + 1}",
    }
    return f"<filter>{_properties(values)}</filter>"


def _transition(service: str, below: int, above: int, **more: str) -> str:
    tracks = {"a_track": str(below), "b_track": str(above), "mlt_service": service, "always_active": "1"}
    return f"<transition>{_properties({**tracks, **more})}</transition>"


def _properties(values: dict[str, str]) -> str:
    return "".join(f'<property name="{name}">{escape(value)}</property>' for name, value in values.items())
