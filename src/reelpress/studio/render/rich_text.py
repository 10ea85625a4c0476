"""Rich text laid out as Qt's QTextDocument does and drawn; laid out once per text and box."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from reelpress.studio.render.rich_lines import RichLine, Rise, Shaper, lines_of
from reelpress.studio.render.skia_door import Canvas, Fonts, Line
from reelpress.studio.scene.geometry import rich_room
from reelpress.studio.scene.ops import Box, FitRule, Paragraph, Rgba, Rich, Run, Write

_MARGIN = 4.0  # pixels around the text of a QTextDocument
_STEP = 0.97
_MOST_LINES = 2_000
_MOST_CHARACTERS = 20_000
_FRACTION = {"left": 0.0, "center": 0.5, "right": 1.0, "justify": 0.0}


@dataclass(frozen=True, slots=True)
class _Set:
    """A line at its place in the box."""

    line: Line
    x: float
    y: float
    grounds: tuple[tuple[Box, Rgba], ...]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """All lines of a text, and what they need of the box's width and height."""

    lines: tuple[_Set, ...]
    width: float
    height: float


class RichSetter:
    def __init__(self, fonts: Fonts) -> None:
        self._shaper = Shaper(fonts)
        self._sheets: dict[tuple[Rich, FitRule, float, float], _Sheet] = {}

    def draw(self, canvas: Canvas, write: Write, texts: Sequence[str], box: Box) -> None:
        """`texts`: what each run says. Lines below the box are seen where the filter lets text go on."""
        if write.rich is None or box.width < 1 or box.height < 1:
            return
        rich = _saying(write.rich, texts)
        sheet = self._sheet(rich, write.fit, box)
        room = rich_room(rich, box)
        ground = max(box.height, sheet.height) if rich.overflows(box.height) else box.height
        x, y = round(box.x), round(box.y)  # Qt puts letters on whole pixels
        with canvas.clipped(room):
            canvas.fill(Box(box.x, box.y, box.width, ground), write.style.background)
            for placed in sheet.lines:
                for under, colour in placed.grounds:
                    canvas.fill(_moved(under, x, y), colour)
                canvas.line(placed.line, x + placed.x, y + placed.y)

    def _sheet(self, rich: Rich, fit: FitRule, box: Box) -> _Sheet:
        key = (rich, fit, round(box.width, 2), round(box.height, 2))
        if key not in self._sheets:
            self._sheets[key] = self._fitted(rich, fit, box)
        return self._sheets[key]

    def _fitted(self, rich: Rich, fit: FitRule, box: Box) -> _Sheet:
        """Where it shrinks, as large as fits, but no smaller than the rule's floor."""
        largest = max((run.size for run in rich.runs), default=1.0)
        floor = min(1.0, fit.min_size / largest) if fit.mode == "shrink" else 1.0
        scale = 1.0
        sheet = self._laid_out(rich, box)
        while (sheet.width > box.width or sheet.height > box.height) and scale > floor:
            scale = max(floor, scale * _STEP)
            sheet = self._laid_out(_scaled(rich, scale), box)
        return sheet

    def _laid_out(self, rich: Rich, box: Box) -> _Sheet:
        """Margins between paragraphs overlap, and the first one's is left out, as in Qt."""
        placed: list[_Set] = []
        top, width, before = _MARGIN, 0.0, 0.0
        endless = rich.overflows(box.height)
        for number, paragraph in enumerate(rich.paragraphs):
            bottom = top = top + (max(0.0, before, paragraph.top) if number else 0.0)
            before = paragraph.bottom
            room = box.width - 2 * _MARGIN - paragraph.left - paragraph.right
            for at, line in enumerate(lines_of(paragraph, room, self._shaper)):
                if len(placed) >= _MOST_LINES or (top > box.height and not endless):
                    return _Sheet(tuple(placed), width, top + _MARGIN)
                indent = 0.0 if at else paragraph.indent
                row = self._row(paragraph, line, room - indent)
                placed.append(row.set(_MARGIN + paragraph.left, top, indent))
                width = max(width, row.line.width + box.width - room + indent)
                bottom = top + row.last_height
                top += row.height
            top = bottom
        return _Sheet(tuple(placed), width, top + _MARGIN)

    def _row(self, paragraph: Paragraph, line: RichLine, room: float) -> "_Row":
        shaped = self._shaper.shaped(line.runs, right_to_left=paragraph.right_to_left)
        blanks = line.text.count(" ")
        stretch = 0.0
        if paragraph.align == "justify" and not line.is_last and blanks and shaped.width < room:
            stretch = (room - shaped.width) / blanks
            shaped = self._shaper.shaped(line.runs, right_to_left=paragraph.right_to_left, stretch=stretch)
        rise = self._shaper.rise(line, shaped)
        return _Row(paragraph, shaped, rise, room, tuple(self._grounds(paragraph, line, shaped, stretch)))

    def _grounds(
        self, paragraph: Paragraph, line: RichLine, shaped: Line, stretch: float
    ) -> Iterator[tuple[float, float, Rgba]]:
        """Left and right of what lies behind runs, in the line, and its colour."""
        if not any(run.background[3] for run in line.runs):
            return
        ends = [0.0]
        for count in range(1, len(line.runs) + 1):
            part = self._shaper.shaped(
                line.runs[:count], right_to_left=paragraph.right_to_left, stretch=stretch
            )
            ends.append(part.width)
        for run, (start, end) in zip(line.runs, pairwise(ends), strict=True):
            if run.background[3]:
                sides = (
                    (shaped.width - end, shaped.width - start) if paragraph.right_to_left else (start, end)
                )
                yield (*sides, run.background)


