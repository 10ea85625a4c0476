"""A video as a list of pieces of segments, read in any part."""

from fractions import Fraction
from functools import lru_cache

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.studio.render.test_house import film as noise

from reelpress.studio.render.house import CLEAN, encode, house_sets
from reelpress.studio.render.join import Film, Part, join, whole
from reelpress.studio.render.joined import Joined, Source, assembled, spans_of, tag_of
from reelpress.studio.render.segment import Segment

FPS = Fraction(25)
SIZE = (320, 180)


def pictures(seed: int, count: int) -> Segment:
    return Segment.of_pictures(encode(noise(*SIZE, count, seed), FPS, CLEAN).pictures)


@lru_cache
def example() -> tuple[Film, Joined, bytes]:
    """Two stretches of one segment each, one again and again, one of two slices a picture, and sound."""
    one, two, three = pictures(1, 12), pictures(2, 7), pictures(3, 9)
    below = Segment.of_samples([b"below %d" % number for number in range(9)])
    sound = Segment.of_samples([bytes([number]) * (20 + number) for number in range(90)])
    stacks = [
        [Part("one", one, own=False)],
        [Part("two", two, own=True)],
        [Part("three", three, own=False), Part("below", below, own=True)],
        [Part("one", one, own=False)],
        [Part("one", one, own=False)],
    ]
    film = Film(SIZE, FPS, house_sets(*SIZE, FPS), stacks, Part("sound", sound, own=False))
    joined = join(film)
    return film, joined, whole(film, joined)


def stored() -> dict[str, bytes]:
    film, _, _ = example()
    return {part.key: part.segment.encode() for part in film.parts}


def read(joined: Joined, start: int, end: int) -> bytes:
    head, pieces = joined.pieces(start, end)
    objects = stored()
    wanted = spans_of(pieces)
    fetched = {
        source: (low, objects[joined.sources[source].key][low:high]) for source, (low, high) in wanted.items()
    }
    return b"".join([head, *assembled(pieces, fetched)])


TOTAL = example()[1].total
offsets = st.integers(0, TOTAL)


@given(offsets, offsets)
def test_any_range_is_what_slicing_the_whole_file_gives(one: int, other: int) -> None:
    _, joined, data = example()
    start, end = sorted((one, other))
    assert read(joined, start, end) == data[start:end]


def test_ranges_at_every_edge_of_a_piece_are_right() -> None:
    _, joined, data = example()
    edges = len(joined.head) + np.cumsum(joined.extents[:, 2])
    for edge in [len(joined.head), *edges.tolist()]:
        for start, end in ((edge - 1, edge), (edge, edge + 1), (edge - 1, edge + 1), (edge, edge), (0, edge)):
            if 0 <= start <= end <= TOTAL:
                assert read(joined, start, end) == data[start:end], (start, end)


@given(offsets, offsets)
def test_pieces_lie_in_their_sources_behind_the_index_and_hold_something(one: int, other: int) -> None:
    film, joined, _ = example()
    start, end = sorted((one, other))
    head, pieces = joined.pieces(start, end)
    assert len(head) + sum(piece.end - piece.start for piece in pieces) == end - start
    index = {part.key: part.segment.index_bytes for part in film.parts}
    for piece in pieces:
        source = joined.sources[piece.source]
        assert index[source.key] <= piece.start <= piece.end <= source.bytes
        assert piece.start < piece.end or start == end


def test_the_list_comes_back_from_its_bytes() -> None:
    _, joined, _ = example()
    again = Joined.decode(joined.encode())
    assert (again.head, again.sources, again.total, again.etag) == (
        joined.head,
        joined.sources,
        joined.total,
        joined.etag,
    )
    assert np.array_equal(again.extents, joined.extents)
    assert again.encode() == joined.encode()


@pytest.mark.parametrize("length", [0, 1, 10, 100, -1])
def test_a_list_that_is_cut_is_refused(length: int) -> None:
    _, joined, _ = example()
    with pytest.raises((msgspec.DecodeError, ValueError)):
        Joined.decode(joined.encode()[:length])


def test_a_segment_that_occurs_again_is_one_source() -> None:
    _, joined, _ = example()
    assert [source.key for source in joined.sources] == ["one", "two", "three", "below", "sound"]
    assert [source.own for source in joined.sources] == [False, True, False, True, False]
    objects = stored()
    assert all(source.bytes == len(objects[source.key]) for source in joined.sources)


def test_neighbours_of_one_source_are_one_piece() -> None:
    _, joined, _ = example()
    rows = joined.extents
    assert not ((rows[1:, 0] == rows[:-1, 0]) & (rows[1:, 1] == rows[:-1, 1] + rows[:-1, 2])).any()
    assert len(joined.head) + rows[:, 2].sum() == joined.total


def test_the_tag_changes_with_any_segment_and_with_the_head() -> None:
    _, joined, _ = example()
    sources = joined.sources
    other = (Source("other", sources[0].bytes, sources[0].own), *sources[1:])
    tags = {
        joined.etag,
        tag_of(joined.head, other),
        tag_of(joined.head + b"x", sources),
        tag_of(joined.head, tuple(reversed(sources))),
    }
    assert len(tags) == 4
    assert tag_of(joined.head, sources) == joined.etag


def test_sources_named_otherwise_are_the_same_bytes_with_the_same_tag() -> None:
    _, joined, data = example()
    named = joined.naming({source.key: f"segments/{source.key}" for source in joined.sources})
    assert [source.key for source in named.sources][:2] == ["segments/one", "segments/two"]
    assert (named.etag, named.total) == (joined.etag, joined.total)
    assert named.pieces(0, TOTAL) == joined.pieces(0, TOTAL)
    assert read(joined, 0, TOTAL) == data


def test_her_own_bytes_are_her_segments_and_the_list() -> None:
    _, joined, _ = example()
    objects = stored()
    assert joined.own_bytes == len(objects["two"]) + len(objects["below"]) + len(joined.encode())
