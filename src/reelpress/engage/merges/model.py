"""Who is merged into whom."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Customer ids: `merged` gives everything to `retained`."""

    merged: str
    retained: str
