"""Settings, authorization configurations and campaigns over real HTTP, by forms alone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncGenerator, Callable
from typing import Any

import aiohttp
import pytest

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.engage.channels.email.mailbox import service as mailbox_service
from reelpress.platform.auth import Role
from reelpress.platform.auth.service import create_user
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform
from tests.conftest import TestWorkspace
from tests.console.browser import HTMX, Browser, Seen
from tests.engage.campaigns.support import ASHA, Api
from tests.engage.oauth.endpoint import SECRET, Endpoint, serve_endpoint
from tests.support.live import LiveServer

AUTH = "/console/settings/authorization"
CAMPAIGNS = "/console/campaigns"
Fields = list[tuple[str, str]]
Settle = Callable[..., Any]


@pytest.fixture
async def endpoint() -> AsyncGenerator[Endpoint]:
    """A token URL and an endpoint that wants its tokens."""
    async with serve_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def settings(settings: Settings, endpoint: Endpoint) -> Settings:
    return settings.model_copy(update={"http_allow": (*settings.http_allow, endpoint.origin)})


@pytest.fixture
async def api(server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession) -> Api:
    return Api(server.url, workspace, http)


@pytest.fixture
async def browser(server: LiveServer, workspace: TestWorkspace) -> AsyncGenerator[Browser]:
    """The workspace's admin, signed in."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        made = Browser(http, server.url)
        await made.sign_in(workspace.admin_email, workspace.admin_password)
        yield made


def form(*fields: tuple[str, str]) -> aiohttp.FormData:
    """Fields in their order, repeated names and all, as a page sends them."""
    return aiohttp.FormData(list(fields))


def details(
    url: str, *, name: str = "Studio token", body: str = f'{{"client_secret": "{SECRET}"}}'
) -> Fields:
    """Step 1 of an OAuth configuration."""
    return [
        ("action", "test"),
        ("name", name),
        ("token_type", "OPAQUE"),
        ("method", "POST"),
        ("url", url),
        ("headers.key", "Content-Type"),
        ("headers.value", "application/json"),
        ("body_type", "RAW"),
        ("body_text", body),
    ]


def response(draft: str, **changed: str) -> Fields:
    """Step 2."""
    values = {
        "access_token_key": "access_token",
        "expiry_key": "expires_in",
        "expiry_unit": "SECONDS",
        "prefix": "Bearer",
        "error_codes": "401, 403",
        **changed,
    }
    return [("action", "save"), ("draft", draft), *values.items()]


def request_content(endpoint: Endpoint, body: str, *more: tuple[str, str]) -> Fields:
    """Step 2 of a connector campaign."""
    return [
        ("content.method", "POST"),
        ("content.url", endpoint.url),
        ("content.headers.key", "Content-Type"),
        ("content.headers.value", "application/json"),
        ("content.body_type", "RAW"),
        ("content.body_text", body),
        *more,
    ]


MAIL: Fields = [
    ("content.subject", "For {{UserAttribute['First Name']}}"),
    ("content.preview_text", ""),
    ("content.sender_name", "Lantern"),
    ("content.from_address", "hello@lantern.example"),
    ("content.reply_to", ""),
    ("content.html", "<p style='color: red'>Hi {{UserAttribute['First Name']}}</p>"),
    ("transport", "MAILBOX"),
]
BODY = """{\r
  "name": "{{UserAttribute['First Name']}}",\r
  "item": "{{EventAttribute['product_name']}}"\r
}"""


def beside(seen: Seen, field: str) -> str:
    """The fault shown beside a field."""
    found = re.search(rf'id="fault-{re.escape(field)}">([^<]*)<', seen.html)
    assert found is not None, f"nothing is said beside {field}: {seen.words[:600]}"
    return found[1]


async def configured(browser: Browser, endpoint: Endpoint, name: str = "Studio token") -> str:
    """The id of an active OAuth configuration, made through the pages."""
    seen = await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url, name=name)))
    assert seen.status == 200, seen.words
    seen = await browser.post(f"{AUTH}/new", form(*response(seen.value_of("draft"))))
    assert seen.status == 303, seen.words
    return seen.place.partition("saved=")[2]


