"""Nobody reaches another workspace by any route; the routes are taken from the program itself."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from reelpress.app import build_app
from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.platform.auth import Access
from reelpress.platform.context import Platform
from tests.conftest import TestWorkspace
from tests.support.receiver import Receiver
from tests.support.studio_kit import Studio, order_body, webhook

OTHERS_PASSWORD = "also long enough"
REFUSED = (403, 404)


def _configuration(origin: str, client_id: str = "id", client_secret: str = "secret") -> dict[str, Any]:
    return {
        "name": "Studio token",
        "token_type": "Opaque",
        "method": "POST",
        "url": f"{origin}/getToken/token",
        "headers": [["Content-Type", "application/json"]],
        "body_type": "Raw",
        "body": f'{{"client_id": "{client_id}", "client_secret": "{client_secret}"}}',
        "response": {
            "access_token_key": "access_token",
            "expiry_key": "expires_in",
            "expiry_unit": "Seconds",
            "prefix": "Bearer",
            "error_codes": [401, 403],
        },
    }


# Bodies that the routes accept, so that what refuses is the foreign id and not the body.
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("PUT", "/api/v1/assets/{asset_id}/resources"): {
        "resource": "photo.png",
        "asset_id": "00000000-0000-4000-8000-000000000000",
    },
    ("PATCH", "/api/v1/media-campaigns/{campaign_id}"): {"name": "Taken over"},
    ("PUT", "/api/v1/media-campaigns/{campaign_id}"): {"name": "Taken over"},
    ("POST", "/api/v1/media-campaigns/{campaign_id}/preview"): {"values": {"name": "Ada"}},
    ("PATCH", "/api/v1/clients/{client_id}"): {"name": "Taken over"},
    ("PATCH", "/api/v1/campaigns/{campaign_id}"): {"name": "Taken over"},
    ("POST", "/api/v1/campaigns/{campaign_id}/preview"): {"profile": "cust-ada"},
    ("POST", "/api/v1/campaigns/{campaign_id}/test"): {"profile": "cust-ada"},
    ("PUT", "/api/v1/oauth-configurations/{configuration_id}"): _configuration("https://id.example.com"),
    ("PATCH", "/api/v1/profiles/{profile_id}"): {"attributes": {"first_name": "Mallory"}},
    ("PATCH", "/api/v1/attributes/{key:path}"): {"display_name": "Taken over"},
}
# What is put under a name of one's own choice: the same name in two workspaces is two things.
NAMED_BY_CALLER: dict[str, dict[str, Any]] = {
    "/api/v1/content-blocks/{block_name}": {"body": "Taken over"},
    "/api/v1/product-sets/{set_name}": {"items": [{"title": "Taken over"}]},
}
# What anybody may see, each for the reason its route gives.
PUBLIC = {
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/favicon.ico",
    "/auth/token",
    "/getToken/token",
    "/getToken",
    "/v/player.css",
    "/m/{name}",
    "/v/{name}",
    "/console/sign-in",
}
UNTOUCHED = """SELECT table_name FROM information_schema.columns
               WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY 1"""


@dataclass(frozen=True)
class Call:
    """One method of one route."""

    method: str
    path: str
    access: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Owned:
    """A workspace with one of everything, and the ids of it."""

    workspace: TestWorkspace
    ids: dict[str, str]

    def url(self, path: str) -> str:
        """The path with its own ids in it."""
        noun = "media" if "media-campaigns" in path else "engage"
        values = {**self.ids, "campaign_id": self.ids[f"{noun}_campaign_id"]}
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: values[match[1]], path)


@pytest.fixture
def calls(platform: Platform) -> list[Call]:
    """Every method of every route of the program."""
    contexts = iter_route_contexts(build_app(platform).routes)
    return [
        Call(method, context.path, type(_access(context)).__name__)
        for context in contexts
        if isinstance(context.original_route, APIRoute)
        for method in sorted(context.methods)
    ]


@pytest.fixture
async def other(platform: Platform) -> TestWorkspace:
    """Somebody else's workspace, with an admin who may do anything there."""
    made = await make_workspace(
        platform,
        NewWorkspace(name="Others", admin_email="other@example.com", admin_password=OTHERS_PASSWORD),
    )
    return TestWorkspace(
        made.workspace_id, made.api_token, made.data_api_key, made.admin_email, made.admin_password
    )


