"""The press renders what is personal, once for all who share it, and finds what was rendered before."""

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from tests.studio.mlt_documents import clear, document, text
from tests.studio.render.conftest import Job, MakeJob
from tests.studio.render.scenes import FILM, filmed, order_of, own_keys, press_of, wanted_of

from reelpress.studio.plan import OutputSpec
from reelpress.studio.plan.model import Span
from reelpress.studio.render import PressOrder, prepare_plan, press_video
from reelpress.studio.render import kit as kit_module
from reelpress.studio.render import press as press_module
from reelpress.studio.render.bases import Bases, write_bases
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.join import Film, join, whole
from reelpress.studio.render.manners import BaseFrames, Manner
from reelpress.studio.render.planes import blank
from reelpress.studio.render.segment import Segment

HELLO = text("Hi {{name}}", geometry="20 20 280 60 1")
PRICE = text("{{price}}", geometry="20 100 280 60 1")


def template(*, price: str = PRICE, lead: int = 0) -> bytes:
    """Shared, a name for 20 frames, shared, a price for 20 frames, shared; every stretch lasts 20 frames."""
    clips = [
        FILM.replace('out="49"', 'out="119"'),
        clear("hello", 20, HELLO),
        clear("price", 20, price),
        clear("lead", 20, text("soon")),
    ]
    film = [("film", 0, 0, 99)]
    tracks = [film, [("hello", 20 + lead, 0, 19), ("price", 20, 0, 19)]]
    return document(clips, tracks, frames=100 + lead)


@pytest.fixture
def made(job: MakeJob) -> Callable[..., Job]:
    def make(data: bytes | None = None, name: str = "Asha", price: str = "12", **more: object) -> Job:
        return job(data or template(), name=name, price=price, **more)

    return make


MakeOne = Callable[..., Job]


def keys(film: Film) -> list[str]:
    return [part.key for part in film.parts]


def fresh(cache: Cache, film: Callable[[], Film]) -> tuple[Film, int]:
    """A film, and how many segments were made for it."""
    before = cache.counters.made
    return film(), cache.counters.made - before


def test_the_plan_of_these_tests_is_what_they_take_it_for(made: MakeOne) -> None:
    assert [(span.kind, span.frames, span.layers) for span in made().plan.spans] == [
        ("shared", 20, ()),
        ("full", 20, ("name",)),
        ("shared", 20, ()),
        ("full", 20, ("price",)),
        ("shared", 20, ()),
    ]


