"""Content blocks and product sets, from the management API to what customers get; one server for it all."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import ASHA, Api, Endpoint, connector, email

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.engage.content import recent, store
from reelpress.platform.context import Platform

Settle = Callable[..., Awaitable[None]]

FOOTER = """Lantern & Co <b>"quoted"</b> {{UserAttribute['First Name']}}"""
SHOWN_IN_HTML = "Lantern &amp; Co &lt;b&gt;"
SHOES = [{"title": "Boots <i>", "price": 49.5}, {"title": "Clogs", "price": 20}]
HTML = (
    "<p>{% for shoe in ProductSet.Shoes %}{{shoe.title}}: {{shoe.price}}; {% endfor %}</p>"
    "<p>{{ContentBlock['My footer']}}</p>"
)
BODY = """{"footer": "{{ContentBlock['My footer']}}", "first": {{ProductSet.Shoes[0]}}}"""


def campaign(channel: str, content: dict[str, Any], event: str, **fields: Any) -> dict[str, Any]:
    return {
        "name": f"On {event}",
        "channel": channel,
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": event},
        "content": content,
        **fields,
    }


@pytest.fixture
async def filled(api: Api) -> Api:
    await api.call("PUT", "/content-blocks/My%20footer", {"body": FOOTER})
    await api.call("PUT", "/product-sets/Shoes", {"items": SHOES})
    await api.customer("c1", ASHA)
    return api


async def test_messages_of_every_kind_show_them_escaped_for_where_they_stand(
    filled: Api, endpoint: Endpoint, settle: Settle, monkeypatch: pytest.MonkeyPatch
):
    api = filled
    queries: list[object] = []
    ask = store.values

    async def counted(*arguments: Any) -> Any:
        queries.append(arguments)
        return await ask(*arguments)

    mailing = await api.active(**campaign("EMAIL", email(HTML), "Mail"))
    calling = await api.active(**campaign("CONNECTOR", connector(endpoint, BODY), "Call"))
    monkeypatch.setattr(store, "values", counted)
    monkeypatch.setattr(recent, "REMEMBERED_S", 60.0)
    for name in ("Mail", "Call"):
        await api.event("c1", name)
        await settle()
    assert len(queries) == 1  # both name the same, and nothing was changed between them
    (mail,) = await api.mail()
    assert "Boots &lt;i&gt;: 49.5; Clogs: 20;" in mail["html"]
    assert SHOWN_IN_HTML in mail["html"]
    assert "{{UserAttribute" in mail["html"]  # a block is no template
    assert [json.loads(body) for body in endpoint.bodies] == [{"footer": FOOTER, "first": SHOES[0]}]

    preview = await api.call("POST", f"/campaigns/{mailing}/preview", {"profile": "c1"})
    assert SHOWN_IN_HTML in preview["mail"]["html"]
    preview = await api.call("POST", f"/campaigns/{calling}/preview", {"profile": "c1"})
    assert json.loads(preview["request"]["body"]) == {"footer": FOOTER, "first": SHOES[0]}
    tried = await api.call("POST", f"/campaigns/{mailing}/test", {"profile": "c1"})
    assert tried["send"]["state"] == "sent"
    assert len(queries) == 4  # whoever looks sees it as it is now

    await api.call("PUT", "/content-blocks/My%20footer", {"body": "New"})
    await api.event("c1", "Call")
    await settle()
    assert json.loads(endpoint.bodies[-1])["footer"] == "New"
    await _delete(api, "/product-sets/Shoes")
    await api.event("c1", "Call")
    await settle()
    failed = next(one for one in await api.sends(calling) if one["state"] == "failed")
    assert (failed["category"], failed["reason"]) == ("Undefined", "ProductSet 'Shoes' is missing")


async def test_the_personalised_preview_shows_them_and_names_what_is_missing(filled: Api):
    deep = [{"texts": ["{{ProductSet.Shoes[1].title}}"]}]
    content = {"subject": "{{ContentBlock['My footer']}}", "html_content": HTML, "deep": deep}
    status, answer = await _personalized(filled, content)
    shown = answer["data"]["personalized_content"]["content"]["email"]
    assert (status, shown["subject"], shown["deep"]) == (200, FOOTER, [{"texts": ["Clogs"]}])
    assert SHOWN_IN_HTML in shown["html_content"]
    status, answer = await _personalized(
        filled,
        {
            "subject": "{{ContentBlock['Other']}}",
            "html_content": "{{ContentBlock['Other']|default('none')}}",
            "odd": "{{ContentBlock['no\0name']|default('none')}}",
            "deep": "{{",
        },
    )
    details = {one["target"].rsplit(".", 1)[1]: one["message"] for one in answer["error"]["details"]}
    assert (status, details["subject"]) == (400, "Other is missing")
    assert sorted(details) == ["deep", "subject"]


async def test_they_are_managed_by_name_by_those_who_may_in_their_own_workspace(
    filled: Api, platform: Platform
):
    api = filled
    (listed,) = (await api.call("GET", "/content-blocks"))["content_blocks"]
    assert (listed["name"], listed["bytes"]) == ("My footer", len(FOOTER.encode()))
    (listed,) = (await api.call("GET", "/product-sets"))["product_sets"]
    assert (listed["name"], listed["item_count"]) == ("Shoes", 2)
    assert (await api.call("GET", "/content-blocks/My%20footer"))["body"] == FOOTER
    assert (await api.call("GET", "/product-sets/Shoes"))["items"] == SHOES
    refusals: list[tuple[str, object, str]] = [
        ("/content-blocks/It's", {"body": "x"}, "name"),
        ("/content-blocks/Footer", {"body": 1}, "body"),
        ("/content-blocks/Footer", {"body": "half \ud800"}, "body"),
        ("/product-sets/My%20shoes", {"items": []}, "name"),
        ("/product-sets/Shoes", {"items": [{}, 7]}, "items.1"),
    ]
    for path, body, field in refusals:
        refused = await api.call("PUT", path, body, expect=400)
        assert refused["error"]["field"] == field, path
    await api.call("GET", "/content-blocks/%00", expect=404)

    others = await make_workspace(
        platform, NewWorkspace(name="Others", admin_email="b@example.com", admin_password="also long enough")
    )
    foreign = Api(
        api.url,
        TestWorkspace(
            others.workspace_id, others.api_token, others.data_api_key, "b@example.com", "also long enough"
        ),
        api.http,
    )
    await foreign.call("GET", "/content-blocks/My%20footer", expect=404)
    assert await foreign.call("GET", "/product-sets") == {"product_sets": []}
    await foreign.customer("c1", ASHA)
    status, answer = await _personalized(foreign, {"subject": "{{ContentBlock['My footer']}}"})
    assert (status, answer["error"]["details"][0]["message"]) == (400, "My footer is missing")

    viewer = await _with_role(api, "viewer")
    await viewer.call("GET", "/content-blocks/My%20footer")
    await viewer.call("PUT", "/content-blocks/My%20footer", {"body": "x"}, expect=403)
    await _delete(api, "/content-blocks/My%20footer")
    await api.call("DELETE", "/content-blocks/My%20footer", expect=404)
    async with platform.db.connection() as conn:
        done = [row["action"] for row in await conn.fetch("SELECT action FROM audit_log ORDER BY id")]
    assert [one for one in done if one.startswith(("content_block.", "product_set."))] == [
        "content_block.saved",
        "product_set.saved",
        "content_block.deleted",
    ]


async def _with_role(api: Api, role: str) -> Api:
    made = await api.call("POST", "/tokens", {"label": role, "role": role}, expect=201)
    return replace(api, workspace=replace(api.workspace, api_token=made["token"]))


async def _delete(api: Api, path: str) -> None:
    async with api.http.delete(f"{api.url}/api/v1{path}", headers=api.workspace.headers) as answer:
        assert answer.status == 204


async def _personalized(api: Api, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    body = {
        "request_id": "preview-001",
        "channel": "EMAIL",
        "user_identification": {"type": "USER_ATTRIBUTE_UNIQUE_ID", "value": "c1"},
        "campaign_content": {"content": {"email": content}},
    }
    async with api.http.post(
        f"{api.url}/v5/personalization/preview", json=body, auth=api.workspace.basic
    ) as answer:
        return answer.status, await answer.json()
