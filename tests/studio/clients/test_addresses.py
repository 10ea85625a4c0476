"""IP allow-lists."""

import pytest

from reelpress.studio.clients.addresses import address_allowed, parse_networks


def test_an_empty_list_allows_everybody():
    assert address_allowed("198.51.100.1", ())


def test_entries_are_kept_in_canonical_form_and_once():
    assert parse_networks(["203.0.113.7", " 203.0.113.7 ", "2001:DB8::/32"]) == (
        "203.0.113.7/32",
        "2001:db8::/32",
    )


@pytest.mark.parametrize("entry", ["", "example.com", "203.0.113.7/33", "203.0.113.7/8", "1"])
def test_what_is_no_address_is_named(entry: str):
    with pytest.raises(ValueError, match="is not an IP address or network"):
        parse_networks(["203.0.113.1", entry])


def test_a_list_without_end_is_refused():
    with pytest.raises(ValueError, match="at most"):
        parse_networks([f"10.0.{n // 256}.{n % 256}" for n in range(101)])
