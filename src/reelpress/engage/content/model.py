"""What is kept by name, and what a template names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from reelpress.engage.personalize import Template, Value

Kind: TypeAlias = Literal["ContentBlock", "ProductSet"]
Name: TypeAlias = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class ContentBlock:
    """A text that many messages share."""

    name: str
    body: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProductSet:
    """A list of products, each an object with fields of its own."""

    name: str
    items: list[dict[str, Value]]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: `size` counts the bytes of a block, the items of a set."""

    name: str
    size: int
    updated_at: datetime


def _nothing() -> Mapping[str, Value]:
    return {}


@dataclass(frozen=True, slots=True)
class NamedContent:
    """Of what a template names, all there is."""

    content_blocks: Mapping[str, Value] = field(default_factory=_nothing)
    product_sets: Mapping[str, Value] = field(default_factory=_nothing)


NOTHING_NAMED: Final = NamedContent()


def names_in(templates: Iterable[Template]) -> frozenset[Name]:
    """The blocks and sets that these templates write out by name."""
    found: set[Name] = set()
    for template in templates:
        for reference in template.references:
            if reference.source == "ContentBlock" or reference.source == "ProductSet":
                found.add((reference.source, reference.name))
    return frozenset(found)
