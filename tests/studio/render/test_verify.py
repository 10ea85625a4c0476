"""A joined video that is not what it should be is found out, and rendered straight with the reason said."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from tests.studio.mlt_documents import clear, text
from tests.studio.render.conftest import Job, MakeJob
from tests.studio.render.scenes import filmed, own_keys, stacked, wanted_of

from reelpress.studio.plan import OutputSpec
from reelpress.studio.render import PressedVideo, press_video, video, write_video
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.join import Film, Part, join
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.verify import cheap_faults, full_faults

WORDS = text("{{name}}", geometry="0 10 320 160 1", size="120")


@pytest.fixture
def customers(job: MakeJob) -> list[Job]:
    """Two whose pictures are unlike each other: large words over a few seconds of film."""
    scene = stacked(clear("title", 50, WORDS))
    return [job(scene, OutputSpec(), name=name) for name in ("WWWW", "iii")]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def with_segment(film: Film, segment: Segment) -> Film:
    """The film, another segment in the place of its only own one."""
    ((part,),) = film.stacks
    return replace(film, stacks=[(Part(part.key, segment, own=True),)])


def all_faults(made: Job, film: Film) -> list[str]:
    joined = join(film)
    faults = cheap_faults(made.plan, film, joined)
    with Composer(made.plan, made.resolved, made.files) as composer:
        return faults + full_faults(made.plan, film, joined, composer)


def test_a_video_as_it_should_be_has_no_fault(customers: Sequence[Job], cache: Cache) -> None:
    for made in customers:
        assert all_faults(made, filmed(made, cache)) == []


def test_another_customers_segment_is_found_by_looking(customers: Sequence[Job], cache: Cache) -> None:
    her, other = customers
    swapped = with_segment(filmed(her, cache), filmed(other, cache).stacks[0][0].segment)
    assert cheap_faults(her.plan, swapped, join(swapped)) == []
    found = all_faults(her, swapped)
    assert any("unlike what was composed" in fault for fault in found)


def cut_in_its_bytes(segment: Segment) -> Segment:
    """As many samples of the same sizes; the later half of the bytes is lost."""
    half = len(segment.data) // 2
    return Segment(segment.sizes, segment.keys, segment.data[:half] + bytes(len(segment.data) - half))


def one_picture_less(segment: Segment) -> Segment:
    return Segment.of_samples(segment.samples()[:-1], segment.keys.tolist())


def one_picture_twice(segment: Segment) -> Segment:
    samples = segment.samples()
    return Segment.of_samples([*samples, samples[-1]], segment.keys.tolist())


def pictures_in_another_order(segment: Segment) -> Segment:
    samples = segment.samples()
    return Segment.of_samples([samples[0], *reversed(samples[1:])], segment.keys.tolist())


DAMAGE: dict[str, Callable[[Segment], Segment]] = {
    "cut in its bytes": cut_in_its_bytes,
    "one picture less": one_picture_less,
    "one picture twice": one_picture_twice,
    "another order": pictures_in_another_order,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_segment_is_found(
    customers: Sequence[Job], cache: Cache, damage: Callable[[Segment], Segment]
) -> None:
    film = filmed(customers[0], cache)
    assert all_faults(customers[0], with_segment(film, damage(film.stacks[0][0].segment)))


@pytest.mark.parametrize("damage", [one_picture_less, one_picture_twice])
def test_a_wrong_count_is_found_without_decoding(
    customers: Sequence[Job], cache: Cache, damage: Callable[[Segment], Segment]
) -> None:
    film = filmed(customers[0], cache)
    wrong = with_segment(film, damage(film.stacks[0][0].segment))
    (fault,) = cheap_faults(customers[0].plan, wrong, join(wrong))
    assert "pictures for a plan of 50 frames" in fault


def test_pieces_that_do_not_add_up_are_found_without_decoding(customers: Sequence[Job], cache: Cache) -> None:
    film = filmed(customers[0], cache)
    joined = join(film)
    shorter = replace(joined, extents=joined.extents[:-1])
    assert "the pieces do not add up to the file" in cheap_faults(customers[0].plan, film, shorter)
    longer = replace(joined, total=joined.total + 1)
    assert cheap_faults(customers[0].plan, film, longer)


def test_bands_of_another_number_of_pictures_are_found(customers: Sequence[Job], cache: Cache) -> None:
    film = filmed(customers[0], cache)
    ((part,),) = film.stacks
    below = Part("below", one_picture_less(part.segment), own=True)
    uneven = replace(film, stacks=[(part, below)])
    faults = cheap_faults(customers[0].plan, uneven, join(film))
    assert "pieces of one picture differ in number" in faults


def poisoned(customers: Sequence[Job], tmp_path: Path) -> Job:
    """Under the key of the first customer lies the second one's segment."""
    elsewhere = Cache(tmp_path / "elsewhere")
    her, other = (filmed(made, elsewhere) for made in customers)
    Cache(tmp_path / "cache").write(own_keys(her)[0], other.stacks[0][0].segment.encode())
    return customers[0]


