"""Rectangles named for a frame hold all that values can change in it, and the composer draws there alone."""

import numpy as np
import pytest
from tests.studio.mlt_documents import clear, filter_, place, text
from tests.studio.render.conftest import Job, MakeJob, job, samples
from tests.studio.render.scenes import NAME, SCENES, stacked

from reelpress.studio.plan import OutputSpec
from reelpress.studio.plan.rects import apart
from reelpress.studio.plan.touches import position_of, touches_at
from reelpress.studio.render.frames import Composer

__all__ = ["job", "samples"]
SEEN = (0, 3, 11, 25, 49)


def touched_by(made: Job, number: int) -> np.ndarray:
    """A mask of the pixels named for a frame."""
    part = next(one for one in made.plan.parts if number < one.first + one.frames)
    mask = np.zeros((made.plan.output.height, made.plan.output.width), bool)
    for touch in touches_at(part, made.plan.output, number):
        mask[touch.rect.top : touch.rect.bottom, touch.rect.left : touch.rect.right] = True
    return mask


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_two_customers_differ_only_where_touches_say(job: MakeJob, scene: bytes) -> None:
    one, other = job(scene, name="Asha"), job(scene, name="Maximiliana Wolfeschlegel")
    with (
        Composer(one.plan, one.resolved, one.files) as first,
        Composer(other.plan, other.resolved, other.files) as second,
    ):
        for number in SEEN:
            mask = touched_by(one, number)
            a, b = first.frame(number), second.frame(number)
            assert not (a.y != b.y)[~mask].any()
            assert not ((a.u != b.u) | (a.v != b.v))[~mask[::2, ::2]].any()


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_the_composer_redraws_the_named_rectangles_and_no_others(job: MakeJob, scene: bytes) -> None:
    made = job(scene, name="Asha")
    (part,) = made.plan.parts
    with Composer(made.plan, made.resolved, made.files) as composer:
        for number in SEEN:
            named = apart(touch.rect for touch in touches_at(part, made.plan.output, number))
            laid = composer.personal(number)
            places = dict.fromkeys((one.x, one.y) for one in laid)
            sizes = {(rect.left, rect.top): (rect.right, rect.bottom) for rect in named}
            assert list(places) == list(sizes)
            for one in laid:
                height, width = one.patch.keep.shape
                right, bottom = sizes[one.x, one.y]
                assert one.x + one.patch.x + width <= right
                assert one.y + one.patch.y + height <= bottom


def test_every_layer_visible_in_a_frame_is_named_bottom_to_top(job: MakeJob) -> None:
    made = job(SCENES["two layers over each other"], name="Asha")
    touches = touches_at(made.plan.parts[0], made.plan.output, 10)
    assert [touch.layer for touch in touches] == ["photo", "name"]


def test_what_cannot_be_seen_touches_nothing(job: MakeJob) -> None:
    clear_text = text("{{name}}", geometry="20 40 280 60 0")
    outside = text("{{name}}", geometry="400 40 280 60 1")
    faded = text("{{name}}") + filter_("brightness", {"alpha": "0"})
    for inner in (clear_text, outside, faded):
        made = job(stacked(clear("title", 50, inner)), name="Asha")
        assert touches_at(made.plan.parts[0], made.plan.output, 10) == ()


def test_a_moving_text_touches_where_it_is_and_not_where_it_was(job: MakeJob) -> None:
    moving = place("0=0 0 320 180 1;49=0 100 320 180 1")
    made = job(stacked(clear("title", 50, text("{{name}}", geometry="20 0 280 40 1") + moving)), name="A")
    first, last = (touches_at(made.plan.parts[0], made.plan.output, n)[0].rect for n in (0, 49))
    assert (first.top, last.top) == (0, 100)
    assert first.bottom < last.top


def test_another_output_size_moves_the_rectangle_with_the_picture(job: MakeJob) -> None:
    small, tall = job(stacked(clear("title", 50, NAME)), name="A"), OutputSpec(width=320, height=320)
    bars = job(stacked(clear("title", 50, NAME)), tall, name="A")
    here = touches_at(small.plan.parts[0], small.plan.output, 10)[0].rect
    there = touches_at(bars.plan.parts[0], bars.plan.output, 10)[0].rect
    assert there.top - here.top == 70
    assert there.bottom - here.bottom == 70


def test_positions_count_in_frames_of_the_part_and_stay_inside_it(job: MakeJob) -> None:
    made = job(stacked(clear("title", 50, NAME)), OutputSpec(fps_num=30), name="A")
    (part,) = made.plan.parts
    assert [position_of(part, made.plan.output, number) for number in (0, 6, 30)] == [0, 5, 25]
    assert position_of(part, made.plan.output, 59) == pytest.approx(49, abs=0.2)
    assert position_of(part, made.plan.output, 10_000) == 49
