"""Segments as they are stored."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelpress.studio.render.mp4.h264 import IDR, SLICE, avcc_units
from reelpress.studio.render.segment import Segment, SegmentFault

samples = st.lists(st.binary(min_size=1, max_size=40), max_size=20)
pictures = st.lists(
    st.lists(
        st.tuples(st.sampled_from([SLICE, IDR]), st.binary(min_size=1, max_size=20)), min_size=1, max_size=3
    ),
    max_size=10,
)


@given(samples, st.data())
def test_a_segment_comes_back_from_its_bytes(said: list[bytes], data: st.DataObject) -> None:
    keys = sorted(data.draw(st.sets(st.integers(0, max(0, len(said) - 1)))))
    segment = Segment.of_samples(said, keys)
    again = Segment.decode(segment.encode())
    assert again.samples() == said == segment.samples()
    assert again.keys.tolist() == keys
    assert np.array_equal(again.sizes, segment.sizes)
    assert again.encode() == segment.encode()


@given(samples)
def test_the_first_sample_lies_where_the_index_ends(said: list[bytes]) -> None:
    segment = Segment.of_samples(said, range(len(said)))
    assert segment.encode()[segment.index_bytes :] == b"".join(said)


@given(pictures)
def test_pictures_become_samples_with_lengths_and_idr_pictures_keys(
    said: list[list[tuple[int, bytes]]],
) -> None:
    units = [[bytes([0x60 | kind]) + body for kind, body in picture] for picture in said]
    segment = Segment.of_pictures(units)
    assert [avcc_units(sample) for sample in segment.samples()] == units
    wanted = [n for n, picture in enumerate(said) if any(kind == IDR for kind, _ in picture)]
    assert segment.keys.tolist() == wanted


STORED = Segment.of_samples([b"one", b"three"], [0]).encode()


@pytest.mark.parametrize("length", range(len(STORED)))
def test_a_segment_that_is_cut_anywhere_is_no_segment(length: int) -> None:
    with pytest.raises(SegmentFault):
        Segment.decode(STORED[:length])


@pytest.mark.parametrize(
    "stored",
    [
        STORED + b"x",
        b"RPS1" + STORED[4:],
        bytes(200),
        b"RPS2" + b"\xff" * 8 + STORED[12:],
        b"RPS2" + (2).to_bytes(4, "little") + (0xFFFFFFFF).to_bytes(4, "little") + STORED[12:],
    ],
    ids=["longer", "another format", "zeros", "numbers beyond it", "keys beyond it"],
)
def test_bytes_that_are_no_segment_are_refused(stored: bytes) -> None:
    with pytest.raises(SegmentFault):
        Segment.decode(stored)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(stored: bytes) -> None:
    for tried in (stored, STORED[:12] + stored, b"RPS2" + stored):
        try:
            Segment.decode(tried)
        except SegmentFault:
            continue


def test_a_segment_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "segment"
    path.write_bytes(STORED)
    assert Segment.read(path).samples() == [b"one", b"three"]
    with pytest.raises(OSError):
        Segment.read(tmp_path / "nothing")
