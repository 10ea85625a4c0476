"""Text into a box: shrink to a floor, then wrap, then cut with an ellipsis; never over the edge."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reelpress.studio.render.graphemes import graphemes, unbroken
from reelpress.studio.scene.ops import FitRule

ELLIPSIS = "…"
_NEWLINE = re.compile("\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_LRI, _RLI, _PDI = "\u2066", "\u2067", "\u2069"
_STEP = 0.97  # a twentieth of a step smaller is not seen; seven steps are a fifth
Size = tuple[float, float]
Measure = Callable[[str, float], Size]  # (one line, text size in px) -> width and height in px


@dataclass(frozen=True, slots=True)
class Fitted:
    lines: tuple[str, ...]
    size: float


def fit_text(text: str, size: float, box: Size, rule: FitRule, measure: Measure) -> Fitted:
    """`box` is the room for the lines themselves, in pixels. `scale` and `fill` need no fitting.

    Lines as the text has them are kept where the rule allows as many, else the text flows as one.
    """
    lines = tuple(_NEWLINE.split(text))
    if len(lines) > rule.max_lines:
        lines = (" ".join(line.strip() for line in lines if line.strip()),)
    if min(box) < 1 or not text.strip():
        return Fitted((), size)
    floor = min(rule.min_size, size)
    if rule.mode == "shrink" and (fitting := _largest(lines, size, floor, box, measure)):
        return Fitted(lines, fitting)
    if rule.mode != "ellipsis" and (fitted := _wrapped(lines, size, floor, box, rule.max_lines, measure)):
        return fitted
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


def _wrapped(
    lines: Sequence[str], size: float, floor: float, box: Size, most: int, measure: Measure
) -> Fitted | None:
    """Lines broken at words, as large as they fit. What does not fit at the floor fits at no size."""
    words = [unbroken(line) for line in lines]
    smallest = _wrap(words, floor, box[0], most, measure)
    if smallest is None or not _fits(smallest, floor, box, measure):
        return None
    while size > floor:
        wrapped = _wrap(words, size, box[0], most, measure)
        if wrapped is not None and _fits(wrapped, size, box, measure):
            return Fitted(wrapped, size)
        size *= _STEP
    return Fitted(smallest, floor)


def _wrap(
    lines: Sequence[Sequence[str]],
    size: float,
    width: float,
    most: int,
    measure: Measure,
    *,
    whole: bool = True,
) -> tuple[str, ...] | None:
    """At most `most` lines no wider than `width`, or None. `lines` are words, split only if not `whole`."""

    def fits(words: Sequence[str]) -> bool:
        return measure("".join(words).rstrip(), size)[0] <= width

    wrapped: list[str] = []
    for words in lines:
        at = 0
        while at < len(words):
            if len(wrapped) == most:
                return None
            count = most_of(len(words) - at, lambda n, at=at, words=words: fits(words[at : at + n]))
            if not count:
                if whole:
                    return None
                letters = graphemes(words[at])
                count = most_of(len(letters), lambda n, letters=letters: fits(letters[:n]))
                if not count:
                    return None
                words = [*letters[:count], *filter(None, ["".join(letters[count:])]), *words[at + 1 :]]
                at = 0
            wrapped.append("".join(words[at : at + count]).strip())
            at += count
    return tuple(wrapped)


def _cut(lines: Sequence[str], size: float, box: Size, most: int, measure: Measure) -> Fitted:
    """As much of the text as fits, with an ellipsis; a box lower than one line shrinks the text further."""
    line_height = measure("Ag" + lines[0][:40], size)[1]
    if line_height > box[1]:
        size *= box[1] / line_height * 0.98
        line_height = box[1]
    rows = max(1, min(most, int(box[1] / line_height)))
    everything = _wrap([unbroken(line) for line in lines], size, box[0], rows, measure, whole=False)
    if everything is not None and _fits(everything, size, box, measure):
        return Fitted(everything, size)
    pieces = graphemes(" ".join(line.strip() for line in lines))

    def attempt(count: int) -> tuple[str, ...] | None:
        shortened = "".join(pieces[:count]).rstrip() + ELLIPSIS
        wrapped = _wrap([unbroken(shortened)], size, box[0], rows, measure, whole=False)
        return wrapped if wrapped is not None and _fits(wrapped, size, box, measure) else None

    count = most_of(len(pieces), lambda n: attempt(n) is not None)
    return Fitted(attempt(count) or (), size)


def most_of(upper: int, holds: Callable[[int], bool]) -> int:
    """The largest n in 0..upper for which `holds`, given that it holds for all smaller ones.

    Tries 1, 2, 4 and so on first, so that the work depends on the answer and not on `upper`.
    """
    low, high = 0, 1
    while high <= upper and holds(high):
        low, high = high, 2 * high
    high = min(high - 1, upper)
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
