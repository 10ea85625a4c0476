"""What is to be drawn, what became of it, and where it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from reelpress.studio.scene.static_parts import NAME, MeltPart

_GENERATION = 1  # rises when equal orders give other pictures


@dataclass(frozen=True, slots=True)
class FilmOrder:
    """A stretch for melt. Equal `digest`s are equal films; `fonts` are contents of fonts of the workspace.

    The resources of `part` are contents of assets, so its name stands for what they hold.
    """

    digest: str
    part: MeltPart
    fonts: tuple[str, ...]


class FilmFault(Exception):
    """A film that cannot be made: why and what to do, the element and the line of the template."""

    def __init__(self, message: str, element: str, line: int) -> None:
        super().__init__(message, element, line)
        self.message = message
        self.element = element
        self.line = line

    def __str__(self) -> str:
        return f"line {self.line} <{self.element}>: {self.message}"


def order_of(part: MeltPart, fonts: Sequence[str]) -> FilmOrder:
    """Fonts count only where the part has texts."""
    used = tuple(sorted(fonts)) if part.families else ()
    said = "\n".join((str(_GENERATION), part.name, *used))
    return FilmOrder(hashlib.sha256(said.encode()).hexdigest(), part, used)


def is_film(resource: str) -> bool:
    """Whether a resource of a plan is a film of ours."""
    return resource.startswith(NAME)


def film_key(digest: str) -> str:
    """Where a film lies in the object store: apart from assets, which have rows of their own."""
    return f"films/{digest}"


def without_melt(part: MeltPart) -> FilmFault:
    """Why a template is refused where melt is not installed."""
    return FilmFault(
        f"{part.why} melt could draw it once, because nothing in it depends on data, but melt is not "
        f"installed: have the operator install it, or do without. {part.fix}".strip(),
        part.where.element,
        part.line,
    )
