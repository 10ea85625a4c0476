"""Values inside JSON (RFC 8259): escaped text between quotes, a JSON value elsewhere."""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from reelpress.engage.personalize.escape.base import Escaper, State, Unwritable, json_value, plain_text
from reelpress.engage.personalize.model import TemplateFault, Value
from reelpress.engage.personalize.source import Token

_OUTSIDE: Final = ("outside",)
_STRING: Final = ("string",)
_BACKSLASH: Final = ("backslash",)
_IN_STRING: Final = re.compile(r'\\.|"|\\\Z', re.DOTALL)


class JsonEscaper(Escaper):
    start = _OUTSIDE

    def advance(self, state: State, text: str) -> State:
        at = 0
        if state == _BACKSLASH and text:
            state, at = _STRING, 1
        while True:
            if state == _OUTSIDE:
                quote = text.find('"', at)
                if quote < 0:
                    return _OUTSIDE
                state, at = _STRING, quote + 1
            match = _IN_STRING.search(text, at)
            if match is None:
                return state
            at = match.end()
            if match[0] == '"':
                state = _OUTSIDE
            elif match[0] == "\\":
                return _BACKSLASH

    def refusal(self, state: State) -> str | None:
        return "a value may not follow a backslash in JSON" if state == _BACKSLASH else None

    def write(self, state: State, value: Value) -> tuple[str, State]:
        self.require_place(state)
        if state == _STRING:
            return json.dumps(plain_text(value), ensure_ascii=False)[1:-1], state
        if isinstance(value, Markup) and is_json(value):
            return str(value), state
        return json_value(str(value) if isinstance(value, str) else value), state

    def finish(self, text: str) -> str:
        if not is_json(text):
            raise Unwritable("the rendered body is not valid JSON")
        return text

    def check_source(self, tokens: Sequence[Token]) -> None:
        """Without statements the template must be JSON already, whatever its values are."""
        if any(token.kind == "block" for token in tokens):
            return
        fault, line = json_fault(tokens)
        if fault is not None:
            raise TemplateFault(f"the body is not valid JSON: {fault}", line)


def is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def json_fault(tokens: Sequence[Token]) -> tuple[str | None, int | None]:
    """What is wrong with a template as JSON and at which source line, any value standing for itself."""
    escaper, state = JsonEscaper(), JsonEscaper.start
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for token in tokens:
        piece = token.text if token.kind == "text" else ""
        if token.kind == "output":
            piece = "null" if state == _OUTSIDE else "x"
        starts.append(length)
        parts.append(piece)
        length += len(piece)
        state = escaper.advance(state, piece)
    whole = "".join(parts)
    try:
        json.loads(whole, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        index = max(bisect.bisect_right(starts, fault.pos) - 1, 0)
        return fault.msg, tokens[index].line + whole.count("\n", starts[index], fault.pos) if tokens else 1
    except (ValueError, RecursionError) as fault:
        return str(fault), None
    return None, None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
