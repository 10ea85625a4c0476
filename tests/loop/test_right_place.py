"""Data changes the picture where its layer stands and nowhere else, before and after encoding."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import pytest

from reelpress.cli.template import template_plan
from reelpress.studio.plan import Plan, Resolved, resolve
from reelpress.studio.plan.mapping import image_key
from reelpress.studio.plan.model import FrameRange
from reelpress.studio.render import PressOrder, Stockroom, compose, file_digest, write_video
from reelpress.studio.render.planes import Frame
from reelpress.studio.scene.ops import Box

EXAMPLES = Path(__file__).parents[2] / "examples"
CUSTOMERS = (("Emma", "portrait-one.jpg"), ("தமிழ்செல்வி", "portrait-three.jpg"))
EVERY = 15  # frames between those that are kept whole
LEAST_DB = 40.0
EDGE = 4  # pixels: the filter that halves the chroma planes reaches this far beyond a box


@dataclass
class Seen:
    """One customer's film: what was composed, and the file it became."""

    path: Path
    outside: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    kept: dict[int, Frame] = field(default_factory=dict)


@dataclass(frozen=True)
class Films:
    plan: Plan
    first: Seen
    second: Seen


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Films:
    """The welcome film of two customers, composed and encoded as for delivery."""
    folder = tmp_path_factory.mktemp("films")
    template = EXAMPLES / "templates" / "welcome" / "welcome.mlt"
    plan = template_plan(template)
    seen = [_film(plan, template.parent, *customer, folder) for customer in CUSTOMERS]
    return Films(plan, *seen)


def test_outside_the_layers_two_customers_see_the_same_to_the_bit(films: Films) -> None:
    assert len(films.first.outside) == films.plan.frames
    differing = [
        number
        for number, (first, second) in enumerate(zip(films.first.outside, films.second.outside, strict=True))
        if first != second
    ]
    assert differing == []


def test_inside_the_layers_each_customer_sees_her_own(films: Films) -> None:
    same = {
        number
        for number, (first, second) in enumerate(zip(films.first.inside, films.second.inside, strict=True))
        if first == second
    }
    settled = {
        number
        for layer in films.plan.layers
        for stretch in layer.ranges
        for number in range(stretch.first + 15, stretch.last - 15)  # faded in, slid in
    }
    assert len(settled) > 100
    assert same & settled == set()


def test_encoding_leaves_the_picture_outside_the_layers_as_it_was_composed(films: Films) -> None:
    for seen in (films.first, films.second):
        decoded = _decoded(seen.path, set(seen.kept))
        worst = min(_psnr(films.plan, number, frame, decoded[number]) for number, frame in seen.kept.items())
        assert worst >= LEAST_DB


def test_after_encoding_two_customers_still_see_the_same_outside_the_layers(films: Films) -> None:
    numbers = set(films.first.kept)
    first, second = _decoded(films.first.path, numbers), _decoded(films.second.path, numbers)
    assert min(_psnr(films.plan, number, first[number], second[number]) for number in numbers) >= LEAST_DB


def _film(plan: Plan, media: Path, name: str, portrait: str, folder: Path) -> Seen:
    resolved = resolve(plan, {"name": name, "photo": portrait})
    assert isinstance(resolved, Resolved)
    files = {resource: media / resource for resource in plan.resources}
    files[image_key("photo")] = EXAMPLES / "media" / portrait
    seen = Seen(folder / f"{portrait}.mp4")
    for _ in _watched(plan, compose(plan, resolved, files), seen):
        pass
    contents = {resource: file_digest(files[resource]) for resource in plan.resources}
    room = Stockroom(folder / "cache")
    write_video(PressOrder(plan.encode(), resolved, files, contents, room), seen.path)
    return seen


def _watched(plan: Plan, frames: Iterator[Frame], seen: Seen) -> Iterator[Frame]:
    for number, frame in enumerate(frames):
        inside, outside = hashlib.sha256(), hashlib.sha256()
        for plane, mask in zip(_planes(frame), _masks(plan, number), strict=True):
            inside.update(plane[mask].tobytes())
            outside.update(plane[~mask].tobytes())
        seen.inside.append(inside.hexdigest())
        seen.outside.append(outside.hexdigest())
        if number % EVERY == 0:
            seen.kept[number] = frame.copy()
        yield frame


def _planes(frame: Frame) -> tuple[np.ndarray, ...]:
    return frame.y, frame.u, frame.v


def _masks(plan: Plan, number: int) -> tuple[np.ndarray, ...]:
    """True where a layer that is on screen at this frame may draw; one mask for each plane."""
    whole = np.zeros((plan.output.height, plan.output.width), dtype=bool)
    for layer in plan.layers:
        if any(_within(stretch, number) for stretch in layer.ranges):
            whole[_rows(layer.box), _columns(layer.box)] = True
    half = whole[::2, ::2]
    return whole, half, half


def _within(stretch: FrameRange, number: int) -> bool:
    return stretch.first <= number <= stretch.last


def _rows(box: Box) -> slice:
    return _even(box.y, box.y + box.height)


def _columns(box: Box) -> slice:
    return _even(box.x, box.x + box.width)


def _even(low: float, high: float) -> slice:
    return slice(max(0, int(low - EDGE) // 2 * 2), -(-int(high + EDGE) // 2) * 2)


def _decoded(path: Path, numbers: set[int]) -> dict[int, Frame]:
    with av.open(str(path)) as container:
        frames = {
            number: frame.to_ndarray()
            for number, frame in enumerate(container.decode(video=0))
            if number in numbers
        }
    return {
        number: Frame(picture, picture.shape[1], picture.shape[0] * 2 // 3)
        for number, picture in frames.items()
    }


def _psnr(plan: Plan, number: int, first: Frame, second: Frame) -> float:
    """Decibels over all samples outside the layers; pictures that are equal have 100."""
    squares, samples = 0.0, 0
    for one, other, mask in zip(_planes(first), _planes(second), _masks(plan, number), strict=True):
        difference = one[~mask].astype(np.float64) - other[~mask]
        squares += float(np.sum(difference**2))
        samples += difference.size
    return 100.0 if squares == 0 else 10 * float(np.log10(255**2 * samples / squares))
