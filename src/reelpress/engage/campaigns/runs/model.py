"""A run with what came of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from reelpress.engage.campaigns.model import Json


@dataclass(frozen=True, slots=True)
class Run:
    """One run, its members counted so far and its sends by what became of them.

    `attributes` and `triggered_by` are those of the trigger that made it, None where the calendar did.
    It has begun at `started_at`, all of its audience was written at `paged_at`; `stopped` is why it
    reached nobody.
    """

    id: UUID
    due_at: datetime
    started_at: datetime | None
    paged_at: datetime | None
    stopped: str | None
    members: int
    attributes: Json | None
    triggered_by: str | None
    sent: int
    failed: int
    skipped: int
    waiting: int

    @property
    def is_to_come(self) -> bool:
        """Whether it has not begun and was not given up."""
        return self.started_at is None and self.paged_at is None
