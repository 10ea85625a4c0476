"""Stills of a draft that somebody moves through: warm or cold, they are the frames of the video."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.studio.mlt_documents import clear, document, producer, text
from tests.studio.render.conftest import Job, MakeJob

from reelpress.studio.plan import Resolved, resolve
from reelpress.studio.render import RenderFault, render_still
from reelpress.studio.render.previews import representative_frame
from reelpress.studio.render.stillroom import (
    MAX_BASES,
    MAX_PEOPLE,
    MAX_ROOMS,
    StillOrder,
    layers_at,
    still_of,
)

FRAMES, FPS = 50, 25
FILM = producer("film", "avformat-novalidate", "film.mp4", FRAMES, tag="chain")


@pytest.fixture
def made(job: MakeJob) -> Job:
    """Over a film: a name in frames 10 to 39."""
    layer = clear("title", 30, text("Hi {{name}}"))
    tracks = [[("film", 0, 0, FRAMES - 1)], [("title", 10, 0, 29)]]
    return job(document([FILM, layer], tracks, frames=FRAMES), name="Asha")


def order(job: Job, number: int, width: int = 0, **values: str) -> StillOrder:
    resolved = resolve(job.plan, values) if values else job.resolved
    assert isinstance(resolved, Resolved)
    return StillOrder(job.plan.encode(), resolved, job.files, number / FPS, width=width)


def pixels(jpeg: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))


def test_in_any_order_a_still_is_the_frame_of_the_video(made: Job) -> None:
    for number in (40, 3, 41, 12, 0, 49, 12, 40):
        cold = render_still(made.plan, made.resolved, made.files, number / FPS)
        assert still_of(order(made, number)).jpeg == cold, number


def test_more_moments_and_people_than_are_kept_change_nothing(made: Job) -> None:
    names = [f"N{at}" for at in range(MAX_PEOPLE + 2)]
    first = [still_of(order(made, 12, name=name)).jpeg for name in names]
    assert len(set(first)) == len(names)
    for number in range(MAX_BASES + 4):
        still_of(order(made, number))
    assert [still_of(order(made, 12, name=name)).jpeg for name in names] == first


def test_a_draft_that_was_let_go_is_opened_again(job: MakeJob, made: Job) -> None:
    first = still_of(order(made, 12)).jpeg
    for at in range(MAX_ROOMS + 1):
        other = job(document([FILM], [[("film", 0, at, at + 9)]], frames=10))
        still_of(order(other, 3))
    assert still_of(order(made, 12)).jpeg == first


def test_the_layers_in_sight_come_with_the_moment(made: Job) -> None:
    name = made.plan.layers[0].name
    assert still_of(order(made, 9)).layers == ()
    assert still_of(order(made, 10)).layers == (name,)
    assert layers_at(made.plan, 39) == (name,)
    assert layers_at(made.plan, 40) == ()


def test_a_still_has_the_width_asked_for_and_never_more_than_the_video(made: Job) -> None:
    whole = pixels(still_of(order(made, 20)).jpeg)
    assert pixels(still_of(order(made, 20, width=160)).jpeg).shape == (90, 160, 3)
    assert pixels(still_of(order(made, 20, width=4000)).jpeg).shape == whole.shape == (180, 320, 3)


def test_without_a_moment_the_one_is_taken_that_shows_the_layers(made: Job) -> None:
    asked = StillOrder(made.plan.encode(), made.resolved, made.files)
    seen = still_of(asked)
    assert seen.layers
    assert seen.at_s == representative_frame(made.plan) / FPS


def test_the_frame_that_stands_for_a_part_lies_in_it(made: Job) -> None:
    assert representative_frame(made.plan, 0) == representative_frame(made.plan)
    assert 10 <= representative_frame(made.plan, 0) <= 39


def test_a_missing_film_is_named_and_found_when_it_is_there(made: Job, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    files = {**made.files, **dict.fromkeys(made.plan.resources, film)}
    asked = StillOrder(made.plan.encode(), made.resolved, files, 0.2)
    with pytest.raises(RenderFault, match=r"film\.mp4"):
        still_of(asked)
    film.write_bytes(made.files["film.mp4"].read_bytes())
    assert still_of(asked).jpeg == still_of(order(made, 5)).jpeg
