"""Expressions rewritten so that no template can build a value that is larger than its work allows.

The engine's fuel counts steps and the length of texts, not the lists that `+` and `*` build nor what the
methods `replace`, `join` and `format` make. So the operands of `+` and `*` pass through a filter, those
methods become filters, and what a namespace keeps is bounded. What bindings alone can build, one from the
other, is estimated before anything is rendered.
"""

from __future__ import annotations

import re
from typing import Final

from reelpress.engage.personalize.model import TemplateFault
from reelpress.engage.personalize.source import STRING, TAG, Token, tokens

MOST_GROWTH: Final = 500
"""How many values, literal lists and bound names one expression may be made of, counted through."""
LONGEST_CALCULATION: Final = 4_000  # characters of one tag

_METHODS: Final = {"replace": "replace", "join": "_joined", "format": "_formatted"}
_METHOD: Final = re.compile(r"\.\s*(replace|join|format)\s*\(")
_OPERATOR: Final = re.compile(r"(?<!\*)\*(?!\*)|\+")
_LITERAL: Final = re.compile(r"\d[\d.eE_]*|'s*'|\"s*\"")
_NAMESPACE_SET: Final = re.compile(r"[-+]?\s*set\s+\w+\s*\.\s*\w+\s*=(?!=)\s*(.*?)\s*\Z", re.DOTALL)
_KEYWORDS: Final = frozenset(
    {"if", "elif", "else", "in", "not", "and", "or", "is", "set", "for", "do", "with", "recursive"}
)
_NAME: Final = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_BOUND: Final = re.compile(r"(\w+)\s*=(?!=)")
_TARGETS: Final = re.compile(
    r"[-+]?\s*(?:set\s+(?P<set>[\w\s,]+?)\s*=(?!=)|for\s+(?P<loop>[\w\s,()]+?)\s+in\b)"
)
_CLOSERS: Final = {")": "(", "]": "[", "}": "{"}
_OPENERS: Final = {opener: closer for closer, opener in _CLOSERS.items()}


def guarded(source: str) -> str:
    """The template as the engine gets it; lines stay where they are. Raises TemplateFault."""

    def rewrite(match: re.Match[str]) -> str:
        for group in ("output", "block"):
            if match[group] is not None:
                start, end = match.start(group) - match.start(), match.end(group) - match.start()
                return match[0][:start] + _expression(match[group]) + match[0][end:]
        return match[0]

    return TAG.sub(rewrite, source)


def check_growth(source: str) -> None:
    """Refuse bindings that make large values from one another. Raises TemplateFault with the line."""
    sizes: dict[str, int] = {}
    for token in tokens(source):
        if token.kind != "text":
            _grow(token, sizes)


def _grow(token: Token, sizes: dict[str, int]) -> None:
    bare = re.sub(STRING, "''", token.text)
    if len(bare) > LONGEST_CALCULATION and (_OPERATOR.search(bare) or _METHOD.search(bare)):
        raise TemplateFault(
            f"a calculation may have {LONGEST_CALCULATION} characters; take it apart", token.line
        )
    size = 1 + bare.count(",") // 50 + sum(sizes.get(name, 0) for name in _NAME.findall(bare))
    if size > MOST_GROWTH:
        raise TemplateFault("values are built from one another too many times", token.line)
    if token.kind != "block":
        return
    if re.search(r"\brecursive\b", bare):
        raise TemplateFault("recursive loops are not available in campaign templates", token.line)
    for name in _bound_names(bare):
        sizes[name] = max(size, sizes.get(name, 0))


def _bound_names(bare: str) -> list[str]:
    match = _TARGETS.match(bare)
    if match is not None:
        return re.findall(r"\w+", match["set"] or match["loop"])
    return _BOUND.findall(bare) if re.match(r"[-+]?\s*with\b", bare) else []


def _expression(text: str) -> str:
    text = _methods_as_filters(text)
    bare = _masked(text)
    edits: list[tuple[int, str]] = []
    for match in _OPERATOR.finditer(bare):
        left = _left(bare, match.start())
        if left is None:
            continue  # a sign
        checked = "_factor" if match[0] == "*" else "_term"
        for start, end in ((left, len(bare[: match.start()].rstrip())), _right(bare, match.end())):
            if start < end and not _LITERAL.fullmatch(bare, start, end):
                edits += [(start, "("), (end, f"|{checked})")]
    kept = _NAMESPACE_SET.match(bare)
    if kept is not None:
        edits += [(kept.start(1), "("), (kept.end(1), ")|_small")]
    return _edited(text, edits)