@dataclass(frozen=True, slots=True)
class _Row:
    """A shaped line of a paragraph and the room it has across."""

    paragraph: Paragraph
    line: Line
    rise: Rise
    room: float
    grounds: tuple[tuple[float, float, Rgba], ...]

    @property
    def height(self) -> float:
        """From this line's top to the next one's."""
        return self._spaced(self.rise.height + self.rise.leading)

    @property
    def last_height(self) -> float:
        """From its top to the end of its paragraph."""
        return self._spaced(self.rise.height)

    def set(self, left: float, top: float, indent: float) -> _Set:
        """`left` is the paragraph's edge; the indent is at the side where its lines begin."""
        start = 0.0 if self.paragraph.right_to_left else indent
        x = round(left + start + max(0.0, self.room - self.line.width) * self._share)
        baseline = round(top + self._baseline)
        grounds = tuple(
            (Box(x + begin, baseline - self.rise.ascent, end - begin, self.rise.height), colour)
            for begin, end, colour in self.grounds
        )
        return _Set(self.line, x, baseline - self.line.baseline, grounds)

    @property
    def _share(self) -> float:
        """Of the room that is left over, how much lies left of the line."""
        if self.paragraph.align == "justify":
            return 1.0 if self.paragraph.right_to_left else 0.0
        return _FRACTION[self.paragraph.align]

    @property
    def _baseline(self) -> float:
        match self.paragraph.line_rule:
            case "exactly":
                return 0.8 * self.paragraph.spacing - max(0, self.rise.leading)
            case "at_least":
                return self.rise.ascent + self.height - self.rise.height
            case _:
                return self.rise.ascent

    def _spaced(self, height: float) -> float:
        spacing = self.paragraph.spacing
        match self.paragraph.line_rule:
            case "percent":
                return height * spacing / 100
            case "exactly":
                return spacing
            case "at_least":
                return max(height, spacing)
            case "added":
                return height + spacing


def _saying(rich: Rich, texts: Sequence[str]) -> Rich:
    """The looks with the words of one customer, as many as are ever drawn."""
    left = _MOST_CHARACTERS
    said = iter(texts)
    paragraphs: list[Paragraph] = []
    for paragraph in rich.paragraphs:
        runs: list[Run] = []
        for run in paragraph.runs:
            text = next(said)[:left]
            left -= len(text)
            runs.append(msgspec.structs.replace(run, text=text))
        paragraphs.append(msgspec.structs.replace(paragraph, runs=tuple(runs)))
    return msgspec.structs.replace(rich, paragraphs=tuple(paragraphs))


def _scaled(rich: Rich, scale: float) -> Rich:
    paragraphs = (
        msgspec.structs.replace(
            paragraph,
            runs=tuple(msgspec.structs.replace(run, size=run.size * scale) for run in paragraph.runs),
            spacing=paragraph.spacing * (1 if paragraph.line_rule == "percent" else scale),
        )
        for paragraph in rich.paragraphs
    )
    return msgspec.structs.replace(rich, paragraphs=tuple(paragraphs))


def _moved(inner: Box, x: float, y: float) -> Box:
    return Box(x + inner.x, y + inner.y, inner.width, inner.height)
