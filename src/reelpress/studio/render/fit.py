"""Text into a box: shrink to a floor, then wrap, then cut with an ellipsis; never over the edge."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reelpress.studio.render.graphemes import graphemes
from reelpress.studio.scene.ops import FitRule

ELLIPSIS = "…"
_LRI, _RLI, _PDI = "\u2066", "\u2067", "\u2069"
_STEP = 0.97  # a twentieth of a step smaller is not seen; seven steps are a fifth
Size = tuple[float, float]
Measure = Callable[[str, float], Size]  # (one line, text size in px) -> width and height in px


@dataclass(frozen=True, slots=True)
class Fitted:
    lines: tuple[str, ...]
    size: float


def fit_text(text: str, size: float, box: Size, rule: FitRule, measure: Measure) -> Fitted:
    """`box` is the room for the lines themselves, in pixels. `scale` and `fill` need no fitting."""
    lines = tuple(text.split("\n"))
    if min(box) < 1 or not text.strip():
        return Fitted((), size)
    floor = min(rule.min_size, size)
    if rule.mode == "shrink" and (fitting := _largest(lines, size, floor, box, measure)):
        return Fitted(lines, fitting)
    start = size if rule.mode != "shrink" else max(floor, size)
    step = start
    while step >= floor and rule.mode != "ellipsis":
        wrapped = _wrap(lines, step, box[0], rule.max_lines, measure, inside_words=False)
        if wrapped is not None and _fits(wrapped, step, box, measure):
            return Fitted(wrapped, step)
        step = step * _STEP if step == floor or step * _STEP > floor else floor
    return _cut(lines, size if rule.mode == "ellipsis" else floor, box, rule.max_lines, measure)


def with_direction(line: str, *, right_to_left: bool) -> str:
    """Isolate a line in the direction of the whole text, so that its punctuation lands on the right side."""
    return f"{_RLI if right_to_left else _LRI}{line}{_PDI}"


def reads_right_to_left(text: str) -> bool:
    """The first strong character decides (UAX #9, P2 and P3)."""
    strong = (unicodedata.bidirectional(character) for character in text)
    return next((kind for kind in strong if kind in {"L", "R", "AL"}), "L") != "L"


def _largest(lines: Sequence[str], size: float, floor: float, box: Size, measure: Measure) -> float | None:
    """The largest text size from `size` down to `floor` at which the lines fit as they are."""
    width, height = _extent(lines, size, measure)
    guess = min(size, size * min(box[0] / max(width, 1e-6), box[1] / max(height, 1e-6)))
    for _ in range(6):
        if guess < floor:
            return floor if _fits(lines, floor, box, measure) else None
        if _fits(lines, guess, box, measure):
            return guess
        guess *= 0.985
    return None


def _extent(lines: Sequence[str], size: float, measure: Measure) -> Size:
    sizes = [measure(line, size) for line in lines]
    return max((width for width, _ in sizes), default=0.0), sum(height for _, height in sizes)


def _fits(lines: Sequence[str], size: float, box: Size, measure: Measure) -> bool:
    width, height = _extent(lines, size, measure)
    return width <= box[0] and height <= box[1]


def _wrap(
    lines: Sequence[str], size: float, width: float, most: int, measure: Measure, *, inside_words: bool
) -> tuple[str, ...] | None:
    """At most `most` lines no wider than `width`, or None."""
    wrapped: list[str] = []
    for line in lines:
        rest = line.strip()
        while rest:
            if len(wrapped) == most:
                return None
            head = _head(rest, size, width, measure, inside_words=inside_words)
            if not head:
                return None
            wrapped.append(head.strip())
            rest = rest[len(head) :].lstrip()
    return tuple(wrapped)


def _head(rest: str, size: float, width: float, measure: Measure, *, inside_words: bool) -> str:
    """The longest start of `rest` that fits, ending at a space where there is one."""
    words = rest.split(" ")
    count = _most(len(words), lambda n: measure(" ".join(words[:n]), size)[0] <= width)
    if count:
        return " ".join(words[:count])
    if not inside_words:
        return ""
    pieces = graphemes(words[0])
    return "".join(pieces[: _most(len(pieces), lambda n: measure("".join(pieces[:n]), size)[0] <= width)])


def _cut(lines: Sequence[str], size: float, box: Size, most: int, measure: Measure) -> Fitted:
    """As much of the text as fits, with an ellipsis; a box lower than one line shrinks the text further."""
    line_height = measure("Ag" + lines[0][:40], size)[1]
    if line_height > box[1]:
        size *= box[1] / line_height * 0.98
        line_height = box[1]
    rows = max(1, min(most, int(box[1] / line_height)))
    whole = _wrap(lines, size, box[0], rows, measure, inside_words=True)
    if whole is not None and _fits(whole, size, box, measure):
        return Fitted(whole, size)
    pieces = graphemes(" ".join(line.strip() for line in lines))

    def attempt(count: int) -> tuple[str, ...] | None:
        shortened = "".join(pieces[:count]).rstrip() + ELLIPSIS
        wrapped = _wrap([shortened], size, box[0], rows, measure, inside_words=True)
        return wrapped if wrapped is not None and _fits(wrapped, size, box, measure) else None

    count = _most(len(pieces), lambda n: attempt(n) is not None)
    return Fitted(attempt(count) or (), size)


def _most(upper: int, holds: Callable[[int], bool]) -> int:
    """The largest n in 0..upper for which `holds`, given that it holds for all smaller ones."""
    low, high = 0, upper
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
