"""A customer's picture as a layer: fitted, cropped, rounded, faded and turned where the scene says."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.studio.mlt_documents import document, filter_, place, producer
from tests.studio.render.conftest import MakeJob

RED, BLUE, GREEN, YELLOW = (200, 20, 20), (20, 20, 200), (20, 200, 20), (200, 200, 20)
BOX = "100 30 120 120 1"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """240 x 120: red, blue over green, yellow."""
    image = Image.new("RGB", (240, 120))
    for colour, corner in ((RED, (0, 0)), (BLUE, (120, 0)), (GREEN, (0, 60)), (YELLOW, (120, 60))):
        image.paste(colour, (*corner, corner[0] + 120, corner[1] + 60))
    image.save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def shown(job: MakeJob, photo: Path, effect: str, **values: str) -> NDArray[np.uint8]:
    layer = producer("pic", "qimage", "face.png", 2, effect, reelpress_field="photo", **values)
    scene = document([layer], [[("pic", 0, 0, 1)]], frames=2)
    return job(scene, None, {"field:photo": photo}, photo="https://img.example/photo.png").rgb(0)


def extent(drawn: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom (exclusive) of all that is not black."""
    lit = drawn.max(axis=-1) > 60
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def near(pixel: NDArray[np.uint8], colour: tuple[int, ...], most: int = 14) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() <= most)


def test_contain_shows_the_whole_picture_in_the_middle_of_its_box(job: MakeJob, photo: Path) -> None:
    drawn = shown(job, photo, place(BOX))
    assert extent(drawn) == pytest.approx((100, 60, 220, 120), abs=1)
    corners = [drawn[70, 110], drawn[70, 210], drawn[110, 110], drawn[110, 210]]
    assert [near(*pair) for pair in zip(corners, (RED, BLUE, GREEN, YELLOW), strict=True)] == [True] * 4


def test_a_small_picture_grows_to_its_box(job: MakeJob, tmp_path: Path) -> None:
    Image.new("RGB", (6, 6), RED).save(tmp_path / "small.png")
    assert extent(shown(job, tmp_path / "small.png", place(BOX))) == pytest.approx((100, 30, 220, 150), abs=1)


@pytest.mark.parametrize(
    ("anchor", "left", "right"), [("center", RED, BLUE), ("left", RED, RED), ("right", BLUE, BLUE)]
)
def test_cover_fills_the_box_and_keeps_the_side_of_its_anchor(
    anchor: str, left: tuple[int, int, int], right: tuple[int, int, int], job: MakeJob, photo: Path
) -> None:
    drawn = shown(job, photo, place(BOX), reelpress_fit="cover", reelpress_anchor=anchor)
    assert extent(drawn) == pytest.approx((100, 30, 220, 150), abs=1)
    assert near(drawn[50, 106], left)
    assert near(drawn[50, 214], right)


@pytest.mark.parametrize(("anchor", "row"), [("top", 30 + 60), ("bottom", 30), ("center", 30 + 30)])
def test_cover_crops_a_tall_picture_above_or_below(
    anchor: str, row: int, job: MakeJob, tmp_path: Path
) -> None:
    image = Image.new("RGB", (60, 120), RED)
    image.paste(GREEN, (0, 60, 60, 120))
    image.save(tmp_path / "tall.png")
    drawn = shown(
        job, tmp_path / "tall.png", place("100 30 60 60 1"), reelpress_fit="cover", reelpress_anchor=anchor
    )
    green = [near(pixel, GREEN) for pixel in drawn[32:88, 130]]
    assert sum(green) == pytest.approx(min(60, max(0, 90 - row)), abs=4)


