from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TypeAlias

from reelpress.engage.personalize.model import Value
from reelpress.engage.personalize.source import Token

State: TypeAlias = tuple[str, ...]
"""What the text so far has opened; empty where nothing can be open."""


class Unwritable(Exception):
    """A value cannot stand where the template puts it. The message never holds the value."""


class Escaper:
    """The verbatim escaper, and the four questions every escaper answers."""

    start: State = ()

    def advance(self, state: State, text: str) -> State:
        """The state after `text`, which the author wrote."""
        del text
        return state

    def refusal(self, state: State) -> str | None:
        """Why no value may stand here, or None."""
        del state
        return None

    def write(self, state: State, value: Value) -> tuple[str, State]:
        """The value as it may stand here and the state after it. Raises Unwritable."""
        return plain_text(value), state

    def finish(self, text: str) -> str:
        """A last look at the whole rendering. Raises Unwritable."""
        return text

    def check_source(self, tokens: Sequence[Token]) -> None:
        """A look at the whole template at compile time. Raises TemplateFault."""
        del tokens

    def require_place(self, state: State) -> None:
        reason = self.refusal(state)
        if reason is not None:
            raise Unwritable(reason)


def plain_text(value: Value) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        raise Unwritable("a calculation gave no finite number")
    if isinstance(value, (list, dict)):
        return json_value(value)
    return str(value)


def json_value(value: Value) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as fault:
        raise Unwritable("a calculation gave no finite number") from fault
