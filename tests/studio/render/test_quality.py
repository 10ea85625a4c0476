"""How coarsely a span may be coded is measured on its own pictures."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import numpy as np
import pytest

from reelpress.studio.render.blocks import Errors, block_errors
from reelpress.studio.render.house import CLEAN, DRAWN, GRAINY, PERSONAL, SHARED, Coding, encode
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import (
    QUANTISERS,
    Curve,
    Yardstick,
    as_fine_as_needed,
    compared,
    decoded,
    quantisers,
    sizes_of,
    texture_of,
)
from reelpress.studio.render.similarity import ssim

FPS = Fraction(25)
DEAR = 1_605  # bytes a picture, a little more than 40 kB a second: up to there a GOP is cheap
WIDTH, HEIGHT = 320, 192


def film(grain: float) -> list[Frame]:
    """A slope that moves, under noise of so many levels."""
    noise = np.random.default_rng(7)
    slope = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) / 4
    frames: list[Frame] = []
    for number in range(16):
        luma = 60 + (slope + 2 * number) % 120 + noise.normal(0, grain, slope.shape)
        data = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        data[:HEIGHT] = luma.clip(16, 235).astype(np.uint8)
        frames.append(Frame(data, WIDTH, HEIGHT))
    return frames


def loss(frames: list[Frame], value: float, coding: Coding = SHARED) -> float:
    """1 - SSIM of a coding at a value."""
    coded = encode(frames, FPS, coding.at(value))
    pairs = zip(frames, decoded(coded.pictures, coded.sps, coded.pps), strict=True)
    return 1 - float(np.mean([ssim(one.y, other.y) for one, other in pairs]))


def measured(frames: list[Frame], coding: Coding) -> Curve:
    straight = Yardstick.of(lambda: frames, FPS).scores
    return Curve.of(frames, FPS, coding, [straight[at] for at in compared(len(frames))])


@pytest.mark.parametrize("coding", PERSONAL.values(), ids=PERSONAL)
@pytest.mark.parametrize("grain", [0, 6])
def test_a_personal_span_is_as_good_as_a_straight_encode(grain: float, coding: Coding) -> None:
    frames = film(grain)
    curve = measured(frames, coding)
    (chosen,) = quantisers([[curve]])
    assert chosen in QUANTISERS
    assert 1 - loss(frames, chosen, coding) >= curve.straight_mean - 0.006


def test_grain_is_told_from_film_by_how_its_bytes_fall() -> None:
    assert [texture_of(film(grain), FPS, [0.98]) for grain in (0, 6)] == ["clean", "grainy"]


def test_what_a_straight_encode_hardly_changes_is_drawn() -> None:
    assert texture_of(film(6), FPS, [0.999, 0.981]) == "drawn"
    assert texture_of(film(6), FPS, [0.999, 0.980]) == "grainy"


def test_drawings_may_be_coded_coarser_than_film() -> None:
    frames = film(0)
    for coding, coarsest in ((CLEAN, 29), (DRAWN, 32)):
        curve = Curve.of(frames, FPS, coding, [0.1] * len(compared(len(frames))))
        assert quantisers([[curve]]) == (coarsest,)


def test_between_two_quantisers_lie_quality_and_bytes() -> None:
    frames = film(6)
    losses, sizes = [], []
    for value in (24, 24.25, 24.5, 24.75, 25):
        coded = encode(frames, FPS, GRAINY.at(value))
        sizes.append(sum(len(unit) for picture in coded.pictures for unit in picture))
        losses.append(loss(frames, value, GRAINY))
    assert losses == sorted(losses)
    assert losses[0] < losses[2] < losses[4]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[2] > sizes[4]


def line(straight: float, worst: float, at_23: float) -> Curve:
    """SSIM falls by 0.01 a step and is `at_23` there, in the worst frame 0.02 less."""
    means = tuple(at_23 - 0.01 * (value - 23) for value in QUANTISERS)
    return Curve(straight, worst, means, tuple(mean - 0.02 for mean in means))


def test_a_span_is_judged_as_a_whole_and_a_group_by_its_worst_frame() -> None:
    good, bad = line(0.95, 0.90, 0.96), line(0.95, 0.94, 0.9405)
    assert quantisers([[line(0.95, 0.90, 0.95)]]) == (23,)
    assert quantisers([[good], [line(0.95, 0.90, 0.94)]]) == (23, 23)
    easy, hard = quantisers([[line(0.95, 0.94, 0.97)], [bad]])
    assert (easy, hard) == (23.5, 21.25)


def test_where_nothing_is_good_enough_the_finest_is_taken() -> None:
    assert quantisers([[line(0.99, 0.98, 0.80)]]) == (QUANTISERS[0],)
    assert quantisers([[line(0.50, 0.40, 0.99)]]) == (QUANTISERS[-1],)


def test_one_bad_frame_that_nothing_heals_makes_a_group_three_quantisers_finer_at_most() -> None:
    good = line(0.95, 0.94, 0.97)
    hopeless = Curve(0.95, 0.94, good.means, (0.85,) * len(QUANTISERS))
    assert quantisers([[hopeless]]) == (22.0,)


def test_finer_than_what_was_tried_a_curve_goes_on_rising() -> None:
    for frames in (film(0), film(6)):
        curve = measured(frames, CLEAN)
        assert (np.diff(curve.means)[:4] < 0).all()


def beside(errors: Sequence[Errors], size: int = 0) -> Yardstick:
    """A straight encode with such errors, and so many bytes a picture."""
    return Yardstick([], errors, [size] * len(errors))


@pytest.mark.parametrize("coding", PERSONAL.values(), ids=PERSONAL)
def test_a_span_is_coded_finer_until_no_block_is_far_behind(coding: Coding) -> None:
    frames = film(6)
    own = errors_at(frames, coding, 27)

    def value(straight: list[Errors], quantiser: float = 27, size: int = DEAR) -> float:
        return as_fine_as_needed(lambda: frames, FPS, beside(straight, size), 0.0, coding.at, quantiser)

    assert value(own) == 27, "what is as good stays as it is"
    assert 25.5 <= value([errors / 10 ** (5.5 / 10) for errors in own]) < 27
    perfect = [np.zeros_like(errors) for errors in own]
    assert value(perfect) == 24.5, "the best there is"
    assert value(perfect, 20, 0) == 20, (
        "nobody sees what is lost there, and a straight encode of no bytes allows none more"
    )


def test_what_nobody_sees_is_healed_as_long_as_it_costs_little() -> None:
    frames = film(6)
    own = errors_at(frames, CLEAN, 22)
    half = [errors / 10 ** (4.7 / 10) for errors in own]
    assert 1 < float(np.mean(half)) < 4, "an error that is not seen"

    def value(size: int) -> float:
        return as_fine_as_needed(lambda: frames, FPS, beside(half, size), 0.0, CLEAN.at, 22)

    sizes = [sum(sizes_of(encode(frames, FPS, CLEAN.at(at)))) // len(frames) for at in (22, 21.5)]
    assert sizes[0] * FPS > 40_000, "not cheap anyway"
    assert value(round(sizes[1] / 1.05) + 10) < 22
    assert value(round(sizes[0] / 1.05)) == 22


def test_a_cheap_group_may_have_more_bytes_than_the_straight_encode() -> None:
    frames = still()
    half = [errors / 10 ** (4.7 / 10) for errors in errors_at(frames, DRAWN, 29)]
    coarse = sum(sizes_of(encode(frames, FPS, DRAWN.at(29))))
    assert coarse * FPS / len(frames) < 30_000
    assert as_fine_as_needed(lambda: frames, FPS, beside(half, 1), 0.0, DRAWN.at, 29) < 29


def test_a_group_is_coded_finer_until_none_of_its_frames_is_much_worse_than_the_straight_encode() -> None:
    frames = film(6)
    own = errors_at(frames, GRAINY, 27)
    scores = {value: least_ssim(frames, GRAINY, value) for value in (27, 26.5, 26)}

    def value(least: float) -> float:
        return as_fine_as_needed(lambda: frames, FPS, beside(own), least, GRAINY.at, 27)

    assert value(scores[27]) == 27
    assert 26.5 <= value(scores[26.5]) < 27
    assert value(scores[26]) == 26
    assert 24.5 <= value(1.0) <= 26, "the best there is"


def tried(quantiser: float, size: int) -> list[float]:
    """Quantisers of a GOP that is never good enough; `size`: of the straight encode's pictures, in bytes."""
    frames, asked = film(6)[:2], list[float]()

    def coarse(quantiser: float) -> Coding:
        asked.append(quantiser)
        return CLEAN.at(40)

    as_fine_as_needed(lambda: frames, FPS, beside([np.zeros((12, 20))] * 2, size), 0.0, coarse, quantiser)
    return asked