@pytest.fixture
async def owned(
    studio: Studio, receiver: Receiver, platform: Platform, settle: Callable[[], Awaitable[None]]
) -> Owned:
    """One of everything, made over HTTP."""
    workspace = studio.workspace
    call = Caller(studio.http, studio.url, workspace.headers)
    use_case = await studio.publish(webhook(receiver))
    _, accepted = await studio.order(use_case)
    await studio.told(accepted["whilter-request-id"], "delivered")
    attributes = {"first_name": "Ada", "email": "ada@example.com", "shoe": "38"}
    customer = {"type": "customer", "customer_id": "cust-ada", "attributes": attributes}
    basic = {"Authorization": aiohttp.encode_basic_auth(workspace.id, workspace.data_key)}
    data = Caller(studio.http, studio.url, basic)
    await data.json("POST", f"/v1/customer/{workspace.id}", customer)
    campaign = await call.json("POST", "/api/v1/campaigns", _mail_campaign())
    await call.json("POST", f"/api/v1/campaigns/{campaign['id']}/activate")
    await call.json("PUT", "/api/v1/content-blocks/Footer", {"body": "Lantern & Co"})
    await call.json("PUT", "/api/v1/product-sets/Shoes", {"items": [{"title": "Boots"}]})
    season = {"event_name": "New season", "event_attributes": [], "created_by": "ada@example.com"}
    season_id = (await data.json("POST", "/v1.0/business_event", season))["event_id"]
    event = {"type": "event", "customer_id": "cust-ada", "actions": [{"action": "Greeted"}]}
    await data.json("POST", f"/v1/event/{workspace.id}", event)
    await settle()
    configuration = await _authorize(call, studio)
    client = (await call.json("GET", "/api/v1/clients"))["clients"][0]
    imported = await call.json("POST", "/api/v1/imports", _import(receiver.origin))
    await settle()
    import_run = (await call.json("GET", f"/api/v1/imports/{imported['id']}"))["runs"][0]
    ids = {
        "asset_id": (await call.json("GET", "/api/v1/assets"))["assets"][0]["id"],
        "media_campaign_id": use_case,
        "engage_campaign_id": campaign["id"],
        "client_id": client["client_id"],
        "request_id": accepted["whilter-request-id"],
        "transaction_id": accepted["whilter-request-id"],
        "send_id": (await call.json("GET", f"/api/v1/campaigns/{campaign['id']}/sends"))["sends"][0]["id"],
        "message_id": (await call.json("GET", "/api/v1/mailbox/messages"))["messages"][0]["id"],
        "key_id": (await call.json("GET", "/api/v1/data-keys"))["data_keys"][0]["id"],
        "token_id": (await call.json("GET", "/api/v1/tokens"))["tokens"][0]["id"],
        "configuration_id": configuration,
        "segment_id": await _segment(data),
        "profile_id": (await call.json("GET", "/api/v1/profiles"))["profiles"][0]["id"],
        "import_id": imported["id"],
        "run_id": import_run["id"],
        "schedule": imported["id"],
        "key": "shoe",
        "event_id": season_id,
        "block_name": "Footer",
        "set_name": "Shoes",
        "position": "0",
        "change": "remove",
        "verb": "stop",
        "workspace": workspace.id,
        "subject_request_id": await _forgotten(studio),
    }
    return Owned(workspace, ids)


async def _forgotten(studio: Studio) -> str:
    """An erasure of nobody."""
    asked = {
        "subject_request_id": "00000000-0000-4000-8000-000000000000",
        "subject_request_type": "erasure",
        "submitted_time": "2026-11-26T10:00:00Z",
        "subject_identities": [{"identity_type": "email", "identity_value": "nobody@example.com"}],
    }
    call = Caller(studio.http, studio.url, studio.caller)
    return (await call.json("POST", "/opengdpr_requests", asked))["subject_request_id"]


