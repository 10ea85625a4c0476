"""Text the database cannot keep is refused at the door, with its path, by API and console alike."""

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from reelpress.app import build_app
from reelpress.platform.context import Platform
from tests.conftest import TestWorkspace
from tests.console.browser import Browser
from tests.support.live import LiveServer

NUL, HALF = "a\0b", "a\ud83db"
OPERATORS = ("/api/v1/workspaces", "/api/v1/workspace-state")
CONNECTOR = {"method": "POST", "url": "https://example.com/", "body_type": "RAW", "body": "{}"}


def campaign(**fields: Any) -> dict[str, Any]:
    return {"name": "Cart reminder", "channel": "CONNECTOR", "delivery_type": "ONE_TIME", **fields}


SAVED: list[tuple[str, str, Any, str]] = [
    ("POST", "campaigns", campaign(name="Cart\0s"), "name"),
    ("POST", "campaigns", campaign(tags=["one", NUL]), "tags.1"),
    ("POST", "campaigns", campaign(content={**CONNECTOR, "body": NUL}), "content.body"),
    ("POST", "campaigns", campaign(content={**CONNECTOR, "body": HALF}), "content.body"),
    (
        "POST",
        "campaigns",
        campaign(content={**CONNECTOR, "headers": [{"key": "X-A", "value": NUL}]}),
        "content.headers.0.value",
    ),
    ("POST", "campaigns", campaign(content={**CONNECTOR, NUL: 1}), "content"),
    (
        "POST",
        "campaigns",
        campaign(audience={"filters": [{"name": "town", "operator": "is", "value": NUL}]}),
        "audience.filters.0.value",
    ),
    (
        "POST",
        "campaigns",
        campaign(trigger={"event_name": "Bought", "conditions": {"filters": [{"name": NUL}]}}),
        "trigger.conditions.filters.0.name",
    ),
    ("POST", "campaigns", campaign(channel="EMAIL", content={"subject": NUL}), "content.subject"),
    ("PUT", "content-blocks/Footer", {"body": NUL}, "body"),
    ("PUT", "product-sets/Shoes", {"items": [{"title": "Boots"}, {"title": NUL}]}, "items.1.title"),
    ("POST", "media-campaigns", {"name": NUL}, "name"),
    (
        "POST",
        "media-campaigns",
        {"name": "axis", "definition": {"connection": {"egress": {"type": "CPAAS", "workspace_id": NUL}}}},
        "definition.connection.egress.workspace_id",
    ),
    ("POST", "clients", {"name": NUL}, "name"),
    ("POST", "oauth-configurations", {"name": "Token", "headers": [["A", NUL]]}, "headers.0.1"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), SAVED)
async def test_a_text_that_cannot_be_kept_is_refused_with_its_path(
    server: LiveServer,
    workspace: TestWorkspace,
    http: aiohttp.ClientSession,
    method: str,
    path: str,
    body: Any,
    field: str,
):
    url = f"{server.url}/api/v1/{path}"
    async with http.request(method, url, json=body, headers=workspace.headers) as answer:
        error = (await answer.json())["error"]
    assert (answer.status, error["field"]) == (400, field)
    assert "U+0000 or half a surrogate pair" in error["message"]
    assert error["fix"] == "remove that character"


async def test_no_management_route_fails_over_such_a_text(
    server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession, platform: Platform
):
    routes = [
        (method, route.path)
        for route in iter_route_contexts(build_app(platform).routes)
        if isinstance(route.original_route, APIRoute) and route.path.startswith("/api/v1")
        for method in sorted(route.methods)
    ]
    wrong: dict[str, int] = {}
    for method, path in routes:
        if path in OPERATORS:
            continue
        for part, query in (("x", "?a=%00"), ("%00", ""))[: 2 if "{" in path else 1]:
            url = server.url + "/".join(part if "{" in word else word for word in path.split("/")) + query
            body = None if method == "GET" else {"any": {"thing": [NUL]}}
            async with http.request(method, url, json=body, headers=workspace.headers) as answer:
                if answer.status not in (400, 404, 422):
                    wrong[f"{method} {path}"] = answer.status
    assert len(routes) > 50
    assert wrong == {}


async def test_an_emoji_written_as_two_escapes_is_kept(
    server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession
):
    url = f"{server.url}/api/v1/content-blocks/Footer"
    headers = {**workspace.headers, "Content-Type": "application/json"}
    async with http.put(url, data=rb'{"body": "\ud83d\ude00"}', headers=headers) as answer:
        assert (answer.status, (await answer.json())["body"]) == (200, "😀")


async def test_who_may_not_call_learns_nothing_of_the_body(server: LiveServer, http: aiohttp.ClientSession):
    async with http.put(f"{server.url}/api/v1/content-blocks/Footer", json={"body": NUL}) as answer:
        assert answer.status == 401


@pytest.fixture
async def browser(server: LiveServer, workspace: TestWorkspace) -> AsyncGenerator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        made = Browser(http, server.url)
        await made.sign_in(workspace.admin_email, workspace.admin_password)
        yield made


NEW_CAMPAIGN = "/console/campaigns/new/users?channel=CONNECTOR&delivery_type=ONE_TIME"


async def test_a_form_with_such_a_text_is_refused_with_the_field(browser: Browser):
    made = await browser.post(NEW_CAMPAIGN, {"name": "Cart reminder", "action": "next"})
    fields = {"content.method": "POST", "content.url": "https://example.com/", "content.body_text": NUL}
    seen = await browser.post(made.place, {**fields, "action": "save"})
    assert seen.status == 400
    assert "Content.body_text: the text holds U+0000" in seen.words
    media = await browser.post("/console/media-campaigns", {"name": "axis"})
    seen = await browser.post(f"{media.place}", {"name": NUL})
    assert (seen.status, "Name: the text holds U+0000" in seen.words) == (400, True)


async def test_json_typed_into_a_form_is_read_as_closely(browser: Browser):
    rule = r'{"filters": [{"name": "town", "operator": "is", "value": "\u0000"}]}'
    fields = {"name": "Cart reminder", "audience.kind": "json", "audience.document": rule}
    seen = await browser.post(NEW_CAMPAIGN, fields)
    assert seen.status == 422
    assert "audience.filters.0.value" in seen.words
    assert "The text holds U+0000 or half a surrogate pair. Remove that character." in seen.words


@pytest.mark.parametrize(
    ("path", "status"), [("campaigns/%00", 404), ("campaigns?before=%00", 400), ("profiles/%00", 404)]
)
async def test_a_page_whose_address_holds_such_a_text_is_refused(browser: Browser, path: str, status: int):
    seen = await browser.get(f"/console/{path}")
    assert (seen.status, "<html" in seen.html) == (status, True)