def test_a_customer_known_already_costs_no_segment(made: MakeOne, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first, count = fresh(cache, lambda: filmed(made(), cache))
    assert count == 6, "three shared spans, two of hers, and the sound"
    again, count = fresh(cache, lambda: filmed(made(), cache))
    assert count == 0
    assert whole(again, join(again)) == whole(first, join(first))


def test_another_customer_renders_personal_spans_alone(made: MakeOne, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = filmed(made(), cache)
    other, count = fresh(cache, lambda: filmed(made(name="Ravi", price="99"), cache))
    assert count == 2
    assert not set(own_keys(first)) & set(own_keys(other))
    assert [a == b for a, b in zip(keys(first), keys(other), strict=True)] == [
        True,
        False,
        True,
        False,
        True,
        True,
    ]
    _, count = fresh(cache, lambda: filmed(made(name="Asha", price="99"), cache))
    assert count == 0, "both of her spans are somebody's"


def test_what_is_shared_is_made_before_the_first_customer(made: MakeOne, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    seen: list[int] = []
    press = press_of(made(), cache)
    press.prepare(lambda span: seen.append(span.first))
    assert seen == [0, 20, 40, 60, 80]
    _, count = fresh(cache, lambda: press.film(order_of(made())))
    assert count == 2


def test_the_shared_spans_are_marked_shared_and_hers_her_own(made: MakeOne, tmp_path: Path) -> None:
    film = filmed(made(), Cache(tmp_path))
    assert [part.own for part in film.parts] == [False, True, False, True, False, False]


def in_another_process(wanted: PressOrder, folder: Path, answers: "multiprocessing.Queue[int]") -> None:
    folder.mkdir()
    answers.put(press_video(wanted, folder).made)


def started(made: Job, tmp_path: Path, count: int) -> list[int]:
    """How many segments each of `count` processes made that begin at once."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    wanted = wanted_of(made, tmp_path)
    processes = [
        context.Process(target=in_another_process, args=(wanted, tmp_path / str(number), answers))
        for number in range(count)
    ]
    for process in processes:
        process.start()
    made_by = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    return made_by


def test_processes_at_once_make_every_segment_once_and_later_ones_find_them(
    made: MakeOne, tmp_path: Path
) -> None:
    assert sum(started(made(), tmp_path, 2)) == 6
    folder = tmp_path / "here"
    folder.mkdir()
    assert press_video(wanted_of(made(), tmp_path), folder).made == 0
    joined = {(tmp_path / name / "video.join").read_bytes() for name in ("0", "1", "here")}
    assert len(joined) == 1


def test_threads_at_once_make_every_segment_once(made: MakeOne, tmp_path: Path) -> None:
    cache, gate = Cache(tmp_path), threading.Barrier(3)
    press, one = press_of(made(), cache), made()

    def film(_: int) -> list[str]:
        gate.wait()
        return keys(press.film(order_of(one)))

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(film, range(3)))
    assert cache.counters.made == 6
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("damage", [b"", b"half of it"], ids=["empty", "cut"])
def test_whatever_lies_damaged_in_the_cache_is_made_anew(
    made: MakeOne, tmp_path: Path, damage: bytes
) -> None:
    first = filmed(made(), Cache(tmp_path))
    damaged = [path for path in tmp_path.glob("*/*") if path.is_file()]
    assert len(damaged) >= 10, "segments, kits and base frames"
    for path in damaged:
        path.write_bytes(damage)
    again = filmed(made(), Cache(tmp_path))
    assert whole(again, join(again)) == whole(first, join(first))
    other = filmed(made(name="Ravi"), Cache(tmp_path))
    assert len(own_keys(other)) == 2


def test_a_new_version_renders_only_the_span_that_changed(made: MakeOne, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = filmed(made(), cache)
    bolder = template(price=PRICE.replace(">400<", ">700<"))
    second, count = fresh(cache, lambda: filmed(made(bolder), cache))
    assert count == 1
    assert [a == b for a, b in zip(keys(first), keys(second), strict=True)] == [
        True,
        True,
        True,
        False,
        True,
        True,
    ]


def test_a_layer_that_moves_in_time_takes_only_what_it_touched_along(made: MakeOne, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    filmed(made(), cache)
    renamed = template().replace(b"{{name}}", b"{{first}}")
    _, count = fresh(cache, lambda: filmed(made(renamed, first="Asha"), cache))
    assert count == 0, "another field with the same value shows the same"


def test_workspaces_share_no_segment_of_a_customer(made: MakeOne, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    one, other = filmed(made(), cache, "one"), filmed(made(), cache, "other")
    assert not set(keys(one)) & set(keys(other))
    assert whole(one, join(one)) == whole(other, join(other))
    assert join(one).etag != join(other).etag


def test_where_every_frame_is_personal_no_base_frames_are_written(
    job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press_module, "STORED_BASE_BYTES", 100 * 320 * 180)
    scene = document(
        [FILM.replace('out="49"', 'out="119"'), clear("hello", 100, HELLO)],
        [[("film", 0, 0, 99)], [("hello", 0, 0, 99)]],
        frames=100,
    )
    one = job(scene, name="Asha")
    assert {span.kind for span in one.plan.spans} == {"full"}
    streamed = filmed(one, Cache(tmp_path / "streamed"))
    frame_bytes = 320 * 180 * 3 // 2
    assert max(path.stat().st_size for path in (tmp_path / "streamed").glob("*/*")) < 10 * frame_bytes
    monkeypatch.undo()
    stored = filmed(one, Cache(tmp_path / "stored"))
    assert whole(streamed, join(streamed)) == whole(stored, join(stored))
    sizes = [path.stat().st_size for path in (tmp_path / "stored").glob("*/*")]
    assert 100 * frame_bytes in sizes


def test_how_a_span_is_coded_is_measured_with_text_in_it(
    made: MakeOne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bytes] = []

    def measured(frames: BaseFrames, fps: Fraction, span: Span) -> tuple[str, tuple[Manner, ...]]:
        looked.append(next(frames(span.first, 1)).data.tobytes())
        return "clean", (Manner(26.0),)

    monkeypatch.setattr(kit_module, "measured", measured)
    press_of(made(), Cache(tmp_path)).prepare()
    hers, others = (
        [seen_of(one, at) for at in (20, 60)]
        for one in (made(name="Alexandra", price="Alexandra"), made(name="Asha", price="12"))
    )
    assert sorted(looked) == sorted(hers)
    assert not set(looked) & set(others)


def test_another_fallback_is_measured_anew_since_it_looks_otherwise(
    made: MakeOne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans: list[int] = []

    def measured(_: BaseFrames, fps: Fraction, span: Span) -> tuple[str, tuple[Manner, ...]]:
        spans.append(span.first)
        return "clean", (Manner(26.0),)

    monkeypatch.setattr(kit_module, "measured", measured)
    cache = Cache(tmp_path)
    for price in (PRICE, PRICE, text("{{price}}", geometry="20 100 280 60 1", reelpress_fallback="nothing")):
        press_of(made(template(price=price)), cache).prepare()
    assert sorted(spans) == [20, 60, 60]


def seen_of(job: Job, number: int) -> bytes:
    with Composer(job.plan, job.resolved, job.files) as composer:
        return composer.frame(number).data.tobytes()


def test_preparing_a_plan_twice_makes_nothing_twice(made: MakeOne, tmp_path: Path) -> None:
    wanted = wanted_of(made(), tmp_path)
    assert prepare_plan(wanted) == 5
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("cache/*/*")}
    sizes = {path: path.stat().st_ino for path in before}
    assert prepare_plan(wanted) == 5
    assert {path: path.stat().st_ino for path in tmp_path.glob("cache/*/*")} == sizes


def test_what_preparing_a_plan_took_is_given_back(
    made: MakeOne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by_then: list[int] = []

    def given_back() -> None:
        made_by_then.append(len(list(tmp_path.glob("cache/*/*"))))

    monkeypatch.setattr("reelpress.studio.render.video.give_back_memory", given_back)
    prepare_plan(wanted_of(made(), tmp_path))
    assert made_by_then == [len(list(tmp_path.glob("cache/*/*")))]
    assert made_by_then[0] > 0


def test_another_output_shares_nothing_but_the_sound(made: MakeOne, job: MakeJob, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    one = filmed(made(), cache)
    small = job(template(), OutputSpec(width=160, height=90), name="Asha", price="12")
    assert set(keys(one)) & set(keys(filmed(small, cache))) == {keys(one)[-1]}


def test_base_frames_come_back_as_they_were_written(tmp_path: Path) -> None:
    frames = []
    for number in range(5):
        frame = blank(64, 36)
        frame.data[:] = 10 * number
        frames.append(frame)
    write_bases(tmp_path / "bases", frames)
    bases = Bases.open(tmp_path / "bases", 64, 36)
    assert bases.count == 5
    assert [int(frame.data[0, 0]) for frame in bases.frames(1, 3)] == [10, 20, 30]
    for number, frame in enumerate(bases.frames()):
        assert np.array_equal(frame.data, frames[number].data)
    with pytest.raises(OSError, match="cut short"):
        bases.read(5, blank(64, 36))
    bases.close()


def test_a_segment_of_pictures_counts_as_many_as_its_span(made: MakeOne, tmp_path: Path) -> None:
    film = filmed(made(), Cache(tmp_path))
    for span, (part,) in zip(made().plan.spans, film.stacks, strict=True):
        assert len(part.segment.sizes) == span.frames
        assert part.segment.keys.tolist()[0] == 0
        assert Segment.decode(part.segment.encode()).keys.tolist() == part.segment.keys.tolist()