def test_a_cheap_group_is_not_encoded_again_for_a_quarter_of_a_quantiser() -> None:
    assert tried(29, DEAR) == [29, 28.75, 28.5, 28.25, 28, 27.75, 27.5, 27, 26.5]
    assert tried(29, DEAR - 10) == [29, 28.5, 28, 27.5, 27, 26.5]


def test_no_finer_quantiser_than_all_is_tried() -> None:
    assert tried(19.5, DEAR) == [19.5, 19.25, QUANTISERS[0]]


def test_a_part_of_a_straight_encode_is_that_of_its_frames() -> None:
    whole = Yardstick([0.9, 0.8, 0.7], [np.full((1, 1), number) for number in range(3)], [30, 20, 10])
    part = whole.part(1, 2)
    assert (part.scores, part.sizes, [int(errors[0, 0]) for errors in part.errors]) == (
        [0.8, 0.7],
        [20, 10],
        [1, 2],
    )


def still() -> list[Frame]:
    """Stripes that stand still under a little noise that does as well."""
    noise = np.random.default_rng(3).normal(0, 8, (HEIGHT, WIDTH))
    luma = (120 + 40 * np.sin(np.arange(WIDTH) / 9) + noise).clip(16, 235)
    data = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    data[:HEIGHT] = luma.astype(np.uint8)
    return [Frame(data, WIDTH, HEIGHT)] * 50


