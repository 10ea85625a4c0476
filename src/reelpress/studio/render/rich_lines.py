"""A paragraph of several looks broken into lines, as Qt breaks it: at words, inside one that has no room."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import accumulate

import msgspec

from reelpress.studio.render.fit import most_of
from reelpress.studio.render.graphemes import graphemes, unbroken
from reelpress.studio.render.skia_door import Fonts, Ink, Line, Piece
from reelpress.studio.scene.ops import Paragraph, Run

_LRI, _RLI, _FSI, _PDI = "\u2066", "\u2067", "\u2068", "\u2069"
_ROUNDING = 1e-3  # of a pixel; metrics are 32-bit numbers


@dataclass(frozen=True, slots=True)
class Rise:
    """Whole pixels above and below a baseline; `leading` lies between lines and may be negative."""

    ascent: int
    descent: int
    leading: int

    @property
    def height(self) -> int:
        return self.ascent + self.descent

    def with_(self, other: "Rise") -> "Rise":
        """Of both on one baseline."""
        ascent = max(self.ascent, other.ascent)
        reach = max(self.ascent + self.leading, other.ascent + other.leading)
        return Rise(ascent, max(self.descent, other.descent), reach - ascent)


@dataclass(frozen=True, slots=True)
class RichLine:
    """One line: what it says, run by run. `is_last` of its paragraph or before a written line end."""

    runs: tuple[Run, ...]
    is_last: bool

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


class Shaper:
    """Runs as shaped lines of one direction."""

    def __init__(self, fonts: Fonts) -> None:
        self._fonts = fonts
        self._rise = cache(self._measured)

    def shaped(self, runs: Sequence[Run], *, right_to_left: bool, stretch: float = 0.0) -> Line:
        """`runs` may be empty of text, not of runs."""
        first, *others = runs
        opened = (_RLI if right_to_left else _LRI) + first.text
        pieces = [_piece(first, opened), *(_piece(run, run.text) for run in others)]
        inks = [Ink(run.colour, underline=run.underline, strike=run.strike) for run in runs]
        pieces[-1] = _piece(runs[-1], pieces[-1].text + _PDI)
        return self._fonts.mixed(list(zip(pieces, inks, strict=True)), stretch)

    def rise(self, line: RichLine, shaped: Line) -> Rise:
        """Of the fonts that the runs name and of those that letters fell back to."""
        first, *others = line.runs
        rise = self._rise(_font(first))
        for run in others:
            rise = rise.with_(self._rise(_font(run)))
        own = _rounded(shaped)
        return rise.with_(own) if own.ascent > rise.ascent or own.descent > rise.descent else rise

    def _measured(self, font: Run) -> Rise:
        return _rounded(self.shaped([font], right_to_left=False))


def lines_of(paragraph: Paragraph, width: float, shaper: Shaper) -> Iterator[RichLine]:
    """`width` in pixels; the first line has less of it by the paragraph's indent."""
    room = width - paragraph.indent
    for runs in _written_lines(paragraph.runs):
        text = "".join(run.text for run in runs)
        parts, start, opened = _parts(text), 0, 0
        while True:
            rest = _Rest(runs, start, opened)
            count, parts = _taken(parts, rest, partial(_fits, shaper, paragraph, rest, room))
            end = start + sum(map(len, parts[:count]))
            is_last = end == len(text)
            yield RichLine(rest.until(end, strip=not is_last), is_last)
            room = width
            if is_last:
                break
            opened = _opened(text[start:end], opened)
            start, parts = end, parts[count:]


@dataclass(frozen=True, slots=True)
class _Rest:
    """What is left of a written line from a character on, inside so many values that began before it."""

    runs: tuple[Run, ...]
    start: int
    opened: int

    def until(self, end: int, *, strip: bool) -> tuple[Run, ...]:
        """The runs up to a character, without the blanks before it where a line breaks there.

        A value that goes on from the line before is isolated in its direction again.
        """
        again = _FSI * self.opened
        kept: list[Run] = []
        at = 0
        for run in self.runs:
            text = run.text[max(0, self.start - at) : max(0, end - at)]
            at += len(run.text)
            if text:
                kept.append(msgspec.structs.replace(run, text=again + text))
                again = ""
        while strip and kept:
            last = kept.pop()
            text = last.text.rstrip()
            if text:
                kept.append(msgspec.structs.replace(last, text=text))
                break
        return tuple(kept) or (msgspec.structs.replace(self.runs[0], text=""),)


def _fits(shaper: Shaper, paragraph: Paragraph, rest: _Rest, room: float, end: int) -> bool:
    runs = rest.until(end, strip=True)
    return shaper.shaped(runs, right_to_left=paragraph.right_to_left).width <= room


def _taken(parts: list[str], rest: _Rest, fits: Callable[[int], bool]) -> tuple[int, list[str]]:
    """How many parts make the next line, and the parts, the first of them split where it has no room."""

    def most(pieces: Sequence[str]) -> int:
        ends = list(accumulate(map(len, pieces), initial=rest.start))
        return most_of(len(pieces), lambda count: fits(ends[count]))

    count = most(parts)
    if count or not parts:
        return count, parts
    letters = graphemes(parts[0])
    count = max(1, most(letters))
    left = "".join(letters[count:])
    return count, [*letters[:count], *([left] if left else []), *parts[1:]]


def _written_lines(runs: Sequence[Run]) -> Iterator[tuple[Run, ...]]:
    """Split at the line ends that the text itself has; every line has at least one run."""
    line: list[Run] = []
    for run in runs:
        first, *others = run.text.split("\n")
        line.append(msgspec.structs.replace(run, text=first))
        for text in others:
            yield tuple(line)
            line = [msgspec.structs.replace(run, text=text)]
    yield tuple(line)


def _parts(text: str) -> list[str]:
    """What is never broken, blanks after it included; blanks at the very start belong to the first."""
    parts = unbroken(text)
    if not parts:
        return [text] if text else []
    return [text[: len(text) - len("".join(parts))] + parts[0], *parts[1:]]


def _opened(text: str, depth: int) -> int:
    """Isolates that are open at the end of a text that begins inside `depth` of them."""
    for character in text:
        if character in {_LRI, _RLI, _FSI}:
            depth += 1
        elif character == _PDI and depth:
            depth -= 1
    return depth


def _piece(run: Run, text: str) -> Piece:
    return Piece(text, run.family, run.size, run.weight, run.italic)


def _font(run: Run) -> Run:
    """The font of a run, with a letter to measure it by."""
    return Run("x", run.family, run.size, run.weight, run.italic)


def _rounded(line: Line) -> Rise:
    """As FreeType rounds: a baseline's both sides up, their sum to the nearest."""
    ascent = math.ceil(line.baseline - _ROUNDING)
    descent = math.ceil(line.descent - _ROUNDING)
    return Rise(ascent, descent, round(line.baseline + line.descent) - ascent - descent)