async def drafted(browser: Browser, channel: str = "CONNECTOR", kind: str = "EVENT_TRIGGERED") -> str:
    """The path of a draft."""
    trigger = [("trigger.event_name", "Cart Abandoned")] if kind == "EVENT_TRIGGERED" else []
    seen = await browser.post(
        f"{CAMPAIGNS}/new/users?channel={channel}&delivery_type={kind}",
        form(("name", "Cart reminder"), ("tags", "cart, recovery"), *trigger, ("audience.kind", "all"),
             ("action", "next")),
    )  # fmt: skip
    assert seen.status == 303, seen.words
    return seen.place.removesuffix("/content")


async def test_an_oauth_configuration_made_through_the_pages_becomes_active(
    browser: Browser, workspace: TestWorkspace, server: LiveServer, api: Api
):
    client = await api.call("POST", "/clients", {"name": "Engage"}, expect=201)
    body = json.dumps({"client_id": client["client_id"], "client_secret": client["client_secret"]})
    seen = await browser.post(f"{AUTH}/new", form(*details(f"{server.url}/getToken/token", body=body)))
    assert "OAuth delivery response" in seen.words
    assert seen.fields()["access_token_key"] in ("", "access_token")
    seen = await browser.post(f"{AUTH}/new", form(*response(seen.value_of("draft"))))
    assert seen.status == 303
    seen = await browser.get(seen.place)
    assert "Studio token is Active" in seen.words
    saved = (await api.call("GET", "/oauth-configurations"))["configurations"][0]
    assert (saved["status"], saved["response"]["error_codes"]) == ("ACTIVE", [401, 403])


async def test_a_secret_is_readable_neither_in_the_second_step_nor_in_an_address(
    browser: Browser, endpoint: Endpoint
):
    seen = await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url)))
    assert SECRET not in seen.html
    assert SECRET.encode() not in base64.urlsafe_b64decode(seen.value_of("draft"))
    seen = await browser.post(f"{AUTH}/new", form(*response(seen.value_of("draft"))))
    assert SECRET not in seen.place
    assert [json.loads(call.body)["client_secret"] for call in endpoint.token_calls] == [SECRET, SECRET]


async def test_a_draft_that_was_changed_is_refused(browser: Browser, endpoint: Endpoint):
    draft = (await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url)))).value_of("draft")
    for other in (draft[:-8] + "AAAAAAA=", "nonsense", ""):
        seen = await browser.post(f"{AUTH}/new", form(*response(other)))
        assert (seen.status, "fill in the oauth details again" in seen.words.lower()) == (400, True)


async def test_back_brings_the_first_step_with_all_that_was_typed(browser: Browser, endpoint: Endpoint):
    seen = await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url)))
    seen = await browser.post(f"{AUTH}/new", form(("action", "back"), ("draft", seen.value_of("draft"))))
    assert seen.value_of("url") == endpoint.token_url
    assert SECRET in seen.html


async def test_an_error_of_the_token_url_keeps_the_person_in_the_first_step(
    browser: Browser, endpoint: Endpoint
):
    endpoint.token_status, endpoint.token_answer = 401, {"error": "who are you <b>"}
    seen = await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url)))
    assert seen.status == 422
    assert "The test failed" in seen.words
    assert "The token URL answered 401" in seen.words
    assert "who are you &lt;b&gt;" in seen.html
    assert seen.value_of("name") == "Studio token"
    assert SECRET in seen.html


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"url": "http://169.254.169.254/token"}, "url", "Provided hostname is not valid"),
        ({"name": ""}, "name", "This is needed."),
        ({"headers.key": "X\nY"}, "headers.0", "header"),
        ({"method": "GET"}, "body", "a GET request has no body"),
    ],
)
async def test_what_is_wrong_with_a_configuration_is_said_beside_its_field(
    browser: Browser, endpoint: Endpoint, changed: dict[str, str], field: str, said: str
):
    fields = [(name, changed.get(name, value)) for name, value in details(endpoint.token_url)]
    seen = await browser.post(f"{AUTH}/new", form(*fields))
    assert seen.status == 422
    assert said.lower() in beside(seen, field).lower()
    assert endpoint.token_calls == []


async def test_faults_of_the_second_step_stay_there_and_a_taken_name_leads_back(
    browser: Browser, endpoint: Endpoint
):
    await configured(browser, endpoint)
    draft = (await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url)))).value_of("draft")
    seen = await browser.post(f"{AUTH}/new", form(*response(draft, error_codes="401, soon")))
    assert beside(seen, "error_codes") == "Write a whole number."
    assert seen.value_of("error_codes") == "401, soon"
    seen = await browser.post(f"{AUTH}/new", form(*response(draft)))
    assert "another authorization configuration has this name" in beside(seen, "name").lower()