def pressed(made: Job, tmp_path: Path, name: str = "out") -> PressedVideo:
    folder = tmp_path / name
    folder.mkdir()
    return press_video(wanted_of(made, tmp_path), folder)


def assert_shows(path: Path, made: Job) -> None:
    with av.open(str(path)) as container:
        pictures = [np.asarray(frame.to_ndarray()[:180], int) for frame in container.decode(video=0)]
    for picture, frame in zip(pictures, made.frames(), strict=True):
        assert ((picture - frame.y) ** 2).mean() < 40


def test_the_first_video_of_a_plan_falls_back_to_straight_and_says_why(
    customers: Sequence[Job], tmp_path: Path
) -> None:
    made = poisoned(customers, tmp_path)
    answer = pressed(made, tmp_path)
    assert "unlike what was composed" in answer.straight
    assert answer.joined is None
    assert answer.segments == {}
    assert answer.whole is not None
    assert answer.bytes == answer.whole.stat().st_size
    assert_shows(answer.whole, made)


def test_a_plan_that_failed_is_looked_at_whole_again(customers: Sequence[Job], tmp_path: Path) -> None:
    made = poisoned(customers, tmp_path)
    for name in ("one", "two"):
        assert pressed(made, tmp_path, name).straight
    assert pressed(customers[1], tmp_path, "three").straight == ""
    assert pressed(customers[1], tmp_path, "four").joined is not None


def test_the_file_of_the_command_line_falls_back_too(customers: Sequence[Job], tmp_path: Path) -> None:
    made = poisoned(customers, tmp_path)
    path = tmp_path / "video.mp4"
    write_video(wanted_of(made, tmp_path), path)
    assert_shows(path, made)


def test_the_first_video_is_looked_at_whole_and_later_ones_cheaply(
    customers: Sequence[Job], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    real_cheap, real_full = video.cheap_faults, video.full_faults

    def cheap(*what):
        looked.append("cheap")
        return real_cheap(*what)

    def full(*what):
        looked.append("full")
        return real_full(*what)

    monkeypatch.setattr(video, "cheap_faults", cheap)
    monkeypatch.setattr(video, "full_faults", full)
    for number, made in enumerate(customers):
        assert pressed(made, tmp_path, str(number)).straight == ""
    assert looked == ["cheap", "full", "cheap"]


def test_her_segments_lie_in_the_folder_of_the_render(customers: Sequence[Job], tmp_path: Path) -> None:
    answer = pressed(customers[0], tmp_path)
    assert answer.straight == ""
    assert (answer.frames, answer.width, answer.height, answer.duration_s) == (50, 320, 180, 2.0)
    for key, path in answer.segments.items():
        assert path.parent == tmp_path / "out"
        assert path.read_bytes() == Cache(tmp_path / "cache").path(key).read_bytes()
    assert answer.made == len(answer.segments) == 2
