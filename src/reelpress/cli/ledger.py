"""results.csv of a run: what became of every row, and what a later run need not do again.

Lines are added as rows end, so that a kill loses at most the line being written; the last line of a row
counts. A run that ends puts them in order.
"""

import csv
import fcntl
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from reelpress.platform.errors import StartupFault

FILE = "results.csv"
HEADER = ("row", "file", "status", "seconds", "bytes", "error", "digest")
Status = Literal["done", "failed"]


@dataclass(frozen=True, slots=True)
class Result:
    """One row's outcome. `digest` names the medium (see `Work.digest`), `seconds` are wall seconds."""

    row: int
    file: str
    status: Status
    seconds: float
    bytes: int
    error: str
    digest: str


@dataclass(slots=True)
class Ledger:
    """Use as a context manager; one run at a time per folder. Raises StartupFault on entering."""

    folder: Path
    _done: dict[int, tuple[str, str, int]] = field(default_factory=dict[int, tuple[str, str, int]])
    _file: IO[str] | None = None
    _lock: int = -1

    def __enter__(self) -> "Ledger":
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.folder, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartupFault(f"{self.folder}: another run is writing there") from None
        except OSError as problem:
            raise StartupFault(f"{self.folder}: {problem.strerror or 'cannot be written'}") from None
        lines = self._settled()
        for line in lines:
            if line[2] == "done":
                self._done[int(line[0])] = (line[6], line[1], int(line[4]))
        self._rewrite(lines)
        self._file = self._path.open("a", encoding="utf-8", newline="")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._file is not None
        self._file.close()
        self._rewrite(self._settled())
        os.close(self._lock)

    def is_done(self, row: int, digest: str, file: str) -> bool:
        """Whether the very medium is there under the very name."""
        known = self._done.get(row)
        if known is None or known[:2] != (digest, file):
            return False
        try:
            return (self.folder / file).stat().st_size == known[2]
        except OSError:
            return False

    def write(self, result: Result) -> None:
        """Raises OSError."""
        assert self._file is not None
        self._file.write(
            _line(
                (
                    str(result.row),
                    result.file,
                    result.status,
                    f"{result.seconds:.3f}",
                    str(result.bytes),
                    result.error,
                    result.digest,
                )
            )
        )
        self._file.flush()

    @property
    def _path(self) -> Path:
        return self.folder / FILE

    def _settled(self) -> list[list[str]]:
        """The last whole line of each row, in order of rows."""
        if not self._path.exists():
            return []
        text = self._path.read_text("utf-8", errors="replace")
        if not text.startswith(_line(HEADER)):
            raise StartupFault(f"{self._path} is not the result of a run; choose another folder")
        lines = csv.reader(io.StringIO(text[: text.rfind("\n") + 1], newline=""))
        latest = {int(line[0]): line for line in lines if _is_result(line)}
        return [latest[row] for row in sorted(latest)]

    def _rewrite(self, lines: Iterable[list[str]]) -> None:
        draft = self._path.with_name(f".{FILE}.part")
        with draft.open("w", encoding="utf-8", newline="") as file:
            file.write(_line(HEADER))
            file.writelines(_line(line) for line in lines)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _is_result(line: list[str]) -> bool:
    return len(line) == len(HEADER) and line[0].isdecimal() and line[4].isdecimal()


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()
