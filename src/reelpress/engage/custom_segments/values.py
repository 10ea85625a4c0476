"""The single column of a file segment's file (pure, but for reading the file)."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from reelpress.engage.profiles.values import LONGEST_STRING, fold

ValueType = Literal["string", "double"]
Value: TypeAlias = str | float

__all__ = ["Value", "ValueType", "Values", "fold", "read"]


@dataclass(frozen=True, slots=True)
class Values:
    """How many rows a file has, and each usable value once."""

    rows: int
    found: list[Value]


def read(path: Path, value_type: ValueType) -> Values:
    """Rows that are empty, no UTF-8, too long or not of the type are counted and passed over.

    A value may stand in quotes and end with a comma, as spreadsheets write it.
    """
    rows = 0
    found: dict[Value, None] = {}
    with path.open("rb") as file:
        for line in file:
            rows += 1
            value = _value(line, value_type)
            if value is not None:
                found[value] = None
    return Values(rows, list(found))


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
