"""Values inside HTML: text, attributes, links and styles, each by its own rule.

The walk follows the tokenizer of the HTML standard (section 13.2.5) as far as places for values need it.
Conditional comments are read as markup, since mail programs that know them do so too.
"""

from __future__ import annotations

import html
import re
from typing import Final

from reelpress.engage.personalize.escape.base import Escaper, State, Unwritable, plain_text
from reelpress.engage.personalize.escape.links import link_phase, write_in_link
from reelpress.engage.personalize.model import Value

_TEXT: Final = ("text",)
_COMMENT: Final = ("comment",)
_BOGUS: Final = ("bogus",)
_RAW: Final = frozenset({"script", "style", "xmp", "noscript", "iframe", "noembed", "noframes", "plaintext"})
_TEXT_ONLY: Final = frozenset({"title", "textarea"})
_LINKS: Final = frozenset({"href", "src", "action", "formaction", "background", "poster", "cite", "data"}) | {
    "xlink:href",
    "longdesc",
    "srcset",
    "ping",
}
_OVERRIDES: Final = re.compile("[\u202d\u202e]")
_STYLE: Final = re.compile(r"[\w\s#.,%\-]*")
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9]")

_CONDITION: Final = re.compile(r"<!--\[if[^\]]*\]>(?:<!-->)?|<!\[endif\](?:-->|>)", re.IGNORECASE)
_TAG_NAME: Final = re.compile(r"</?([A-Za-z][^\s/>]*)")
_ATTRIBUTE: Final = re.compile(r"([^\s\"'<>/=]+)(?:(\s*=\s*)([\"']?))?")
_UNQUOTED_END: Final = re.compile(r"[\s>]")


class HtmlEscaper(Escaper):
    """States: (text,), (comment,), (bogus,), (only, element), (raw, element), (tag, element) and
    (attribute, element, quote, kind, phase)."""

    start = _TEXT

    def advance(self, state: State, text: str) -> State:
        at = 0
        while at < len(text):
            state, at = _STEPS[state[0]](state, text, at)
        return state

    def refusal(self, state: State) -> str | None:
        where = state[0]
        if where == "raw":
            return f"a value may not stand inside <{state[1]}>"
        if where in {"comment", "bogus"}:
            return "a value may not stand inside a comment"
        if where == "tag":
            return f"a value may not be part of the tag <{state[1]}> itself; put it in a quoted attribute"
        if where == "attribute" and "never" in state[3:]:
            return "a value may not stand in an attribute that runs code"
        return None

    def write(self, state: State, value: Value) -> tuple[str, State]:
        self.require_place(state)
        if state[0] != "attribute":
            return html.escape(_OVERRIDES.sub("", plain_text(value)), quote=False), state
        _, element, quote, kind, phase = state
        text = plain_text(value)
        if kind == "link":
            text, phase = write_in_link(value, phase)
        elif kind == "style" and not _STYLE.fullmatch(text):
            raise Unwritable("a style takes words, numbers, # . , % and - only")
        escaped = html.escape(text) if quote else _NOT_PLAIN.sub(lambda m: f"&#{ord(m[0])};", text)
        return escaped, (state[0], element, quote, kind, phase)


def _step_text(state: State, text: str, at: int) -> tuple[State, int]:
    opened = text.find("<", at)
    if opened < 0:
        return state, len(text)
    condition = _CONDITION.match(text, opened)
    if condition is not None:
        return _TEXT, condition.end()
    if text.startswith("<!--", opened):
        return _COMMENT, opened + 4
    name = _TAG_NAME.match(text, opened)
    if name is not None:
        closing = text[opened + 1] == "/"
        return ("tag", ("/" if closing else "") + name[1].lower()), name.end()
    if text[opened + 1 : opened + 2] in {"!", "?"}:
        return _BOGUS, opened + 2
    if text[opened + 1 :] in {"", "/"}:
        return ("tag", ""), len(text)
    return _TEXT, opened + 1


def _step_comment(state: State, text: str, at: int) -> tuple[State, int]:
    end = text.find("-->", at)
    return (state, len(text)) if end < 0 else (_TEXT, end + 3)


def _step_bogus(state: State, text: str, at: int) -> tuple[State, int]:
    end = text.find(">", at)
    return (state, len(text)) if end < 0 else (_TEXT, end + 1)


def _step_only(state: State, text: str, at: int) -> tuple[State, int]:
    end = re.compile(rf"</{re.escape(state[1])}(?=[\s/>])", re.IGNORECASE).search(text, at)
    return (state, len(text)) if end is None else (("tag", f"/{state[1]}"), end.end())


def _step_tag(state: State, text: str, at: int) -> tuple[State, int]:
    element = state[1]
    if text[at] == ">":
        return _inside(element), at + 1
    match = _ATTRIBUTE.match(text, at)
    if match is None:
        return state, at + 1
    if match[2] is None:
        return state, match.end()
    kind = _kind(match[1].lower())
    return ("attribute", element, match[3], kind, "start"), match.end()


def _inside(element: str) -> State:
    if element in _RAW:
        return ("raw", element)
    return ("only", element) if element in _TEXT_ONLY else _TEXT


def _kind(attribute: str) -> str:
    if attribute.startswith("on") or attribute == "srcdoc":
        return "never"
    if attribute == "style":
        return "style"
    return "link" if attribute in _LINKS else "plain"


def _step_attribute(state: State, text: str, at: int) -> tuple[State, int]:
    name, element, quote, kind, phase = state
    if quote:
        end = text.find(quote, at)
    else:
        found = _UNQUOTED_END.search(text, at)
        end = found.start() if found else -1
    if end >= 0:
        return ("tag", element), end + len(quote)
    if kind == "link":
        phase = link_phase(phase, html.unescape(text[at:]))
    return (name, element, quote, kind, phase), len(text)


_STEPS: Final = {
    "text": _step_text,
    "comment": _step_comment,
    "bogus": _step_bogus,
    "only": _step_only,
    "raw": _step_only,
    "tag": _step_tag,
    "attribute": _step_attribute,
}