async def test_every_management_route_refuses_the_ids_of_another_workspace(
    owned: Owned, other: TestWorkspace, studio: Studio, calls: list[Call], platform: Platform
) -> None:
    before = await _rows_of(platform, owned.workspace.id)
    foreign = Caller(studio.http, studio.url, other.headers)
    own = Caller(studio.http, studio.url, owned.workspace.headers)
    aimed = [
        call
        for call in calls
        if call.path.startswith("/api/v1") and "{" in call.path
        if call.method != "PUT" or call.path not in NAMED_BY_CALLER
    ]
    assert len(aimed) > 30
    answers = {
        str(call): (
            await foreign.send(call.method, owned.url(call.path), BODIES.get((call.method, call.path)))
        )[0]
        for call in aimed
    }
    assert {call: status for call, status in answers.items() if status not in REFUSED} == {}
    for path, body in NAMED_BY_CALLER.items():
        await foreign.json("PUT", owned.url(path), body)
        assert (await foreign.send("DELETE", owned.url(path)))[0] == 204
    assert await _rows_of(platform, owned.workspace.id) == before
    reads = [call for call in aimed if call.method == "GET"]
    seen = {str(call): (await own.send("GET", owned.url(call.path)))[0] for call in reads}
    assert {call: status for call, status in seen.items() if status != 200} == {}


async def test_every_page_refuses_the_ids_of_another_workspace(
    owned: Owned, other: TestWorkspace, studio: Studio, calls: list[Call], platform: Platform
) -> None:
    before = await _rows_of(platform, owned.workspace.id)
    aimed = [call for call in calls if call.path.startswith("/console") and "{" in call.path]
    assert len(aimed) > 15
    answers: dict[str, int] = {}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        own_pages = {"Sec-Fetch-Site": "same-origin"}
        page = Caller(browser, studio.url, own_pages)
        form = {"email": other.admin_email, "password": OTHERS_PASSWORD}
        async with browser.post(f"{studio.url}/console/sign-in", data=form, headers=own_pages) as answer:
            assert answer.status in (200, 303)
        assert (await page.send("GET", "/console/profiles"))[0] == 200
        for call in aimed:
            answers[str(call)] = (await page.send(call.method, owned.url(call.path), form={}))[0]
    shown = {call: status for call, status in answers.items() if call.startswith("GET")}
    assert {call: status for call, status in shown.items() if status not in REFUSED} == {}
    assert {call: status for call, status in answers.items() if status < 400} == {}
    assert await _rows_of(platform, owned.workspace.id) == before


async def test_every_route_refuses_who_brings_no_credentials(
    owned: Owned, studio: Studio, calls: list[Call]
) -> None:
    nobody = Caller(studio.http, studio.url, {})
    assert {call.path for call in calls if call.access == "Public"} == PUBLIC
    closed = [call for call in calls if call.access != "Public"]
    assert len(closed) > 80
    wrong: dict[str, int] = {}
    for call in closed:
        status, headers = await nobody.send(
            call.method, owned.url(call.path), BODIES.get((call.method, call.path))
        )
        to_sign_in = status == 303 and headers.get("Location", "").startswith("/console/sign-in")
        if status not in (401, 403) and not (call.access == "PageMember" and to_sign_in):
            wrong[str(call)] = status
    assert wrong == {}


async def test_the_contracts_refuse_the_credentials_of_another_workspace(
    owned: Owned, other: TestWorkspace, studio: Studio
) -> None:
    basic = {"Authorization": aiohttp.encode_basic_auth(other.id, other.data_key)}
    data = Caller(studio.http, studio.url, basic)
    customer = {"type": "customer", "customer_id": "cust-ada", "attributes": {"first_name": "Mallory"}}
    status, _ = await data.send("POST", f"/v1/customer/{owned.workspace.id}", customer)
    assert status in (401, 403, 409)  # 409: the path names another workspace than the credentials
    made = await Caller(studio.http, studio.url, other.headers).json(
        "POST", "/api/v1/clients", {"name": "theirs", "api_key": True}
    )
    caller = Caller(studio.http, studio.url, {"x-api-key": made["api_key"]})
    assert (await caller.send("GET", f"/status/{owned.ids['request_id']}"))[0] == 404
    status, _ = await caller.send("POST", "/video/request", order_body(owned.ids["media_campaign_id"]))
    assert status in (400, 404)