def least_ssim(frames: list[Frame], coding: Coding, value: float) -> float:
    coded = encode(frames, FPS, coding.at(value))
    shown = decoded(coded.pictures, coded.sps, coded.pps)
    return min(ssim(one.y, other.y) for one, other in zip(frames, shown, strict=True))


def errors_at(frames: list[Frame], coding: Coding, value: float) -> list[Errors]:
    coded = encode(frames, FPS, coding.at(value))
    pairs = zip(frames, decoded(coded.pictures, coded.sps, coded.pps), strict=True)
    return [block_errors(one.y, frame.y) for frame, one in pairs]


def moving() -> list[Frame]:
    """Waves, and before them a box that moves: with B pictures, a macroblock tree that reaches far."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    frames: list[Frame] = []
    for number in range(50):
        luma = 128 + 60 * np.sin(columns / 20 + number / 5) + 40 * np.cos(rows / 15 - number / 7)
        luma[60:100, 40 + number : 200 + number] = 235 if number % 7 else 40
        data = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        data[:HEIGHT] = luma.clip(16, 235).astype(np.uint8)
        frames.append(Frame(data, WIDTH, HEIGHT))
    return frames


def straight(frames: list[Frame]) -> Sequence[float]:
    return Yardstick.of(lambda: frames, FPS).scores


def test_what_a_span_is_judged_by_is_the_same_in_every_run() -> None:
    frames = film(0) + film(2)
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: straight(frames), range(24)))
    assert all(run == runs[0] for run in runs)


def test_what_a_span_is_judged_by_does_not_depend_on_what_else_lies_in_memory() -> None:
    frames, noise = moving(), np.random.default_rng(1)
    runs: list[Sequence[float]] = []
    for _ in range(8):
        freed = [noise.integers(0, 255, size, dtype=np.uint8) for size in noise.integers(1e5, 4e6, 6)]
        del freed
        runs.append(straight(frames))
    assert all(run == runs[0] for run in runs)
