from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.studio.mlt_documents import clear, document, filter_, place, producer, properties, text
from tests.studio.render.conftest import MakeJob
from tests.studio.render.media_samples import make_picture

from reelpress.studio.plan import OutputSpec
from reelpress.studio.render import RenderFault
from reelpress.studio.render.frames import Composer

FILM = producer("film", "avformat-novalidate", "film.mp4", 50, tag="chain")
RED, BLUE, GREEN = (200, 20, 20), (20, 20, 200), (20, 200, 20)


def over_film(*clips: str, frames: int = 50) -> bytes:
    ids = [clip.split('id="')[1].split('"')[0] for clip in clips]
    tracks = [[("film", 0, 0, frames - 1)], *([(id_, 0, 0, frames - 1)] for id_ in ids)]
    return document([FILM, *clips], tracks, frames=frames)


def test_two_customers_are_equal_outside_the_layers_box_and_differ_inside(job: MakeJob) -> None:
    scene = over_film(
        clear("title", 50, text("Hi {{name}}") + place("0~=0 20 320 180 1;10=0 0 320 180 1")),
        producer("logo", "qimage", "face.png", 50, place("230 100 80 60 0.8")),
    )
    first, second = job(scene, name="Asha"), job(scene, name="Nathaniel")
    box = first.plan.layers[0].box
    mask = np.ones((180, 320), bool)
    mask[int(box.y) - 2 : int(box.y + box.height) + 2, int(box.x) - 2 : int(box.x + box.width) + 2] = False
    for one, other in zip(first.frames(), second.frames(), strict=True):
        assert np.array_equal(one.y[mask], other.y[mask])
        assert np.array_equal(one.u[mask[::2, ::2]], other.u[mask[::2, ::2]])
        assert (one.y[~mask] != other.y[~mask]).sum() > 50


def test_where_nothing_is_drawn_the_film_passes_unchanged(job: MakeJob) -> None:
    plain = job(over_film()).frames()
    titled = job(over_film(clear("title", 50, text("Hi")))).frames()
    for one, other in zip(plain, titled, strict=True):
        assert np.array_equal(one.y[110:], other.y[110:])


def test_the_film_advances_and_starts_at_its_in_point(job: MakeJob) -> None:
    whole = job(over_film()).frames()
    cut = job(document([FILM], [[("film", 0, 20, 29)]], frames=10)).frames()
    for number, frame in enumerate(cut):
        assert np.array_equal(frame.y, whole[20 + number].y)
    assert not np.array_equal(whole[0].y, whole[1].y)


def test_frames_are_the_same_in_any_order_and_on_every_run(job: MakeJob) -> None:
    made = job(over_film(clear("title", 50, text("{{name}}"))), name="Asha")
    in_order = made.frames()
    with Composer(made.plan, made.resolved, made.files) as composer:
        for number in (40, 3, 41, 12, 0):
            assert np.array_equal(composer.frame(number).data, in_order[number].data)


def test_a_picture_keeps_its_proportions_in_its_rectangle(job: MakeJob) -> None:
    inside = filter_("qtblend", {"rect": "100 20 60 120 1"})
    picture = job(over_film(producer("pic", "qimage", "face.png", 50, inside))).rgb(0)
    film = job(over_film()).rgb(0)
    changed = np.abs(picture.astype(int) - film).max(axis=-1) > 12
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert (columns[0], columns[-1]) == pytest.approx((100, 159), abs=2)
    assert (rows[0], rows[-1]) == pytest.approx((60, 99), abs=2)


def test_affine_measures_by_the_canvas_for_the_template_and_by_the_box_for_a_customers_picture(
    job: MakeJob,
) -> None:
    film = job(over_film()).rgb(0)
    for field, width in (("", 180), ("photo", 60)):
        pic = producer("pic", "qimage", "face.png", 50, place("100 20 60 120 1"), reelpress_field=field)
        changed = np.abs(job(over_film(pic)).rgb(0).astype(int) - film).max(axis=-1) > 12
        columns = np.flatnonzero(changed.any(axis=0))
        assert columns[-1] - columns[0] == pytest.approx(width, abs=4)


def test_a_covering_picture_fills_its_rectangle_and_is_cropped(job: MakeJob) -> None:
    pic = producer(
        "pic",
        "qimage",
        "face.png",
        50,
        place("100 20 60 120 1"),
        reelpress_field="photo",
        reelpress_fit="cover",
    )
    picture = job(over_film(pic)).rgb(0)
    assert _near(picture[130, 104], RED)
    assert _near(picture[130, 155], BLUE)
    assert _near(picture[22, 104], RED)  # the green corner is cropped away


def test_a_request_brings_its_own_picture(job: MakeJob, tmp_path: Path) -> None:
    pic = producer("pic", "qimage", "face.png", 50, place("100 20 60 60 1"), reelpress_field="photo")
    own = tmp_path / "own.jpg"
    Image.new("RGB", (50, 50), GREEN).save(own)
    made = job(over_film(pic), None, {"field:photo": own}, photo="https://img.example/own.jpg")
    assert _near(made.rgb(0)[50, 130], GREEN)


