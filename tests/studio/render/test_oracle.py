"""melt renders the same documents: the editor's preview is what customers get."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.studio.mlt_documents import (
    clear,
    document,
    filter_,
    place,
    producer,
    properties,
    text,
    title,
    title_shape,
    title_text,
)
from tests.studio.render.conftest import Job, MakeJob, Samples

from reelpress.studio.render.fonts import FOLDER

FRAME = 15
ATTEMPTS = 3
COMMAND = f"melt scene.mlt in={FRAME} out={FRAME} -consumer avformat:frame_%d.png"
OPTIONS = "f=image2 vcodec=png an=1 real_time=-1 terminate_on_pause=1"
WHOLE_SSIM, BOX_SSIM = 0.97, 0.90
# The hinting that distributions set, without which every letter is whole pixels wide.
SLIGHT_HINTING = (
    '<match target="pattern"><edit name="hintstyle" mode="append"><const>hintslight</const></edit></match>'
)
STAGE = producer("stage", "color", "#ff204060", 50)
pytestmark = pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")

CASES = {
    "text": clear("clip", 50, text("Hello World", geometry="40 80 560 200 1", size="64")),
    "centred with background": clear(
        "clip", 50, text("Hello", size="56", halign="center", valign="middle", pad="12", bgcolour="#ff900000")
    ),
    "outlined": clear(
        "clip", 50, text("Hello", size="64", geometry="40 80 560 200 1", outline="5", olcolour="#ff000000")
    ),
    "too long": clear("clip", 50, text("A much longer sentence than fits", size="48")),
    "two lines": clear(
        "clip", 50, text("First line\nSecond", size="48", geometry="40 80 560 200 1", halign="center")
    ),
    "bold italic": clear("clip", 50, text("Hello", size="64", weight="700", style="italic")),
    "moved and turned": clear(
        "clip",
        50,
        text("Hello World", size="64", geometry="40 80 560 200 1")
        + place("0=0 0 640 360 1;30=200 50 320 180 1", fix_rotate_x="20", halign="center", valign="middle"),
    ),
    "faded": clear(
        "clip", 50, text("Hello", size="40") + filter_("brightness", {"level": "1", "alpha": "0=0;20=1"})
    ),
    "picture": producer("clip", "qimage", "face.png", 50),
    "picture placed": producer("clip", "qimage", "face.png", 50, place("100 50 320 250 1")),
    "picture stretched": producer("clip", "qimage", "face.png", 50, place("100 50 320 250 1", distort="1")),
    "picture smoothly moved": producer(
        "clip", "qimage", "face.png", 50, place("0~=0 0 320 180 1;12~=300 100 320 180 1;30=0 180 320 180 1")
    ),
    "picture by qtblend": producer(
        "clip",
        "qimage",
        "face.png",
        50,
        filter_("qtblend", {"rect": "100 50 320 250 1", "rotation": "20", "rotate_center": "1"}),
    ),
    "cropped": producer(
        "clip", "qimage", "face.png", 50, filter_("qtcrop", {"rect": "220 60 180 200 1", "radius": "0.3"})
    ),
    "cropped by percents over a colour": producer(
        "clip",
        "qimage",
        "face.png",
        50,
        filter_("qtcrop", {"rect": "0=30%/20%:20%x40%:1;30=40%/30%:30%x60%:1", "color": "#ffc00020"}),
    ),
    "cropped to a circle and placed": producer(
        "clip",
        "qimage",
        "face.png",
        50,
        filter_("qtcrop", {"circle": "1", "radius": "0.4"}) + place("100 50 320 250 1"),
    ),
    "edges cropped": producer(
        "clip", "qimage", "face.png", 50, filter_("crop", {"left": "40", "top": "20", "right": "10"})
    ),
    "cropped to the canvas": producer(
        "clip", "qimage", "face.png", 50, filter_("crop", {"center": "1", "center_bias": "20"})
    ),
    "cropped and placed": producer(
        "clip",
        "qimage",
        "face.png",
        50,
        filter_("crop", {"left": "40", "use_profile": "1"}) + place("100 50 320 250 1"),
    ),
    "blurred": producer(
        "clip", "qimage", "face.png", 50, filter_("box_blur", {"hradius": "8", "vradius": "6"})
    ),
    "blurred and placed": producer(
        "clip",
        "qimage",
        "face.png",
        50,
        filter_("box_blur", {"hradius": "10", "vradius": "10"}) + place("100 50 320 250 1"),
    ),
    "kdenlive's title": producer(
        "clip",
        "kdenlivetitle",
        "",
        50,
        xmldata=title(
            title_shape("0,0,340,90", 60, 80, penwidth="6", pencolor="250,220,0,255"),
            title_shape("0,0,90,90", 450, 200, kind="Ellipse"),
            title_text("Hello you", 80, 90),
            title_text("Twice&#10;said", 300, 200, alignment="4", font_weight="75", line_spacing="6"),
        ),
    ),
    "kdenlive's title, spaced and shaded": producer(
        "clip",
        "kdenlivetitle",
        "",
        50,
        xmldata=title(
            title_text("Wide", 80, 90, letter_spacing="8"),
            title_text("Right", 200, 200, alignment="2", font_italic="1", shadow="1;#ff000000;2;6;6"),
        ),
    ),
    "kdenlive's title of twice the size": producer(
        "clip", "kdenlivetitle", "", 50, xmldata=title(title_text("Half", 200, 300), width=1280, height=720)
    ),
    "pango's title": producer(
        "clip", "pango", "", 50, place("160 90 320 180 1"), text="Hi you", family="Noto Sans", size="110"
    ),
    "pango's two lines": producer(
        "clip",
        "pango",
        "",
        50,
        place("160 90 320 180 1"),
        text="Hi\nthere, you",
        family="Noto Sans",
        size="60",
        align="centre",
        bgcolour="#ff900000",
        pad="10",
    ),
    "title": producer(
        "clip",
        "qtext",
        "",
        50,
        text="Hi you",
        family="Noto Sans",
        size="60",
        fgcolour="#ffffffff",
        bgcolour="#00000000",
    ),
}

WIDE, SMALL = (slice(80, 280), slice(40, 600)), (slice(40, 100), slice(20, 300))
TEXT_BOXES = {
    "text": WIDE,
    "outlined": WIDE,
    "two lines": WIDE,
    "centred with background": SMALL,
    "bold italic": SMALL,
    "faded": SMALL,
    "too long": SMALL,
    "pango's title": (slice(90, 270), slice(160, 480)),
}


@pytest.mark.parametrize("case", CASES)
def test_melt_draws_the_same_picture(case: str, job: MakeJob, samples: Samples, tmp_path: Path) -> None:
    clip = CASES[case]
    scene = document(
        [STAGE, clip], [[("stage", 0, 0, 49)], [("clip", 0, 0, 49)]], frames=50, width=640, height=360
    )
    ours = job(scene).rgb(FRAME)
    theirs = melt(scene.replace(b"face.png", str(samples.files["face.png"]).encode()), tmp_path)
    assert ssim(ours, theirs) >= WHOLE_SSIM
    left, top, right, bottom = ink_box(theirs)
    assert ink_box(ours) == pytest.approx((left, top, right, bottom), abs=4)
    inside = TEXT_BOXES.get(case, (slice(max(0, top - 8), bottom + 8), slice(max(0, left - 8), right + 8)))
    assert ssim(ours[inside], theirs[inside]) >= BOX_SSIM


def joined(service: str, **values: str) -> str:
    """A transition of track 2 over track 1, over the background."""
    over = {"a_track": "0", "b_track": "1", "mlt_service": "qtblend"}
    named = {"a_track": "0", "b_track": "2", "mlt_service": service, **values}
    return f"<transition>{properties(over)}</transition><transition>{properties(named)}</transition>"


TRANSITIONS = {
    "cairoblend": joined("frei0r.cairoblend", **{"0": "0.6", "1": "normal"}),
    "composite": joined("composite", geometry="100/50:320x180:0.6", halign="center", valign="middle"),
    "composite stretched": joined(
        "composite", geometry="0=0 0 640 360 100;30=200 90 240 200 100", distort="1"
    ),
    "qtblend": joined(
        "qtblend", rect="0=0 0 640 360 1;30=100 50 320 180 0.5", rotation="0=0;30=20", rotate_center="1"
    ),
}


@pytest.mark.parametrize("case", TRANSITIONS)
def test_melt_joins_tracks_in_the_same_way(case: str, job: MakeJob, samples: Samples, tmp_path: Path) -> None:
    scene = document(
        [STAGE, producer("clip", "qimage", "face.png", 50)],
        [[("stage", 0, 0, 49)], [("clip", 0, 0, 49)]],
        frames=50,
        width=640,
        height=360,
        transitions=TRANSITIONS[case],
    )
    assert_alike(job(scene), scene, samples, tmp_path)


def assert_alike(ours_: Job, scene: bytes, samples: Samples, folder: Path) -> None:
    ours = ours_.rgb(FRAME)
    theirs = melt(scene.replace(b"face.png", str(samples.files["face.png"]).encode()), folder)
    left, top, right, bottom = ink_box(theirs)
    inside = (slice(max(0, top - 8), bottom + 8), slice(max(0, left - 8), right + 8))
    assert ssim(ours, theirs) >= WHOLE_SSIM
    assert ink_box(ours) == pytest.approx((left, top, right, bottom), abs=4)
    assert ssim(ours[inside], theirs[inside]) >= BOX_SSIM


def wiped(**values: str) -> bytes:
    """A Shotcut transition: a tractor of its own in which the first clip gives way to the second."""
    luma = properties({"a_track": "0", "b_track": "1", "mlt_service": "luma", **values})
    inner = (
        '<tractor id="wipe" in="0" out="39"><track producer="stage" in="0" out="39"/>'
        f'<track producer="clip" in="0" out="39"/><transition in="0" out="39">{luma}</transition></tractor>'
    )
    clip = producer("clip", "color", "#ffe0c020", 50)
    return document(
        [STAGE, clip, inner], [[("wipe", 0, 0, 39)]], frames=40, width=640, height=360, transitions=""
    )


WIPES = {
    **{f"map {number}": {"resource": f"%luma{number:02}.pgm"} for number in range(1, 23)},
    "soft": {"resource": "%luma01.pgm", "softness": "0.3"},
    "soft clock, reversed": {"resource": "%luma22.pgm", "softness": "0.2", "reverse": "1"},
    "inverted": {"resource": "%luma03.pgm", "softness": "0.1", "invert": "1"},
    "inverted and reversed": {"resource": "%luma05.pgm", "softness": "0.1", "invert": "1", "reverse": "1"},
    "dissolve": {},
    "dissolve reversed": {"reverse": "1"},
}


@pytest.mark.parametrize("case", WIPES)
def test_melt_wipes_in_the_same_order(case: str, job: MakeJob, tmp_path: Path) -> None:
    scene = wiped(**WIPES[case])
    ours, theirs = job(scene).rgb(FRAME), melt(scene, tmp_path)
    assert ssim(ours, theirs) >= WHOLE_SSIM
    assert np.abs(ours.astype(int) - theirs).mean() < 3


def melt(scene: bytes, folder: Path, *, desktop: bool = False) -> NDArray[np.uint8]:
    """The frame as melt draws it, with our fonts; any failure in its log fails the test.

    `desktop`: as an editor on a desktop shows text, 96 dots to the inch and slightly hinted.
    """
    (folder / "scene.mlt").write_bytes(scene)
    (folder / "fonts.conf").write_text(
        f"<fontconfig><dir>{FOLDER}</dir>{SLIGHT_HINTING * desktop}</fontconfig>"
    )
    names = {
        "QT_QPA_PLATFORM": "offscreen",
        "DISPLAY": ":0",
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "XDG_CACHE_HOME": str(folder),
    }
    if desktop:
        names["QT_FONT_DPI"] = "96"
    for _ in range(ATTEMPTS):  # melt may end, or wait for ever, before its consumer has had the frame
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                [*COMMAND.split(), *OPTIONS.split()],
                cwd=folder,
                env={**os.environ, **names},
                capture_output=True,
                text=True,
                timeout=30,
            )
            assert "ailed" not in done.stderr, done.stderr
        if frames := sorted(folder.glob("frame_*.png")):
            return np.asarray(Image.open(frames[0]).convert("RGB"))
    raise AssertionError("melt drew nothing")


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Mean structural similarity of luma over 8x8 blocks."""
    a, b = _blocks(one), _blocks(other)
    mean_a, mean_b = a.mean(axis=-1), b.mean(axis=-1)
    covariance = ((a - mean_a[..., None]) * (b - mean_b[..., None])).mean(axis=-1)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return float((top / ((mean_a**2 + mean_b**2 + c1) * (a.var(axis=-1) + b.var(axis=-1) + c2))).mean())


def ink_box(picture: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what differs from the stage's colour."""
    drawn = np.abs(picture.astype(int) - np.array([0x20, 0x40, 0x60])).max(axis=-1) > 40
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def _blocks(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    luma = picture.astype(np.float64) @ np.array([0.2126, 0.7152, 0.0722])
    height, width = luma.shape[0] // 8, luma.shape[1] // 8
    cut = luma[: height * 8, : width * 8].reshape(height, 8, width, 8)
    return cut.transpose(0, 2, 1, 3).reshape(height, width, 64)
