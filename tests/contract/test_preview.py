"""POST /v5/personalization/preview, for every request the contract shows and every fault it names."""

from typing import Any

import aiohttp
import pytest

from tests.conftest import TestWorkspace
from tests.contract.data_api import DataApi
from tests.contract.test_business_events import Caller

PREVIEW = "/v5/personalization/preview"
PUSH = {
    "push": {
        "android": {
            "template_type": "BASIC",
            "basic_details": {
                "title": "Hello, {{ user.first_name }}!",
                "message": "{{ event.product_name }} is waiting for you.",
            },
        }
    }
}
EMAIL = {
    "email": {
        "subject": "Hello, {{ user.first_name }}!",
        "html_content": "<p>Your order {{ event.order_id }} has shipped.</p>",
    }
}


def asked(content: Any, channel: str = "PUSH", **fields: Any) -> dict[str, Any]:
    return {
        "request_id": "preview-001",
        "channel": channel,
        "user_identification": {"type": "USER_ATTRIBUTE_UNIQUE_ID", "value": "jane"},
        "campaign_content": {"content": content},
        **fields,
    }


def email(**fields: str) -> dict[str, Any]:
    return {"email": {"subject": "s", **fields}}


@pytest.fixture
async def caller(http: aiohttp.ClientSession, server: Any, workspace: TestWorkspace) -> Caller:
    data = DataApi(http, server.url, workspace)
    attributes = {"first_name": "Jane", "email": "jane@example.com", "shoe size": "38", "odd": '<b>"x"'}
    assert (await data.customer("jane", attributes)).status == 200
    device = {"type": "device", "customer_id": "jane", "device_id": "d1"}
    details = {"platform": "ANDROID", "push_id": "token-1", "moe_gaid": "gaid-1"}
    assert (await data.bulk({**device, "attributes": details})).status == 200
    return Caller(http, server.url, workspace)


async def test_the_requests_of_the_contract_give_the_content_with_its_texts_filled_in(
    caller: Caller,
) -> None:
    status, answer = await caller.post(
        PREVIEW, asked(PUSH, event_attributes={"product_name": "Running Shoes", "product_price": "4999"})
    )
    assert (status, answer) == (
        200,
        {
            "response_id": "preview-001",
            "type": "personalization",
            "data": {
                "personalized_content": {
                    "content": {
                        "push": {
                            "android": {
                                "template_type": "BASIC",
                                "basic_details": {
                                    "title": "Hello, Jane!",
                                    "message": "Running Shoes is waiting for you.",
                                },
                            }
                        }
                    }
                }
            },
        },
    )
    by_mail = {"type": "EMAIL", "value": "jane@example.com"}
    status, answer = await caller.post(
        PREVIEW, asked(EMAIL, "EMAIL", user_identification=by_mail, event_attributes={"order_id": "<7>"})
    )
    assert status == 200
    assert answer["data"]["personalized_content"]["content"] == {
        "email": {
            "subject": "Hello, Jane!",
            "html_content": "<p>Your order &lt;7&gt; has shipped.</p>",
        }
    }


async def test_a_customer_is_found_by_each_kind_of_identifier(caller: Caller) -> None:
    content = email(subject="{{UserAttribute['First Name']}} {{UserAttribute['MoEngage ID']}}")
    _, first = await caller.post(PREVIEW, asked(content, "EMAIL"))
    subject = first["data"]["personalized_content"]["content"]["email"]["subject"]
    moengage_id = subject.removeprefix("Jane ")
    for kind, value in (
        ("USER_ATTRIBUTE_UNIQUE_ID", moengage_id),
        ("EMAIL", "jane@example.com"),
        ("MOE_GAID", "gaid-1"),
        ("PUSH_ID", "token-1"),
    ):
        user = {"type": kind, "value": value}
        status, answer = await caller.post(PREVIEW, asked(content, "EMAIL", user_identification=user))
        assert (status, answer["data"]) == (200, first["data"]), kind


async def test_everything_that_stands_against_a_message_is_told_at_its_place(
    caller: Caller, subtests: pytest.Subtests
) -> None:
    at = "campaign_content.content.email"
    both = email(
        subject="{{UserAttribute['LastSeen']}}", html_content="{{EventAttribute.price}}{{Campaign.ID}}"
    )
    nobody = {"type": "EMAIL", "value": "jane"}
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        (asked(both), [(f"{at}.subject", "LastSeen is missing"), (f"{at}.html_content", "price is missing")]),
        (
            asked(email(subject="{% MOE_NOT_SEND('no consent') %}")),
            [(f"{at}.subject", "no consent")],
        ),
        (
            asked(email(subject="{{UserAttribute['x']|default('MOE_NOT_SEND')}}")),
            [(f"{at}.subject", "x is missing")],
        ),
        (asked(email(subject="a\n{{ x")), [(f"{at}.subject", "line 2: ")]),
        (
            asked(email(html_content="<script>{{user.odd}}</script>")),
            [(f"{at}.html_content", "line 1: a value may")],
        ),
        (
            {"channel": "FAX", "user_identification": {"type": "EMAIL"}},
            [
                ("request_id", "request_id value is required."),
                ("channel", "channel must be one of: PUSH, EMAIL, SMS."),
                ("user_identification.value", "user_identification.value value is required."),
                ("campaign_content", "campaign_content value is required."),
            ],
        ),
        (
            asked("x", user_identification=nobody),
            [("user_identification.value", "No user has this identifier.")],
        ),
        (asked("x", event_attributes=[]), [("event_attributes", "event_attributes must be an object.")]),
    ]
    for body, expected in cases:
        with subtests.test(body=body):
            status, answer = await caller.post(PREVIEW, body)
            assert status == 400
            error = answer["error"]
            assert error["code"] == "VALIDATION_FAILED"
            assert error["message"] == "One or more fields failed validation."
            assert error.get("request_id") == body.get("request_id")
            found = [(one["target"], one["message"]) for one in error["details"]]
            assert [target for target, _ in found] == [target for target, _ in expected]
            assert all(
                message.startswith(start) for (_, message), (_, start) in zip(found, expected, strict=True)
            )


async def test_only_a_key_of_the_workspace_opens_its_customers(caller: Caller) -> None:
    wrong = {"Authorization": aiohttp.encode_basic_auth(caller.workspace.id, "wrong")}
    status, answer = await caller.send("POST", PREVIEW, asked(EMAIL), wrong)
    assert (status, answer["error"]) == (
        401,
        {"code": "UNAUTHORIZED", "message": "Invalid or missing credentials.", "details": []},
    )
    assert answer["response_id"]


async def test_a_preview_is_bounded(caller: Caller) -> None:
    many = {"email": {"texts": ["{{user.first_name}}"] * 1001}}
    status, answer = await caller.post(PREVIEW, asked(many))
    assert (status, answer["error"]["details"][0]["message"]) == (
        400,
        "the content is too much for a preview",
    )
    deep: Any = "{{user.first_name}}"
    for _ in range(30):
        deep = [deep]
    assert (await caller.post(PREVIEW, asked(deep)))[0] == 400
    large = asked(email(html_content="x" * 140_000))
    status, answer = await caller.post(PREVIEW, large)
    assert (status, answer["error"]["code"]) == (413, "BAD_REQUEST")
