"""What is kept of earlier work: made once for all threads and processes, whole or not at all, and capped."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reelpress.studio.render.cache import Cache, Counters, own
from reelpress.studio.render.segment import Segment

AT_ONCE = 8
KEY, OTHER = "ab" * 16, "cd" * 16


def segment(word: bytes = b"word", count: int = 3) -> Segment:
    return Segment.of_samples([word] * count, [0])


def refuse() -> Segment:
    raise AssertionError("it was known")


def test_a_segment_is_made_once_then_found_in_memory_and_by_others_on_disk(tmp_path: Path) -> None:
    cache, other = Cache(tmp_path), Cache(tmp_path)
    assert not cache.known(KEY)
    cache.segment(KEY, segment)
    assert cache.known(KEY)
    assert cache.segment(KEY, refuse).samples() == segment().samples()
    assert other.segment(KEY, refuse).samples() == segment().samples()
    assert other.segment(KEY, refuse).keys.tolist() == [0]
    assert cache.counters == Counters(memory=1, disk=0, made=1)
    assert other.counters == Counters(memory=1, disk=1, made=0)


def slowly(made: list[int]) -> Segment:
    """Work long enough that whoever is not held back begins meanwhile."""
    made.append(1)
    return segment(os.urandom(200_000), 20)


def test_threads_that_want_one_key_at_once_make_it_once(tmp_path: Path) -> None:
    cache, made, gate = Cache(tmp_path, memory_bytes=0), list[int](), threading.Barrier(AT_ONCE)

    def want(_: int) -> bytes:
        gate.wait()
        return cache.segment(KEY, lambda: slowly(made)).encode()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        got = list(pool.map(want, range(AT_ONCE)))
    assert len(made) == 1
    assert len(set(got)) == 1
    assert list(tmp_path.glob("*/*.lock")) == []


def want_in_a_process(folder: Path, gate: "threading.Barrier", log: Path) -> None:
    def make(path: Path) -> None:
        with log.open("ab", buffering=0) as file:
            file.write(b"m")
        path.write_bytes(os.urandom(2_000_000))

    gate.wait(60)
    Cache(folder).file(KEY, make)


def test_processes_that_want_one_file_at_once_make_it_once(tmp_path: Path) -> None:
    context, log = multiprocessing.get_context("spawn"), tmp_path / "log"
    gate = context.Barrier(3)
    processes = [
        context.Process(target=want_in_a_process, args=(tmp_path / "cache", gate, log)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert log.read_bytes() == b"m"
    assert len(list((tmp_path / "cache").glob("*/*"))) == 1


def test_whoever_waits_makes_it_where_the_first_one_fails(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with pytest.raises(ZeroDivisionError):
        cache.segment(KEY, lambda: segment(count=1 // 0))
    assert not cache.known(KEY)
    assert cache.segment(KEY, segment).samples() == segment().samples()

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cache.file(OTHER, fail)
    assert not cache.path(OTHER).exists()
    assert list(tmp_path.glob("*/*.part")) == []


@pytest.mark.parametrize(
    "damage",
    [b"", b"RPS2", segment().encode()[:-1], segment().encode() + b"x", bytes(range(64))],
    ids=["empty", "head alone", "cut", "too long", "noise"],
)
def test_a_damaged_segment_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    Cache(tmp_path).segment(KEY, segment)
    cache = Cache(tmp_path)
    cache.path(KEY).write_bytes(damage)
    assert cache.segment(KEY, segment).samples() == segment().samples()
    assert cache.counters.made == 1
    assert Cache(tmp_path).segment(KEY, refuse).samples() == segment().samples()


def test_a_file_that_is_not_whole_is_made_anew(tmp_path: Path) -> None:
    cache, made = Cache(tmp_path), list[int]()

    def make(path: Path) -> None:
        made.append(1)
        path.write_bytes(b"0123456789")

    def whole(path: Path) -> bool:
        return path.stat().st_size == 10

    for _ in range(2):
        assert cache.file(KEY, make, whole).read_bytes() == b"0123456789"
    cache.path(KEY).write_bytes(b"01234")
    assert cache.file(KEY, make, whole).read_bytes() == b"0123456789"
    assert len(made) == 2


def fill(cache: Cache, keys: list[str], size: int) -> None:
    """Files used long ago, the first the longest ago."""
    long_ago = time.time() - 10_000
    for number, key in enumerate(keys):
        cache.write(key, bytes(size))
        os.utime(cache.path(key), (long_ago + number, long_ago + number))


def keys_of(count: int) -> list[str]:
    return [f"{number:032x}" for number in range(count)]


def test_a_sweep_keeps_the_cap_and_the_newest(tmp_path: Path) -> None:
    cache, keys = Cache(tmp_path, disk_bytes=100_000), keys_of(20)
    filling = Cache(tmp_path, disk_bytes=10**9)
    fill(filling, keys, 10_000)
    cache.sweep()
    left = [key for key in keys if cache.path(key).exists()]
    assert left == keys[-8:]
    cache.sweep()
    assert [key for key in keys if cache.path(key).exists()] == left, "below the cap nothing goes"


def test_what_is_used_again_stays(tmp_path: Path) -> None:
    keys = keys_of(20)
    fill(Cache(tmp_path, disk_bytes=10**9), keys, 10_000)
    Cache(tmp_path).file(keys[0], lambda _: None)
    cache = Cache(tmp_path, disk_bytes=100_000)
    cache.sweep()
    assert cache.path(keys[0]).exists()
    assert not cache.path(keys[1]).exists()


def test_writing_alone_keeps_the_folder_near_its_cap(tmp_path: Path) -> None:
    cache = Cache(tmp_path, disk_bytes=100_000)
    for key in keys_of(100):
        cache.write(key, bytes(5_000))
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 100_000 * 9 / 8
    assert cache.path(keys_of(100)[-1]).exists()


def test_drafts_in_work_are_kept_and_those_of_killed_processes_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path, disk_bytes=1000)
    (tmp_path / "ab").mkdir()
    fresh, old = tmp_path / "ab" / "x.1.2.part", tmp_path / "ab" / "y.1.2.part"
    lock = tmp_path / "ab" / "y.lock"
    for path in (fresh, old, lock):
        path.write_bytes(bytes(5000))
    for path in (old, lock):
        os.utime(path, (time.time() - 100_000,) * 2)
    cache.sweep()
    assert fresh.exists()
    assert not old.exists()
    assert not lock.exists()


def test_memory_holds_the_last_used_up_to_its_limit(tmp_path: Path) -> None:
    cache = Cache(tmp_path, memory_bytes=4000)
    for key in keys_of(5):
        cache.segment(key, lambda: segment(bytes(900), 1))
    for key in keys_of(5)[1:]:
        cache.segment(key, refuse)
    assert cache.counters == Counters(memory=4, disk=0, made=5)
    cache.segment(keys_of(5)[0], refuse)
    assert cache.counters.disk == 1
    cache.segment(KEY, lambda: segment(bytes(1100), 1))
    cache.segment(KEY, refuse)
    assert cache.counters.disk == 2, "one that takes more than a quarter of the memory is read each time"


def test_what_shows_a_customers_values_goes_a_day_after_its_last_use(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    yesterday = time.time() - 25 * 3600
    for key in (own(KEY), own(OTHER), OTHER):
        cache.segment(key, segment)
        os.utime(cache.path(key), (yesterday, yesterday))
    Cache(tmp_path).segment(own(OTHER), refuse)  # used today
    cache.sweep()
    assert not cache.path(own(KEY)).exists()
    assert cache.path(own(OTHER)).exists()
    assert cache.path(OTHER).exists()