async def test_foreign_ids_inside_a_body_are_refused_as_well(
    owned: Owned, other: TestWorkspace, studio: Studio
) -> None:
    foreign = Caller(studio.http, studio.url, other.headers)
    definition = {
        "output": {"kind": "video"},
        "parts": [{"kind": "mlt", "asset_id": owned.ids["asset_id"], "name": "Main"}],
        "mappings": [],
        "connection": {
            "egress": {"type": "WEBHOOK", "url": "https://example.com/hook"},
            "time_to_live": "ONE_DAY",
        },
    }
    body = {"name": "Borrowed template", "definition": definition}
    status, _ = await foreign.send("POST", "/api/v1/media-campaigns", body)
    if status == 201:
        made = (await foreign.json("GET", "/api/v1/media-campaigns"))["media_campaigns"][0]
        status, _ = await foreign.send("POST", f"/api/v1/media-campaigns/{made['id']}/publish")
    assert status in (400, 403, 404, 409, 422)
    connector = {
        "name": "Borrowed authorization",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": "Greeted"},
        "content": {
            "method": "POST",
            "url": f"{studio.url}/video/request",
            "body_type": "RAW",
            "body": "{}",
            "authorization": {"configuration_id": owned.ids["configuration_id"]},
        },
    }
    assert (await foreign.send("POST", "/api/v1/campaigns", connector))[0] in (400, 403, 404, 422)


@dataclass(frozen=True)
class Caller:
    """One origin, one set of credentials."""

    http: aiohttp.ClientSession
    url: str
    headers: dict[str, str]

    async def send(
        self, method: str, path: str, body: object = None, form: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str]]:
        """Status and headers; no redirect is followed."""
        call = self.http.request(
            method, self.url + path, json=body, data=form or None, headers=self.headers, allow_redirects=False
        )
        async with asyncio.timeout(60), call as answer:
            await answer.read()
            return answer.status, dict(answer.headers)

    async def json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        call = self.http.request(method, self.url + path, json=body, headers=self.headers)
        async with call as answer:
            assert answer.status < 300, f"{method} {path}: {await answer.text()}"
            return await answer.json()


async def _authorize(call: Caller, studio: Studio) -> str:
    client = await call.json("POST", "/api/v1/clients", {"name": "Engage"})
    given = _configuration(studio.url, client["client_id"], client["client_secret"])
    return (await call.json("POST", "/api/v1/oauth-configurations", given))["id"]


async def _segment(data: Caller) -> str:
    condition = {
        "filter_type": "user_attributes",
        "name": "shoe",
        "data_type": "string",
        "operator": "exists",
    }
    filters = {"filter_operator": "and", "filters": [condition]}
    body = {"name": "With shoes", "included_filters": filters}
    return (await data.json("POST", "/v3/custom-segments", body))["data"]["id"]


def _import(origin: str) -> dict[str, Any]:
    return {
        "name": "People",
        "url": f"{origin}/people.csv",
        "allow_http": True,
        "customer_id_column": "id",
    }


def _mail_campaign() -> dict[str, Any]:
    return {
        "name": "Greeting",
        "channel": "EMAIL",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": "Greeted"},
        "content": {
            "subject": "Hello",
            "sender_name": "Lantern",
            "from_address": "hello@lantern.example",
            "html": "<p>Hello</p>",
        },
    }


def _access(context: RouteContext) -> Access:
    pending = [context.dependant]
    while pending:
        dependant = pending.pop()
        if isinstance(dependant.call, Access):
            return dependant.call
        pending += dependant.dependencies
    raise AssertionError(f"{context.path} has no access")


async def _rows_of(platform: Platform, workspace_id: str) -> dict[str, str | None]:
    """A fingerprint of every table's rows of one workspace."""
    async with platform.db.connection() as conn:
        tables = [row["table_name"] for row in await conn.fetch(UNTOUCHED)]
        return {
            table: await conn.fetchval(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t "
                "WHERE workspace_id = $1",
                workspace_id,
            )
            for table in tables
        }
