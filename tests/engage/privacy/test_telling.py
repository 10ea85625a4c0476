"""An erasure reaches the studio that made the person's media: the whole loop, over HTTP."""

import json
from typing import Any

import pytest

from reelpress.engage.connectors import ConnectorSpec, KeyValue
from reelpress.engage.privacy.telling import address_of, request_to, subjects_of
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform
from tests.contract.data_api import DataApi
from tests.engage.privacy.test_erasure import manage, request, told
from tests.support.ports import free_port
from tests.support.receiver import Receiver, Scripted
from tests.support.studio_kit import Studio, receiver, studio
from tests.support.waiting import until

__all__ = ["receiver", "studio"]

CUSTOMER, MAIL, NUMBER, NAME = "cust-asha-78", "asha.told@example.com", "+919800000078", "Ashalata-Told"


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    """Studio is called at our own address."""
    url = f"http://127.0.0.1:{free_port()}"
    port = int(url.rpartition(":")[2])
    return settings.model_copy(
        update={"port": port, "public_url": url, "http_allow": (*settings.http_allow, url, receiver.origin)}
    )


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


def campaign(url: str, use_case: str, key: str) -> dict[str, Any]:
    body = {
        "client-request-id": "Greeted",
        "customer-id": "{{UserAttribute['ID']}}",
        "use-case-id": use_case,
        "user-id": "{{UserAttribute['Mobile Number (Standard)']}}",
        "user-config": {"name": "{{UserAttribute['First Name']}}"},
    }
    return {
        "name": "Video",
        "channel": "CONNECTOR",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": "Greeted"},
        "content": {
            "method": "POST",
            "url": f"{url}/video/request",
            "headers": [{"key": "x-api-key", "value": key}],
            "body": json.dumps(body),
            "allow_http": True,
        },
    }


async def erasures(api: DataApi, erasure_id: str) -> dict[str, Any]:
    listed = (await manage(api, "GET", "/erasures"))["erasures"]
    return next(one for one in listed if one["id"] == erasure_id)


async def test_after_an_erasure_nothing_is_left_in_either_half(
    api: DataApi, studio: Studio, platform: Platform, settle: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    egress = {
        "type": "CPAAS",
        "base_url": studio.url,
        "workspace_id": studio.workspace.id,
        "data_api_key": studio.workspace.data_key,
    }
    use_case = await studio.publish(egress)
    made = await manage(api, "POST", "/campaigns", campaign(studio.url, use_case, studio.api_key))
    await manage(api, "POST", f"/campaigns/{made['id']}/activate")
    await api.customer(CUSTOMER, {"first_name": NAME, "email": MAIL, "mobile": NUMBER})
    await api.event(CUSTOMER, {"action": "Greeted", "attributes": {}})
    profile = await until(
        lambda: api.profile(CUSTOMER), lambda found: "whilter_video_mp4_url" in found["attributes"]
    )
    url = profile["attributes"]["whilter_video_mp4_url"]
    await settle()
    async with studio.http.get(url) as answer:
        assert answer.status == 200
    erasure_id = await request(api, ("ID", CUSTOMER))
    shown = await until(
        lambda: erasures(api, erasure_id),
        lambda one: [studio["state"] for studio in one["studios"]] == ["told"],
    )
    assert shown["studios"][0]["address"] == f"{studio.url}/opengdpr_requests"
    await settle()
    async with studio.http.get(url) as answer:
        assert answer.status == 410
    words = [CUSTOMER, MAIL, NUMBER, NUMBER[1:], NAME, profile["id"]]
    assert await told(platform, words) == {}
    assert await platform.storage.list("media") == []
    logged = "".join(capfd.readouterr())
    assert [word for word in words if word in logged] == []
    for path in platform.settings.data_dir.rglob("*"):
        if path.is_file() and "postgres" not in path.parts:
            data = path.read_bytes()
            assert not [word for word in words if word.encode() in data], path


async def test_a_receiver_that_knows_no_erasures_is_noted(
    api: DataApi, receiver: Receiver, settle: Any
) -> None:
    receiver.otherwise = Scripted(404)
    made = await manage(api, "POST", "/campaigns", campaign(receiver.origin, "7", "secret-key"))
    assert made["status"] == "DRAFT"
    await api.customer(CUSTOMER, {"email": MAIL})
    erasure_id = await request(api, ("ID", CUSTOMER))
    shown = await until(
        lambda: erasures(api, erasure_id),
        lambda one: [studio["state"] for studio in one["studios"]] not in ([], ["waiting"]),
    )
    assert (shown["studios"][0]["state"], shown["studios"][0]["code"]) == ("refused", 404)
    (sent,) = await receiver.wait_for(1)
    assert sent.path == "/opengdpr_requests"
    assert sent.headers["x-api-key"] == "secret-key"
    body = json.loads(sent.body)
    assert body["subject_request_type"] == "erasure"
    named = {(one["identity_type"], one["identity_value"]) for one in body["subject_identities"]}
    assert named >= {("controller_customer_id", CUSTOMER), ("email", MAIL)}


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://studio.example/video/request", "https://studio.example/opengdpr_requests"),
        ("https://studio.example/api/video/request", "https://studio.example/api/opengdpr_requests"),
        ("https://studio.example/video/request/7", None),
        ("https://studio.example/{{UserAttribute.x}}/video/request", None),
        ("https://other.example/send", None),
    ],
)
def test_a_studio_is_known_by_the_call_that_orders_media(url: str, address: str | None) -> None:
    assert address_of(url) == address


def test_what_is_personalised_is_not_sent_along() -> None:
    spec = ConnectorSpec(
        url="https://studio.example/video/request",
        parameters=(KeyValue(key="tenant", value="a&b"), KeyValue(key="who", value="{{UserAttribute.ID}}")),
        headers=(
            KeyValue(key="x-api-key", value="k"),
            KeyValue(key="x-who", value="{{UserAttribute.ID}}"),
            KeyValue(key="content-type", value="text/plain"),
        ),
    )
    sent = request_to(spec, "https://studio.example/opengdpr_requests", b"{}")
    assert sent.url == "https://studio.example/opengdpr_requests?tenant=a%26b"
    assert sent.headers == (("x-api-key", "k"), ("Content-Type", "application/json"))


def test_people_are_named_as_the_request_and_their_profiles_do() -> None:
    person = {"id": "m1", "customer_id": "c1", "email": "a@example.com", "mobile": None}
    assert subjects_of([("ID", "c1"), ("google_advertising_id", "g")], [person]) == (
        ("controller_customer_id", "c1"),
        ("controller_customer_id", "m1"),
        ("email", "a@example.com"),
    )
