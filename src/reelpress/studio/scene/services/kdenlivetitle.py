"""Kdenlive's titles: a small XML document of its own in the property `xmldata`."""

from typing import ClassVar

from reelpress.studio.scene.elements import Element, read_elements
from reelpress.studio.scene.errors import SceneFault
from reelpress.studio.scene.ops import (
    Align,
    Box,
    ColourSource,
    Effect,
    FitRule,
    Key,
    Rgba,
    Shape,
    Source,
    TextStyle,
    Write,
)
from reelpress.studio.scene.services.base import Parameter, ProducerService, Reading
from reelpress.studio.scene.services.text_parameters import checked_text, layer_mark, read_fit

MAX_ITEMS = 100
_HIDDEN_Z = -1000
_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
_PIXELS_PER_POINT = 96 / 72
_ALIGN: dict[int, Align] = {2: "right", 4: "center"}  # Qt::AlignRight, Qt::AlignHCenter; 1 is left
# QFont's weights before Qt 6 (0 to 99) on the scale of OpenType.
_OLD_WEIGHTS = {0: 100, 12: 200, 25: 300, 50: 400, 57: 500, 63: 600, 75: 700, 81: 800, 87: 900}


class Kdenlivetitle(ProducerService):
    """Texts, rectangles and ellipses over a colour. Pictures, gradients and moving titles are refused."""

    names = ("kdenlivetitle",)
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("xmldata", "text"),
        Parameter("resource", "choice", "", ("",)),
        Parameter("templatetext", "text"),
        Parameter("reelpress:fit", "choice", "", ("", "scale", "shrink", "wrap", "ellipsis")),
        Parameter("reelpress:max_lines", "number", "0"),
        Parameter("reelpress:min_size", "number", "0"),
        Parameter("size", "number", "48"),
    )

    def source(self, reading: Reading) -> tuple[Source, tuple[Effect, ...]]:
        reading.choice("resource")
        title = self._document(reading)
        scale = self._scale(reading, title)
        items = [item for item in title.find_all("item") if _number(item.attributes, "z-index") > _HIDDEN_Z]
        if len(items) > MAX_ITEMS:
            raise reading.where.fault(f"a title of more than {MAX_ITEMS} items.", "Simplify it.")
        items.sort(key=lambda item: _number(item.attributes, "z-index"))
        background = next(title.find_all("background"), None)
        colour = _colour(background.attributes.get("color", "")) if background is not None else (0, 0, 0, 0)
        return ColourSource(colour), tuple(_Item(reading, item, scale).effect() for item in items)

    def _document(self, reading: Reading) -> Element:
        try:
            title = read_elements(reading.text("xmldata").strip().encode(), reading.where.file)
        except SceneFault as fault:
            raise reading.where.fault(
                f"the title's own XML: {fault.message}", "Save the title again."
            ) from None
        if title.tag != "kdenlivetitle":
            raise reading.where.fault("this is not a Kdenlive title.", "Save the title again.")
        return title

    def _scale(self, reading: Reading, title: Element) -> float:
        """Canvas pixels for each pixel of the title."""
        profile = reading.profile
        width = _number(title.attributes, "width", profile.width)
        height = _number(title.attributes, "height", profile.height)
        if width < 1 or height < 1 or abs(width * profile.height - height * profile.width) > width:
            raise reading.where.fault(
                f"a title of {width:g}x{height:g} in a project of {profile.width}x{profile.height}.",
                "Make the title anew in this project.",
            )
        for view in title.find_all("startviewport", "endviewport"):
            numbers = _numbers(view.attributes.get("rect", ""))
            if numbers and numbers != (0.0, 0.0, width, height):
                raise reading.where.fault("a moving title is not supported.", "Move the clip with Transform.")
        return profile.width / width