def _methods_as_filters(text: str) -> str:
    """`x.replace(a, b)` as `(x|replace(a, b))`, from the outside in."""
    at = 0
    while True:
        bare = _masked(text)
        match = _METHOD.search(bare, at)
        if match is None:
            return text
        start, end = _left(bare, match.start()), _closing(bare, match.end() - 1)
        if start is None or end is None:
            return text  # the engine says what is wrong with it
        inner = text[match.end() : end]
        call = f"|{_METHODS[match[1]]}({inner})" if inner.strip() else f"|{_METHODS[match[1]]}"
        text = f"{text[:start]}({text[start : match.start()]}{call}){text[end + 1 :]}"
        at = match.start() + 1


def _edited(text: str, edits: list[tuple[int, str]]) -> str:
    parts: list[str] = []
    at = 0
    for position, added in sorted(edits, key=lambda edit: (edit[0], edit[1].startswith("("))):
        parts += (text[at:position], added)
        at = position
    return "".join([*parts, text[at:]])


def _masked(text: str) -> str:
    """The text with what its strings hold hidden, each character in its place."""
    return re.sub(STRING, lambda m: f"{m[0][0]}{'s' * (len(m[0]) - 2)}{m[0][0]}", text)


def _left(bare: str, end: int) -> int | None:
    """Where the operand before `end` begins, with its calls, subscripts and filters; None without one."""
    while True:
        end = len(bare[:end].rstrip())
        start = _last_part(bare, end)
        if start is None or bare[start:end] in _KEYWORDS:
            return None
        before = len(bare[:start].rstrip())
        if bare[:before].endswith(".") or (bare[:before].endswith("|") and bare[before - 2 : before] != "||"):
            end = before - 1
        elif bare[start] in "([" and _callable_ends(bare[:before]):
            end = before
        else:
            return start


def _last_part(bare: str, end: int) -> int | None:
    if end == 0:
        return None
    last = bare[end - 1]
    if last in _CLOSERS:
        return _opening(bare, end - 1)
    if last in "'\"":
        start = bare.rfind(last, 0, end - 1)
        return start if start >= 0 else None
    word = re.search(r"\w+\Z", bare[:end])
    return word.start() if word else None


def _callable_ends(before: str) -> bool:
    word = re.search(r"\w+\Z", before)
    return word[0] not in _KEYWORDS if word else before.endswith((")", "]", "'", '"'))


def _right(bare: str, start: int) -> tuple[int, int]:
    """The operand behind `start`, without its signs."""
    start += len(bare[start:]) - len(bare[start:].lstrip(" \t\r\n+-"))
    if start >= len(bare):
        return start, start
    end = _first_part(bare, start)
    while True:
        after = end + len(bare[end:]) - len(bare[end:].lstrip())
        follows = re.compile(r"\.\s*\w+|\|(?!\|)\s*\w+").match(bare, after)
        if follows is not None:
            end = follows.end()
        elif bare[after : after + 1] in ("(", "["):
            end = (_closing(bare, after) or len(bare) - 1) + 1
        else:
            return start, end


def _first_part(bare: str, start: int) -> int:
    first = bare[start]
    if first in _OPENERS:
        return (_closing(bare, start) or len(bare) - 1) + 1
    if first in "'\"":
        return bare.find(first, start + 1) + 1 or len(bare)
    word = re.compile(r"\d[\d.eE_]*|\w+").match(bare, start)
    return word.end() if word else start


def _closing(bare: str, at: int) -> int | None:
    depth = 0
    for position in range(at, len(bare)):
        depth += (bare[position] in _OPENERS) - (bare[position] in _CLOSERS)
        if depth == 0:
            return position
    return None


def _opening(bare: str, at: int) -> int | None:
    depth = 0
    for position in range(at, -1, -1):
        depth += (bare[position] in _CLOSERS) - (bare[position] in _OPENERS)
        if depth == 0:
            return position
    return None
