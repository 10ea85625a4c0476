"""Small scenes that between them hold all that a personal span can meet, and presses for them."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray
from tests.studio.mlt_documents import (
    clear,
    document,
    filter_,
    paragraph,
    place,
    producer,
    properties,
    rich,
    text,
)
from tests.studio.render.conftest import Job

from reelpress.studio.render import PressOrder, Stockroom, file_digest
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.join import Film
from reelpress.studio.render.order import Order
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.press import Press

FILM = producer("film", "avformat-novalidate", "film.mp4", 50, tag="chain")
NAME = text("Hi {{name}}", geometry="20 60 280 40 1")
RICH = rich(
    paragraph("Dear <b>{{name}}</b>,", align="right"),
    paragraph('<span style="font-size:9pt; background-color:#c00020;">welcome</span> back'),
    geometry="20 20 280 100 1",
)
RICH_BELOW = rich(
    paragraph("{{name}} " * 3 + '<i style="font-size:30pt">goes on</i>'),
    geometry="200 60 100 30 1",
    **{"overflow-y": "1"},
)
FADE = filter_("brightness", {"alpha": "0=0;10=1"})
FROM_BLACK = filter_("brightness", {"level": "0=0;20=1"})
PHOTO = producer("photo", "qimage", "face.png", 50, place("200 20 90 90 0.9"), reelpress_field="photo")
BANNER = producer("banner", "color", "#80204060", 50, place("0 70 320 60 1", distort="1"))
BADGE = producer("badge", "qimage", "face.png", 50, place("100 50 80 80 0.7"))
_CROSS = {"a_track": "0", "b_track": "1", "mlt_service": "luma", "in": "0", "out": "19"}
_DISSOLVE = (
    '<tractor id="cross" in="0" out="19"><track producer="film"/><track producer="grey"/>'
    f"<transition>{properties(_CROSS)}</transition></tractor>"
)
_GREY = producer("grey", "color", "#ff406080", 50)


def on_film(effects: str) -> str:
    return FILM.replace("</chain>", f"{effects}</chain>")


def stacked(*clips: str, film: str = FILM, frames: int = 50) -> bytes:
    """Clips over the film, bottom to top."""
    ids = [clip.split('id="')[1].split('"')[0] for clip in clips]
    tracks = [[("film", 0, 0, frames - 1)], *([(id_, 0, 0, frames - 1)] for id_ in ids)]
    return document([film, *clips], tracks, frames=frames)


SCENES: dict[str, bytes] = {
    "text over film": stacked(clear("title", 50, NAME)),
    "text on the film itself": stacked(film=on_film(NAME)),
    "text on the film after a fade": stacked(film=on_film(FROM_BLACK + NAME)),
    "text on the film before a fade": stacked(film=on_film(NAME + FROM_BLACK)),
    "fading text": stacked(clear("title", 50, NAME + FADE)),
    "moving text": stacked(clear("title", 50, NAME + place("0=-40 0 320 180 1;49=60 30 320 180 1"))),
    "picture with a sample of its own": stacked(PHOTO),
    "text between a banner and a badge": stacked(BANNER, clear("title", 50, NAME), BADGE),
    "two layers over each other": stacked(PHOTO, clear("title", 50, NAME)),
    "text over a dissolve": document(
        [FILM, _GREY, _DISSOLVE, clear("title", 50, NAME)],
        [[("film", 0, 0, 9), ("cross", 0, 0, 19), ("grey", 0, 0, 19)], [("title", 0, 0, 49)]],
        frames=50,
    ),
    "rich text over film": stacked(clear("title", 50, RICH)),
    "rich text that goes on below its box": stacked(clear("title", 50, RICH_BELOW)),
    "text under a film in a corner": stacked(
        clear("title", 50, NAME), on_film(place("160 40 160 90 1")).replace('"film"', '"corner"')
    ),
}


def contents_of(job: Job) -> dict[str, str]:
    return {name: file_digest(path) for name, path in job.files.items() if name in job.plan.resources}


def order_of(job: Job) -> Order:
    pictures = {name: file_digest(path) for name, path in job.files.items() if name.startswith("field:")}
    return Order(job.resolved, job.files, contents_of(job) | pictures)


def press_of(job: Job, cache: Cache, scope: str = "") -> Press:
    own = {name: path for name, path in job.files.items() if name in job.plan.resources}
    return Press(job.plan, own, contents_of(job), cache, scope)


def filmed(job: Job, cache: Cache, scope: str = "") -> Film:
    return press_of(job, cache, scope).film(order_of(job))


def wanted_of(job: Job, folder: Path, scope: str = "") -> PressOrder:
    """The same as it crosses to a render process; the cache lies in `folder`."""
    room = Stockroom(folder / "cache", scope=scope)
    return PressOrder(job.plan.encode(), job.resolved, job.files, contents_of(job), room)


def own_keys(film: Film) -> list[str]:
    return [part.key for part in film.parts if part.own]


def alike(one: Iterable[Frame], other: Iterable[Frame]) -> bool:
    return all(np.array_equal(a.data, b.data) for a, b in zip(one, other, strict=True))


def make_tall_film(path: Path, *, frames: int, size: tuple[int, int], speed: int, fps: int = 25) -> Path:
    """A textured picture that moves down by `speed` pixels a frame, without sound."""
    width, height = size
    with av.open(str(path), "w", format="mp4") as container:
        video: Any = container.add_stream("libx264", rate=fps, options={"crf": "10", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.codec_context.colorspace = 1
        ground = _texture(width, 4 * height)
        for number in range(frames):
            rolled = np.roll(ground, number * speed, axis=0)[:height]
            frame = VideoFrame.from_ndarray(np.ascontiguousarray(rolled), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame.reformat(format="yuv420p", dst_colorspace=1)))
        container.mux(video.encode(None))
    return path


def _texture(width: int, height: int) -> NDArray[np.uint8]:
    """Soft shapes of many sizes, as film has them."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = [
        np.sin(rows / 37 + columns / 23),
        np.sin(rows / 11 - columns / 51),
        np.sin(rows / 5) * np.cos(columns / 7) * 0.5,
    ]
    grey = 120 + 30 * sum(waves) + np.random.default_rng(7).normal(0, 3, (height, width))
    tint = np.stack([grey, grey * 0.9 + 10 * np.sin(rows / 90), grey * 0.8], axis=-1)
    return np.clip(tint, 0, 255).astype(np.uint8)
