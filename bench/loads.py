"""The rows of the table: a template, and whom we render it for while a rival renders one customer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from bench.people import Person

Who = Literal["distinct", "shared90", "known"]
REPEATS = 10  # in shared90 every value is shown to so many customers: nine of ten are repeats


@dataclass(frozen=True, slots=True)
class Load:
    """`customers` of ours a round. `rival_of`: the load whose rival figures count here as well, because
    a rival does the same work for a customer it has seen."""

    name: str
    case: str
    customers: int
    who: Who = "distinct"
    rival_of: str | None = None
    quality: bool = False


LOADS = (
    Load("f3", "f3", 10, quality=True),
    Load("f10", "f10", 10, quality=True),
    Load("shared90", "f10", 30, "shared90", rival_of="f10"),
    Load("known", "f10", 100, "known", rival_of="f10"),
    Load("f30", "f30", 4, quality=True),
    Load("band", "band", 10, quality=True),
    Load("f100", "f100", 2, quality=True),
    Load("still", "still", 20),
)


def customers_of(load: Load, fresh: Iterator[Person], seen: Sequence[Person]) -> list[Person]:
    """One round's customers, in order. `fresh` yields people nobody has rendered; `seen` were rendered."""
    if load.who == "known":
        return [seen[index % len(seen)] for index in range(load.customers)]
    if load.who == "shared90":
        count = -(-load.customers // REPEATS)
        return [person for person in islice(fresh, count) for _ in range(REPEATS)][: load.customers]
    return list(islice(fresh, load.customers))
