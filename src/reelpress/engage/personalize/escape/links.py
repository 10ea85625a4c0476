"""Values inside a link of an HTML attribute, by how much of the link the author has written before."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from reelpress.engage.personalize.escape.base import Unwritable, plain_text
from reelpress.engage.personalize.escape.url import url_text
from reelpress.engage.personalize.model import Value

_WHOLE: Final = re.compile(r"(?:https?://|mailto:|tel:|sms:)[^\s\\]", re.IGNORECASE)
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_HOST: Final = re.compile(r"[A-Za-z0-9.\-]*")
_RUNS_CODE: Final = frozenset({"javascript", "vbscript", "data"})
_URL_CHARACTERS: Final = ":/?#[]@!$&'()*+,;=%~-._"
_PATH_CHARACTERS: Final = "/:@!$'()*+,;=~"


def link_phase(phase: str, text: str) -> str:
    """start -> scheme | authority | path -> query, or never where the link runs code."""
    if phase == "start":
        phase, text = _begin(text.lstrip())
    if phase == "scheme" and re.search(r"[:/?#]", text):
        phase = "path"
    if phase == "authority" and re.search(r"[/?#]", text):
        phase = "path"
    if phase == "path" and re.search(r"[?#]", text):
        phase = "query"
    return phase


def write_in_link(value: Value, phase: str) -> tuple[str, str]:
    """The value as it may stand at this phase of a link, and the phase after it. Raises Unwritable."""
    text = plain_text(value)
    if phase == "start":
        return _whole_link(text)
    if phase == "scheme":
        raise Unwritable("write the link's beginning out, or let one value be the whole link")
    if phase == "authority":
        if not _HOST.fullmatch(text):
            raise Unwritable("a value in a link's host may hold letters, digits, dots and hyphens only")
        return text, phase
    return url_text(value, _PATH_CHARACTERS if phase == "path" else ""), phase


def _begin(text: str) -> tuple[str, str]:
    if not text:
        return "start", ""
    scheme = _SCHEME.match(re.sub(r"[\x00-\x20]", "", text))
    if scheme is not None and scheme[1].lower() in _RUNS_CODE:
        return "never", ""
    after_scheme = text[scheme.end() :] if scheme is not None else text
    if after_scheme.startswith("//"):
        return "authority", after_scheme[2:]
    return ("path" if scheme is not None or text[0] in "/?#" else "scheme"), after_scheme


def _whole_link(text: str) -> tuple[str, str]:
    link = text.strip()
    if not link:
        return "", "start"
    if not _WHOLE.match(link):
        raise Unwritable("a value that is a whole link must begin with https://, http://, mailto: or tel:")
    return quote(link, safe=_URL_CHARACTERS), link_phase("start", link)
