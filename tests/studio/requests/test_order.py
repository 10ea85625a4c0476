"""The wire form of an order, without a server."""

import json

import pytest

from reelpress.studio.requests.order import Order, OrderFault, parse_json, parse_order


def parsed(text: str) -> Order:
    return parse_order(parse_json(text.encode()))


def test_numbers_keep_the_digits_they_were_written_with() -> None:
    order = parsed('{"use-case-id":"u","user-config":{"a":1.50,"b":-0,"c":12345678901234567890,"d":1e3}}')
    assert order.user_config == {"a": "1.50", "b": "-0", "c": "12345678901234567890", "d": "1e3"}


def test_null_false_and_true_are_empty_and_words() -> None:
    order = parsed('{"use-case-id":"u","user-config":{"a":null,"b":false,"c":true}}')
    assert order.user_config == {"a": "", "b": "false", "c": "true"}


def test_hostile_text_is_only_text() -> None:
    name = "\u202e'; DROP TABLE {{name}} %{eif} <b>&\\N{nul}"
    order = parsed(json.dumps({"use-case-id": "u", "user-config": {"name": name}}))
    assert order.user_config == {"name": name}


def test_unknown_keys_are_ignored() -> None:
    assert parsed('{"use-case-id":"u","priority":{"deep":[1]}}') == Order("u")


def test_equal_orders_have_one_identity_whatever_the_order_of_their_keys() -> None:
    first = parsed('{"use-case-id":"U","user-config":{"a":"1","b":"2"},"customer-id":"c"}')
    second = parsed('{"customer-id":"c","user-config":{"b":"2","a":"1"},"use-case-id":"u"}')
    assert first.identity("w") == second.identity("w")
    assert first.identity("w") != first.identity("another workspace")


@pytest.mark.parametrize(
    "changed",
    [
        '{"use-case-id":"u","customer-id":"c","user-config":{"a":"2"}}',
        '{"use-case-id":"u","customer-id":"d","user-config":{"a":"1"}}',
        '{"use-case-id":"v","customer-id":"c","user-config":{"a":"1"}}',
        '{"use-case-id":"u","user-id":"c","user-config":{"a":"1"}}',
        '{"use-case-id":"u","customer-id":"c","video-texts":["1"]}',
    ],
)
def test_values_cannot_move_between_fields_without_changing_the_identity(changed: str) -> None:
    first = parsed('{"use-case-id":"u","customer-id":"c","user-config":{"a":"1"}}')
    assert parsed(changed).identity("w") != first.identity("w")


def test_a_fault_never_repeats_the_value() -> None:
    with pytest.raises(OrderFault) as raised:
        parsed('{"use-case-id":"u","user-config":{"name":["Zebulon"]}}')
    assert "Zebulon" not in raised.value.message
