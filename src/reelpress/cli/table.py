"""CSV as people save it: byte order marks, semicolons and tabs, quotes; columns matched to fields by name."""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reelpress.platform.errors import StartupFault
from reelpress.studio.plan import Plan

DELIMITERS = ",;\t|"
MAX_CELL = 1_000_000  # characters; a longer one is a quote that was never closed
_NOTHING: list[str] = []
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1, the header and blank lines left out. `fault`: why it cannot be used, or ""."""

    number: int
    values: Mapping[str, str]
    name: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file opened as often as it is read; `fields` maps fields of the plan to columns."""

    path: Path
    encoding: str
    delimiter: str
    skipped: int
    columns: tuple[str, ...]
    fields: Mapping[str, int]
    name_column: int = -1
    notes: tuple[str, ...] = ()

    def rows(self, limit: int | None = None) -> Iterator[Row]:
        """In order. Raises StartupFault where the file stops being readable."""
        for number, cells in enumerate(islice(self._cells(), limit), start=1):
            fault = ""
            if len(cells) > len(self.columns) and any(cells[len(self.columns) :]):
                fault = f"the row has {len(cells)} cells and the header {len(self.columns)}"
            values = {field: cells[at] for field, at in self.fields.items() if at < len(cells)}
            name = cells[self.name_column] if 0 <= self.name_column < len(cells) else ""
            yield Row(number, values, name, fault)

    def count(self, limit: int | None = None) -> int:
        return sum(1 for _ in islice(self._cells(), limit))

    def _cells(self) -> Iterator[list[str]]:
        lines = _lines(self.path, self.encoding, self.delimiter)
        yield from islice(lines, self.skipped, None)


def open_table(path: Path, plan: Plan, name_column: str = "") -> Table:
    """Raises StartupFault in the user's words: what is missing, and what there is."""
    encoding = _encoding(path)
    first = "".join(next(_lines(path, encoding, "\0"), _NOTHING))
    named = first.casefold().startswith("sep=") and len(first) == len("sep=") + 1
    wanted = [field.name for field in plan.fields]
    delimiter = first[-1] if named else _delimiter(path, encoding, wanted)
    header = next(islice(_lines(path, encoding, delimiter), int(named), None), _NOTHING)
    columns = tuple(cell.strip() for cell in header)
    if not any(columns):
        raise StartupFault(f"{path}: there is no header; the first line names the columns")
    _no_twins(path, columns)
    fields = {name: at for name in wanted if (at := _column(columns, name)) >= 0}
    _all_required(path, plan, columns, fields)
    if name_column and _column(columns, name_column) < 0:
        raise StartupFault(f"{path} has no column {name_column!r}; its columns are {_said(columns)}")
    return Table(
        path,
        encoding,
        delimiter,
        1 + int(named),
        columns,
        fields,
        _column(columns, name_column) if name_column else -1,
        tuple(
            f"there is no column {name!r}; every row takes what the template says without it"
            for name in wanted
            if name not in fields
        ),
    )


def _encoding(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except OSError as problem:
        raise StartupFault(f"{path}: {problem.strerror or 'cannot be read'}") from None
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")


def _lines(path: Path, encoding: str, delimiter: str) -> Iterator[list[str]]:
    """Records that are not blank; with the delimiter NUL, whole lines."""
    csv.field_size_limit(MAX_CELL)
    try:
        with path.open(encoding=encoding, newline="") as file:
            if delimiter == "\0":
                yield from ([line.strip("\r\n")] for line in file if line.strip())
                return
            reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)
            try:
                yield from (cells for cells in reader if any(cell.strip() for cell in cells))
            except csv.Error as problem:
                raise StartupFault(
                    f"{path}: line {reader.line_num} is not CSV ({problem}); is a quote left open?"
                ) from None
    except UnicodeError:
        raise StartupFault(f"{path} is not UTF-8; save it as CSV UTF-8, so that no name is misread") from None
    except OSError as problem:
        raise StartupFault(f"{path}: {problem.strerror or 'cannot be read'}") from None


def _delimiter(path: Path, encoding: str, wanted: Sequence[str]) -> str:
    """The one whose header names most of the template's fields, then the one that cuts it into most."""

    def rank(delimiter: str) -> tuple[int, int]:
        columns = [cell.strip() for cell in next(_lines(path, encoding, delimiter), _NOTHING)]
        return sum(_column(columns, name) >= 0 for name in wanted), len(columns)

    return max(DELIMITERS, key=rank)


def _column(columns: Sequence[str], name: str) -> int:
    """Named exactly, or else but for capitals; -1: there is none."""
    if name in columns:
        return columns.index(name)
    folded = [column.casefold() for column in columns]
    return folded.index(name.strip().casefold()) if folded.count(name.strip().casefold()) == 1 else -1


def _no_twins(path: Path, columns: Sequence[str]) -> None:
    twins = [name for name in dict.fromkeys(columns) if name and columns.count(name) > 1]
    if twins:
        raise StartupFault(f"{path} has two columns called {_said(twins)}")


def _all_required(path: Path, plan: Plan, columns: Sequence[str], fields: Mapping[str, int]) -> None:
    missing = [field.name for field in plan.fields if field.required and field.name not in fields]
    if not missing:
        return
    required = [field.name for field in plan.fields if field.required]
    optional = [field.name for field in plan.fields if not field.required]
    more = f" and may have {_said(optional)}" if optional else ""
    raise StartupFault(
        f"{path} has no column {_said(missing)}. The template needs {_said(required)}{more}; "
        f"the file's columns are {_said(columns)}"
    )


def _said(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
