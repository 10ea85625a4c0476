import numpy as np
import pytest
from tests.studio.render.test_quality import FPS, film, loss

from reelpress.studio.render import shared
from reelpress.studio.render.house import SHARED, Coded, encode
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import LOSS, WORST_LOSS, Yardstick, decoded
from reelpress.studio.render.shared import SHARED_RATES, calibrated_shared, coded_shared
from reelpress.studio.render.similarity import ssim


def test_a_clean_span_is_coded_at_the_house_rate_and_not_measured_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert calibrated_shared(film(0), FPS) == SHARED.value
    monkeypatch.delattr(shared, "Yardstick")
    assert coded_shared(lambda: film(0), FPS, film(0)).pictures == at(film(0), SHARED.value).pictures


def test_a_grainy_span_is_coded_finer() -> None:
    frames = film(6)
    value = calibrated_shared(frames, FPS)
    assert SHARED_RATES[0] <= value < SHARED.value
    assert loss(frames, value) < loss(frames, SHARED.value) - 0.02


def test_a_span_is_coded_finer_than_its_sample_needs_until_the_whole_of_it_is_good_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames = film(6)
    coarser = SHARED_RATES[SHARED_RATES.index(calibrated_shared(frames, FPS)) + 2]
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


def at(frames: list[Frame], value: float) -> Coded:
    return encode(frames, FPS, SHARED.at(value))


def scores(frames: list[Frame], coded: Coded) -> list[float]:
    shown = decoded(coded.pictures, coded.sps, coded.pps)
    return [ssim(one.y, other.y) for one, other in zip(frames, shown, strict=True)]
