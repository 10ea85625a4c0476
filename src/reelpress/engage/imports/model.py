"""An import, its runs, and what became of each row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Kind = Literal["USERS", "EVENTS"]
RunState = Literal["QUEUED", "PROCESSING", "SUCCESSFUL", "PARTIAL_SUCCESS", "FAILED"]
Outcome = Literal["added", "updated", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a file mean.

    `attributes` maps columns to attribute names; empty, every other column is an attribute of its own
    name. Of events, `event` is the name of all, or of the column that holds it when `event_in_column`.
    """

    customer_id: str
    attributes: Mapping[str, str]
    event: str | None = None
    event_in_column: bool = False
    time: str | None = None
    existing_only: bool = False


@dataclass(frozen=True, slots=True)
class FileImport:
    """`url` is decrypted; `every_minutes` is None for an import that runs when it is told to only."""

    workspace_id: str
    id: str
    name: str
    kind: Kind
    file_name: str
    url: str
    allow_http: bool
    columns: Columns
    every_minutes: int | None
    next_at: datetime | None
    created_by: str
    created_at: datetime
    archived_at: datetime | None

    @property
    def schedule(self) -> str:
        return "ONETIME" if self.every_minutes is None else "PERIODIC"


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of a file. `row_reached` counts the rows that are done; sizes in bytes."""

    id: str
    import_id: str
    state: RunState
    message: str
    size_bytes: int | None
    content: bytes | None
    row_reached: int
    added: int
    updated: int
    skipped: int
    failed: int
    scheduled_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row; rows are counted from 1, the header not."""

    number: int
    outcome: Outcome
    reason: str = ""
    profile_id: str | None = None
