"""A GOP is coded as its pictures need: cuts, stretches where much moves, grain."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from reelpress.studio.plan.model import Span
from reelpress.studio.render.house import CLEAN, GRAINY, Coding, encode
from reelpress.studio.render.manners import Manner, measured
from reelpress.studio.render.planes import Frame, blank
from reelpress.studio.render.quality import Yardstick, decoded

FPS = Fraction(10)
WIDTH, HEIGHT = 320, 192
CUT, MOVED = 23, 30


def film(first: int, count: int) -> Iterator[Frame]:
    """A slope that stands still until the picture is another one, and jumps once after that."""
    slope = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) / 4
    for number in range(first, first + count):
        frame = blank(WIDTH, HEIGHT)
        frame.data[:] = 128
        level = 40 if number < CUT else 130 if number < MOVED else 137
        frame.y[:] = (level + slope % 80).astype(np.uint8)
        yield frame


def test_cuts_and_pictures_where_much_moves_are_known_by_their_number_in_their_gop() -> None:
    texture, manners = measured(film, FPS, Span("full", 0, 49, (), 1))
    assert texture == "drawn"
    assert [(manner.cuts, manner.busy) for manner in manners] == [((CUT,), (MOVED,)), ((), ())][
        : len(manners)
    ]


def test_each_gop_is_coded_as_finely_as_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int, float]] = []

    def finer(
        frames: Callable[[], Iterator[Frame]],
        fps: Fraction,
        straight: Yardstick,
        least: float,
        coding: Callable[[float], Coding],
        quantiser: float,
    ) -> float:
        assert coding(20).value == 20
        assert 0.5 < least < 1
        seen.append((len(list(frames())), len(straight.errors), quantiser))
        return quantiser - len(seen)

    monkeypatch.setattr("reelpress.studio.render.manners.as_fine_as_needed", finer)
    _, manners = measured(film, FPS, Span("full", 0, 99, (), 1))
    assert [counts for *counts, _ in seen] == [[50, 50], [50, 50]]
    assert [manner.quantiser for manner in manners] == [seen[0][2] - 1, seen[1][2] - 2]


def test_pictures_of_a_slow_fade_are_busy_and_those_that_only_pan_are_not() -> None:
    soft = np.sin(np.arange(WIDTH) * 6 * np.pi / WIDTH) * 20 + 60

    def told(level: Callable[[int], int], shift: int) -> tuple[int, ...]:
        def frames(first: int, count: int) -> Iterator[Frame]:
            for number in range(first, first + count):
                frame = blank(WIDTH, HEIGHT)
                frame.data[:] = 128
                frame.y[:] = np.roll(soft, shift * number) + level(number)
                yield frame

        return measured(frames, FPS, Span("full", 0, 23, (), 1))[1][0].busy

    assert told(lambda number: max(0, number - 15), 0) == tuple(range(16, 24))
    assert told(lambda _: 0, 4) == ()


def quantisers_told(coding: Coding, count: int = 24) -> dict[int, int]:
    """Bytes of every picture of still film with a little noise, which shows how finely it is coded."""
    noise = np.random.default_rng(3)
    frames = list(film(0, count))
    for frame in frames:
        frame.y[:] = (frame.y + noise.normal(0, 3, frame.y.shape)).clip(0, 255).astype(np.uint8)
    coded = encode(frames, FPS, coding)
    return {number: sum(map(len, units)) for number, units in enumerate(coded.pictures)}


@pytest.mark.parametrize("coding", [CLEAN, GRAINY], ids=["clean", "grainy"])
def test_a_cut_is_coded_finer_than_its_neighbours(coding: Coding) -> None:
    plain, cut = (quantisers_told(Manner(24, cuts).of(coding)) for cuts in ((), (13,)))
    assert cut[13] > 1.3 * plain[13]
    assert cut[12] == plain[12]


def test_a_busy_picture_of_film_is_coded_otherwise_than_a_quiet_one_and_no_picture_before_it() -> None:
    plain, busy = (quantisers_told(Manner(24, (), busy).of(CLEAN)) for busy in ((), (7,)))
    assert busy[8] != plain[8]
    assert all(busy[number] == plain[number] for number in range(7))


def test_grain_that_moves_everywhere_is_deblocked_all_the_same() -> None:
    plain, busy = (quantisers_told(Manner(24, (), busy).of(GRAINY)) for busy in ((), (5, 6, 7)))
    assert busy == plain


def test_every_eighth_picture_of_a_clean_gop_is_finer() -> None:
    sizes = quantisers_told(Manner(24).of(CLEAN))
    assert min(sizes[8], sizes[16]) > max(size for number, size in sizes.items() if number % 8)


def test_finer_pictures_of_film_are_not_deblocked_since_there_blocks_turn_intra() -> None:
    rhythm = CLEAN.rhythm
    assert rhythm is not None
    finer = [number for number in range(1, 100) if rhythm.finer(number)]
    assert finer
    assert all(rhythm.unfiltered(number) for number in finer)


def test_a_picture_without_filter_does_not_darken_flat_text_next_to_a_hard_edge() -> None:
    """Blocks of a new ground are intra, and x264's strongest filter darkens the third row of the text."""
    frames: list[Frame] = []
    for number in range(24):
        ground = np.random.default_rng(number // 14).integers(60, 180, (HEIGHT // 8, WIDTH // 8), np.uint8)
        frame = blank(WIDTH, HEIGHT)
        frame.data[:] = 128
        frame.y[:] = ground.repeat(8, 0).repeat(8, 1)
        frame.y[40:67, 32:288], frame.y[67, 32:288], frame.y[68:70, 32:288] = 235, 157, 16
        frames.append(frame)

    def darkest(coding: Coding) -> list[int]:
        coded = encode(frames, FPS, Manner(28).of(coding))
        shown = decoded(coded.pictures, coded.sps, coded.pps)
        return [int(frame.y[66, 36:284].min()) for frame in shown]

    assert CLEAN.rhythm is not None
    always = replace(CLEAN, rhythm=replace(CLEAN.rhythm, unfiltered_every=0))
    assert darkest(always)[14] < 222
    assert darkest(CLEAN)[14] > 225
