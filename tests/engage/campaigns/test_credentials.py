"""Credentials typed into a connector: used, never shown again, never carried to another host."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import pytest
from tests.engage.campaigns.support import ASHA, Api, Endpoint, connector, serve_endpoint
from tests.support.ports import free_port

from reelpress.engage.oauth.masking import MASK
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform

Settle = Callable[..., Awaitable[None]]

KEY = "sk-live-51H8xQ2"


@pytest.fixture
async def elsewhere() -> AsyncGenerator[Endpoint]:
    """Another host that may be reached."""
    async with serve_endpoint(free_port()) as endpoint:
        yield endpoint


@pytest.fixture
def settings(settings: Settings, elsewhere: Endpoint) -> Settings:
    return settings.model_copy(update={"http_allow": (*settings.http_allow, elsewhere.origin)})


def with_credentials(endpoint: Endpoint, **changes: Any) -> dict[str, Any]:
    return {
        **connector(endpoint),
        "parameters": [["api_key", KEY], ["lang", "hi"]],
        "headers": [
            ["Authorization", f"Bearer {KEY}"],
            ["X-Api-Key", KEY],
            ["X-Customer-Token", "{{UserAttribute['First Name']}}"],
            ["X-Plain", "seen"],
        ],
        **changes,
    }


def campaign(content: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": "Cart video",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": "E"},
        "content": content,
    }


async def at_rest(platform: Platform) -> str:
    async with platform.db.connection() as conn:
        rows = await conn.fetch("select content::text as content from engage_campaign_versions")
    return " ".join(row["content"] for row in rows)


def values(rows: list[dict[str, str]]) -> dict[str, str]:
    return {row["key"]: row["value"] for row in rows}


async def test_a_credential_is_sealed_at_rest_masked_for_readers_and_sent(
    api: Api, platform: Platform, endpoint: Endpoint, settle: Settle
):
    created = await api.active(**campaign(with_credentials(endpoint)))
    await api.customer("c1", ASHA)
    await api.event("c1", "E")
    await settle()
    shown = (await api.call("GET", f"/campaigns/{created}"))["content"]
    assert values(shown["headers"]) == {
        "Authorization": MASK,
        "X-Api-Key": MASK,
        "X-Customer-Token": "{{UserAttribute['First Name']}}",
        "X-Plain": "seen",
    }
    assert values(shown["parameters"]) == {"api_key": MASK, "lang": "hi"}
    assert set(shown) == {
        "method", "url", "parameters", "headers", "body_type", "body", "authorization", "timeout_s",
        "allow_http",
    }  # fmt: skip
    assert KEY not in await at_rest(platform)
    ((headers, _),) = endpoint.received
    assert (headers["Authorization"], headers["X-Api-Key"]) == (f"Bearer {KEY}", KEY)
    assert headers["X-Customer-Token"] == "Asha"
    assert endpoint.queries == [f"api_key={KEY}&lang=hi"]


async def test_a_credential_in_the_url_is_masked_too(
    api: Api, platform: Platform, endpoint: Endpoint, settle: Settle
):
    content = {**connector(endpoint), "url": f"{endpoint.origin}/hook?id={{{{Campaign.ID}}}}&token={KEY}"}
    created = await api.active(**campaign(content))
    await api.customer("c1", ASHA)
    await api.event("c1", "E")
    await settle()
    shown = (await api.call("GET", f"/campaigns/{created}"))["content"]
    assert KEY not in str(shown)
    assert KEY not in await at_rest(platform)
    assert endpoint.queries == [f"id={created}&token={KEY}"]


async def test_a_url_without_credentials_stays_as_it_was_typed(api: Api, endpoint: Endpoint):
    content = {**connector(endpoint), "url": f"{endpoint.origin}/hook?id={{{{Campaign.ID}}}}#top"}
    created = await api.call("POST", "/campaigns", campaign(content))
    assert created["content"]["url"] == content["url"]


async def test_a_mask_that_comes_back_keeps_the_credential(api: Api, endpoint: Endpoint, settle: Settle):
    created = await api.active(**campaign(with_credentials(endpoint)))
    path = f"/campaigns/{created}"
    shown = (await api.call("GET", path))["content"]
    edited = {**shown, "url": f"{endpoint.origin}/other/path", "headers": shown["headers"][::-1]}
    await api.call("PATCH", path, {"content": edited})
    await api.customer("c1", ASHA)
    await api.event("c1", "E")
    await settle()
    ((headers, _),) = endpoint.received
    assert (headers["Authorization"], headers["X-Api-Key"]) == (f"Bearer {KEY}", KEY)
    assert endpoint.queries == [f"api_key={KEY}&lang=hi"]


@pytest.mark.parametrize("verb", ["save", "preview"])
async def test_a_credential_is_not_carried_to_another_host(
    api: Api, endpoint: Endpoint, elsewhere: Endpoint, verb: str
):
    created = await api.call("POST", "/campaigns", campaign(with_credentials(endpoint)))
    await api.customer("c1", ASHA)
    path = f"/campaigns/{created['id']}"
    edited = {**created["content"], "url": f"{elsewhere.origin}/video/request"}
    if verb == "save":
        refused = await api.call("PATCH", path, {"content": edited}, expect=400)
    else:
        body = {"profile": "c1", "content": edited}
        refused = await api.call("POST", f"{path}/preview", body, expect=400)
    assert (refused["error"]["code"], refused["error"]["field"]) == ("secret_needed", "content.url")


async def test_a_credential_is_not_carried_under_another_name(api: Api, endpoint: Endpoint):
    created = await api.call("POST", "/campaigns", campaign(with_credentials(endpoint)))
    edited = {**created["content"], "headers": [["X-Other", MASK]]}
    refused = await api.call("PATCH", f"/campaigns/{created['id']}", {"content": edited}, expect=400)
    assert refused["error"]["field"] == "content.headers"


async def test_a_mask_for_which_nothing_is_saved_is_refused(api: Api, endpoint: Endpoint):
    content = {**connector(endpoint), "headers": [["X-Api-Key", MASK]]}
    refused = await api.call("POST", "/campaigns", campaign(content), expect=400)
    assert refused["error"]["code"] == "secret_needed"


async def test_a_preview_shows_the_mask_in_its_place(api: Api, endpoint: Endpoint):
    created = await api.call("POST", "/campaigns", campaign(with_credentials(endpoint)))
    await api.customer("c1", ASHA)
    shown = await api.call("POST", f"/campaigns/{created['id']}/preview", {"profile": "c1"})
    assert shown["request"]["url"] == f"{endpoint.origin}/video/request?api_key={MASK}&lang=hi"
    headers = dict(shown["request"]["headers"])
    assert (headers["X-Api-Key"], headers["X-Customer-Token"]) == (MASK, "Asha")
    assert KEY not in str(shown)


async def test_a_credential_that_the_endpoint_echoes_is_not_kept_with_the_answer(
    api: Api, endpoint: Endpoint
):
    endpoint.echo = True
    created = await api.call("POST", "/campaigns", campaign(with_credentials(endpoint)))
    await api.customer("c1", ASHA)
    view = await api.call("POST", f"/campaigns/{created['id']}/test", {"profile": "c1"})
    (attempt,) = view["attempts"]
    assert "X-Plain" in attempt["answer_head"]
    assert KEY not in attempt["answer_head"]
