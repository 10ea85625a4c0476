"""Every fault is found in a good file that has just that fault."""

import random
import re
from collections.abc import Callable

import pytest
from tests.studio.render.mp4.coded import RATE
from tests.studio.render.mp4.test_head import joined
from tests.studio.render.mp4_boxes import check_strict

from reelpress.studio.render.mp4.boxes import box, u32

Change = Callable[[bytes], bytes]


def good() -> bytes:
    return joined(samples=2 * RATE)


def at(kind: bytes, place: int, value: bytes, which: int = 0) -> Change:
    """Overwrites bytes of the body of the box of that kind, the first or a later one."""

    def change(data: bytes) -> bytes:
        start = -1
        for _ in range(which + 1):
            start = data.index(kind, start + 1)
        start += 4 + place
        assert data[start : start + len(value)] != value
        return data[:start] + value + data[start + len(value) :]

    return change


def index_last(data: bytes) -> bytes:
    moov, mdat = data.index(b"moov") - 4, data.index(b"mdat") - 4
    return data[:moov] + data[mdat:] + data[moov:mdat]


FAULTS: list[tuple[Change, str]] = [
    (index_last, r"The index \(moov\) comes after the media"),
    (lambda data: data + box(b"abcd"), "The box 'abcd' at the top level is unknown"),
    (lambda data: data + box(b"mdat"), "There are 2 boxes mdat, not one"),
    (lambda data: box(b"free") + data, "does not begin with its type"),
    (lambda data: data[:-1], r"The box 'mdat' at byte \d+ claims \d+ bytes where \d+ are left"),
    (lambda data: data + b"\0\0\0", "cut short"),
    (at(b"mvhd", 16, u32(1)), "The movie lasts 1 ticks"),
    (at(b"mvhd", 12, u32(0)), "counts in no time scale"),
    (at(b"tkhd", 0, u32(0)), "Track 1 is not enabled"),
    (at(b"tkhd", 20, u32(5)), "Track 1 lasts 5 ticks of the movie, its edit"),
    (at(b"tkhd", 12, u32(1), 1), "Two tracks have one number"),
    (at(b"tkhd", 76, u32(300 << 16)), "The track is 300x180, its entry 320x180"),
    (at(b"elst", 12, u32(1001)), "edit cuts pictures from the start"),
    (at(b"elst", 12, u32(0xFFFF_FFFF)), "has 1 edits where one"),
    (at(b"elst", 16, u32(1 << 15)), "at speed 1"),
    (at(b"elst", 12, u32(4096), 1), "Track 2's edit shows"),
    (at(b"elst", 4, u32(2)), "does not have the size of its 2 entries"),
    (at(b"edts", 4, b"skip"), "There are 0 boxes elst in edts"),
    (at(b"mdhd", 16, u32(7)), "its media header says 7"),
    (at(b"mdhd", 12, u32(44_100), 1), "its entry says 48000 Hz with 2, its ticks 44100 Hz"),
    (at(b"hdlr", 8, b"text"), "The tracks are text, soun"),
    (at(b"url ", 0, u32(0)), "takes its media from another file"),
    (at(b"stts", 8, u32(59)), "durations for 59 samples and 60 samples"),
    (at(b"stts", 12, u32(0)), "last no time"),
    (at(b"stss", 8, u32(2)), "The first picture is not a key frame"),
    (at(b"stss", 12, u32(1)), "not numbered upwards"),
    (at(b"stss", 16, u32(61)), "not numbered upwards"),
    (at(b"stss", 12, u32(22)), "Picture 21 is a key frame and not listed"),
    (at(b"stsz", 12, u32(0)), "empty samples"),
    (at(b"stsz", 8, u32(61)), "does not have the size of its 61 entries"),
    (at(b"stsz", 4, u32(9)), "chunks hold|lie over|damaged|outside"),
    (at(b"stsc", 12, u32(16)), "chunks hold 64 samples, its sizes are 60"),
    (at(b"stsc", 8, u32(2)), "not numbered from 1 upwards"),
    (at(b"stsc", 16, u32(2)), "a sample entry that it does not have"),
    (at(b"stco", 8, u32(40)), "samples outside the media"),
    (at(b"stco", 8, u32(0xFFFF_FFF0)), "samples outside the media"),
    (at(b"avc1", 24, b"\1\0", 1), "its entry 256x180"),
    (at(b"avcC", 1, b"\x4d"), "avcC says profile"),
    (at(b"avcC", 3, b"\x33"), "avcC says profile"),
    (at(b"avcC", 5, b"\xe2"), "There are 2 SPS"),
    (at(b"avcC", 8, b"\x68"), "The SPS in avcC cannot be read"),
    (at(b"avc1", 82, b"free", 1), "no decoder configuration"),
    (at(b"colr", 0, b"prof"), "The colours"),
    (at(b"pasp", 0, u32(4)), "pixels are not square"),
    (at(b"esds", 30, b"\0"), "no AudioSpecificConfig"),
    (at(b"esds", 35, b"\x29"), "AAC object type 5, not AAC-LC"),
    (at(b"mp4a", 16, b"\0\1"), "its entry says 48000 Hz with 1"),
]


def test_a_good_file_has_none() -> None:
    assert check_strict(good()) == []


@pytest.mark.parametrize(("change", "says"), FAULTS, ids=[says for _, says in FAULTS])
def test_a_fault_is_named(change: Change, says: str) -> None:
    found = check_strict(change(good()))
    assert found
    assert all(sentence.endswith(".") for sentence in found)
    assert any(re.search(says, sentence) for sentence in found), found


def test_an_entry_of_another_kind_is_named() -> None:
    assert "not one avc1" in check_strict(good().replace(b"avc1\0\0\0\0", b"hvc1\0\0\0\0"))[0]
    assert "not one mp4a" in check_strict(good().replace(b"mp4a\0\0\0\0", b"ac-3\0\0\0\0"))[0]


def test_samples_over_each_other_are_named() -> None:
    data = good()
    first = data.index(b"stco") + 12
    doubled = data[: first + 4] + data[first : first + 4] + data[first + 8 :]
    assert "Two samples lie over each other." in check_strict(doubled)


def test_a_damaged_picture_is_named() -> None:
    data = good()
    media = data.index(b"mdat") + 4
    assert any(
        "Picture 1 is damaged" in each for each in check_strict(data[:media] + b"\x7f" + data[media + 1 :])
    )


def test_random_damage_never_does_more_than_being_named() -> None:
    data, chance = good(), random.Random(4)
    head = data.index(b"mdat")
    for _ in range(1500):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(head)] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        cut = chance.choice([len(data), len(data), chance.randrange(len(data))])
        assert all(isinstance(each, str) for each in check_strict(bytes(damaged[:cut])))
