"""Byte ranges and conditions as RFC 9110 has them."""

from datetime import UTC, datetime

import pytest

from reelpress.studio.media.ranges import NotSatisfiable, Span, already_held, still_current, wanted

SIZE = 1000
MODIFIED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-499", Span(0, 500)),
        ("bytes=500-", Span(500, 1000)),
        ("bytes=0-", Span(0, 1000)),
        ("bytes=990-5000", Span(990, 1000)),
        ("bytes=-1", Span(999, 1000)),
        ("bytes=-5000", Span(0, 1000)),
        (" BYTES=1-2 ", Span(1, 3)),
        (None, None),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
        ("bytes", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_a_range_is_read_or_ignored(header: str | None, expected: Span | None) -> None:
    assert wanted(header, SIZE) == expected


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
def test_a_range_outside_the_file_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        wanted(header, SIZE)


def test_content_range_names_first_last_and_size() -> None:
    assert Span(0, 500).content_range(SIZE) == "bytes 0-499/1000"


def test_if_range_continues_only_the_same_file() -> None:
    assert still_current(None, '"a"', MODIFIED)
    assert still_current('"a"', '"a"', MODIFIED)
    assert still_current("Sun, 01 Mar 2026 12:00:00 GMT", '"a"', MODIFIED)
    assert not still_current('"b"', '"a"', MODIFIED)
    assert not still_current('W/"a"', '"a"', MODIFIED)
    assert not still_current("Sun, 01 Mar 2026 12:00:01 GMT", '"a"', MODIFIED)


def test_if_none_match_compares_weakly_and_takes_lists() -> None:
    assert already_held('"x", W/"a"', '"a"')
    assert already_held("*", '"a"')
    assert not already_held('"x"', '"a"')
    assert not already_held(None, '"a"')
