"""Values inside a URL (RFC 3986). The origin is the author's; values live behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from markupsafe import Markup

from reelpress.engage.personalize.escape.base import Escaper, State, Unwritable, plain_text
from reelpress.engage.personalize.escape.lines import ENCODED
from reelpress.engage.personalize.model import TemplateFault, Value
from reelpress.engage.personalize.source import Token

_ORIGIN: Final = "origin"
_BEHIND: Final = ("behind",)
_WRITE_OUT: Final = "write the scheme and host out: a value may stand only behind https://host/"
_COMPLETE_ORIGIN: Final = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.\-]*://[^/?#]*[/?#]")
_DOTS: Final = frozenset({".", ".."})


class UrlEscaper(Escaper):
    """States: (origin, what of it is written) and (behind,)."""

    start = (_ORIGIN, "")

    def advance(self, state: State, text: str) -> State:
        if state == _BEHIND:
            return state
        written = state[1] + text
        return _BEHIND if _COMPLETE_ORIGIN.match(written) else (_ORIGIN, written)

    def refusal(self, state: State) -> str | None:
        return None if state == _BEHIND else _WRITE_OUT

    def write(self, state: State, value: Value) -> tuple[str, State]:
        self.require_place(state)
        return url_text(value), state

    def finish(self, text: str) -> str:
        url = text.strip()
        if any(unquote(segment) in _DOTS for segment in _path(url).split("/")):
            raise Unwritable("the rendered URL holds a '.' or '..' path segment")
        return url

    def check_source(self, tokens: Sequence[Token]) -> None:
        """No branch may choose the origin either."""
        state: State = self.start
        for token in tokens:
            if state == _BEHIND:
                return
            if token.kind == "block":
                raise TemplateFault(_WRITE_OUT, token.line)
            state = self.advance(state, token.text)


def url_text(value: Value, also: str = "") -> str:
    """Percent-encoded, except what the `urlencode` filter has encoded already."""
    text = plain_text(value)
    if isinstance(value, Markup) and ENCODED.fullmatch(text):
        return text
    return quote(text, safe=also)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError as fault:
        raise Unwritable("the rendered URL is not a URL") from fault
