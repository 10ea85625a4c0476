"""Every template of a campaign's content, rendered where it stands (pure)."""

import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, Final, cast

from reelpress.engage.content.model import Name, names_in
from reelpress.engage.personalize import (
    Context,
    Destination,
    NotSent,
    TemplateFault,
    compile_template,
)
from reelpress.engage.previews.model import Fault, Invalid

MOST_TEXTS: Final = 1_000
DEEPEST: Final = 20
ALL_CPU_S: Final = 3.0
"""Processor time of one preview."""

_DESTINATIONS: Final = {
    "html_content": Destination.HTML,
    "subject": Destination.TEXT,
    "preview_text": Destination.TEXT,
    "sender_name": Destination.TEXT,
}


def personalized(content: dict[str, Any], context: Context) -> dict[str, Any]:
    """The content with its texts rendered. Raises Invalid with a fault for each text that cannot be."""
    rendering = _Rendering(context)
    rendered = cast("dict[str, Any]", rendering.part(content, "campaign_content", "", 0))
    if rendering.faults:
        raise Invalid(rendering.faults)
    return rendered


def named(content: dict[str, Any]) -> frozenset[Name]:
    """The content blocks and product sets that the texts name. What is wrong in them, rendering tells."""
    ends_at = time.thread_time() + ALL_CPU_S
    found: set[Name] = set()
    for source in islice(_texts(content, 0), MOST_TEXTS):
        if time.thread_time() > ends_at:
            break
        if "ContentBlock" in source or "ProductSet" in source:
            with suppress(TemplateFault):
                found |= names_in([compile_template(source, Destination.PLAIN)])
    return frozenset(found)


def _texts(part: object, depth: int) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        yield from _texts(list(cast("dict[str, object]", part).values()), depth)
    elif isinstance(part, list) and depth <= DEEPEST:
        for inner in cast("list[object]", part):
            yield from _texts(inner, depth + 1)


class _Rendering:
    def __init__(self, context: Context) -> None:
        self.faults: list[Fault] = []
        self._context = context
        self._texts = 0
        self._ends_at = time.thread_time() + ALL_CPU_S

    def part(self, part: object, path: str, name: str, depth: int) -> object:
        if depth > DEEPEST:
            raise Invalid([Fault(path, "the content is nested too deeply")])
        if isinstance(part, dict):
            fields = cast("dict[str, object]", part)
            return {key: self.part(value, f"{path}.{key}", key, depth + 1) for key, value in fields.items()}
        if isinstance(part, list):
            items = cast("list[object]", part)
            return [self.part(item, f"{path}[{at}]", name, depth + 1) for at, item in enumerate(items)]
        if isinstance(part, str) and ("{{" in part or "{%" in part or "{#" in part):
            return self._text(part, path, name)
        return part

    def _text(self, source: str, path: str, name: str) -> str:
        self._texts += 1
        if self._texts > MOST_TEXTS or time.thread_time() > self._ends_at:
            raise Invalid([*self.faults, Fault(path, "the content is too much for a preview")])
        try:
            result = compile_template(source, _DESTINATIONS.get(name, Destination.PLAIN)).render(
                self._context
            )
        except TemplateFault as fault:
            self.faults.append(Fault(path, str(fault)))
            return ""
        if isinstance(result, NotSent):
            told = f"{result.missing} is missing" if result.missing else result.message
            self.faults.append(Fault(path, told))
            return ""
        return result.text
