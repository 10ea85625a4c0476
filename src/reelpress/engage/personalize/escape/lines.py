"""Headers, single lines, form bodies and verbatim text."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_plus, unquote

from markupsafe import Markup

from reelpress.engage.personalize.escape.base import Escaper, State, Unwritable, plain_text
from reelpress.engage.personalize.model import Value

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9110 5.5: all but HTAB
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_BLANKS: Final = re.compile(r" {2,}")
_OVERRIDES: Final = re.compile("[\u202d\u202e]")
ENCODED: Final = re.compile(r"[A-Za-z0-9\-._~%!*'()+]*")


class PlainEscaper(Escaper):
    """As it is."""


class ParameterEscaper(Escaper):
    """The text of one parameter. What the `urlencode` filter has encoded is encoded later, like the rest."""

    def write(self, state: State, value: Value) -> tuple[str, State]:
        text = plain_text(value)
        return (unquote(text) if isinstance(value, Markup) and ENCODED.fullmatch(text) else text), state


class HeaderEscaper(Escaper):
    """RFC 9110 field value: one line, no control characters."""

    def finish(self, text: str) -> str:
        if _CONTROL.search(text):
            raise Unwritable("a header may not hold line breaks or control characters")
        return text


class TextEscaper(Escaper):
    """One line. Line breaks become spaces; bidirectional overrides, which would turn the rest, go."""

    def finish(self, text: str) -> str:
        return _OVERRIDES.sub("", _BREAKS.sub(" ", text)).strip()


class WhatsAppEscaper(Escaper):
    """A parameter of a WhatsApp message template: Meta refuses line breaks, tabs, more than four spaces in
    a row and nothing at all (error 132018)."""

    def finish(self, text: str) -> str:
        line = _BLANKS.sub(" ", _OVERRIDES.sub("", _BREAKS.sub(" ", text))).strip()
        if not line:
            raise Unwritable("a WhatsApp parameter may not be empty")
        return line


class FormEscaper(Escaper):
    """application/x-www-form-urlencoded (WHATWG URL, section 5)."""

    def write(self, state: State, value: Value) -> tuple[str, State]:
        return form_text(value), state


def form_text(value: Value) -> str:
    text = plain_text(value)
    if isinstance(value, Markup) and ENCODED.fullmatch(text):
        return text
    return quote_plus(text)