async def test_a_configuration_that_gives_no_token_is_failed_and_says_why(
    browser: Browser, endpoint: Endpoint
):
    draft = (await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url)))).value_of("draft")
    saved = await browser.post(f"{AUTH}/new", form(*response(draft, access_token_key="token_type2")))
    seen = await browser.get(saved.place)
    assert "Failed: the answer has no text under 'token_type2'" in seen.words


async def test_the_claims_of_a_jwt_are_decoded_and_offered_for_the_expiry(
    browser: Browser, endpoint: Endpoint, api: Api
):
    claims = base64.urlsafe_b64encode(b'{"exp": 1893456000, "sub": "studio"}').decode().rstrip("=")
    endpoint.token_answer = {"data": {"access_token": f"e30.{claims}.c2ln"}}
    fields = [(name, "JWT" if name == "token_type" else value) for name, value in details(endpoint.token_url)]
    seen = await browser.post(f"{AUTH}/new", form(*fields))
    assert "Decoded token data.access_token" in seen.words
    assert "sub studio" in seen.words
    assert re.search(r"<option selected>exp</option>", seen.html)
    fields = response(seen.value_of("draft"), access_token_key="data.access_token", expiry_key="exp",
                      expiry_unit="EPOCH")  # fmt: skip
    await browser.post(f"{AUTH}/new", form(*fields))
    saved = (await api.call("GET", "/oauth-configurations"))["configurations"][0]
    assert saved["status"] == "ACTIVE"
    assert saved["token_expires_at"].startswith("2030-01-01")


async def test_editing_keeps_the_secrets_nobody_typed_again(browser: Browser, endpoint: Endpoint):
    path = f"{AUTH}/{await configured(browser, endpoint)}/edit"
    shown = await browser.get(path)
    assert SECRET not in shown.html
    masked = re.findall(r"<textarea[^>]*>\n?([^<]*)</textarea>", shown.html)[0]
    seen = await browser.post(path, form(*details(endpoint.token_url, name="Renamed", body=masked)))
    seen = await browser.post(path, form(*response(seen.value_of("draft"))))
    assert seen.status == 303, seen.words
    assert SECRET in endpoint.token_calls[-1].body.decode()
    assert "Renamed" in (await browser.get(AUTH)).words


async def test_a_configuration_in_use_is_not_deleted_and_its_campaigns_are_listed(
    browser: Browser, endpoint: Endpoint
):
    configuration = await configured(browser, endpoint)
    path = await drafted(browser)
    authorization = [
        ("content.authorization.enabled", "yes"),
        ("content.authorization.configuration_id", configuration),
        ("content.authorization.key", "Authorization"),
    ]
    fields = request_content(endpoint, "{}", *authorization, ("action", "save"))
    assert (await browser.post(f"{path}/content", form(*fields))).status == 303
    seen = await browser.post(f"{AUTH}/{configuration}/delete")
    assert seen.status == 409
    assert "View list (1)" in seen.words
    assert f'href="{path}"' in seen.html
    assert "Not deleted: these campaigns use it." in seen.words
    other = await configured(browser, endpoint, "Another")
    assert (await browser.post(f"{AUTH}/{other}/delete")).status == 303
    assert "Another" not in (await browser.get(AUTH)).words


async def test_a_connector_campaign_is_drafted_previewed_tested_and_published_by_forms(
    browser: Browser, endpoint: Endpoint, api: Api, settle: Settle
):
    await api.customer("asha", ASHA)
    configuration = await configured(browser, endpoint)
    path = await drafted(browser)
    fields = request_content(
        endpoint, BODY,
        ("content.authorization.enabled", "yes"), ("content.authorization.configuration_id", configuration),
        ("content.authorization.key", "Authorization"), ("content.authorization.prefix", ""),
        ("content.authorization.reattempt_codes", "401"),
        ("profile", "asha"), ("event.key", "product_name"), ("event.value", 'Lamp "x"'),
    )  # fmt: skip
    seen = await browser.post(f"{path}/content", form(*fields, ("action", "preview")), HTMX)
    assert '"item": "Lamp \\"x\\""' in seen.words
    assert "Authorization: Bearer ••••••••" in seen.words
    assert "<html" not in seen.html
    assert endpoint.calls == []
    seen = await browser.post(f"{path}/content", form(*fields, ("action", "test")), HTMX)
    assert "Sent answer 200" in seen.words
    assert endpoint.calls[0].json == {"name": "Asha", "item": 'Lamp "x"'}
    seen = await browser.post(f"{path}/content", form(*fields, ("action", "next")))
    assert seen.place == f"{path}/schedule"
    assert (await browser.post(seen.place, form(("action", "publish")))).place == path
    await api.event("asha", "Cart Abandoned", {"product_name": "Teapot"})
    await settle()
    assert endpoint.calls[1].json == {"name": "Asha", "item": "Teapot"}
    seen = await browser.get(path)
    assert "Active" in seen.words
    assert "1 sent, 100 %" in seen.words
    assert "1 test send not counted" in seen.words


