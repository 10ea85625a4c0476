"""How a designer can make a plan cheaper: what each change would save, computed by making it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from reelpress.studio.plan.model import PlanLayer
from reelpress.studio.plan.rects import Rect
from reelpress.studio.plan.sights import Change, Sight
from reelpress.studio.plan.spans import MACROBLOCK_PX, rows_in
from reelpress.studio.plan.together import closer
from reelpress.studio.plan.trial import Suggestion, Trial, clock, listed

WORTH_SAYING = 0.05  # of a customer's CPU seconds
SHORT_FADE_S = 0.5
SHORT_SIGHT_S = 5.0
WHOLE_VIDEO = 0.9  # of the frames
WHOLE_PICTURE = 0.95  # of each side
TALL = 0.2  # of the picture's height
MOVES_ROWS = 2  # rows of macroblocks a layer must leave its place by


class Advice(msgspec.Struct, frozen=True):
    """One change to `layers`; `saves` is the share of a customer's CPU seconds that it saves."""

    layers: tuple[str, ...]
    text: str
    saves: float


def advice_for(trial: Trial) -> tuple[Advice, ...]:
    """What is worth changing, the most saving first."""
    if trial.now.cpu_s <= 0:
        return ()
    found = [
        Advice(made.layers, f"{made.said} save {saves * 100:.0f} %.", saves)
        for made in suggestions(trial)
        if (saves := trial.saved(trial.after(made.layers, made.change))) >= WORTH_SAYING
    ]
    return tuple(sorted(found, key=lambda advice: -advice.saves))


def suggestions(trial: Trial) -> Iterator[Suggestion]:
    """Every change that may be worth it."""
    appearances = {layer.name: _Appearance.of(trial, layer.name) for layer in trial.plan.layers}
    for layer in trial.plan.layers:
        seen = appearances[layer.name]
        if seen.frames:
            yield from _fades(trial, layer.name, seen)
            yield from _movement(trial, layer.name, seen)
            yield from _height(trial, layer, seen)
    yield from _long(trial, appearances)
    yield from closer(trial)


@dataclass(frozen=True, slots=True)
class _Appearance:
    """A layer by the frames that show it, its opacity in each, and the place where it rests.

    `rows`: the first and last it ever touches; `once`: no frame shows it in two places.
    """

    frames: tuple[int, ...]
    opacities: tuple[float, ...]
    rest: Rect
    rows: tuple[int, int]
    once: bool

    @classmethod
    def of(cls, trial: Trial, layer: str) -> "_Appearance":
        opacity: dict[int, float] = {}
        places: Counter[Rect] = Counter()
        for number, frame in enumerate(trial.sights):
            for sight in frame:
                if sight.layer == layer:
                    opacity[number] = max(opacity.get(number, 0.0), sight.opacity)
                    places[sight.rect] += 1
        rest = places.most_common(1)[0][0] if places else Rect(0, 0, 0, 0)
        tops = [rect.top // MACROBLOCK_PX for rect in places]
        bottoms = [(rect.bottom - 1) // MACROBLOCK_PX for rect in places]
        rows = (min(tops, default=0), max(bottoms, default=0))
        once = places.total() == len(opacity)
        return cls(tuple(opacity), tuple(opacity.values()), rest, rows, once)

    def runs(self) -> Iterator[tuple[int, Sequence[float]]]:
        """First frame and opacities of each unbroken stretch."""
        begin = 0
        for at in range(1, len(self.frames) + 1):
            if at == len(self.frames) or self.frames[at] != self.frames[at - 1] + 1:
                yield self.frames[begin], self.opacities[begin:at]
                begin = at


def _fades(trial: Trial, layer: str, seen: _Appearance) -> Iterator[Suggestion]:
    """A fade makes every frame of it personal; half a second looks the same."""
    fps = float(trial.plan.fps)
    short = max(1, round(SHORT_FADE_S * fps))
    for first, opacities in seen.runs():
        peak = max(opacities) - 1e-3
        full = [first + at for at, opacity in enumerate(opacities) if opacity >= peak]
        last = first + len(opacities) - 1
        if last - full[-1] > short:
            end = full[-1] + short
            yield Suggestion(
                (layer,),
                _unseen(end + 1, last),
                f"the fade on *{layer}* makes {(last - full[-1]) / fps:.1f} s personal; "
                f"end it at {clock(end + 1, fps)} to",
            )
        if full[0] - first > short:
            begin = full[0] - short
            yield Suggestion(
                (layer,),
                _unseen(first, begin - 1),
                f"the fade-in of *{layer}* makes {(full[0] - first) / fps:.1f} s personal; "
                f"begin it at {clock(begin, fps)} to",
            )


def _movement(trial: Trial, layer: str, seen: _Appearance) -> Iterator[Suggestion]:
    rested = (seen.rest.bottom - 1) // MACROBLOCK_PX - seen.rest.top // MACROBLOCK_PX + 1
    crossed = seen.rows[1] - seen.rows[0] + 1
    if seen.once and crossed > rested + MOVES_ROWS:
        share = crossed / rows_in(trial.plan.output.height)
        yield Suggestion(
            (layer,),
            lambda _number, sight: sight.at(seen.rest),
            f"*{layer}* moves through {share * 100:.0f} % of the rows; "
            "shown where it rests, without moving there, it would",
        )


def _height(trial: Trial, layer: PlanLayer, seen: _Appearance) -> Iterator[Suggestion]:
    output = trial.plan.output
    width, height = seen.rest.right - seen.rest.left, seen.rest.bottom - seen.rest.top
    what = f"the picture *{layer.name}*" if layer.kind != "text" else f"the box of *{layer.name}*"
    if width >= WHOLE_PICTURE * output.width and height >= WHOLE_PICTURE * output.height:
        yield Suggestion(
            (layer.name,),
            _lower(1 / 3),
            f"{what} is the whole frame ({width}x{height} px); a third of the height would",
        )
    elif height >= TALL * output.height:
        yield Suggestion(
            (layer.name,),
            _lower(1 / 2),
            f"{what} is {width}x{height} px; half the height would",
        )


def _long(trial: Trial, appearances: dict[str, _Appearance]) -> Iterator[Suggestion]:
    """Layers that stay for the whole video, one by one and all of them together."""
    plan, fps = trial.plan, float(trial.plan.fps)
    keep = round(SHORT_SIGHT_S * fps)
    if plan.frames < 2 * keep:
        return
    stay = tuple(name for name, seen in appearances.items() if len(seen.frames) >= WHOLE_VIDEO * plan.frames)
    for layers in dict.fromkeys([*((name,) for name in stay), stay]):
        if layers:
            first = min(appearances[name].frames[0] for name in layers)
            verb = "is" if len(layers) == 1 else "are"
            seen_s = max(len(appearances[name].frames) for name in layers) / fps
            yield Suggestion(
                layers,
                _unseen(first + keep, plan.frames),
                f"{listed(layers)} {verb} seen for {seen_s:.1f} of {plan.duration_s:.1f} s; "
                f"ending after {SHORT_SIGHT_S:.1f} s, at {clock(first + keep, fps)}, would",
            )


def _unseen(first: int, last: int) -> Change:
    return lambda number, sight: None if first <= number <= last else sight


def _lower(share: float) -> Change:
    """Boxes of a share of their height about the same middle."""

    def change(_number: int, sight: Sight) -> Sight:
        rect = sight.rect
        height = max(2, 2 * round((rect.bottom - rect.top) * share / 2))
        top = rect.top + 2 * round((rect.bottom - rect.top - height) / 4)
        return sight.at(Rect(rect.left, top, rect.right, top + height))

    return change
