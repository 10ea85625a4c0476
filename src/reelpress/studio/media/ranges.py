"""Byte ranges and conditions of one stored file (RFC 9110, sections 13 and 14). Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

_SPEC = re.compile(r"(\d{0,18})-(\d{0,18})\Z", re.ASCII)
_ENTITY_TAG = re.compile(r'(?:W/)?"[^"]*"')


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` up to and excluding `end`."""

    start: int
    end: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.end - 1}/{size}"


class NotSatisfiable(Exception):
    """The range lies wholly outside the file: 416 with `Content-Range: bytes */size`."""


def wanted(range_header: str | None, size: int) -> Span | None:
    """The one range asked for, or None where the whole file answers.

    A header that is malformed, of another unit, or asks for several ranges is ignored, as RFC 9110
    section 14.2 allows: the whole file is a correct answer to each of them.
    """
    spec = _single_spec(range_header)
    if spec is None:
        return None
    first, last = spec
    if first is None:
        return _suffix(last, size)
    if first >= size:
        raise NotSatisfiable
    end = size if last is None else min(last + 1, size)
    return Span(first, end) if end > first else None


def still_current(if_range: str | None, etag: str, modified: datetime) -> bool:
    """Whether a partial answer may continue what the client holds (section 13.1.5)."""
    if if_range is None:
        return True
    return if_range.strip() in (etag, format_datetime(modified, usegmt=True))


def already_held(if_none_match: str | None, etag: str) -> bool:
    """Whether the client holds this very file, so that 304 answers (section 13.1.2)."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    held: Sequence[str] = _ENTITY_TAG.findall(if_none_match)
    return etag in {tag.removeprefix("W/") for tag in held}


def _single_spec(header: str | None) -> tuple[int | None, int | None] | None:
    if header is None:
        return None
    unit, separator, ranges = header.strip().partition("=")
    match = _SPEC.match(ranges.strip())
    if not separator or unit.strip().lower() != "bytes" or match is None:
        return None
    first, last = (int(part) if part else None for part in match.groups())
    if first is None and last is None:
        return None
    return first, last


def _suffix(length: int | None, size: int) -> Span:
    if not length or size == 0:
        raise NotSatisfiable
    return Span(max(0, size - length), size)