async def test_a_send_is_shown_with_its_attempts_and_what_it_said(
    browser: Browser, endpoint: Endpoint, api: Api, settle: Settle
):
    await api.customer("asha", ASHA)
    path = await drafted(browser)
    await browser.post(f"{path}/content", form(*request_content(endpoint, BODY, ("action", "save"))))
    await browser.post(f"{path}/activate")
    endpoint.answers, endpoint.answer_body = [503], b"<b>busy</b>"
    await api.event("asha", "Cart Abandoned", {"product_name": "Teapot"})
    await api.event("asha", "Cart Abandoned")
    await settle()
    seen = await browser.get(f"{path}?state=failed")
    assert "HTTP 503: the endpoint answered 503" in seen.words
    assert "Event Attribute: EventAttribute 'product_name' is missing" in seen.words
    assert "No send is sent" in (await browser.get(f"{path}?state=sent")).words
    failed = next(one for one in await api.sends(path.rpartition("/")[2]) if one["code"] == 503)
    seen = await browser.get(f"{path}/sends/{failed['id']}")
    assert "503" in seen.words
    assert "&lt;b&gt;busy&lt;/b&gt;" in seen.html
    assert '"item": "Teapot"' in seen.words


async def test_a_preview_without_typed_attributes_takes_the_users_latest_event(
    browser: Browser, endpoint: Endpoint, api: Api
):
    await api.customer("asha", ASHA)
    await api.event("asha", "Cart Abandoned", {"product_name": "Teapot"})
    path = await drafted(browser)
    fields = request_content(endpoint, BODY, ("profile", "asha@example.com"), ("action", "preview"))
    seen = await browser.post(f"{path}/content", form(*fields), HTMX)
    assert '"item": "Teapot"' in seen.words


