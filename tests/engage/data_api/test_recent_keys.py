"""A key that opened is remembered for a moment, never longer than its revocation may take."""

import pytest

from reelpress.engage.data_api import recent_keys
from reelpress.engage.data_api.keys import KeyCheck
from reelpress.engage.data_api.recent_keys import RecentKeys

OPENS = KeyCheck(opens=True, any_key=True, time_zone="UTC", name="Shop", state="active")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(recent_keys.time, "monotonic", lambda: now[0])
    return now


def test_a_key_is_found_by_its_workspace_and_digest_for_two_seconds(clock: list[float]) -> None:
    recent = RecentKeys()
    recent.keep("W", b"digest", OPENS, recent.changes)
    assert recent.find("W", b"digest") is OPENS
    assert recent.find("W", b"other") is None
    assert recent.find("V", b"digest") is None
    clock[0] += recent_keys.REMEMBERED_S
    assert recent.find("W", b"digest") is None


def test_a_key_that_does_not_open_is_asked_for_again(clock: list[float]) -> None:
    recent = RecentKeys()
    recent.keep(
        "W",
        b"digest",
        KeyCheck(opens=False, any_key=True, time_zone="UTC", name="Shop", state="active"),
        recent.changes,
    )
    assert recent.find("W", b"digest") is None


def test_a_revocation_forgets_also_what_was_asked_before_it(clock: list[float]) -> None:
    recent = RecentKeys()
    asked = recent.changes
    recent.keep("W", b"digest", OPENS, asked)
    recent.forget()
    recent.keep("W", b"digest", OPENS, asked)
    assert recent.find("W", b"digest") is None


def test_only_so_many_keys_are_remembered(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent_keys, "MOST_REMEMBERED", 2)
    recent = RecentKeys()
    for number in range(3):
        recent.keep("W", b"%d" % number, OPENS, recent.changes)
    assert [recent.find("W", b"%d" % number) is OPENS for number in range(3)] == [False, True, True]
