"""One message of a partner about a cohort."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sync:
    """Customers (customer ids) who join a cohort, or leave it."""

    partner: str
    cohort_id: str
    name: str
    description: str
    join: bool
    members: tuple[str, ...]
