"""The single column of a file segment's file."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

from reelpress.engage.profiles.values import LONGEST_STRING, fold

ValueType = Literal["string", "double"]
Value: TypeAlias = str | float

MOST_VALUES = 2_000_000
LONGEST_LINE_BYTES = 8192

__all__ = ["TooManyValues", "Value", "ValueType", "Values", "fold", "read"]


@dataclass(frozen=True, slots=True)
class Values:
    """How many rows a file has, and each usable value once."""

    rows: int
    found: list[Value]


class TooManyValues(Exception):
    """More different values than `MOST_VALUES`."""


def read(path: Path, value_type: ValueType) -> Values:
    """Rows that are empty, no UTF-8, too long or not of the type are counted and passed over.

    A value may stand in quotes and end with a comma, as spreadsheets write it. Raises TooManyValues.
    """
    rows = 0
    found: dict[Value, None] = {}
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE_BYTES):
            rows += 1
            if len(line) == LONGEST_LINE_BYTES:
                _skip_line(file, line)
                continue
            value = _value(line, value_type)
            if value is not None:
                found[value] = None
            if len(found) > MOST_VALUES:
                raise TooManyValues
    return Values(rows, list(found))


def _skip_line(file: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = file.readline(LONGEST_LINE_BYTES)


def _value(line: bytes, value_type: ValueType) -> Value | None:
    try:
        text = line.decode("utf-8-sig").strip().removesuffix(",").strip()
    except UnicodeDecodeError:
        return None
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"')
    if not text or len(text) > LONGEST_STRING or "\0" in text:
        return None
    return text if value_type == "string" else _number(text)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
