"""Phone numbers in one form."""

import pytest

from reelpress.engage.profiles.phones import normalise


@pytest.mark.parametrize(
    ("sent", "region", "number"),
    [
        ("+91 98000-00001", None, "+919800000001"),
        ("919800000001", None, "+919800000001"),
        ("00 91 98000 00001", None, "+919800000001"),
        ("9800000001", "IN", "+919800000001"),
        ("09800000001", "IN", "+919800000001"),
        ("919800000001", "IN", "+919800000001"),
        ("07400 123456", "GB", "+447400123456"),
        ("(201) 555-0123", "US", "+12015550123"),
        ("+442083661177", "IN", "+442083661177"),
    ],
)
def test_a_number_is_stored_in_e_164(sent: str, region: str | None, number: str) -> None:
    assert normalise(sent, region) == number


@pytest.mark.parametrize("sent", ["9800000001", "call me", "+919", "", "07400123456", "+12015550123 x5"])
def test_what_is_no_number_for_sure_stays_as_it_was(sent: str) -> None:
    assert normalise(sent, None) == sent


def test_a_region_nobody_knows_changes_nothing() -> None:
    assert normalise("9800000001", "XX") == "9800000001"
