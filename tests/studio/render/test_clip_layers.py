"""A customer's clip as a layer: her film in its box, picture by picture, and her sound in everyone's."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.studio.mlt_documents import document, filter_, place, producer
from tests.studio.render.conftest import Job, MakeJob
from tests.studio.render.media_samples import make_clip
from tests.studio.render.scenes import FILM, filmed, own_keys, wanted_of

from reelpress.studio.render import RenderFault, press_video, write_video
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.join import join
from reelpress.studio.render.joined import Joined
from reelpress.studio.render.media_in import SAMPLE_RATE, Film, read_sound
from reelpress.studio.render.planes import Converter
from reelpress.studio.render.sound import mix
from reelpress.studio.render.verify import cheap_faults, full_faults

RED, BLUE, GREEN, GREY = (200, 20, 20), (20, 20, 200), (20, 200, 20), (128, 128, 128)
BOX = "100 30 160 90 1"
MIDDLE = (75, 180)  # row and column
GROUND = producer("ground", "color", "#ff808080", 50)


def scene(
    effect: str = place(BOX), resource: str = "", frames: int = 50, first: int = 0, **values: str
) -> bytes:
    """The clip over a grey ground, from the ground's frame 10 on; `first`: its own in point."""
    layer = producer("clip", "avformat", resource, 200, effect, reelpress_field="hello", **values)
    tracks = [[("ground", 0, 0, frames - 1)], [("clip", 10, first, first + frames - 11)]]
    return document([GROUND, layer], tracks, frames=frames)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Ten pictures: five red, five blue."""
    return make_clip(tmp_path / "hello.mkv", [RED] * 5 + [BLUE] * 5)


def with_clip(job: MakeJob, clip: Path, data: bytes) -> Job:
    return job(data, None, {"field:hello": clip}, hello="https://media.example.com/hello.mp4")


def near(pixel: NDArray[np.uint8], colour: tuple[int, ...], most: int = 8) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= most)


def colours(made: Job, *numbers: int) -> list[str]:
    names = {"red": RED, "blue": BLUE, "green": GREEN, "grey": GREY}
    with Composer(made.plan, made.resolved, made.files) as composer:
        pixels = [Converter().to_rgb(composer.frame(number))[MIDDLE] for number in numbers]
    return [next(name for name, colour in names.items() if near(pixel, colour)) for pixel in pixels]


def test_it_plays_from_its_place_on_and_holds_its_last_picture(job: MakeJob, clip: Path) -> None:
    made = with_clip(job, clip, scene())
    assert colours(made, 9, 10, 14, 15, 19, 20, 49) == ["grey", "red", "red", "blue", "blue", "blue", "blue"]


def test_the_in_point_of_its_place_is_its_own(job: MakeJob, clip: Path) -> None:
    made = with_clip(job, clip, scene(first=3))
    assert colours(made, 10, 11, 12, 13) == ["red", "red", "blue", "blue"]


def test_a_clip_longer_than_its_place_is_cut(job: MakeJob, clip: Path) -> None:
    layer = producer("clip", "avformat", "{{hello}}", 200, place(BOX))
    data = document([GROUND, layer], [[("ground", 0, 0, 29)], [("clip", 10, 0, 3)]], frames=30)
    made = with_clip(job, clip, data)
    assert colours(made, 13, 14, 29) == ["red", "grey", "grey"]
    assert [(span.first, span.last, bool(span.layers)) for span in made.plan.spans] == [
        (0, 9, False), (10, 13, True), (14, 29, False),
    ]  # fmt: skip


@pytest.mark.parametrize(("fps", "turns_blue_at"), [(50, 13), (10, 22)])
def test_it_keeps_its_own_speed_whatever_its_frame_rate(
    fps: int, turns_blue_at: int, job: MakeJob, tmp_path: Path
) -> None:
    made = with_clip(job, make_clip(tmp_path / "clip.mkv", [RED] * 5 + [BLUE] * 5, fps=fps), scene())
    assert colours(made, turns_blue_at - 1, turns_blue_at) == ["red", "blue"]


@pytest.mark.parametrize(
    ("effect", "values"),
    [
        (place("100 30 120 120 1"), {}),
        (place("100 30 120 120 0.5", fix_rotate_x="30"), {}),
        (place("100 30 60 120 1"), {"reelpress_fit": "cover", "reelpress_radius": "20"}),
        (place("100 30 60 120 1"), {"reelpress_fit": "cover", "reelpress_anchor": "left"}),
        ("", {}),
    ],
)
def test_it_is_fitted_turned_faded_and_rounded_as_a_picture_is(
    effect: str, values: dict[str, Any], job: MakeJob, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "clip.mkv", [RED] * 2, size=(160, 80))
    Image.new("RGB", (160, 80), RED).save(tmp_path / "same.png")
    picture = scene(effect, **values).replace(b">avformat<", b">qimage<")
    moving = with_clip(job, clip, scene(effect, **values)).rgb(12)
    still = job(picture, None, {"field:hello": tmp_path / "same.png"}, hello="same.png").rgb(12)
    assert np.abs(moving.astype(int) - still).max() <= 6
    assert (np.abs(still.astype(int) - GREY).max(axis=-1) > 30).sum() > 3000, "something is drawn at all"


def test_a_customer_without_a_clip_sees_the_sample_of_the_template_or_nothing(
    job: MakeJob, tmp_path: Path
) -> None:
    sample = make_clip(tmp_path / "sample.mkv", [GREEN] * 2)
    sampled = job(scene(resource="sample.mkv"), None, {"sample.mkv": sample})
    assert colours(sampled, 9, 12) == ["grey", "green"]
    assert colours(job(scene()), 9, 12) == ["grey", "grey"]


@pytest.mark.parametrize("data", [None, b"no film at all", b"\x1a\x45\xdf\xa3 cut off"])
def test_a_missing_or_broken_clip_is_named_by_its_field(
    data: bytes | None, job: MakeJob, tmp_path: Path
) -> None:
    path = tmp_path / "broken.mkv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RenderFault, match=r"field:hello") as caught:
        with_clip(job, path, scene()).rgb(12)
    assert str(tmp_path) not in str(caught.value)


def test_frames_drawn_side_by_side_are_the_frames_drawn_in_order(job: MakeJob, tmp_path: Path) -> None:
    shades = [(60 + 4 * number, 20, 200 - 4 * number) for number in range(30)]
    made = with_clip(job, make_clip(tmp_path / "clip.mkv", shades), scene())
    in_order = made.frames()
    with Composer(made.plan, made.resolved, made.files) as composer:
        base = [composer.base(number) for number in range(50)]

        def gop(first: int) -> None:
            for number in range(first, first + 10):
                for laid in composer.personal(number):
                    laid.patch.lay(base[number], laid.x, laid.y)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(gop, range(0, 50, 10)))
    assert all(np.array_equal(one.data, other.data) for one, other in zip(in_order, base, strict=True))


def test_segments_are_told_apart_by_what_the_clip_holds_not_by_its_name(
    job: MakeJob, clip: Path, tmp_path: Path
) -> None:
    cache = Cache(tmp_path / "cache")
    same = tmp_path / "again.mkv"
    same.write_bytes(clip.read_bytes())
    other = make_clip(tmp_path / "other.mkv", [GREEN] * 10)
    short = scene(frames=16)
    keys = [own_keys(filmed(with_clip(job, path, short), cache)) for path in (clip, same, other)]
    assert keys[0] == keys[1]
    assert not set(keys[0]) & set(keys[2])


def beep(frames: int, at_s: float = 0.0, level: float = 0.5) -> NDArray[np.float32]:
    """Silence, but for 20 ms of a tone."""
    total = np.zeros((2, frames * SAMPLE_RATE // 25), np.float32)
    first = round(at_s * SAMPLE_RATE)
    total[:, first : first + 960] = level * np.sin(2 * np.pi * 2000 * np.arange(960) / SAMPLE_RATE)
    return total


def over_film(effects: str = place(BOX)) -> bytes:
    """The clip over a film with a tone, from frame 10 on, for 30 frames."""
    layer = producer("clip", "avformat", "", 200, effects, reelpress_field="hello")
    return document([FILM, layer], [[("film", 0, 0, 49)], [("clip", 10, 0, 29)]], frames=50)


def test_her_picture_and_her_sound_arrive_together_in_the_joined_file(job: MakeJob, tmp_path: Path) -> None:
    """The clip flashes and beeps 0.4 s in: frame 20 of the video, sample 38,400."""
    clip = make_clip(tmp_path / "clip.mkv", [RED] * 10 + [GREEN] + [RED] * 9, sound=beep(20, 0.4))
    made = with_clip(job, clip, over_film())
    pressed = press_video(wanted_of(made, tmp_path), tmp_path)
    assert pressed.straight == ""
    path = tmp_path / "video.mp4"
    write_video(wanted_of(made, tmp_path), path)
    film = Film(path, "video")
    greens = [
        n for n in range(50) if near(Converter().film_to_bgra(film.at(n / 25))[MIDDLE][2::-1], GREEN, 40)
    ]
    film.close()
    mixed, alone = mix(made.plan, made.files, made.resolved), mix(made.plan, made.files)
    assert mixed is not None
    assert alone is not None
    hers = read_sound(path, "video", 0, 2.0)[0] - alone[0]
    spectrum = np.fft.rfft(hers) * np.conj(np.fft.rfft(mixed[0] - alone[0]))
    assert greens == [20]
    assert int(np.flatnonzero(mixed[0] - alone[0])[0]) == pytest.approx(20 * SAMPLE_RATE / 25, abs=2)
    assert int(np.argmax(np.fft.irfft(spectrum))) == 0
    listed = Joined.decode(pressed.joined.read_bytes()) if pressed.joined else None
    assert listed is not None
    own = sum(source.bytes for source in listed.sources if source.own)
    assert own < 0.75 * listed.total, "what she does not change is not hers"


def test_the_sound_of_those_without_a_clip_is_everyones(job: MakeJob, clip: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    loud = make_clip(tmp_path / "loud.mkv", [RED] * 20, sound=beep(20))
    hers = [with_clip(job, one, over_film()) for one in (clip, loud)]
    without, silent, heard = (filmed(made, cache) for made in (job(over_film()), *hers))
    assert without.own_sound is silent.own_sound is None
    assert without.sound is not None
    assert heard.sound is not None
    assert heard.sound.key == without.sound.key
    assert heard.own_sound is not None
    assert heard.own_sound.own
    assert 0 < len(heard.own_sound.segment.sizes) < 12


def test_its_level_is_the_templates(job: MakeJob, tmp_path: Path) -> None:
    tone = np.full((2, 20 * 1920), 0.25, np.float32)
    clip = make_clip(tmp_path / "clip.mkv", [RED] * 20, sound=tone)

    def peaks(effects: str) -> list[float]:
        made = with_clip(job, clip, scene(place(BOX) + effects))
        mixed = mix(made.plan, made.files, made.resolved)
        assert mixed is not None
        return [round(float(mixed[0, frame * 1920 + 960]), 3) for frame in (5, 12, 20, 28, 35)]

    half = filter_("volume", {"gain": "-6.0206dB"})
    rising = filter_("volume", {"level": "0=-60;20=0"})
    assert peaks("") == pytest.approx([0, 0.25, 0.25, 0.25, 0], abs=0.002)
    assert peaks(half) == pytest.approx([0, 0.125, 0.125, 0.125, 0], abs=0.002)
    first, second, third = peaks(rising)[1:4]
    assert first < second < third < 0.25


def test_a_clip_that_is_only_heard_is_a_layer_that_nobody_misses(job: MakeJob, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", [RED] * 20, sound=beep(20))
    layer = producer("clip", "avformat", "", 200, reelpress_field="hello", video_index="-1")
    data = document([GROUND, layer], [[("ground", 0, 0, 49)], [("clip", 10, 0, 29)]], frames=50)
    made = with_clip(job, clip, data)
    mixed = mix(made.plan, made.files, made.resolved)
    assert mixed is not None
    assert np.abs(mixed).max() > 0.4
    assert made.plan.notes == ()
    assert [span.kind for span in made.plan.spans] == ["shared"]


def test_a_customer_who_would_hear_what_was_not_mixed_for_her_is_found_out(
    job: MakeJob, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "clip.mkv", [RED] * 20, sound=np.tile(beep(1)[:, :960], 40))
    made = with_clip(job, clip, over_film())
    film = filmed(made, Cache(tmp_path / "cache"))
    heard = mix(made.plan, made.files, made.resolved)
    with Composer(made.plan, made.resolved, made.files) as composer:
        deaf = replace(film, own_sound=None)
        assert full_faults(made.plan, film, join(film), composer, heard) == []
        found = full_faults(made.plan, deaf, join(deaf), composer, heard)
    assert found == ["the sound at 0.3 s is unlike what was mixed"]


def test_frames_that_do_not_fit_into_the_shared_sound_are_found_out(job: MakeJob, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", [RED] * 20, sound=beep(20))
    made = with_clip(job, clip, over_film())
    film = filmed(made, Cache(tmp_path / "cache"))
    assert film.own_sound is not None
    assert cheap_faults(made.plan, film, join(film)) == []
    film.own_sound.segment.keys[-1] = film.own_sound.segment.keys[-2]
    assert any("sound frames" in fault for fault in cheap_faults(made.plan, film, join(film)))
