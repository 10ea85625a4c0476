"""/api/v1/oauth-configurations, as the console and a script use it."""

from typing import Any

import aiohttp
import pytest
from tests.conftest import TestWorkspace
from tests.engage.oauth.endpoint import SECRET, Endpoint
from tests.engage.oauth.fixtures import given_for
from tests.engage.oauth.test_exchange import jwt
from tests.support.live import LiveServer

from reelpress.engage.oauth import Configuration
from reelpress.engage.oauth.masking import MASK
from reelpress.platform.context import Platform

PATH = "/api/v1/oauth-configurations"


class Api:
    """The management API with a workspace's token."""

    def __init__(self, http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        self._http = http
        self._url = url
        self._headers = headers

    async def __call__(
        self, method: str, path: str = "", body: object = None, **query: str
    ) -> tuple[int, Any]:
        async with self._http.request(
            method, self._url + PATH + path, json=body, headers=self._headers, params=query
        ) as answer:
            text = await answer.text()
            assert SECRET not in text
            return answer.status, await answer.json() if text else None


@pytest.fixture
def api(http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace) -> Api:
    return Api(http, server.url, workspace.headers)


def form(endpoint: Endpoint, **changes: object) -> dict[str, Any]:
    return given_for(endpoint, **changes).model_dump(mode="json")


async def test_send_test_shows_the_answer_and_stores_nothing(api: Api, endpoint: Endpoint) -> None:
    endpoint.token_answer = {"data": {"access_token": "shown"}, "expires_in": 60}
    status, report = await api("POST", "/test", form(endpoint))
    assert status == 200
    assert report["ok"] is True
    assert report["status"] == 200
    assert report["body"] == '{"data": {"access_token": "shown"}, "expires_in": 60}'
    assert report["keys"] == {"data.access_token": "shown", "expires_in": 60}
    assert report["claims"] == {}
    assert report["received_at"]
    assert endpoint.token_calls[0].json == {"client_id": "lantern", "client_secret": SECRET}
    assert (await api("GET"))[1] == {"configurations": []}


async def test_send_test_decodes_the_claims_of_a_jwt(api: Api, endpoint: Endpoint) -> None:
    endpoint.token_answer = {"token": jwt({"exp": 1, "scope": "video"})}
    _, report = await api("POST", "/test", form(endpoint, token_type="JWT"))
    assert report["claims"] == {"token": {"exp": 1, "scope": "video"}}


async def test_send_test_says_why_step_two_cannot_be_reached(api: Api, endpoint: Endpoint) -> None:
    endpoint.token_status = 403
    _, report = await api("POST", "/test", form(endpoint))
    assert (report["ok"], report["status"], report["reason"]) == (False, 403, "the token URL answered 403")


async def test_saving_makes_it_active_and_masks_its_secrets(api: Api, endpoint: Endpoint) -> None:
    given = form(
        endpoint,
        parameters=[["tenant", "t-77"]],
        headers=[["Content-Type", "application/json"], ["X-Key", "k"]],
    )
    status, saved = await api("POST", "", given)
    assert status == 201
    assert saved["status"] == "ACTIVE"
    assert len(saved["id"]) == 24
    assert saved["body"] == MASK
    assert saved["parameters"] == [{"key": "tenant", "value": MASK}]
    assert saved["headers"] == [
        {"key": "Content-Type", "value": "application/json"},
        {"key": "X-Key", "value": MASK},
    ]
    assert (await api("GET", f"/{saved['id']}"))[1] == saved
    assert (await api("GET"))[1] == {"configurations": [saved]}


async def test_saving_what_gives_no_token_makes_it_failed(api: Api, endpoint: Endpoint) -> None:
    response = {"access_token_key": "token"}
    status, saved = await api("POST", "", form(endpoint, response=response))
    assert (status, saved["status"]) == (201, "FAILED")
    assert saved["status_reason"] == "the answer has no text under 'token'"
    saved["response"]["access_token_key"] = "access_token"
    edited = {key: saved[key] for key in form(endpoint)}
    _, repaired = await api("PUT", f"/{saved['id']}", edited)
    assert (repaired["status"], repaired["status_reason"]) == ("ACTIVE", None)


async def test_a_mask_sent_back_keeps_the_saved_secret(
    api: Api, configuration: Configuration, endpoint: Endpoint
) -> None:
    _, shown = await api("GET", f"/{configuration.id}")
    edited = {key: shown[key] for key in form(endpoint)} | {"name": "Other name"}
    status, _ = await api("PUT", f"/{configuration.id}", edited)
    assert status == 200
    status, report = await api("POST", "/test", edited, configuration_id=configuration.id)
    assert (status, report["ok"]) == (200, True)
    sent = {(call.json["client_id"], call.json["client_secret"]) for call in endpoint.token_calls}
    assert sent == {("lantern", SECRET)}


async def test_a_saved_secret_is_not_sent_to_another_host(
    api: Api, configuration: Configuration, endpoint: Endpoint, server: LiveServer
) -> None:
    _, shown = await api("GET", f"/{configuration.id}")
    edited = {key: shown[key] for key in form(endpoint)} | {"url": f"{server.url}/getToken/token"}
    for method, path, query in (
        ("PUT", f"/{configuration.id}", {}),
        ("POST", "/test", {"configuration_id": configuration.id}),
    ):
        status, answer = await api(method, path, edited, **query)
        assert (status, answer["error"]["code"]) == (422, "secret_needed")
    assert endpoint.token_calls == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/token",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "http://tokens.example.com/",
        "ftp://tokens.example.com/",
        "not a url",
    ],
)
async def test_a_token_url_that_leads_inside_is_refused_at_test_and_at_save(
    api: Api, endpoint: Endpoint, url: str
) -> None:
    for path in ("", "/test"):
        status, answer = await api("POST", path, form(endpoint, url=url))
        assert (status, answer["error"]["field"]) == (422, "url")
        assert answer["error"]["message"].startswith("Provided hostname is not valid. ")
    assert (await api("GET"))[1] == {"configurations": []}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"headers": [["X-A", "a\r\nX-B: b"]]}, "headers.0"),
        ({"headers": [["Host", "x"]]}, "headers.0"),
        ({"method": "GET", "body": "x"}, "body"),
        ({"body_type": "RAW", "body": [["a", "b"]]}, "body"),
        ({"body": MASK}, None),
    ],
)
async def test_what_cannot_be_sent_is_refused_with_its_field(
    api: Api, endpoint: Endpoint, changes: dict[str, object], field: str | None
) -> None:
    status, answer = await api("POST", "", form(endpoint, **changes))
    assert (status, answer["error"]["field"]) == (422, field)
    assert endpoint.token_calls == []