class _Item:
    """One item of a title, `scale` times as large on the canvas."""

    def __init__(self, reading: Reading, item: Element, scale: float) -> None:
        self._reading = reading
        self._type = item.attributes.get("type", "")
        self._scale = scale
        content = next(item.find_all("content"), None)
        self._content = content.attributes if content is not None else {}
        self._text = content.text if content is not None else ""
        place = next(item.find_all("position"), None)
        self._x = _number(place.attributes, "x") if place is not None else 0.0
        self._y = _number(place.attributes, "y") if place is not None else 0.0
        turned = next(place.find_all("transform"), None) if place is not None else None
        if turned is not None and turned.text.strip() and _numbers(turned.text) != _IDENTITY:
            raise self._fault("a scaled or turned item", "Set its size itself, or turn the whole clip.")
        if next(item.find_all("effect"), None) is not None:
            raise self._fault("an item with an effect", "Remove the effect.")

    def effect(self) -> Effect:
        if "gradient" in self._content:
            raise self._fault("a gradient", "Choose a plain colour.")
        if self._type == "QGraphicsTextItem":
            return self._write()
        if self._type in {"QGraphicsRectItem", "QGraphicsEllipseItem"}:
            return self._shape()
        raise self._fault(f"an item of type {self._type!r}", "Put the picture on a track of its own.")

    def _shape(self) -> Shape:
        rect = _numbers(self._content.get("rect", ""))
        if len(rect) != 4:
            raise self._fault("a rectangle without its four numbers", "Save the title again.")
        x, y, width, height = (side * self._scale for side in rect)
        return Shape(
            box=Box(x + self._x * self._scale, y + self._y * self._scale, abs(width), abs(height)),
            colour=_colour(self._content.get("brushcolor", "")),
            pen=max(0.0, _number(self._content, "penwidth") * self._scale),
            pen_colour=_colour(self._content.get("pencolor", "")),
            ellipse=self._type == "QGraphicsEllipseItem",
        )

    def _write(self) -> Write:
        if self._content.get("typewriter", "0").split(";")[0] not in {"", "0"}:
            raise self._fault("a typewriter effect", "Switch it off.")
        reading = self._reading
        text = self._text.replace("%s", reading.text("templatetext") or "%s")
        text = checked_text(reading, text)
        align = _ALIGN.get(int(_number(self._content, "alignment", 1)) & 0xF, "left")
        layer = layer_mark(text)
        fit = read_fit(reading, text)
        style = self._style(align)
        return Write(
            text=text,
            style=style,
            rect=(Key(0, (*(self._box() if layer else self._room(align)), 1.0)),),
            halign=align,
            valign="top",
            fit=FitRule(fit.mode, fit.max_lines, min(fit.min_size, style.size)),
            layer=layer,
        )

    def _box(self) -> tuple[float, float, float, float]:
        sides = (self._x, self._y, _number(self._content, "box-width"), _number(self._content, "box-height"))
        if min(sides[2:]) < 1:
            raise self._fault("a text without its box", "Save the title again.")
        x, y, width, height = (side * self._scale for side in sides)
        return x, y, width, height

    def _room(self, align: Align) -> tuple[float, float, float, float]:
        """Room for text that may be wider than its box, which Kdenlive never makes smaller."""
        x, y, width, height = self._box()
        profile = self._reading.profile
        across, down = float(profile.width), float(max(profile.height, height))
        left = {"left": 0.0, "center": across, "right": 2 * across}[align]
        return x - left, y, width + 2 * across, down

    def _style(self, align: Align) -> TextStyle:
        content, scale = self._content, self._scale
        pixels = _number(content, "font-pixel-size") or _number(content, "font-size") * _PIXELS_PER_POINT
        if not 1 <= pixels * scale <= 2000:
            raise self._fault(f"a text size of {pixels:g} px", "Choose a size from 1 to 2000.")
        shadow = content.get("shadow", "0").split(";")
        shaded = len(shadow) >= 5 and shadow[0] not in {"", "0"}
        blur, x, y = (_plain(part) * scale for part in shadow[2:5]) if shaded else (0.0, 0.0, 0.0)
        return TextStyle(
            family=content.get("font", "Sans").split(",")[0],
            size=pixels * scale,
            weight=_weight(content),
            italic=_number(content, "font-italic") != 0,
            colour=_colour(content.get("font-color", "")),
            background=(0, 0, 0, 0),
            outline_colour=_colour(content.get("font-outline-color", "")),
            outline=max(0.0, _number(content, "font-outline") * scale),
            pad=0.0,
            align=align,
            underline=_number(content, "font-underline") != 0,
            letter_spacing=(_number(content, "letter-spacing") or _number(content, "font-spacing")) * scale,
            shadow_colour=self._shadow_colour(shadow[1]) if shaded else (0, 0, 0, 0),
            shadow_x=x,
            shadow_y=y,
            shadow_blur=max(0.0, blur),
            outline_under=True,
            line_spacing=_number(content, "line-spacing") * scale,
        )

    def _shadow_colour(self, text: str) -> Rgba:
        digits = text.strip().removeprefix("#")
        try:
            alpha, red, green, blue = bytes.fromhex(digits.rjust(8, "f"))
        except ValueError:
            raise self._fault(f"a shadow of the colour {text!r}", "Choose the colour again.") from None
        return red, green, blue, alpha

    def _fault(self, what: str, fix: str) -> SceneFault:
        return self._reading.where.fault(f"{what} in a title is not supported.", fix)


def _weight(content: dict[str, str]) -> int:
    if "font-bold" in content:
        return 700 if _number(content, "font-bold") else 400
    weight = _number(content, "font-weight", 400)
    if weight >= 100:
        return min(900, int(weight))
    return max(new for old, new in _OLD_WEIGHTS.items() if old <= max(0.0, weight))


def _number(attributes: dict[str, str], name: str, default: float = 0.0) -> float:
    return _plain(attributes.get(name, "")) if attributes.get(name, "") else default


def _plain(text: str) -> float:
    """0 for what is not a number, as Qt reads it."""
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if -1e6 < value < 1e6 else 0.0


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(_plain(part) for part in text.split(",")) if text.strip() else ()


def _colour(text: str) -> Rgba:
    """`r,g,b,a`; anything else is black, as Qt has it."""
    numbers = [min(255, max(0, int(part))) for part in _numbers(text)]
    if len(numbers) != 4:
        return 0, 0, 0, 255 if text else 0
    red, green, blue, alpha = numbers
    return red, green, blue, alpha
