import numpy as np
import pytest
from tests.studio.render.test_quality import FPS, film, loss

from reelpress.studio.render import shared
from reelpress.studio.render.house import SHARED, Coded, encode
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import (
    LOSS,
    WORST_LOSS,
    Yardstick,
    decoded,
    mean_ssim,
    straight_frames,
)
from reelpress.studio.render.shared import SHARED_RATES, calibrated_shared, coded_shared
from reelpress.studio.render.similarity import ssim


def test_film_is_coded_at_the_house_rate_and_not_measured_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = film(1)
    assert begun(frames) == SHARED.value
    monkeypatch.delattr(shared, "Yardstick")
    assert coded_shared(lambda: frames, FPS, frames).pictures == at(frames, SHARED.value).pictures


def test_a_grainy_span_is_coded_finer() -> None:
    frames = film(6)
    value = begun(frames)
    assert SHARED_RATES[0] <= value < SHARED.value
    assert loss(frames, value) < loss(frames, SHARED.value) - 0.02


@pytest.mark.parametrize(
    ("behind_db", "chosen"),
    [
        ((5.5,), 0),
        ((9.0, 7.0, 5.6, 5.4), 3),
        ((9.0, 9.0, 9.0, 9.0, 6.0, 9.0, 9.0, 9.0, 9.0, 7.0), 4),
    ],
    ids=["good at once", "until no block is far behind", "none is good: the nearest"],
)
def test_a_drawing_is_coded_with_or_without_filter_or_finer_until_no_block_is_far_behind(
    behind_db: tuple[float, ...], chosen: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames, answers = film(0), iter(behind_db)
    monkeypatch.setattr(shared, "most_behind_db", lambda *_: next(answers))
    found = coded_shared(lambda: frames, FPS, frames)
    coding = SHARED.at((24, 23, 22, 21, 20)[chosen // 2])
    if chosen % 2:
        coding = coding.with_extra("deblock=-6,-6")
    assert found.pictures == encode(frames, FPS, coding).pictures
    assert next(answers, None) is None, "each was looked at once"


def test_a_drawing_that_loses_too_much_is_coded_finer_though_no_block_is_far_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames = film(0)
    monkeypatch.setattr(shared, "most_behind_db", lambda *_: 0.0)
    first = float(np.mean(scores(frames, at(frames, 24))))
    monkeypatch.setattr(
        shared, "LOSS", float(np.mean(Yardstick.of(lambda: frames, FPS).scores)) - first - 1e-6
    )
    found = float(np.mean(scores(frames, coded_shared(lambda: frames, FPS, frames))))
    assert found > first


def test_a_span_is_coded_finer_than_its_sample_needs_until_the_whole_of_it_is_good_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames = film(6)
    coarser = SHARED_RATES[SHARED_RATES.index(begun(frames)) + 2]
    monkeypatch.setattr(shared, "calibrated_shared", lambda *_: coarser)
    straight = Yardstick.of(lambda: frames, FPS).scores
    wanted, least = float(np.mean(straight)) - LOSS, min(straight) - WORST_LOSS

    def good(rate: float) -> bool:
        found = scores(frames, at(frames, rate))
        return np.mean(found) >= wanted and min(found) >= least

    from_coarser = SHARED_RATES[SHARED_RATES.index(coarser) :: -1]
    assert not good(coarser)
    expected = next(rate for rate in from_coarser if good(rate))
    assert coded_shared(lambda: frames, FPS, frames).pictures == at(frames, expected).pictures


def test_where_no_rate_tried_is_good_enough_the_finest_of_them_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames = film(9)
    monkeypatch.setattr(shared, "calibrated_shared", lambda *_: SHARED_RATES[-2])
    found = coded_shared(lambda: frames, FPS, frames)
    finest = SHARED_RATES[-2 - shared._MOST_FINER]  # pyright: ignore[reportPrivateUsage]
    assert found.pictures == at(frames, finest).pictures


def begun(frames: list[Frame]) -> float:
    return calibrated_shared(frames, FPS, mean_ssim(frames, straight_frames(frames, FPS)))


def at(frames: list[Frame], value: float) -> Coded:
    return encode(frames, FPS, SHARED.at(value))


def scores(frames: list[Frame], coded: Coded) -> list[float]:
    shown = decoded(coded.pictures, coded.sps, coded.pps)
    return [ssim(one.y, other.y) for one, other in zip(frames, shown, strict=True)]