@pytest.mark.parametrize("fit", ["cover", "contain"])
def test_rounded_corners_have_their_radius_in_pixels_of_the_canvas(
    fit: str, job: MakeJob, tmp_path: Path
) -> None:
    Image.new("RGB", (480, 480), RED).save(tmp_path / "square.png")
    drawn = shown(job, tmp_path / "square.png", place(BOX), reelpress_fit=fit, reelpress_radius="30")
    lit = drawn.max(axis=-1) > 100
    missing = 120 * 120 - int(lit.sum())
    assert missing == pytest.approx((4 - np.pi) * 30 * 30, rel=0.08)
    for corner in (lit[30:60, 100:130], lit[30:60, 190:220][:, ::-1], lit[120:150, 100:130][::-1]):
        assert np.count_nonzero(corner != corner.T) <= 12  # the edge itself
        assert not corner[:6, :6].any()


@pytest.mark.parametrize("opacity", [0.0, 0.25, 0.5, 1.0])
def test_opacity_blends_with_what_is_below(opacity: float, job: MakeJob, tmp_path: Path) -> None:
    Image.new("RGB", (40, 40), (240, 240, 240)).save(tmp_path / "white.png")
    drawn = shown(job, tmp_path / "white.png", place(f"100 30 120 120 {opacity}"))
    assert near(drawn[90, 160], (round(240 * opacity),) * 3, 4)


def test_a_picture_turns_about_the_middle_of_its_box(job: MakeJob, photo: Path) -> None:
    drawn = shown(job, photo, place(BOX, fix_rotate_x="90"))
    assert extent(drawn) == pytest.approx((130, 30, 190, 150), abs=1)
    corners = [drawn[40, 140], drawn[40, 180], drawn[140, 140], drawn[140, 180]]
    assert [near(*pair) for pair in zip(corners, (GREEN, RED, YELLOW, BLUE), strict=True)] == [True] * 4


@pytest.mark.parametrize("degrees", [15, 45, 200])
def test_any_angle_keeps_the_size_and_the_middle(degrees: int, job: MakeJob, photo: Path) -> None:
    lit = shown(job, photo, place(BOX, fix_rotate_x=str(degrees))).max(axis=-1) > 60
    rows, columns = np.nonzero(lit)
    assert lit.sum() == pytest.approx(120 * 60, rel=0.02)
    assert (columns.mean(), rows.mean()) == pytest.approx((159.5, 89.5), abs=1)


def test_a_see_through_picture_shows_what_is_below(job: MakeJob, tmp_path: Path) -> None:
    image = Image.new("RGBA", (120, 120), (255, 255, 255, 0))
    image.paste((255, 255, 255, 128), (0, 60, 120, 120))
    image.save(tmp_path / "half.png")
    drawn = shown(job, tmp_path / "half.png", place(BOX))
    assert near(drawn[50, 160], (0, 0, 0), 3)
    assert near(drawn[130, 160], (128, 128, 128), 4)


def test_cover_rounded_faded_and_turned_at_once(job: MakeJob, photo: Path) -> None:
    effect = place("100 30 120 120 0.5", fix_rotate_x="180")
    drawn = shown(job, photo, effect, reelpress_fit="cover", reelpress_radius="60", reelpress_anchor="left")
    assert (drawn.max(axis=-1) > 30).sum() == pytest.approx(np.pi * 60 * 60, rel=0.03)
    assert near(drawn[130, 160], tuple(channel // 2 for channel in RED), 6)
    assert near(drawn[50, 160], tuple(channel // 2 for channel in GREEN), 6)


def test_a_large_photograph_made_small_does_not_glitter(job: MakeJob, tmp_path: Path) -> None:
    lines = np.zeros((1200, 1200, 3), np.uint8)
    lines[::2] = 255
    Image.fromarray(lines).save(tmp_path / "lines.png")
    inside = shown(job, tmp_path / "lines.png", place(BOX))[40:140, 110:210]
    assert np.abs(inside.astype(int) - 128).max() < 12


def test_shotcuts_older_filter_places_alike(job: MakeJob, photo: Path) -> None:
    older = filter_("qtblend", {"rect": BOX})
    assert np.array_equal(shown(job, photo, older), shown(job, photo, place(BOX)))
