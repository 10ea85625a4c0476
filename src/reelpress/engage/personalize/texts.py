"""Filters that make texts, each within a bound, and the bound on what `+` and `*` may work on."""

from __future__ import annotations

import json
import re
import string
import textwrap
from typing import Final

from reelpress.engage.personalize.model import Value
from reelpress.engage.personalize.shown import plain

LONGEST_FORMAT: Final = 200  # characters
LONGEST_TEXT: Final = 1_000_000  # characters a filter takes or makes
MOST_PARTS: Final = 10_000  # elements a list or object may have, all levels counted
DEEPEST: Final = 100  # levels of a list or object in a calculation
_FIELD: Final = re.compile(r"\d*|[A-Za-z_]\w*")
_SPEC: Final = re.compile(r"(?:.?[<>=^])?[-+ ]?#?0?\d{0,3}[,_]?(?:\.\d{1,3})?[a-zA-Z%]?", re.DOTALL)


class BadInput(Exception):
    """A filter cannot work on its input; the message names the filter and the rule, never the value."""


def text_of(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = json.dumps(plain(value), ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"a filter works on at most {LONGEST_TEXT} characters")
    return text


def small(value: Value) -> Value:
    """An operand of `+` or `*`, or what a namespace keeps."""
    if isinstance(value, (list, dict)):
        _require_small(value)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise BadInput(f"a text in a calculation has at most {LONGEST_TEXT} characters")
    return value


def factor(value: Value) -> Value:
    """An operand of `*`: what repeats a list does not repeat."""
    if isinstance(value, (list, dict)):
        raise BadInput("lists and objects are not multiplied")
    return value


def joined(separator: Value, items: Value = None) -> str:
    """`separator.join(items)`."""
    if not isinstance(items, list):
        raise BadInput("join needs a list")
    texts = [text_of(item) for item in items]
    between = text_of(separator)
    if sum(map(len, texts)) + len(between) * len(texts) > LONGEST_TEXT:
        raise BadInput(f"join makes at most {LONGEST_TEXT} characters")
    return between.join(texts)


def formatted(pattern: Value, *values: Value, **named: Value) -> str:
    """`pattern.format(values)` for plain fields: `{}`, `{0}`, `{name}`, with widths below 1000."""
    text = text_of(pattern)
    try:
        fields = list(string.Formatter().parse(text))
        for _, name, spec, _ in fields:
            if name is not None and not (_FIELD.fullmatch(name) and _SPEC.fullmatch(spec or "")):
                raise BadInput("format takes plain fields with widths below 1000")
        return text_of(text.format(*values, **named))
    except (ValueError, IndexError, KeyError, TypeError) as fault:
        raise BadInput("format: the pattern does not fit the values") from fault


def truncate(
    value: Value, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 5
) -> str:
    """As Jinja's: texts up to `length + leeway` stay whole, others lose their last word."""
    text = text_of(value)
    if len(text) <= length + leeway or length < len(end):
        return text
    kept = text[: length - len(end)]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + end


def wordwrap(value: Value, width: int = 79, break_long_words: bool = True, wrapstring: str = "\n") -> str:
    if width < 1 or len(wrapstring) > LONGEST_FORMAT:
        raise BadInput("wordwrap needs a width of at least 1")
    lines = [
        part
        for line in text_of(value).splitlines()
        for part in textwrap.wrap(
            line, width, break_long_words=break_long_words, break_on_hyphens=False, replace_whitespace=False
        )
        or [""]
    ]
    return text_of(wrapstring.join(lines))


def center(value: Value, width: int = 80) -> str:
    return text_of(value).center(min(width, LONGEST_TEXT))


def word_count(value: Value) -> int:
    return len(re.findall(r"\w+", text_of(value)))


def _require_small(value: Value) -> None:
    """Raises BadInput; looking ends soon behind the bounds."""
    count, waiting = 0, [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        count += 1
        if count > MOST_PARTS:
            raise BadInput(f"a list or object in a calculation has at most {MOST_PARTS} parts")
        if depth > DEEPEST:
            raise BadInput(f"a list or object in a calculation is at most {DEEPEST} levels deep")
        if isinstance(one, dict):
            inner = list(dict[str, Value].values(one))  # the bound method is hidden
        else:
            inner = one if isinstance(one, list) else []
        waiting += [(each, depth + 1) for each in inner]
