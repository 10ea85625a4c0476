"""Reading token answers: keys, units, claims, margins."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reelpress.engage.oauth import OAuthInput
from reelpress.engage.oauth.exchange import (
    Granted,
    Unreadable,
    at_path,
    claims_of,
    flatten,
    read_answer,
    token_request,
)
from reelpress.platform.http_out import OutFailure, OutResponse

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def given_with(token_type: str = "OPAQUE", **response: object) -> OAuthInput:
    return OAuthInput.model_validate(
        {"name": "n", "url": "https://tokens.example/", "token_type": token_type, "response": response}
    )


def read(document: object, given: OAuthInput, status: int = 200) -> Granted | Unreadable:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_answer(OutResponse(status, (), body, 5), given, NOW)


def jwt(claims: dict[str, Any]) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part(claims)}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("raw", "unit", "lifetime"),
    [
        (3600, "SECONDS", timedelta(hours=1)),
        ("3600", "Seconds", timedelta(hours=1)),
        (3599.5, "SECONDS", timedelta(seconds=3599.5)),
        (15, "MINUTES", timedelta(minutes=15)),
        (2, "HOURS", timedelta(hours=2)),
        (1, "DAYS", timedelta(days=1)),
        (int(NOW.timestamp()) + 600, "EPOCH", timedelta(minutes=10)),
        ((int(NOW.timestamp()) + 600) * 1000, "EPOCH", timedelta(minutes=10)),
    ],
)
def test_the_expiry_is_read_in_its_unit(raw: object, unit: str, lifetime: timedelta) -> None:
    given = given_with(expiry_key="expires_in", expiry_unit=unit)
    granted = read({"access_token": "t", "expires_in": raw}, given)
    assert isinstance(granted, Granted)
    assert granted.lifetime == lifetime
    assert granted.expires_at == NOW + lifetime


@pytest.mark.parametrize(
    ("lifetime_s", "refreshed_after_s"),
    [(3600, 3240), (300, 270), (100, 70), (60, 30), (20, 10), (86_400, 77_760)],
)
def test_a_token_is_refreshed_thirty_seconds_or_a_tenth_before_its_end(
    lifetime_s: int, refreshed_after_s: int
) -> None:
    granted = Granted("t", NOW, timedelta(seconds=lifetime_s))
    assert granted.refresh_at == NOW + timedelta(seconds=refreshed_after_s)


def test_without_an_expiry_key_a_token_is_kept_until_it_is_refused() -> None:
    granted = read({"access_token": "t"}, given_with())
    assert isinstance(granted, Granted)
    assert granted.refresh_at is None


def test_the_expiry_of_a_jwt_is_read_from_its_claims() -> None:
    token = jwt({"exp": int(NOW.timestamp()) + 900, "sub": "lantern"})
    given = given_with("JWT", access_token_key="data.jwt", expiry_key="exp", expiry_unit="EPOCH")
    granted = read({"data": {"jwt": token}}, given)
    assert isinstance(granted, Granted)
    assert (granted.value, granted.lifetime) == (token, timedelta(minutes=15))


@pytest.mark.parametrize(
    ("document", "status", "given", "words"),
    [
        ({}, 200, given_with(), "has no text under 'access_token'"),
        ({"access_token": 5}, 200, given_with(), "has no text under"),
        ({"access_token": "a\nb"}, 200, given_with(), "cannot be a token"),
        ({"access_token": "x" * 20_000}, 200, given_with(), "cannot be a token"),
        ({"access_token": "t"}, 200, given_with(expiry_key="exp"), "no number of time under 'exp'"),
        ({"access_token": "t", "exp": True}, 200, given_with(expiry_key="exp"), "no number of time"),
        ({"access_token": "t", "exp": "NaN"}, 200, given_with(expiry_key="exp"), "no number of time"),
        ({"access_token": "t", "exp": 5}, 200, given_with(expiry_key="exp", expiry_unit="EPOCH"),
         "already expired"),
        ({"access_token": "t"}, 200, given_with("JWT", expiry_key="exp"), "not a JWT"),
        ({"error": "no"}, 401, given_with(), "answered 401"),
        (b"<html>", 200, given_with(), "did not answer with JSON"),
        (b"[" * 100_000, 200, given_with(), "did not answer with JSON"),
    ],
)  # fmt: skip
def test_an_answer_without_a_usable_token_says_why(
    document: object, status: int, given: OAuthInput, words: str
) -> None:
    found = read(document, given, status)
    assert isinstance(found, Unreadable)
    assert words in found.reason


def test_no_answer_is_a_reason_too() -> None:
    found = read_answer(OutFailure("timeout", "it took too long", 10_000), given_with(), NOW)
    assert found == Unreadable("the token URL gave no answer: it took too long")


def test_keys_are_dotted_paths_through_objects_and_lists() -> None:
    document = {"data": {"tokens": [{"value": "a"}, {"value": "b"}]}, "x.y": {"z": "c"}, "e": {}}
    assert at_path(document, "data.tokens.1.value") == "b"
    assert at_path(document, "x.y.z") == "c"
    assert at_path(document, "data.tokens.7.value") is None
    assert at_path(document, "data.nothing") is None
    assert flatten(document) == {"data.tokens.0.value": "a", "data.tokens.1.value": "b", "x.y.z": "c"}


@pytest.mark.parametrize("token", ["a.b", "a.b.c", "a.W10.c", "...", "opaque"])
def test_what_is_not_a_jwt_has_no_claims(token: str) -> None:
    assert claims_of(token) is None


@pytest.mark.parametrize(
    ("changes", "url", "content_type", "body"),
    [
        ({"method": "GET", "parameters": [["id", "a b"], ["s", "ü&="]]},
         "https://tokens.example/t?v=1&id=a%20b&s=%C3%BC%26%3D", None, None),
        ({"body_type": "FORM", "body": [["grant_type", "client_credentials"], ["secret", "a&b"]]},
         "https://tokens.example/t?v=1", "application/x-www-form-urlencoded",
         b"grant_type=client_credentials&secret=a%26b"),
        ({"body_type": "JSON", "body": [["id", 'a"b']]},
         "https://tokens.example/t?v=1", "application/json", b'{"id": "a\\"b"}'),
        ({"body_type": "RAW", "body": '{"id": 1}'},
         "https://tokens.example/t?v=1", "application/json", b'{"id": 1}'),
        ({"body_type": "RAW", "body": "id=1"},
         "https://tokens.example/t?v=1", "text/plain; charset=utf-8", b"id=1"),
        ({"body_type": "RAW", "body": "id=1", "headers": [["content-type", "x/y"]]},
         "https://tokens.example/t?v=1", "x/y", b"id=1"),
    ],
)  # fmt: skip
def test_the_token_request_is_built_as_configured(
    changes: dict[str, object], url: str, content_type: str | None, body: bytes | None
) -> None:
    given = OAuthInput.model_validate({"name": "n", "url": "https://tokens.example/t?v=1#x", **changes})
    request = token_request(given)
    assert request.url == url
    assert next((v for k, v in request.headers if k.lower() == "content-type"), None) == content_type
    assert request.body == body
