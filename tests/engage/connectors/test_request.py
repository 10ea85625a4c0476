"""The request a connector makes of a spec and a customer."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelpress.engage.connectors import (
    ConnectorFault,
    ConnectorSpec,
    PreparedRequest,
    PreviewedRequest,
    compile_connector,
    preview,
)
from reelpress.engage.personalize import CampaignFacts, Context, NotSent, Value

CONFIGURATION_ID = "67be694744c24fccbf343d82"
MOENGAGE_ID = "62e79fb15ada55a1230987b0"

GUIDE_BODY = """{
  "client-request-id": "MoEngage_{{UserAttribute['MoEngage ID']}}",
  "customer-id": "{{UserAttribute['MoEngage ID']}}",
  "use-case-id": "67be6947-44c2-4fcc-bf34-3d82ce767081",
  "user-id": "{{UserAttribute['Phone Number']}}",
  "user-config": {
    "name": "{{UserAttribute['First Name']}}",
    "product_name": "{{EventAttribute['product_name']}}"
  },
  "reference-record-id": "{{Campaign.ID}}"
}"""

NAMES = [
    "Meera",
    'Robert "Bob" O\'Neil',
    "{{7*7}} {% raw %} <b>",
    "\u202eevil\u202c مريم",
    "प्रिया शर्मा",
    "back\\slash \\u0041 \\",
    "line\nbreak\ttab",
    "",
]


def spec_with(**changes: Any) -> ConnectorSpec:
    return ConnectorSpec.model_validate(
        {
            "method": "POST",
            "url": "https://studio.example/video/request",
            "headers": [["Content-Type", "application/json"]],
            "body_type": "RAW",
            "body": GUIDE_BODY,
            **changes,
        }
    )


def context(name: Value = "Meera", event: dict[str, Value] | None = None, **user: Value) -> Context:
    return Context(
        {"id": MOENGAGE_ID, "u_mb": "+919812345678", "u_fn": name, **user},
        {"product_name": "Brass lamp"} if event is None else event,
        CampaignFacts("66e9aa4b1c2d3e4f5a6b7c8d", "Cart films"),
    )


def built(spec: ConnectorSpec, given_context: Context | None = None) -> PreparedRequest:
    prepared = compile_connector(spec).build(given_context or context())
    assert isinstance(prepared, PreparedRequest), prepared
    return prepared


@pytest.mark.parametrize("name", NAMES)
def test_the_body_of_the_guide_keeps_its_meaning_whatever_the_name(name: str) -> None:
    prepared = built(spec_with(), context(name))
    assert prepared.body is not None
    assert json.loads(prepared.body) == {
        "client-request-id": f"MoEngage_{MOENGAGE_ID}",
        "customer-id": MOENGAGE_ID,
        "use-case-id": "67be6947-44c2-4fcc-bf34-3d82ce767081",
        "user-id": "+919812345678",
        "user-config": {"name": name, "product_name": "Brass lamp"},
        "reference-record-id": "66e9aa4b1c2d3e4f5a6b7c8d",
    }


def test_the_body_of_the_guide_is_otherwise_sent_as_written() -> None:
    expected = (
        GUIDE_BODY.replace("{{UserAttribute['MoEngage ID']}}", MOENGAGE_ID)
        .replace("{{UserAttribute['Phone Number']}}", "+919812345678")
        .replace("{{UserAttribute['First Name']}}", "Meera")
        .replace("{{EventAttribute['product_name']}}", "Brass lamp")
        .replace("{{Campaign.ID}}", "66e9aa4b1c2d3e4f5a6b7c8d")
    )
    assert built(spec_with()).body == expected.encode()


@given(st.text())
def test_a_raw_body_without_content_type_that_reads_as_json_is_escaped_as_json(name: str) -> None:
    prepared = built(spec_with(headers=[]), context(name))
    assert json.loads(prepared.body or b"")["user-config"]["name"] == name
    assert ("Content-Type", "application/json") in prepared.headers


@pytest.mark.parametrize(
    ("content_type", "body", "name", "expected"),
    [
        ("text/plain", "Hi {{UserAttribute.u_fn}}!", 'a"b', b'Hi a"b!'),
        ("text/plain", '{"n": "{{UserAttribute.u_fn}}"}', 'a"b', b'{"n": "a\\"b"}'),
        ("application/vnd.x+json", '[{{UserAttribute.u_fn}}]', 'a"b', b'["a\\"b"]'),
        ("application/x-www-form-urlencoded", "n={{UserAttribute.u_fn}}&m=1", "a&b c", b"n=a%26b+c&m=1"),
        ("application/xml", '<n a="{{UserAttribute.u_fn}}">{{UserAttribute.u_fn}}</n>', '"<&',
         b'<n a="&quot;&lt;&amp;">"&lt;&amp;</n>'),
        (None, "{{UserAttribute.u_fn}}", "plain", b"plain"),
        (None, '{% if Campaign.ID %}{"n": "{{UserAttribute.u_fn}}"}{% endif %}', 'a"b', b'{"n": "a\\"b"}'),
    ],
)  # fmt: skip
def test_a_raw_body_is_escaped_for_what_it_is(
    content_type: str | None, body: str, name: str, expected: bytes
) -> None:
    headers = [] if content_type is None else [["content-type", content_type]]
    assert built(spec_with(headers=headers, body=body), context(name)).body == expected


@given(st.text(), st.text(min_size=1))
def test_rows_become_a_json_object_or_a_form(name: str, static: str) -> None:
    static = "".join(character for character in static if character not in "{}%#") or "x"
    rows = [["name", "{{UserAttribute.u_fn}}"], ["static", static]]
    as_json = built(spec_with(headers=[], body_type="JSON", body=rows), context(name))
    assert json.loads(as_json.body or b"") == {"name": name, "static": static}
    as_form = built(spec_with(headers=[], body_type="FORM", body=rows), context(name))
    assert dict(parse_qsl((as_form.body or b"").decode(), keep_blank_values=True)) == {
        "name": name,
        "static": static,
    }
    assert ("Content-Type", "application/x-www-form-urlencoded") in as_form.headers


@given(st.text())
def test_url_and_parameters_hold_any_name(name: str) -> None:
    spec = spec_with(
        method="GET",
        body=None,
        url="https://studio.example/a b/x{{UserAttribute.u_fn}}?fixed=1%202&n={{UserAttribute.u_fn}}#part",
        parameters=[["m", "{{UserAttribute.u_fn}}"], ["e", "{{UserAttribute.u_fn|urlencode}}"]],
    )
    url = urlsplit(built(spec, context(name)).url)
    assert (url.scheme, url.netloc, url.fragment) == ("https", "studio.example", "")
    pairs = parse_qsl(url.query, keep_blank_values=True)
    assert pairs == [("fixed", "1 2"), ("n", name), ("m", name), ("e", name)]


def test_a_header_may_be_personal_but_stays_one_line() -> None:
    spec = spec_with(headers=[["X-Customer", "{{UserAttribute['First Name']}}"]])
    assert ("X-Customer", "मीरा") in built(spec, context("मीरा")).headers
    refused = compile_connector(spec).build(context("a\r\nX-Admin: 1"))
    assert refused == NotSent("Unknown", "a header may not hold line breaks or control characters")


@pytest.mark.parametrize(
    ("given_context", "category", "message"),
    [
        (context(event={}), "Event Attribute", "EventAttribute 'product_name' is missing"),
        (context(u_mb=None), "User Attribute", "UserAttribute 'Phone Number' is missing"),
    ],
)
def test_a_missing_attribute_makes_no_request(given_context: Context, category: Any, message: str) -> None:
    assert compile_connector(spec_with()).build(given_context) == NotSent(category, message)


def test_a_one_time_send_has_no_event() -> None:
    without = Context(context().user, None, context().campaign)
    refused = compile_connector(spec_with()).build(without)
    assert refused == NotSent("Event Attribute", "EventAttribute 'product_name' is missing")


def test_every_fault_is_told_with_field_and_line() -> None:
    spec = spec_with(
        url="https://{{UserAttribute.u_fn}}/",
        parameters=[["a", "{{ x|shout }}"]],
        headers=[["Bad Name", "x"], ["X-A", "{{ broken"]],
        body='{\n"a": "x"\n"b": 1}',
    )
    with pytest.raises(ConnectorFault) as fault:
        compile_connector(spec)
    assert [(each.field, each.line) for each in fault.value.faults] == [
        ("url", 1),
        ("parameters.0.value", 1),
        ("headers.0.key", None),
        ("headers.1.value", 1),
        ("body", 3),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": "GET"}, "body"),
        ({"body": [["a", "b"]]}, "body"),
        ({"headers": [["Content-Length", "5"]]}, "headers.0.key"),
        ({"authorization": {"configuration_id": CONFIGURATION_ID, "key": "Host"}}, "authorization.key"),
    ],
)
def test_what_cannot_be_sent_is_a_fault(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ConnectorFault) as fault:
        compile_connector(spec_with(**changes))
    assert [each.field for each in fault.value.faults] == [field]


def test_the_preview_shows_the_request_with_its_credentials_masked() -> None:
    spec = spec_with(
        parameters=[["lang", "hi"]],
        headers=[["X-Api-Key", "very-secret"], ["X-Plain", "seen"]],
        authorization={"configuration_id": CONFIGURATION_ID},
    )
    shown = preview(spec, context())
    assert isinstance(shown, PreviewedRequest)
    assert shown.method == "POST"
    assert shown.url == "https://studio.example/video/request?lang=hi"
    assert dict(shown.headers) == {
        "X-Api-Key": "••••••••",
        "X-Plain": "seen",
        "Content-Type": "application/json",
        "Authorization": "Bearer ••••••••",
    }
    assert json.loads(shown.body or "")["user-config"] == {"name": "Meera", "product_name": "Brass lamp"}
    assert preview(spec, context(event={})) == NotSent(
        "Event Attribute", "EventAttribute 'product_name' is missing"
    )
