import io
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from tests.studio.mlt_documents import clear, document, filter_, text
from tests.studio.render.conftest import Job, MakeJob, press_order, pressed
from tests.studio.render.mp4_boxes import find, top_boxes
from tests.studio.render.test_frames import FILM, over_film

from reelpress.studio.plan import OutputSpec
from reelpress.studio.render import render_image, render_previews, render_still
from reelpress.studio.render.previews import MAX_BYTES

FADE = filter_("brightness", {"level": "1", "alpha": "0=0;10=1"})


def titled(job: MakeJob, name: str = "Asha") -> Job:
    return job(over_film(clear("title", 50, text("Hi {{name}}") + FADE)), name=name)


def decode(path: Path) -> list[Any]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]


def test_the_file_is_what_players_and_messengers_play(job: MakeJob, tmp_path: Path) -> None:
    made = titled(job)
    with av.open(str(pressed(made, tmp_path))) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        context = video.codec_context
        assert (video.codec.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (
            1,
            1,
            1,
            1,
        )
        assert video.sample_aspect_ratio == 1
        assert (video.average_rate, video.frames) == (25, 50)
        assert (sound.codec.name, sound.rate, sound.layout.name) == ("aac", 48_000, "stereo")
        assert float(sound.duration * sound.time_base) == pytest.approx(2.0, abs=0.05)
        times = [packet.pts for packet in container.demux(video) if packet.pts is not None]
    assert len(set(np.diff(times))) == 1


def test_the_index_comes_first_and_no_picture_is_cut_by_an_edit(job: MakeJob, tmp_path: Path) -> None:
    made = titled(job)
    rendered = pressed(made, tmp_path)
    boxes = top_boxes(rendered)
    assert boxes.index("moov") < boxes.index("mdat")
    for edits in find(rendered, "elst"):
        assert int.from_bytes(edits[4:8], "big") == 1
    assert find(rendered, "ctts") == []


def test_key_frames_close_every_group_of_five_seconds(job: MakeJob, tmp_path: Path) -> None:
    made = job(document([FILM], [[("film", 0, 0, 49), ("film", 0, 0, 49), ("film", 0, 0, 49)]], frames=150))
    rendered = pressed(made, tmp_path)
    with av.open(str(rendered)) as container:
        keys = [n for n, packet in enumerate(container.demux(video=0)) if packet.size and packet.is_keyframe]
    assert keys[0] == 0
    assert max(np.diff([*keys, 150])) <= 125


def test_two_runs_give_equal_bytes(job: MakeJob, tmp_path: Path) -> None:
    made = titled(job)
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        pressed(made, folder)
        render_previews(press_order(made, folder), folder)
    for name in ("video.mp4", "poster.jpg", "preview.webp", "preview.gif"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def test_after_encoding_two_customers_agree_outside_the_box_to_40_db(job: MakeJob, tmp_path: Path) -> None:
    decoded: list[list[Any]] = []
    box = titled(job).plan.layers[0].box
    for name in ("Asha", "Nathaniel"):
        made = titled(job, name)
        folder = tmp_path / name
        folder.mkdir()
        decoded.append(decode(pressed(made, folder)))
    outside = np.ones((180, 320), bool)
    outside[int(box.y) - 8 : int(box.y + box.height) + 8, int(box.x) - 8 : int(box.x + box.width) + 8] = False
    for one, other in zip(*decoded, strict=True):
        error = ((one[:180].astype(float) - other[:180])[outside] ** 2).mean()
        assert error <= 255**2 / 10**4


def test_previews_are_small_move_and_begin_with_the_text_visible(job: MakeJob, tmp_path: Path) -> None:
    made, bare = titled(job), job(over_film())
    rendered = render_previews(press_order(made, tmp_path), tmp_path)
    poster = np.asarray(Image.open(rendered.poster).convert("L"), int)
    assert poster.shape == (180, 320)
    for path in (rendered.webp, rendered.gif):
        assert path.stat().st_size <= MAX_BYTES
        with Image.open(path) as moving:
            assert getattr(moving, "n_frames", 1) >= 5
            first = np.asarray(moving.convert("L").resize((320, 180)), int)
        assert np.abs(first - poster)[40:100, 20:200].mean() < 12
        assert (first[40:100, 20:200] > 230).sum() > 100
    film = np.asarray(Image.fromarray(bare.rgb(28)).convert("L"), int)
    assert (film[40:100, 20:200] > 230).sum() < 50


def test_a_busy_preview_degrades_until_it_fits(
    job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelpress.studio.render.previews.MAX_BYTES", 30_000)
    made = titled(job)
    rendered = render_previews(press_order(made, tmp_path), tmp_path)
    assert rendered.webp.stat().st_size <= 30_000
    assert rendered.gif.stat().st_size <= 30_000


def test_an_image_is_one_upright_jpeg_of_the_frame_that_shows_the_layers(
    job: MakeJob, tmp_path: Path
) -> None:
    scene = over_film(clear("title", 50, text("Hi {{name}}") + FADE))
    made = job(scene, OutputSpec(kind="image"), name="Asha")
    rendered = render_image(press_order(made, tmp_path), tmp_path)
    with Image.open(rendered.path) as image:
        assert (image.format, image.size) == ("JPEG", (320, 180))
        assert (np.asarray(image.convert("L"))[40:100, 20:200] > 230).sum() > 100


def test_a_still_shows_the_second_it_is_asked_for(job: MakeJob) -> None:
    made = titled(job)
    for at_s, number in ((0.0, 0), (1.0, 25), (99.0, 49)):
        still = Image.open(io.BytesIO(render_still(made.plan, made.resolved, made.files, at_s))).convert(
            "RGB"
        )
        assert np.abs(np.asarray(still, int) - made.rgb(number)).mean() < 4


def test_a_template_without_sound_gives_a_file_without_a_track(job: MakeJob, tmp_path: Path) -> None:
    made = job(document([clear("title", 25, text("x"))], [[("title", 0, 0, 24)]], frames=25))
    rendered = pressed(made, tmp_path)
    with av.open(str(rendered)) as container:
        assert len(container.streams.audio) == 0
