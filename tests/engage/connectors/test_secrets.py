"""What is taken for a credential."""

import pytest

from reelpress.engage.connectors.secrets import is_secret
from reelpress.engage.oauth import KeyValue


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Authorization", "Bearer abc"),
        ("authorization", "Basic dTpw"),
        ("Proxy-Authorization", "x"),
        ("X-API-Key", "x"),
        ("apikey", "x"),
        ("MOE-APPKEY", "x"),
        ("Ocp-Apim-Subscription-Key", "x"),
        ("X-Auth", "x"),
        ("X-Auth-Token", "x"),
        ("access_token", "x"),
        ("client_secret", "x"),
        ("Cookie", "a=b"),
        ("key", "x"),
        ("x-api-key", "abc-{{UserAttribute['ID']}}"),
        ("x-api-key", "{{ 'abc' }}"),
    ],
)
def test_a_well_known_name_with_a_value_typed_by_hand_is_one(key: str, value: str):
    assert is_secret(KeyValue(key=key, value=value))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Content-Type", "application/json"),
        ("Accept", "*/*"),
        ("X-Plain", "x"),
        ("keyword", "x"),
        ("sort_key", "x"),
        ("Authorization", ""),
        ("Authorization", "Bearer {{UserAttribute['token']}}"),
        ("push_token", "{{UserAttribute['push_token']}}"),
    ],
)
def test_anything_else_is_none(key: str, value: str):
    assert not is_secret(KeyValue(key=key, value=value))
