"""The management API of campaigns: what it refuses, with field and line, and what it shows."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from tests.conftest import TestWorkspace
from tests.engage.campaigns.support import ASHA, Api, Endpoint, connector, email
from tests.support.live import LiveServer

from reelpress.platform.context import Platform

Settle = Callable[..., Awaitable[None]]


def draft(**fields: Any) -> dict[str, Any]:
    return {"name": "A draft", "channel": "EMAIL", "delivery_type": "ONE_TIME", **fields}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"content": email("<p>\n\n{{UserAttribute['x'</p>")}, "content.html", "line 3"),
        ({"content": email(subject="{% nonsense %}")}, "content.subject", "line 1"),
        ({"content": email(from_address="Lantern")}, "content.from_address", "e-mail address"),
        ({"content": email(subjct="typo")}, "content.subjct", "Extra"),
        ({"content": email(transport={"host": "10.0.0.1", "port": 25})}, "content.transport.host", "private"),
        (
            {"content": email(transport={"host": "127.0.0.1", "port": 25})},
            "content.transport.host",
            "127.0.0.1",
        ),
        ({"content": email(transport={"host": "a.example", "port": 0})}, "content.transport.port", "1"),
        ({"audience": {"filters": []}}, "audience.filters", "at least one"),
        ({"audience": {"filters": [{"name": "a", "operator": "resembles"}]}}, "audience.filters[0]", ""),
        (
            {"trigger": {"event_name": "E", "conditions": {"filters": [{"operator": "is"}]}}},
            "trigger.conditions.filters[0].name",
            "names",
        ),
    ],
)
async def test_what_is_wrong_is_said_with_its_place(api: Api, fields: dict[str, Any], field: str, said: str):
    refused = (await api.call("POST", "/campaigns", draft(**fields), expect=400))["error"]
    assert (refused["field"] or "").startswith(field)
    assert said in refused["message"]
    assert (await api.call("GET", "/campaigns"))["campaigns"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://169.254.169.254/latest"}, "content.url"),
        ({"url": "http://127.0.0.1:1/x"}, "content.url"),
        ({"url": "http://2130706433/"}, "content.url"),
        ({"body": '{"a": "{{UserAttribute[\'x\'}}"}'}, "content.body"),
        ({"method": "BREW"}, "content.method"),
        ({"authorization": {"configuration_id": "0" * 24}}, "content.authorization"),
    ],
)
async def test_a_connector_that_cannot_work_is_refused_at_save(
    api: Api, endpoint: Endpoint, change: dict[str, Any], field: str
):
    content = {**connector(endpoint), **change}
    refused = await api.call("POST", "/campaigns", draft(channel="CONNECTOR", content=content), expect=400)
    assert refused["error"]["field"] == field


async def test_everything_that_is_wrong_with_a_draft_is_said_at_once(api: Api):
    content = email(
        "<p>\n{{UserAttribute['x'</p>",
        subject="{% nonsense %}",
        from_address="Lantern",
        transport={"host": "10.0.0.1", "port": 25, "tls": "none", "username": "u", "password": "********"},
    )
    audience = {"filters": [{"name": "a", "operator": "resembles"}]}
    refused = await api.call("POST", "/campaigns", draft(content=content, audience=audience), expect=400)
    error = refused["error"]
    assert {one["field"] for one in error["details"]} == {
        "audience.filters[0].operator",
        "content.html",
        "content.subject",
        "content.from_address",
        "content.transport.host",
        "content.transport.tls",
        "content.transport.password",
    }
    assert all(one["message"] for one in error["details"])
    assert error["field"] == error["details"][0]["field"]
    assert error["message"].endswith("(and 6 more)")


async def test_everything_that_is_wrong_with_a_connector_is_said_at_once(api: Api, endpoint: Endpoint):
    wrong = {
        **connector(endpoint, "{{UserAttribute['x'}}"),
        "url": "http://169.254.169.254/latest",
        "headers": [["X-Ok", "{{Campaign.ID}}"], ["X-Bad", "{% nonsense %}"]],
        "authorization": {"configuration_id": "0" * 24},
    }
    refused = await api.call("POST", "/campaigns", draft(channel="CONNECTOR", content=wrong), expect=400)
    fields = [one["field"] for one in refused["error"]["details"]]
    assert sorted(fields) == [
        "content.authorization", "content.body", "content.headers.1.value", "content.url",
    ]  # fmt: skip


async def test_every_field_of_the_wrong_kind_is_said_at_once(api: Api, endpoint: Endpoint):
    wrong = {**connector(endpoint), "method": "BREW", "timeout_s": -1, "surprise": 1}
    refused = await api.call("POST", "/campaigns", draft(channel="CONNECTOR", content=wrong), expect=400)
    fields = [one["field"] for one in refused["error"]["details"]]
    assert sorted(fields) == ["content.method", "content.surprise", "content.timeout_s"]


async def test_everything_an_activation_lacks_is_said_at_once(api: Api):
    schedule = {"start_at": "2040-01-01T00:00:00Z"}
    created = await api.call(
        "POST",
        "/campaigns",
        draft(delivery_type="EVENT_TRIGGERED", schedule=schedule, content=email(html="")),
    )
    refused = await api.call("POST", f"/campaigns/{created['id']}/activate", expect=400)
    lacking = [one["field"] for one in refused["error"]["details"]]
    assert lacking == ["trigger", "schedule", "content.html"]


async def test_a_user_name_without_encryption_is_refused_at_save(api: Api, smtp_ports: tuple[int, int]):
    login = {"port": 25, "tls": "none", "username": "u", "password": "hush"}
    content = email(transport={"host": "1.1.1.1", **login})
    refused = await api.call("POST", "/campaigns", draft(content=content), expect=400)
    assert [one["field"] for one in refused["error"]["details"]] == ["content.transport.tls"]
    listed = email(transport={"host": "127.0.0.1", **login, "port": smtp_ports[0]})
    await api.call("POST", "/campaigns", draft(content=listed))
    await api.call("POST", "/campaigns", draft(content=email(transport={"host": "1.1.1.1", "port": 25})))


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "four"},
        {"name": "x" * 257},
        {"tags": ["a", "b", "c", "d", "e", "f"]},
        {"channel": "PIGEON"},
        {"delivery_type": "WHENEVER"},
        {"schedule": {"start_at": "2026-01-01T00:00:00"}},
        {"surprise": 1},
    ],
)
async def test_a_malformed_campaign_is_refused(api: Api, fields: dict[str, Any]):
    async with api.http.post(
        f"{api.url}/api/v1/campaigns", json=draft(**fields), headers=api.workspace.headers
    ) as answer:
        assert answer.status in (400, 422)
        assert next(iter(fields)) in await answer.text()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "content.subject"),
        ({"content": email(subject="")}, "content.subject"),
        ({"content": email(html="")}, "content.html"),
        ({"content": email(from_address="")}, "content.from_address"),
        ({"channel": "CONNECTOR"}, "content.url"),
        ({"delivery_type": "PERIODIC", "content": email()}, "schedule.periodic_details"),
        ({"delivery_type": "BUSINESS_EVENT_TRIGGERED", "content": email()}, "trigger"),
        ({"delivery_type": "EVENT_TRIGGERED", "content": email()}, "trigger"),
        ({"trigger": {"event_name": "E"}, "content": email()}, "trigger"),
        (
            {
                "delivery_type": "EVENT_TRIGGERED",
                "trigger": {"event_name": "E"},
                "schedule": {"start_at": "2040-01-01T00:00:00Z"},
                "content": email(),
            },
            "schedule",
        ),
    ],
)
async def test_a_draft_that_is_not_ready_is_not_activated(api: Api, fields: dict[str, Any], field: str):
    created = await api.call("POST", "/campaigns", draft(**fields))
    refused = await api.call("POST", f"/campaigns/{created['id']}/activate", expect=400)
    assert refused["error"]["field"] == field
    assert (await api.call("GET", f"/campaigns/{created['id']}"))["status"] == "DRAFT"


async def test_without_the_built_in_mailbox_an_email_needs_a_server(
    api: Api, platform: Platform, monkeypatch: pytest.MonkeyPatch
):
    created = await api.call("POST", "/campaigns", draft(content=email()))
    monkeypatch.setitem(platform.settings.__dict__, "mailbox_port", 0)
    refused = await api.call("POST", f"/campaigns/{created['id']}/activate", expect=400)
    assert refused["error"]["field"] == "content.transport"


@pytest.mark.parametrize("verb", ["pause", "stop"])
async def test_a_draft_cannot_be_paused_or_stopped(api: Api, verb: str):
    created = await api.call("POST", "/campaigns", draft())
    refused = await api.call("POST", f"/campaigns/{created['id']}/{verb}", expect=409)
    assert refused["error"]["code"] == "wrong_status"


async def test_a_stopped_campaign_never_runs_again(api: Api):
    trigger = {"event_name": "E"}
    campaign = await api.active(**draft(delivery_type="EVENT_TRIGGERED", trigger=trigger, content=email()))
    await api.call("POST", f"/campaigns/{campaign}/stop")
    for verb in ("activate", "pause", "stop"):
        await api.call("POST", f"/campaigns/{campaign}/{verb}", expect=409)


async def test_a_one_time_campaign_that_started_cannot_be_changed(api: Api, settle: Settle):
    campaign = await api.active(**draft(content=email()))
    refused = await api.call("PATCH", f"/campaigns/{campaign}", {"name": "Other name"}, expect=409)
    assert refused["error"]["code"] == "not_changeable"
    await settle()


async def test_a_running_campaign_is_not_changed_into_one_that_cannot_run(api: Api):
    trigger = {"event_name": "E"}
    campaign = await api.active(**draft(delivery_type="EVENT_TRIGGERED", trigger=trigger, content=email()))
    for change in ({"trigger": None}, {"content": email(html="")}, {"delivery_type": "ONE_TIME"}):
        await api.call("PATCH", f"/campaigns/{campaign}", change, expect=400)
    assert (await api.call("GET", f"/campaigns/{campaign}"))["version"] == 1


async def test_a_change_replaces_what_it_names_and_leaves_the_rest(api: Api):
    audience = {"filters": [{"name": "Town", "operator": "is", "value": "Pune"}]}
    created = await api.call("POST", "/campaigns", draft(audience=audience, tags=["a"], content=email()))
    path = f"/campaigns/{created['id']}"
    changed = await api.call("PATCH", path, {"name": "Another name", "audience": None})
    assert (changed["name"], changed["version"]) == ("Another name", 2)
    assert changed["audience"] == {"is_all_user_campaign": True}
    assert changed["tags"] == ["a"]
    assert changed["content"] == created["content"]
    assert await api.call("GET", path) == changed


async def test_the_request_is_previewed_with_its_credentials_masked(api: Api, endpoint: Endpoint):
    content = connector(endpoint, '{"n": "{{EventAttribute[\'product_name\']}}"}')
    content["headers"].append({"key": "Authorization", "value": "Bearer top-secret"})
    created = await api.call("POST", "/campaigns", draft(channel="CONNECTOR", content=content))
    await api.customer("c1", ASHA)
    body = {"profile": "c1", "event_attributes": {"product_name": 'Lamp "x"'}}
    shown = (await api.call("POST", f"/campaigns/{created['id']}/preview", body))["request"]
    assert shown["body"] == '{"n": "Lamp \\"x\\""}'
    assert shown["url"] == f"{endpoint.origin}/video/request"
    assert "top-secret" not in str(shown)
    assert endpoint.received == []


async def test_a_test_calls_the_endpoint_with_that_customers_data(api: Api, endpoint: Endpoint):
    endpoint.status = 503
    created = await api.call("POST", "/campaigns", draft(channel="CONNECTOR", content=connector(endpoint)))
    await api.customer("c1", ASHA)
    view = await api.call("POST", f"/campaigns/{created['id']}/test", {"profile": "c1"})
    assert endpoint.bodies == ['{"name": "Asha"}']
    assert (view["send"]["state"], view["send"]["code"]) == ("failed", 503)
    assert view["attempts"][0]["answer_head"] == '{"taken": 1}'


@pytest.mark.parametrize("verb", ["preview", "test"])
async def test_nobody_can_be_tried_on_who_is_not_there(api: Api, endpoint: Endpoint, verb: str):
    created = await api.call("POST", "/campaigns", draft(channel="CONNECTOR", content=connector(endpoint)))
    refused = await api.call("POST", f"/campaigns/{created['id']}/{verb}", {"profile": "x"}, expect=404)
    assert refused["error"]["field"] == "profile"


async def test_attributes_to_insert_come_with_their_expression(api: Api):
    await api.customer("c1", {**ASHA, "whilter_video_url": "https://m.example.com/m/1", "it's": 1})
    await api.event("c1", "Added to cart", {"product_name": "Lamp"})
    async with api.http.get(
        f"{api.url}/api/v1/campaigns/attributes", headers=api.workspace.headers
    ) as answer:
        found = {one["expression"]: one for one in await answer.json()}
    assert found["{{UserAttribute['First Name']}}"]["key"] == "u_fn"
    assert "{{UserAttribute['whilter_video_url']}}" in found
    assert "{{UserAttribute['it\\'s']}}" in found
    assert found["{{EventAttribute['product_name']}}"]["event"] == "Added to cart"
    assert "{{Campaign.ID}}" in found


async def test_an_attribute_with_a_display_name_of_its_own_is_offered_and_inserted_by_it(api: Api):
    await api.customer("c1", {**ASHA, "tier_x": "gold"})
    await api.call("PATCH", "/attributes/tier_x", {"display_name": "Loyalty tier"})
    async with api.http.get(
        f"{api.url}/api/v1/campaigns/attributes", headers=api.workspace.headers
    ) as answer:
        (offered,) = [one for one in await answer.json() if one["key"] == "tier_x"]
    assert (offered["name"], offered["expression"]) == ("Loyalty tier", "{{UserAttribute['Loyalty tier']}}")
    created = await api.call("POST", "/campaigns", draft(content=email(f"<p>{offered['expression']}</p>")))
    shown = await api.call("POST", f"/campaigns/{created['id']}/preview", {"profile": "c1"})
    assert "<p>gold</p>" in shown["mail"]["html"]


async def test_every_expression_offered_can_be_saved(api: Api):
    await api.customer("c1", {**ASHA, "it's": 1, 'a "b" \\ {c}': 1})
    await api.event("c1", "Added to cart", {"product name": "Lamp"})
    async with api.http.get(
        f"{api.url}/api/v1/campaigns/attributes", headers=api.workspace.headers
    ) as answer:
        html = "".join(f"<p>{one['expression']}</p>" for one in await answer.json())
    await api.call("POST", "/campaigns", draft(content=email(html)))


async def test_campaigns_and_sends_are_listed_in_pages_and_by_state(
    api: Api, endpoint: Endpoint, settle: Settle
):
    trigger = {"event_name": "E"}
    fields = draft(
        channel="CONNECTOR", delivery_type="EVENT_TRIGGERED", trigger=trigger, content=connector(endpoint)
    )
    campaign = await api.active(**fields)
    await api.call("POST", "/campaigns", draft())
    await api.customer("c1", ASHA)
    await api.customer("c2", {"email": "c2@example.com"})
    for customer in ("c1", "c1", "c2"):
        await api.event(customer, "E")
    await settle()
    first = await api.call("GET", "/campaigns?limit=1")
    second = await api.call("GET", f"/campaigns?limit=1&before={first['next']}")
    assert [one["id"] for one in second["campaigns"]] == [campaign]
    assert [one["id"] for one in (await api.call("GET", "/campaigns?status=ACTIVE"))["campaigns"]] == [
        campaign
    ]
    path = f"/campaigns/{campaign}/sends"
    assert len((await api.call("GET", f"{path}?state=sent"))["sends"]) == 2
    assert len((await api.call("GET", f"{path}?state=failed"))["sends"]) == 1
    page = await api.call("GET", f"{path}?limit=2")
    rest = await api.call("GET", f"{path}?limit=2&before={page['next']}")
    assert len({one["id"] for one in page["sends"] + rest["sends"]}) == 3


async def test_a_campaign_of_another_workspace_is_not_there(
    api: Api, server: LiveServer, platform: Platform, http: aiohttp.ClientSession
):
    from reelpress.app.workspaces import NewWorkspace, make_workspace

    created = await api.call("POST", "/campaigns", draft(content=email()))
    await api.customer("c1", ASHA)
    tried = await api.call("POST", f"/campaigns/{created['id']}/test", {"profile": "c1"})
    made = await make_workspace(platform, NewWorkspace(name="Other", admin_email="o@example.com"))
    other = TestWorkspace(made.workspace_id, made.api_token, made.data_api_key, "", "")
    foreign = Api(server.url, other, http)
    path = f"/campaigns/{created['id']}"
    for method, suffix, body in [
        ("GET", "", None), ("PATCH", "", {"name": "Mine now"}), ("POST", "/activate", None),
        ("POST", "/pause", None), ("POST", "/stop", None), ("GET", "/sends", None), ("GET", "/stats", None),
        ("POST", "/preview", {"profile": "c1"}), ("POST", "/test", {"profile": "c1"}),
    ]:  # fmt: skip
        await foreign.call(method, path + suffix, body, expect=404)
    await foreign.call("GET", f"/sends/{tried['send']['id']}", expect=404)
