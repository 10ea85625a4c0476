"""MoEngage's filters beside the standard ones of the engine."""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import json
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import quote, unquote_plus

from minijinja import safe

from reelpress.engage.personalize import dates, texts
from reelpress.engage.personalize.model import MOENGAGE_ID_KEY, Value
from reelpress.engage.personalize.run import require_time
from reelpress.engage.personalize.shown import plain
from reelpress.engage.personalize.texts import LONGEST_FORMAT, BadInput, text_of

NOT_SEND: Final = "MOE_NOT_SEND"


class AbsentInput(Exception):
    """A filter was applied to a missing value."""

    def __init__(self, filter_name: str) -> None:
        super().__init__(filter_name)
        self.filter_name = filter_name


class NotSendAsked(Exception):
    """The template itself decided against sending; `reason` is None for `default('MOE_NOT_SEND')`."""

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason


def default(value: Value = None, fallback: Value = "", boolean: bool = False) -> Value:
    require_time()
    if value is not None and (value or not boolean):
        return value
    if fallback == NOT_SEND:
        raise NotSendAsked
    return fallback


def moe_not_send(reason: str = "the template asked not to send") -> str:
    raise NotSendAsked(str(reason)[:LONGEST_FORMAT])


def sha256(value: Value, key: str = "") -> str:
    """Hex SHA-256 of the text followed by the salt `key`."""
    return hashlib.sha256((text_of(value) + key).encode()).hexdigest()


def sha256_no_salt(value: Value) -> str:
    return hashlib.sha256(text_of(value).encode()).hexdigest()


def base64_encode(value: Value) -> str:
    return base64.b64encode(text_of(value).encode()).decode()


def base64_decode(value: Value) -> str:
    text = text_of(value)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise BadInput("base64decode needs the base64 form of UTF-8 text") from fault


def url_encode(value: Value) -> str:
    """Percent-encoded, and marked so that a URL destination does not encode it twice."""
    return safe(quote(text_of(value), safe=""))


def url_decode(value: Value) -> str:
    return unquote_plus(text_of(value))


def to_json(value: Value) -> str:
    return safe(json.dumps(plain(value), ensure_ascii=False))


def pairs(value: Value) -> Value:
    """Key and value of each entry of an object, in order."""
    return [[key, inner] for key, inner in _entries(value).items()]


def sorted_pairs(value: Value) -> Value:
    return [[key, inner] for key, inner in sorted(_entries(value).items())]


def _entries(value: Value) -> dict[str, Value]:
    entries = plain(value)
    if not isinstance(entries, dict):
        raise BadInput("items and dictsort need an object")
    return entries


def chosen(value: Value) -> Value:
    """One element, for `random`: a customer gets the same one each time, so that a preview is true."""
    items: Value = list(value) if isinstance(value, str) else value
    if not isinstance(items, list) or not items:
        raise BadInput("random needs a list with elements")
    who = str(require_time().context.user.get(MOENGAGE_ID_KEY, ""))
    number = int.from_bytes(hashlib.sha256(f"{who}|{len(items)}".encode()).digest()[:8])
    return items[number % len(items)]


def unchanged(value: Value) -> Value:
    """For `safe`, `e` and `escape`: the destination escapes, the author cannot switch it off."""
    return value


def _needs_input(name: str, function: Callable[..., Value]) -> Callable[..., Value]:
    @functools.wraps(function)
    def guarded(value: object = None, *args: object, **kwargs: object) -> Value:
        require_time()
        if value is None:
            raise AbsentInput(name)
        try:
            return function(cast("Value", value), *args, **kwargs)
        except TypeError as fault:
            raise BadInput(f"{name}: an argument is missing, unknown or of the wrong type") from fault

    return guarded


def _timed(function: Callable[..., Value]) -> Callable[..., Value]:
    @functools.wraps(function)
    def timed(*args: object, **kwargs: object) -> Value:
        require_time()
        return function(*args, **kwargs)

    return timed


_ON_VALUES: Final[dict[str, Callable[..., Value]]] = {
    "convertToSHA256": sha256,
    "convertToSHA256NoSalt": sha256_no_salt,
    "base64encode": base64_encode,
    "base64decode": base64_decode,
    "urlencode": url_encode,
    "urldecode": url_decode,
    "dateTimeFormatter": dates.date_time,
    "dateFormatter": dates.date_time,
    "days": dates.days,
    "today": dates.today,
    "truncate": texts.truncate,
    "wordwrap": texts.wordwrap,
    "center": texts.center,
    "wordcount": texts.word_count,
    "random": chosen,
    "_term": texts.small,
    "_factor": texts.factor,
    "_formatted": texts.formatted,
    "tojson": to_json,
    "items": pairs,
    "dictsort": sorted_pairs,
    "safe": unchanged,
    "e": unchanged,
    "escape": unchanged,
    "forceescape": unchanged,
}

FILTERS: Final[dict[str, Callable[..., Value]]] = {
    "default": default,
    "d": default,
    "_joined": _timed(texts.joined),
    "_small": _timed(texts.small),
    **{name: _needs_input(name, function) for name, function in _ON_VALUES.items()},
}

STANDARD_FILTERS: Final = (
    frozenset(
        {"abs", "attr", "batch", "bool", "capitalize", "count", "filesizeformat", "first", "float", "format"}
    )
    | {"groupby", "indent", "int", "join", "last", "length", "lines", "list", "lower", "map", "max", "min"}
    | {"pluralize", "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "slice"}
    | {"sort", "split", "string", "striptags", "sum", "title", "trim", "unique", "upper", "zip"}
)
"""What campaign templates may use of the engine's own filters."""
