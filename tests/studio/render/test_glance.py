"""Posters, previews and images: drawn over frames that are kept, once for the same content and values."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.studio.mlt_documents import clear, text
from tests.studio.render.conftest import Job, MakeJob, press_order
from tests.studio.render.test_frames import over_film

from reelpress.studio.plan import OutputSpec
from reelpress.studio.render import glance, render_image, render_previews, render_still
from reelpress.studio.render.model import RenderedPreviews
from reelpress.studio.render.previews import preview_window

Folders = Callable[[], Path]


@pytest.fixture
def attempt(tmp_path: Path) -> Folders:
    """Folders of attempts that share what is kept."""
    made = 0

    def fresh() -> Path:
        nonlocal made
        made += 1
        folder = tmp_path / str(made)
        folder.mkdir()
        return folder

    return fresh


def titled(job: MakeJob, name: str, kind: str = "video") -> Job:
    return job(over_film(clear("title", 50, text("Hi {{name}}"))), OutputSpec(kind=kind), name=name)


def previews(made: Job, kept: Path, folder: Path) -> RenderedPreviews:
    return render_previews(press_order(made, kept), folder)


def test_the_poster_is_the_frame_of_the_video(job: MakeJob, tmp_path: Path, attempt: Folders) -> None:
    made = titled(job, "Asha")
    first = preview_window(made.plan).numbers[0]
    poster = previews(made, tmp_path, attempt()).poster.read_bytes()
    assert poster == render_still(made.plan, made.resolved, made.files, first / float(made.plan.fps))


def test_every_customer_sees_her_own_name_moving(job: MakeJob, tmp_path: Path, attempt: Folders) -> None:
    asha, nathaniel = (
        previews(titled(job, name), tmp_path, attempt()) for name in ("Asha", "Nathaniel Wellington")
    )
    for one, other in (
        (asha.poster, nathaniel.poster),
        (asha.webp, nathaniel.webp),
        (asha.gif, nathaniel.gif),
    ):
        pictures = [np.asarray(Image.open(path).convert("L"), int) for path in (one, other)]
        assert np.abs(pictures[0] - pictures[1]).max() > 100, one.suffix


def test_the_same_values_are_not_drawn_again(
    job: MakeJob, tmp_path: Path, attempt: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    draw = glance._drawn  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(glance, "_drawn", lambda *said: drawn.append(said) or draw(*said))
    first, again = (previews(titled(job, "Asha"), tmp_path, attempt()) for _ in range(2))
    assert len(drawn) == 1
    assert first.gif.read_bytes() == again.gif.read_bytes()
    previews(titled(job, "Ravi"), tmp_path, attempt())
    assert len(drawn) == 2


def test_an_attempts_files_outlive_what_was_kept(job: MakeJob, tmp_path: Path, attempt: Folders) -> None:
    made = previews(titled(job, "Asha"), tmp_path, attempt())
    for kept in (tmp_path / "cache").glob("*/*"):
        kept.unlink()
    assert Image.open(made.poster).size == (320, 180)


def test_a_kept_image_is_the_one_that_would_be_drawn(job: MakeJob, tmp_path: Path, attempt: Folders) -> None:
    made = titled(job, "Asha", "image")
    cold = render_still(made.plan, made.resolved, made.files, made.plan.output.still_at_s)
    for _ in range(2):
        image = render_image(press_order(made, tmp_path), attempt())
        assert image.path.read_bytes() == cold
    other = titled(job, "Ravi", "image")
    theirs = render_image(press_order(other, tmp_path), attempt()).path.read_bytes()
    assert theirs != cold
    assert Image.open(io.BytesIO(theirs)).size == (320, 180)