async def test_the_ready_made_request_is_filled_in_for_a_use_case(browser: Browser, server: LiveServer):
    path = await drafted(browser)
    fields = [
        ("content.method", "GET"), ("content.url", ""), ("content.body_type", "RAW"),
        ("starter.use_case_id", "67be6947-44c2-4fcc-bf34-3d82ce767081"), ("action", "starter"),
    ]  # fmt: skip
    seen = await browser.post(f"{path}/content", form(*fields))
    assert seen.value_of("content.url") == f"{server.url}/video/request"
    body = seen.words
    assert '"use-case-id": "67be6947-44c2-4fcc-bf34-3d82ce767081"' in body
    assert '"product_name": "{{EventAttribute[\'product_name\']}}"' in body
    assert '"reference-record-id": "{{Campaign.ID}}"' in body
    assert seen.value_of("content.headers.value") == "application/json"


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"content.url": "http://169.254.169.254/x"}, "content.url", "Provided hostname is not valid"),
        ({"content.body_text": "{\r\n\r\n{{UserAttribute['x'"}, "content.body", "line 3"),
        ({"content.headers.key": "Bad Header"}, "content.headers.0.key", "header"),
    ],
)
async def test_what_is_wrong_with_a_request_is_said_beside_its_field_and_nothing_typed_is_lost(
    browser: Browser, endpoint: Endpoint, changed: dict[str, str], field: str, said: str
):
    path = await drafted(browser)
    fields = [
        (name, changed.get(name, value))
        for name, value in request_content(endpoint, BODY, ("content.timeout_s", "7"), ("action", "next"))
    ]
    seen = await browser.post(f"{path}/content", form(*fields))
    assert seen.status == 422
    assert said.lower() in beside(seen, field).lower()
    assert seen.value_of("content.timeout_s") == "7"
    for typed in changed.values():
        assert typed.replace("\r\n", " ").split()[0] in seen.words + seen.html


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ([("name", "four")], "name", "Write at least 5 characters."),
        ([("name", "A campaign"), ("tags", "a,b,c,d,e,f")], "tags", "Give at most 5."),
        (
            [("name", "A campaign"), ("audience.kind", "rows"), ("audience.name", "age"),
             ("audience.operator", "double.is"), ("audience.value", "old")],
            "audience.filters.0.value", "number",
        ),
        ([("name", "A campaign"), ("audience.kind", "rows")], "audience.filters", "at least one"),
        (
            [("name", "A campaign"), ("audience.kind", "json"), ("audience.document", "{")],
            "audience", "This is not JSON",
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_the_target_users_is_said_beside_its_field(
    browser: Browser, api: Api, fields: Fields, field: str, said: str
):
    path = f"{CAMPAIGNS}/new/users?channel=CONNECTOR&delivery_type=EVENT_TRIGGERED"
    seen = await browser.post(path, form(*fields, ("trigger.event_name", "Signed Up"), ("action", "next")))
    assert seen.status == 422
    assert said in beside(seen, field)
    assert seen.value_of("trigger.event_name") == "Signed Up"
    assert (await api.call("GET", "/campaigns"))["campaigns"] == []


async def test_a_mail_is_previewed_in_a_frame_under_its_own_policy(browser: Browser, api: Api):
    await api.customer("asha", ASHA)
    path = await drafted(browser, "EMAIL", "ONE_TIME")
    seen = await browser.post(
        f"{path}/content", form(*MAIL, ("profile", "asha"), ("action", "preview")), HTMX
    )
    assert "Subject For Asha" in seen.words
    sealed = re.search(r'data-value="([^"]+)"', seen.html)
    assert sealed is not None
    framed = await browser.post(f"{CAMPAIGNS}/preview-frame", form(("frame", sealed[1])))
    assert "<p style='color: red'>Hi Asha</p>" in framed.html
    assert "sandbox" in framed.headers["content-security-policy"]
    foreign = await browser.post(f"{CAMPAIGNS}/preview-frame", form(("frame", "PHNjcmlwdD4=")))
    assert foreign.status == 400


async def test_a_one_time_mail_goes_out_as_soon_as_it_is_published(
    browser: Browser, api: Api, settle: Settle
):
    await api.customer("asha", ASHA)
    path = await drafted(browser, "EMAIL", "ONE_TIME")
    assert (await browser.post(f"{path}/content", form(*MAIL, ("action", "next")))).status == 303
    assert (
        await browser.post(f"{path}/schedule", form(("when", "asap"), ("action", "publish")))
    ).place == path
    await settle()
    assert [mail["summary"]["subject"] for mail in await api.mail()] == ["For Asha"]
    assert "Sent" in (await browser.get(path)).words
    assert "Edit" not in (await browser.get(path)).words


async def test_a_date_is_read_on_the_workspaces_clock(browser: Browser, api: Api, platform: Platform):
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE workspaces SET time_zone = 'Asia/Kolkata'")
    path = await drafted(browser, "EMAIL", "ONE_TIME")
    await browser.post(f"{path}/content", form(*MAIL, ("action", "next")))
    seen = await browser.post(f"{path}/schedule", form(("when", "date"), ("action", "publish")))
    assert beside(seen, "schedule.start_at") == "Choose a date and a time."
    fields = [("when", "date"), ("schedule.start_at", "2040-01-01T09:30"), ("action", "publish")]
    assert (await browser.post(f"{path}/schedule", form(*fields))).status == 303
    campaign = await api.call("GET", f"/campaigns/{path.rpartition('/')[2]}")
    assert (campaign["status"], campaign["schedule"]) == (
        "SCHEDULED", {"start_at": "2040-01-01T09:30:00+05:30"},
    )  # fmt: skip


async def test_a_draft_that_is_not_ready_is_not_published_and_leads_to_the_step(browser: Browser):
    path = await drafted(browser)
    seen = await browser.post(f"{path}/schedule", form(("action", "publish")))
    assert seen.status == 422
    assert "The request has no URL." in seen.words
    assert f'href="{path}/content"' in seen.html
    assert "The request has no URL." in (await browser.post(f"{path}/activate")).words


async def test_an_empty_second_step_can_be_kept_as_a_draft(browser: Browser):
    path = await drafted(browser)
    fields = [
        ("content.method", "POST"),
        ("content.url", ""),
        ("content.body_type", "RAW"),
        ("action", "save"),
    ]
    assert (await browser.post(f"{path}/content", form(*fields))).place == path


async def test_a_saved_campaign_comes_back_in_its_forms(browser: Browser, endpoint: Endpoint, api: Api):
    path = await drafted(browser)
    fields = [
        ("content.method", "POST"), ("content.url", endpoint.url), ("content.body_type", "FORM"),
        ("content.parameters.key", "a"), ("content.parameters.value", "{{UserAttribute['First Name']}}"),
        ("content.parameters.key", ""), ("content.parameters.value", ""),
        ("content.body.key", "b"), ("content.body.value", "2"),
        ("content.timeout_s", "9"), ("action", "save"),
    ]  # fmt: skip
    assert (await browser.post(f"{path}/content", form(*fields))).status == 303
    content = (await api.call("GET", f"/campaigns/{path.rpartition('/')[2]}"))["content"]
    assert content["body"] == [{"key": "b", "value": "2"}]
    assert len(content["parameters"]) == 1
    seen = await browser.get(f"{path}/content")
    for value in ("b", "2", "9.0", endpoint.url, "{{UserAttribute[&#39;First Name&#39;]}}"):
        assert f'value="{value}"' in seen.html
    users = await browser.get(f"{path}/users")
    assert users.value_of("tags") == "cart, recovery"
    assert users.value_of("trigger.event_name") == "Cart Abandoned"


async def test_the_moving_part_is_sent_only_when_it_moved(
    browser: Browser, endpoint: Endpoint, api: Api, settle: Settle
):
    await api.customer("asha", ASHA)
    path = await drafted(browser)
    await browser.post(f"{path}/content", form(*request_content(endpoint, "{}", ("action", "save"))))
    await browser.post(f"{path}/activate")
    page = await browser.get(path)
    seen = re.search(r"seen=([0-9a-f]+)", page.html)
    assert seen is not None
    assert (await browser.get(f"{path}/live?seen={seen[1]}", HTMX)).status == 204
    await api.event("asha", "Cart Abandoned")
    await settle()
    moved = await browser.get(f"{path}/live?seen={seen[1]}", HTMX)
    assert moved.status == 200
    assert 'hx-trigger="every 2s"' in moved.html
    await browser.post(f"{path}/stop")
    assert "hx-trigger" not in (await browser.get(path)).html


async def test_a_campaign_is_paused_resumed_and_stopped(browser: Browser, endpoint: Endpoint):
    path = await drafted(browser)
    await browser.post(f"{path}/content", form(*request_content(endpoint, "{}", ("action", "save"))))
    for verb, status in (
        ("activate", "Active"),
        ("pause", "Paused"),
        ("activate", "Active"),
        ("stop", "Stopped"),
    ):
        assert (await browser.post(f"{path}/{verb}")).status == 303
        assert status in (await browser.get(path)).words
    seen = await browser.post(f"{path}/pause")
    assert (seen.status, "cannot be paused" in seen.words) == (409, True)
    assert (await browser.post(f"{path}/explode")).status == 404


async def test_the_count_of_an_audience_is_told_while_it_is_written(browser: Browser, api: Api):
    await api.customer("asha", {**ASHA, "town": "Pune"})
    await api.customer("omar", {"first_name": "Omar"})
    rule = [
        ("audience.kind", "rows"),
        ("audience.name", "town"),
        ("audience.operator", "exists"),
        ("audience.value", ""),
    ]
    assert "1 user now" in (await browser.post(f"{CAMPAIGNS}/audience-count", form(*rule), HTMX)).words
    everybody = form(("audience.kind", "all"))
    assert "2 users now" in (await browser.post(f"{CAMPAIGNS}/audience-count", everybody, HTMX)).words


async def test_users_are_offered_by_name(browser: Browser, api: Api):
    await api.customer("c-1", ASHA)
    seen = await browser.get(f"{CAMPAIGNS}/people?profile=ash", HTMX)
    assert '<option value="c-1">Asha</option>' in seen.html


async def test_every_delivery_type_can_be_chosen(browser: Browser):
    seen = await browser.get(f"{CAMPAIGNS}/new")
    for kind in ("ONE_TIME", "PERIODIC", "EVENT_TRIGGERED", "BUSINESS_EVENT_TRIGGERED"):
        tag = re.search(rf'<input type="radio" name="delivery_type" value="{kind}"[^>]*>', seen.html)
        assert tag is not None
        assert "disabled" not in tag[0]


async def test_hostile_names_are_shown_as_text(browser: Browser, api: Api):
    name = "<script>alert(1)</script>\"'{{7*7}}"
    created = await api.call(
        "POST", "/campaigns", {"name": name, "channel": "EMAIL", "delivery_type": "ONE_TIME", "tags": ["<b>"]}
    )
    for path in (CAMPAIGNS, f"{CAMPAIGNS}/{created['id']}", f"{CAMPAIGNS}/{created['id']}/users"):
        seen = await browser.get(path)
        assert "<script>alert" not in seen.html
        assert "{{7*7}}" in seen.html
        assert "<b>" not in seen.html


async def test_no_page_says_anything_of_another_workspace(
    browser: Browser, platform: Platform, endpoint: Endpoint, server: LiveServer, http: aiohttp.ClientSession
):
    configuration, path = await configured(browser, endpoint), await drafted(browser)
    draft = (await browser.post(f"{AUTH}/new", form(*details(endpoint.token_url)))).value_of("draft")
    await make_workspace(
        platform, NewWorkspace(name="Other", admin_email="other@example.com", admin_password="long enough")
    )
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as other:
        stranger = Browser(other, server.url)
        await stranger.sign_in("other@example.com", "long enough")
        for place in (path, f"{path}/users", f"{path}/content", f"{path}/schedule", f"{path}/live",
                      f"{AUTH}/{configuration}/edit"):  # fmt: skip
            assert (await stranger.get(place)).status == 404, place
        for place in (f"{path}/users", f"{path}/content", f"{path}/schedule", f"{path}/stop",
                      f"{AUTH}/{configuration}/edit", f"{AUTH}/{configuration}/delete"):  # fmt: skip
            assert (await stranger.post(place)).status == 404, place
        assert (await stranger.post(f"{AUTH}/new", form(*response(draft)))).status == 400
        assert "Cart reminder" not in (await stranger.get(CAMPAIGNS)).words
        assert "Studio token" not in (await stranger.get(AUTH)).words


async def test_a_viewer_looks_and_changes_nothing(
    browser: Browser, platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, server: LiveServer
):
    path = await drafted(browser)
    configuration = await configured(browser, endpoint)
    async with platform.db.connection() as conn:
        await create_user(conn, workspace.id, "viewer@example.com", "V", Role.viewer, "long enough")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        viewer = Browser(http, server.url)
        await viewer.sign_in("viewer@example.com", "long enough")
        for place in ("/console", "/console/settings", AUTH, CAMPAIGNS, path):
            seen = await viewer.get(place)
            assert seen.status == 200
            assert not re.search(r'<form[^>]*method="post"(?! action="/console/sign-out")', seen.html), place
        for place in (f"{AUTH}/new", f"{AUTH}/{configuration}/edit", f"{CAMPAIGNS}/new", f"{path}/content"):
            assert (await viewer.get(place)).status == 403
        for place in (f"{AUTH}/new", f"{AUTH}/{configuration}/delete", f"{path}/users", f"{path}/content",
                      f"{path}/schedule", f"{path}/activate", "/console/settings/data-keys"):  # fmt: skip
            assert (await viewer.post(place)).status == 403
        assert "Data API keys" not in (await viewer.get("/console/settings")).words


async def test_a_data_key_is_shown_once_works_and_is_revoked(
    browser: Browser, workspace: TestWorkspace, server: LiveServer, http: aiohttp.ClientSession
):
    seen = await browser.post("/console/settings/data-keys", form(("label", "Shop")))
    found = re.search(r'<code id="fresh-secret">([^<]+)</code>', seen.html)
    assert found is not None
    assert found[1] not in (await browser.get("/console/settings")).html

    async def track() -> int:
        body = {"type": "customer", "customer_id": "c1", "attributes": {"first_name": "Asha"}}
        auth = aiohttp.BasicAuth(workspace.id, found[1])
        async with http.post(f"{server.url}/v1/customer/{workspace.id}", json=body, auth=auth) as answer:
            return answer.status

    assert await track() == 200
    newest = re.search(r'action="(/console/settings/data-keys/[^"]+/revoke)"', seen.html)
    assert newest is not None
    assert (await browser.post(newest[1])).status == 303
    assert await track() == 401
    seen = await browser.get("/console/settings")
    assert "Data API key revoked" in seen.words
    assert workspace.id in seen.words


async def test_a_key_without_a_label_is_refused_beside_its_field(browser: Browser):
    seen = await browser.post("/console/settings/data-keys", form(("label", " ")))
    assert "1 to 100" in beside(seen, "label")


async def test_the_first_page_ticks_the_steps_that_are_done(browser: Browser, endpoint: Endpoint, api: Api):
    assert "Done:" not in (await browser.get("/console")).words
    await configured(browser, endpoint)
    await api.customer("asha", ASHA)
    path = await drafted(browser)
    await browser.post(f"{path}/content", form(*request_content(endpoint, "{}", ("action", "save"))))
    await browser.post(f"{path}/activate")
    seen = await browser.get("/console")
    assert seen.html.count("Done:") == 2
    assert "1 profiles" in seen.words
    assert "Cart reminder" in seen.words
    part = re.search(r"seen=([0-9a-f]+)", seen.html)
    assert part is not None
    assert (await browser.get(f"/console/numbers?seen={part[1]}", HTMX)).status == 204


async def test_who_is_not_signed_in_is_sent_to_sign_in(server: LiveServer, http: aiohttp.ClientSession):
    stranger = Browser(http, server.url)
    for path in ("/console/settings", AUTH, CAMPAIGNS, f"{CAMPAIGNS}/new"):
        assert (await stranger.get(path)).place.startswith("/console/sign-in")


async def test_another_site_cannot_make_the_browser_post(browser: Browser):
    path = await drafted(browser)
    for place in (f"{path}/activate", f"{AUTH}/new", "/console/settings/data-keys"):
        seen = await browser.post(place, None, {"Origin": "https://evil.example"})
        assert seen.status == 403


@pytest.mark.parametrize(
    "path", ["profiles/0123456789abcdef01234567", "mailbox/01890000-0000-7000-8000-000000000000"]
)
async def test_what_is_not_there_is_said_on_a_page(browser: Browser, path: str):
    seen = await browser.get(f"/console/{path}")
    assert (seen.status, "<html" in seen.html) == (404, True)


async def test_a_message_stays_beside_the_page_it_was_chosen_from(
    browser: Browser, api: Api, settle: Settle, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(mailbox_service, "PAGE_SIZE", 1)
    monkeypatch.setattr(
        mailbox_service.list_messages, "__kwdefaults__", {"recipient": None, "before": None, "limit": 1}
    )
    for name in ("one", "two"):
        await api.customer(name, {"first_name": name, "email": f"{name}@example.com"})
    path = await drafted(browser, "EMAIL", "ONE_TIME")
    await browser.post(f"{path}/content", form(*MAIL, ("action", "next")))
    await browser.post(f"{path}/schedule", form(("action", "publish")))
    await settle()
    older = re.search(
        r'href="(/console/mailbox\?[^"]*before=[^"]+)">Older mail',
        (await browser.get("/console/mailbox")).html,
    )
    assert older is not None
    listed = await browser.get(older[1].replace("&amp;", "&"))
    chosen = re.search(r'href="(/console/mailbox/[^"]+)" aria-current="true"', listed.html)
    assert chosen is not None
    opened = await browser.get(chosen[1].replace("&amp;", "&"))
    assert re.findall(r'href="(/console/mailbox/[^"]+)" aria-current="true"', opened.html) == [chosen[1]]


async def test_a_profile_says_in_words_what_changed(browser: Browser, api: Api):
    await api.customer("asha", {**ASHA, "vip": True, "sizes": ["S", "M"]})
    await api.event("asha", "Signed Up", {"trial": False})
    profile = (await api.call("GET", "/profiles"))["profiles"][0]
    seen = await browser.get(f"/console/profiles/{profile['id']}")
    assert "Profile updated" in seen.words
    assert "First Name" in seen.words
    assert "['" not in seen.words
    assert "vip true" in seen.words
    assert 'sizes ["S", "M"]' in seen.words
    assert "trial false" in seen.words


async def test_a_campaign_of_a_business_event_keeps_its_event_when_its_users_are_edited(
    browser: Browser, api: Api
):
    given = {
        "name": "New season",
        "channel": "EMAIL",
        "delivery_type": "BUSINESS_EVENT_TRIGGERED",
        "trigger": {"event_name": "Season out"},
    }
    campaign = (await api.call("POST", "/campaigns", given))["id"]
    seen = await browser.get(f"{CAMPAIGNS}/{campaign}/users")
    assert "Season out" in seen.html
    typed = (("name", "Newest season"), ("trigger.event_name", "Season out"), ("audience.kind", "all"))
    await browser.post(f"{CAMPAIGNS}/{campaign}/users", form(*typed))
    saved = await api.call("GET", f"/campaigns/{campaign}")
    assert (saved["name"], saved["trigger"]["event_name"]) == ("Newest season", "Season out")
