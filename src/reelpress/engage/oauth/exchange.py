"""The call of a token URL, and reading its answer. One request, no state."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

from reelpress.engage.oauth.model import BodyType, ExpiryUnit, OAuthInput, TokenType
from reelpress.engage.oauth.rows import plain_pairs
from reelpress.platform.http_out import HttpOut, OutFailure, OutRequest, OutResponse

TOKEN_TIMEOUT_S: Final = 10.0
ANSWER_MAX_BYTES: Final = 256_000
TOKEN_MAX_CHARS: Final = 16_000
REFRESH_MARGIN_S: Final = 30.0
REFRESH_MARGIN_SHARE: Final = 0.10
_LONGEST_MARGIN_SHARE: Final = 0.5  # a token that lives shorter than the margin is still used once or twice
_EPOCH_MS_FROM: Final = 100_000_000_000
_SENDABLE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_UNIT_S: Final = {
    ExpiryUnit.seconds: 1,
    ExpiryUnit.minutes: 60,
    ExpiryUnit.hours: 3_600,
    ExpiryUnit.days: 86_400,
}
_FOREVER: Final = timedelta(days=3_650)
_DEEPEST: Final = 8
_MOST_KEYS: Final = 200


@dataclass(frozen=True, slots=True)
class Granted:
    """A token as the token URL gave it; `lifetime` None when it names no expiry."""

    value: str = field(repr=False)
    obtained_at: datetime
    lifetime: timedelta | None

    @property
    def expires_at(self) -> datetime | None:
        return None if self.lifetime is None else self.obtained_at + self.lifetime

    @property
    def refresh_at(self) -> datetime | None:
        """Expiry minus 30 s or a tenth of the life, whichever is longer, but never more than half of it."""
        if self.lifetime is None:
            return None
        seconds = self.lifetime.total_seconds()
        margin = max(REFRESH_MARGIN_S, seconds * REFRESH_MARGIN_SHARE)
        return self.obtained_at + timedelta(seconds=seconds - min(margin, seconds * _LONGEST_MARGIN_SHARE))


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why an answer gives no token, for a person to act on. Holds no value of the answer."""

    reason: str


def token_request(given: OAuthInput) -> OutRequest:
    url = given.url.partition("#")[0]
    if given.parameters:
        query = urlencode(plain_pairs(given.parameters), quote_via=quote)
        url += ("&" if "?" in url else "?") + query
    headers = tuple(plain_pairs(given.headers))
    body = None if given.method == "GET" else _body(given)
    if body is not None and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", _content_type(given)))
    return OutRequest(
        given.method, url, headers, body, TOKEN_TIMEOUT_S, ANSWER_MAX_BYTES, allow_http=given.allow_http
    )


async def ask(http: HttpOut, given: OAuthInput) -> OutResponse | OutFailure:
    return await http.send(token_request(given))


def read_answer(answer: OutResponse | OutFailure, given: OAuthInput, now: datetime) -> Granted | Unreadable:
    """The token in an answer, by the response settings of the configuration."""
    if isinstance(answer, OutFailure):
        return Unreadable(f"the token URL gave no answer: {answer.message}")
    if not 200 <= answer.status < 300:
        return Unreadable(f"the token URL answered {answer.status}")
    document = as_json(answer.body)
    if document is None:
        return Unreadable("the token URL did not answer with JSON")
    path = given.response.access_token_key
    value = at_path(document, path)
    if not isinstance(value, str) or not value:
        return Unreadable(f"the answer has no text under {path!r}")
    if len(value) > TOKEN_MAX_CHARS or _SENDABLE.fullmatch(value) is None:
        return Unreadable(f"the text under {path!r} cannot be a token: it is too long or not plain ASCII")
    return _with_lifetime(value, document, given, now)


def _with_lifetime(value: str, document: Any, given: OAuthInput, now: datetime) -> Granted | Unreadable:
    key = given.response.expiry_key
    source = document
    if given.token_type is TokenType.jwt:
        source = claims_of(value)
        if source is None:
            return Unreadable("the token is not a JWT, so its claims cannot be read; choose Opaque")
    if key is None:
        return Granted(value, now, None)
    lifetime = _lifetime(at_path(source, key), given.response.expiry_unit, now)
    if lifetime is None:
        where = "claims" if given.token_type is TokenType.jwt else "answer"
        return Unreadable(f"the {where} have no number of time under {key!r}")
    if lifetime <= timedelta(0):
        return Unreadable("the token was already expired when it arrived; check the expiry unit")
    return Granted(value, now, lifetime)


def _lifetime(raw: Any, unit: ExpiryUnit, now: datetime) -> timedelta | None:
    try:
        number = float(raw) if isinstance(raw, (int, float, str)) and not isinstance(raw, bool) else None
    except (ValueError, OverflowError):
        return None
    if number is None or number != number:
        return None
    if unit is ExpiryUnit.epoch:
        seconds = number / 1000 if number >= _EPOCH_MS_FROM else number
        number = seconds - now.astimezone(UTC).timestamp()
    else:
        number *= _UNIT_S[unit]
    return timedelta(seconds=max(min(number, _FOREVER.total_seconds()), -1))


def as_json(body: bytes) -> dict[str, Any] | list[Any] | None:
    """The answer as a JSON object or array, None for anything else."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any] | list[Any]", document) if isinstance(document, (dict, list)) else None


def at_path(document: Any, path: str) -> Any:
    """The value under a dotted path, None when there is none. A key that itself holds dots is found too."""
    if isinstance(document, dict):
        mapping = cast("dict[str, Any]", document)
        if path in mapping:
            return mapping[path]
        heads = [key for key in mapping if path.startswith(f"{key}.")]
        found = (at_path(mapping[head], path[len(head) + 1 :]) for head in heads)
        return next((value for value in found if value is not None), None)
    if isinstance(document, list):
        items = cast("list[Any]", document)
        head, _, rest = path.partition(".")
        if head.isascii() and head.isdigit() and len(head) < 6 and int(head) < len(items):
            return at_path(items[int(head)], rest) if rest else items[int(head)]
    return None


def flatten(document: Any) -> dict[str, Any]:
    """Dotted path -> value of every leaf, at most 200 and 8 levels deep; what the key pickers offer."""
    leaves = _leaves(document, "", _DEEPEST)
    return dict(pair for pair, _ in zip(leaves, range(_MOST_KEYS), strict=False))


def _leaves(document: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth and isinstance(document, (dict, list)):
        items = (
            cast("dict[str, Any]", document).items()
            if isinstance(document, dict)
            else enumerate(cast("list[Any]", document))
        )
        for key, value in items:
            yield from _leaves(value, f"{path}.{key}" if path else str(key), depth - 1)
    elif path:
        yield path, document


def claims_of(token: str) -> Mapping[str, Any] | None:
    """The claims of a JWT (RFC 7519), unverified: they are only read for the expiry."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return cast("dict[str, Any]", claims) if isinstance(claims, dict) else None


def _body(given: OAuthInput) -> bytes | None:
    if given.body is None or isinstance(given.body, str):
        return given.body.encode() if given.body else None
    rows = plain_pairs(given.body)
    if given.body_type is BodyType.form:
        return urlencode(rows).encode()
    return json.dumps(dict(rows), ensure_ascii=False).encode()


def _content_type(given: OAuthInput) -> str:
    if given.body_type is BodyType.form:
        return "application/x-www-form-urlencoded"
    raw = given.body if isinstance(given.body, str) else ""
    if given.body_type is BodyType.json or as_json(raw.encode()) is not None:
        return "application/json"
    return "text/plain; charset=utf-8"
