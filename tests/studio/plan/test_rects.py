"""Rectangles of whole, even pixels, joined until none is near another."""

from hypothesis import given
from hypothesis import strategies as st

from reelpress.studio.plan.rects import NEAR_PX, Rect, apart
from reelpress.studio.scene.ops import Box

WIDTH, HEIGHT = 320, 180
edge = st.floats(-400, 700, allow_nan=False)
side = st.floats(0, 500, allow_nan=False)
boxes = st.builds(Box, edge, edge, side, side)
even = st.integers(0, 60).map(lambda half: 2 * half)
sides = st.integers(1, 20).map(lambda half: 2 * half)
rects = st.lists(
    st.builds(lambda x, y, w, h: Rect(x, y, x + w, y + h), even, even, sides, sides), max_size=12
)


def holds(outer: Rect, inner: Rect) -> bool:
    return outer.join(inner) == outer


@given(boxes)
def test_a_box_inside_the_output_lies_wholly_in_its_rectangle_whose_edges_are_even(box: Box) -> None:
    rect = Rect.around(box, WIDTH, HEIGHT)
    if rect.empty:
        return
    assert not any(number % 2 for number in (rect.left, rect.top, rect.right, rect.bottom))
    assert 0 <= rect.left < rect.right <= WIDTH
    assert 0 <= rect.top < rect.bottom <= HEIGHT
    slack = 1e-5
    assert rect.left <= max(0.0, box.x) + slack
    assert rect.top <= max(0.0, box.y) + slack
    assert rect.right >= min(WIDTH, box.x + box.width) - slack
    assert rect.bottom >= min(HEIGHT, box.y + box.height) - slack


@given(boxes)
def test_no_box_that_reaches_into_the_output_is_lost(box: Box) -> None:
    reaches = box.width > 0.01 and box.height > 0.01  # a box without an inside touches no pixel
    reaches &= box.x < WIDTH - 1 and box.x + box.width > 1 and box.y < HEIGHT - 1 and box.y + box.height > 1
    if reaches:
        assert not Rect.around(box, WIDTH, HEIGHT).empty


def test_edges_on_a_pixel_are_kept_and_edges_between_get_one_to_spare() -> None:
    assert Rect.around(Box(20, 40, 100, 60), WIDTH, HEIGHT) == Rect(20, 40, 120, 100)
    assert Rect.around(Box(20.5, 40.5, 100, 60), WIDTH, HEIGHT) == Rect(18, 38, 122, 102)
    assert Rect.nearest(Box(20.5, 40.5, 100, 60), WIDTH, HEIGHT) == Rect(20, 40, 120, 100)


@given(rects)
def test_rectangles_come_out_apart_and_hold_all_that_went_in(given_: list[Rect]) -> None:
    found = apart(given_)
    for at, one in enumerate(found):
        assert not any(one.near(other) for other in found[at + 1 :])
    for rect in given_:
        assert sum(holds(whole, rect) for whole in found) == 1


@given(rects)
def test_rectangles_are_no_larger_than_what_they_join(given_: list[Rect]) -> None:
    for whole in apart(given_):
        inside = [rect for rect in given_ if holds(whole, rect)]
        joined = inside[0]
        for rect in inside:
            joined = joined.join(rect)
        assert joined == whole


@given(rects, st.randoms(use_true_random=False))
def test_the_order_in_which_rectangles_come_changes_nothing(given_: list[Rect], random) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)
    assert set(apart(shuffled)) == set(apart(given_))


def test_rectangles_are_near_up_to_eight_pixels_and_no_further() -> None:
    one = Rect(0, 0, 10, 10)
    assert one.near(Rect(10 + NEAR_PX - 2, 0, 30, 10))
    assert not one.near(Rect(10 + NEAR_PX, 0, 30, 10))
    assert not one.near(Rect(0, 10 + NEAR_PX, 10, 30))