async def test_a_name_is_used_once(api: Api, configuration: Configuration, endpoint: Endpoint) -> None:
    status, answer = await api("POST", "", form(endpoint, name=configuration.given.name.upper()))
    assert (status, answer["error"]["code"]) == (409, "name_taken")


async def test_deleting_is_refused_with_the_list_while_a_campaign_uses_it(
    api: Api, platform: Platform, configuration: Configuration
) -> None:
    await _insert_campaign(platform, configuration, "ACTIVE")
    status, answer = await api("DELETE", f"/{configuration.id}")
    assert (status, answer["error"]["code"]) == (409, "in_use")
    assert "Welcome films (0123456789abcdef01234567)" in answer["error"]["message"]
    _, shown = await api("GET", f"/{configuration.id}")
    assert shown["used_by"] == [
        {"campaign_id": "0123456789abcdef01234567", "name": "Welcome films", "status": "ACTIVE"}
    ]


async def test_deleting_what_only_a_stopped_campaign_used_is_fine(
    api: Api, platform: Platform, configuration: Configuration
) -> None:
    await _insert_campaign(platform, configuration, "STOPPED")
    assert (await api("DELETE", f"/{configuration.id}"))[0] == 204
    assert (await api("GET", f"/{configuration.id}"))[0] == 404
    assert (await api("DELETE", f"/{configuration.id}"))[0] == 404


async def _insert_campaign(platform: Platform, configuration: Configuration, status: str) -> None:
    async with platform.db.transaction() as conn:
        await conn.execute(
            """
            WITH version AS (
                INSERT INTO engage_campaign_versions
                    (workspace_id, id, campaign_id, number, name, audience, content, display_names,
                     created_at, created_by)
                VALUES ($1, gen_random_uuid(), '0123456789abcdef01234567', 1, 'Welcome films', '{}', $2, '{}',
                        now(), 'a test')
                RETURNING id
            )
            INSERT INTO engage_campaigns
                (workspace_id, id, channel, delivery_type, status, version_id, version_number,
                 created_at, updated_at)
            SELECT $1, '0123456789abcdef01234567', 'CONNECTOR', 'EVENT_TRIGGERED', $3, id, 1, now(), now()
            FROM version
            """,
            configuration.workspace_id,
            {"authorization": {"configuration_id": configuration.id}},
            status,
        )