def test_a_picture_that_should_have_been_fetched_and_was_not_is_named(job: MakeJob) -> None:
    pic = producer("pic", "qimage", "face.png", 50, reelpress_field="photo")
    with pytest.raises(RenderFault, match="field:photo: the picture is missing"):
        job(over_film(pic), photo="https://img.example/own.jpg").frames()


def test_a_turned_photograph_is_drawn_upright(job: MakeJob, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = make_picture(tmp_path / "turned.jpg", exif=exif.tobytes(), quality=95)
    pic = producer("pic", "qimage", "face.png", 50, place("0 0 320 180 1"), reelpress_field="photo")
    picture = job(over_film(pic), None, {"field:photo": turned}, photo="x").rgb(0)
    assert _near(picture[40, 160], RED)
    assert _near(picture[160, 160], BLUE)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n broken"])
def test_what_is_not_a_picture_is_refused_by_name(content: bytes, job: MakeJob, tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    pic = producer("pic", "qimage", "x.png", 50)
    with pytest.raises(RenderFault, match=r"x\.png"):
        job(over_film(pic), None, {"x.png": path}).frames()


def test_a_huge_picture_is_refused_before_it_is_decoded(job: MakeJob, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (9000, 6000)).save(path)
    with pytest.raises(RenderFault, match="9000x6000"):
        job(over_film(producer("pic", "qimage", "x.png", 50)), None, {"x.png": path}).frames()


def test_rounded_corners_let_the_film_through(job: MakeJob) -> None:
    values = {"reelpress_field": "photo", "reelpress_fit": "cover", "reelpress_radius": "20"}
    pic = producer("pic", "qimage", "face.png", 50, place("100 20 100 100 1"), **values)
    picture, film = job(over_film(pic)).rgb(0), job(over_film()).rgb(0)
    assert np.abs(picture[22, 102].astype(int) - film[22, 102]).max() < 6
    assert _near(picture[70, 110], RED)


def test_a_fade_from_black_and_a_fade_in_of_cover(job: MakeJob) -> None:
    dark = filter_("brightness", {"level": "0=0;20=1"})
    film = producer("film", "avformat-novalidate", "film.mp4", 50, dark, tag="chain")
    frames = job(document([film], [[("film", 0, 0, 49)]], frames=50)).frames()
    assert frames[0].y.max() == 16
    full = job(over_film()).frames()
    assert frames[10].y.mean() - 16 == pytest.approx((full[10].y.mean() - 16) / 2, abs=1)
    assert np.array_equal(frames[30].y, full[30].y)
    fade = producer("pic", "qimage", "face.png", 50, filter_("brightness", {"alpha": "0=0;20=1"}))
    shown = job(over_film(fade)).frames()
    assert np.abs(shown[0].y.astype(int) - full[0].y).max() <= 1


def test_a_dissolve_is_half_of_each_in_its_middle(job: MakeJob) -> None:
    white, grey = producer("w", "color", "#ffffffff", 50), producer("g", "color", "#ff404040", 50)
    luma = {"a_track": "0", "b_track": "1", "mlt_service": "luma", "in": "0", "out": "19"}
    inner = (
        '<tractor id="cross" in="0" out="19"><track producer="w"/><track producer="g"/>'
        f"<transition>{properties(luma)}</transition></tractor>"
    )
    frames = job(
        document([white, grey, inner], [[("w", 0, 0, 9), ("cross", 0, 0, 19), ("g", 0, 0, 9)]], frames=40)
    )
    levels = [int(frame.y[90, 160]) for frame in frames.frames()]
    low, high = levels[-1], levels[0]
    assert levels[20] == pytest.approx((low + high) / 2, abs=2)
    assert levels == sorted(levels, reverse=True)


def test_the_lower_picture_is_hidden_by_the_upper(job: MakeJob) -> None:
    clips = [
        producer("below", "color", "#ff00ff00", 50, place("50 50 100 80 1", distort="1")),
        producer("above", "color", "#ffff0000", 50, place("100 60 100 80 1", distort="1")),
    ]
    picture = job(over_film(*clips)).rgb(0)
    assert _near(picture[90, 120], (255, 0, 0))
    assert _near(picture[60, 70], (0, 255, 0))


def test_another_output_size_shows_the_same_picture(job: MakeJob) -> None:
    scene = over_film(clear("title", 50, text("Hi Asha")))
    small = job(scene).rgb(3)
    large = job(scene, OutputSpec(width=640, height=360)).rgb(3)
    assert large.shape == (360, 640, 3)
    shrunk = np.asarray(Image.fromarray(large).resize((320, 180), Image.Resampling.BOX), int)
    assert np.abs(shrunk - small).mean() < 3


def test_another_shape_of_output_gets_bars(job: MakeJob) -> None:
    picture = job(over_film(), OutputSpec(width=320, height=320)).rgb(0)
    assert picture[:68].max() <= 2
    assert picture[80:240].mean() > 60


@pytest.mark.parametrize(
    "content", [b"", b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n", b"ffconcat version 1.0\nfile x", b"0" * 4096]
)
def test_a_lying_film_is_refused_by_name(content: bytes, job: MakeJob, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with pytest.raises(RenderFault, match=r"film\.mp4"):
        job(over_film(), None, {"film.mp4": path}).frames()


def _near(pixel: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return int(np.abs(pixel.astype(int) - np.array(colour)).max()) <= 14
