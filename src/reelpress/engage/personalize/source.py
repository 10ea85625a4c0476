"""Template text before the engine sees it: its tags, the names it uses, MoEngage's own statement.

Nothing here decides what is safe. The engine parses; these patterns only read what it has accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reelpress.engage.personalize.model import ALIASES, OBJECTS, ObjectName, Reference, TemplateFault

_IN_TAG = r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?!%s)[^'"])*"""
TAG: Final = re.compile(
    r"\{%[-+]?\s*raw\s*[-+]?%\}(?P<raw>.*?)\{%[-+]?\s*endraw\s*[-+]?%\}"
    + r"|\{\{(?P<output>"
    + _IN_TAG % r"[-+]?\}\}"
    + r")[-+]?\}\}"
    + r"|\{%(?P<block>"
    + _IN_TAG % r"[-+]?%\}"
    + r")[-+]?%\}"
    + r"|\{\#.*?\#\}",
    re.DOTALL,
)
STRING: Final = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
_OBJECT: Final = "|".join([*OBJECTS, *ALIASES])
_NOT_SEND: Final = re.compile(rf"\{{%([-+]?)\s*MOE_NOT_SEND\s*(?:\(\s*({STRING})?\s*\))?\s*([-+]?)%\}}")
_REFERENCE: Final = re.compile(
    rf"(?<![\w.])({_OBJECT})\s*(?:\[\s*({STRING})\s*\]|\.\s*([A-Za-z_]\w*))" + r"(\s*\|\s*(?:default|d)\b)?"
)
_SOURCE: Final = re.compile(rf"(?<![\w.])(?:{_OBJECT})\b")
_FILTER: Final = re.compile(r"(?<!\|)\|(?!\|)\s*([A-Za-z_]\w*)")
_STATEMENT: Final = re.compile(r"[-+]?\s*([A-Za-z_]\w*)")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)

_OBJECTS: Final[dict[str, ObjectName]] = {name: name for name in OBJECTS}
_HIDDEN: Final = "\ufdd1"
_STATEMENTS: Final = frozenset(
    {"if", "elif", "else", "endif", "for", "endfor", "set", "do", "break", "continue", "with", "endwith"}
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: Literal["text", "output", "block"]
    text: str
    line: int


def hide_tags(source: str) -> tuple[str, list[str]]:
    """The source with each tag as a short mark, for splitting around them, and the tags."""
    tags: list[str] = []

    def hide(match: re.Match[str]) -> str:
        tags.append(match[0])
        return f"{_HIDDEN}{len(tags) - 1}{_HIDDEN}"

    return TAG.sub(hide, source), tags


def show_tags(text: str, tags: list[str]) -> str:
    """Undo `hide_tags` on a part of its text."""
    return re.sub(f"{_HIDDEN}([0-9]+){_HIDDEN}", lambda match: tags[int(match[1])], text)


def rewrite_not_send(source: str) -> str:
    """`{% MOE_NOT_SEND("reason") %}` as a call the engine knows; lines stay where they are."""
    return _NOT_SEND.sub(
        lambda m: f"{{%{m[1]} do moe_not_send({m[2] or ''}) {m[3]}%}}" + "\n" * m[0].count("\n"), source
    )


def tokens(source: str) -> Iterator[Token]:
    """Text, `{{ }}` and `{% %}` in order; comments are left out."""
    at, line = 0, 1
    for match in TAG.finditer(source):
        before = source[at : match.start()]
        if before:
            yield Token("text", before, line)
        line += before.count("\n")
        yield from _tag(match, line)
        line += match[0].count("\n")
        at = match.end()
    if at < len(source):
        yield Token("text", source[at:], line)


def _tag(match: re.Match[str], line: int) -> Iterator[Token]:
    if match["raw"] is not None:
        yield Token("text", match["raw"], line)
    elif match["output"] is not None:
        yield Token("output", match["output"], line)
    elif match["block"] is not None:
        yield Token("block", match["block"], line)


def references(source: str) -> tuple[Reference, ...]:
    """The attributes a template names literally, in order, each once."""
    found: dict[tuple[ObjectName, str], Reference] = {}
    for token in tokens(source):
        if token.kind == "text":
            continue
        for match in _REFERENCE.finditer(token.text):
            name = match[3] if match[2] is None else _unquote(match[2])
            where = object_of(match[1])
            seen = found.get((where, name))
            has_default = match[4] is not None and (seen is None or seen.has_default)
            found[where, name] = Reference(where, name, has_default)
    return tuple(found.values())


def objects_used(source: str) -> frozenset[str]:
    """The names of the objects a template mentions, as it spells them."""
    return frozenset(
        name for token in tokens(source) if token.kind != "text" for name in _SOURCE.findall(token.text)
    )


def object_of(spelling: str) -> ObjectName:
    """The object behind a name or its alias. Raises KeyError."""
    return ALIASES[spelling] if spelling in ALIASES else _OBJECTS[spelling]


def names_every_attribute(source: str) -> bool:
    """Whether each use of an object names its attribute literally, so that no other can be read."""
    return all(
        len(_SOURCE.findall(token.text)) == len(_REFERENCE.findall(token.text)) and "\\" not in token.text
        for token in tokens(source)
        if token.kind != "text"
    )


def check_statements(source: str, filters: frozenset[str]) -> None:
    """Refuse what the engine would only notice while rendering, or what must not capture output."""
    for token in tokens(source):
        if token.kind == "text":
            continue
        bare = re.sub(STRING, "''", token.text)
        if token.kind == "block":
            _check_statement(bare, token.line)
        for match in _FILTER.finditer(bare):
            if match[1] not in filters:
                raise TemplateFault(f"there is no filter {match[1]!r}", token.line)


def _check_statement(bare: str, line: int) -> None:
    match = _STATEMENT.match(bare)
    word = match[1] if match else ""
    if word not in _STATEMENTS:
        raise TemplateFault(f"the statement {word!r} is not available in campaign templates", line)
    if word == "set" and "=" not in bare:
        raise TemplateFault("write {% set name = value %}; a set block is not available", line)


def _unquote(literal: str) -> str:
    return _ESCAPED.sub(r"\1", literal[1:-1])
