import numpy as np
import pytest
from tests.studio.mlt_documents import document, filter_, producer, properties
from tests.studio.render.conftest import MakeJob

from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.sound import mix

TONE_RMS = 0.25 / np.sqrt(2)


def film(id_: str = "film", inner: str = "", resource: str = "film.mp4") -> str:
    return producer(id_, "avformat-novalidate", resource, 50, inner, tag="chain")


def rms(made: object, first_s: float, last_s: float) -> float:
    samples = mix(made.plan, made.files)  # pyright: ignore[reportAttributeAccessIssue] - a Job
    assert samples is not None
    part = samples[:, round(first_s * SAMPLE_RATE) : round(last_s * SAMPLE_RATE)]
    return float(np.sqrt((part**2).mean()))


def test_a_clip_is_heard_where_it_lies_and_nowhere_else(job: MakeJob) -> None:
    made = job(document([film()], [[("film", 25, 0, 24)]], frames=75))
    assert rms(made, 0, 0.95) < 0.001
    assert rms(made, 1.05, 1.95) == pytest.approx(TONE_RMS, rel=0.05)
    assert rms(made, 2.05, 3.0) < 0.001


def test_sound_is_exactly_as_long_as_the_picture(job: MakeJob) -> None:
    made = job(document([film()], [[("film", 0, 0, 49)]], frames=50))
    samples = mix(made.plan, made.files)
    assert samples is not None
    assert samples.shape == (2, 2 * SAMPLE_RATE)


def test_the_in_point_of_a_clip_is_the_in_point_of_its_sound(job: MakeJob) -> None:
    late = job(document([film()], [[("film", 0, 30, 49)]], frames=20))
    whole = job(document([film()], [[("film", 0, 0, 49)]], frames=50))
    first, second = mix(late.plan, late.files), mix(whole.plan, whole.files)
    assert first is not None
    assert second is not None
    assert np.abs(first[:, 2000:30_000] - second[:, 2000 + 57_600 : 30_000 + 57_600]).max() < 0.02


def test_a_volume_fade_rises_in_decibels(job: MakeJob) -> None:
    fade = filter_("volume", {"level": "0=-60;25=0"})
    made = job(document([film("film", fade)], [[("film", 0, 0, 49)]], frames=50))
    assert rms(made, 0.46, 0.54) == pytest.approx(TONE_RMS * 10 ** (-30 / 20), rel=0.2)
    assert rms(made, 1.2, 1.9) == pytest.approx(TONE_RMS, rel=0.05)


def test_a_gain_in_decibels_is_a_factor(job: MakeJob) -> None:
    made = job(
        document([film("film", filter_("volume", {"gain": "-6dB"}))], [[("film", 0, 0, 49)]], frames=50)
    )
    assert rms(made, 0.2, 1.8) == pytest.approx(TONE_RMS * 0.501, rel=0.05)


def test_a_cross_fade_leads_from_one_clip_to_the_other(job: MakeJob) -> None:
    mixing = {"a_track": "0", "b_track": "1", "mlt_service": "mix", "start": "-1", "in": "0", "out": "24"}
    luma = {"a_track": "0", "b_track": "1", "mlt_service": "luma", "in": "0", "out": "24"}
    cross = (
        '<tractor id="cross" in="0" out="24"><track producer="a"/><track producer="b"/>'
        f"<transition>{properties(luma)}</transition><transition>{properties(mixing)}</transition></tractor>"
    )
    clips = [film("a"), film("b", resource="mute.mp4"), cross]
    made = job(document(clips, [[("cross", 0, 0, 24)]], frames=25))
    assert rms(made, 0.02, 0.1) == pytest.approx(TONE_RMS * 0.94, rel=0.1)
    assert rms(made, 0.46, 0.54) == pytest.approx(TONE_RMS * 0.5, rel=0.1)
    assert rms(made, 0.94, 1.0) < 0.1 * TONE_RMS


def test_a_muted_track_and_a_muted_clip_are_not_heard(job: MakeJob) -> None:
    silent = producer("film", "avformat-novalidate", "film.mp4", 50, tag="chain", audio_index="-1")
    made = job(document([silent], [[("film", 0, 0, 49)]], frames=50))
    assert mix(made.plan, made.files) is None
    hidden = document([film()], [[("film", 0, 0, 49)]], frames=50).replace(
        b'<track producer="playlist0"/>', b'<track producer="playlist0" hide="audio"/>'
    )
    made = job(hidden)
    assert mix(made.plan, made.files) is None


def test_two_loud_clips_do_not_leave_full_scale(job: MakeJob) -> None:
    loud = filter_("volume", {"gain": "3"})
    clips = [film("a", loud), film("b", loud)]
    made = job(document(clips, [[("a", 0, 0, 49)], [("b", 0, 0, 49)]], frames=50))
    samples = mix(made.plan, made.files)
    assert samples is not None
    assert np.abs(samples).max() <= 1
