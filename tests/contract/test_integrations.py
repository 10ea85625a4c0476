"""What partners call: connection tests, Segment, cohorts, install attribution."""

from typing import Any

import pytest

from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.integrations import parse_segment, parse_sync
from tests.contract.data_api import Answer, DataApi, basic

ACCEPTED = {"status": "success", "message": "Your request has been accepted and will be processed soon."}


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


async def get(api: DataApi, path: str, **headers: str) -> Answer:
    async with api.http.get(f"{api.url}{path}", headers=headers) as answer:
        return Answer(answer.status, await answer.json())


async def test_a_connection_is_tested_with_the_key_in_the_body(api: DataApi) -> None:
    body = {"app_id": api.workspace.id, "app_secret": api.workspace.data_key, "source": "t", "region": "01"}
    bare: dict[str, str | None] = {"Authorization": None}
    path = "/v1/integrations/authentication"
    answer = await api.call(path, body, headers={**bare, "MOE-APPKEY": api.workspace.id})
    assert (answer.status, answer.body) == (200, {"status": "success", "app_name": "Lantern & Co"})
    for wrong in ({"app_secret": "x"}, {"app_id": "OTHER"}, {"app_id": None}, {"app_secret": None}):
        answer = await api.call(path, {**body, **wrong}, headers=bare)
        assert (answer.status, answer.error["type"]) == (401, "Authentication required")
    assert (await api.call(path, body, headers={**bare, "MOE-APPKEY": "OTHER"})).status == 401
    assert (await api.call(path, raw=b"", headers=bare)).status == 401


async def test_segment_identifies_and_tracks(api: DataApi) -> None:
    path = f"/v1/integrations/segment?appId={api.workspace.id}"
    context = {"app": {"version": "2.1"}, "os": {"name": "iOS"}, "library": {"version": "2.11.1"}}
    identify = {
        "type": "identify",
        "user_id": "asha",
        "anonymous_id": "anon-1",
        "traits": {"firstName": "Asha", "email": "asha@example.com", "tier": "gold"},
        "context": context,
        "timestamp": "2026-01-05T15:00:00.123Z",
        "update_existing_only": False,
    }
    track = {
        "type": "track",
        "user_id": "asha",
        "event": "Lamp Bought",
        "properties": {"price": 40},
        "context": context,
        "timestamp": "2026-01-05T15:00:00.123Z",
    }
    nobody = {"user_id": "nobody", "update_existing_only": True}
    for body in (identify, track, {**identify, **nobody}, {**track, **nobody}):
        answer = await api.call(path, body)
        assert (answer.status, answer.body) == (200, {})
    await api.call(path, {**identify, "type": "track", "user_id": None, "traits": {"tier": "none"}})
    asha, anonymous = await api.profile("asha"), await api.profile("anon-1")
    assert asha is not None
    assert asha["attributes"] == {"u_fn": "Asha", "u_em": "asha@example.com", "tier": "gold"}
    (event,) = [one for one in asha["timeline"] if one["kind"] == "event"]
    assert (event["name"], event["attributes"]) == ("Lamp Bought", {"price": 40})
    assert event["at"] == "2026-01-05T15:00:00.123000+00:00"
    assert anonymous is not None
    assert anonymous["attributes"] == {"tier": "none"}
    assert await api.profile("nobody") is None


async def test_segment_tests_its_credentials(api: DataApi) -> None:
    path = f"/v1/integrations/segment/auth?appId={api.workspace.id}"
    answer = await get(api, path, Authorization=basic(api.workspace.id, api.workspace.data_key))
    assert (answer.status, answer.body) == (200, {})
    assert (await get(api, path)).status == 401
    other = "/v1/integrations/segment/auth?appId=OTHER"
    assert (
        await get(api, other, Authorization=basic(api.workspace.id, api.workspace.data_key))
    ).status == 409


def sync(action: str, *members: str, **parameters: Any) -> dict[str, Any]:
    return {
        "action": action,
        "partner": "analyst",
        "parameters": {
            "cohort_name": "Loves lamps",
            "cohort_id": "c-1",
            "cohort_description": "bought two lamps",
            "members": [{"uid": member} for member in members],
            **parameters,
        },
    }


async def test_members_join_and_leave_a_cohort(api: DataApi) -> None:
    for name in ("asha", "ravi"):
        await api.customer(name, {"tier": "gold"})

    async def cohorts(body: dict[str, Any]) -> list[Any]:
        answer = await api.call("/v1/integrations/cohortsync", body)
        assert (answer.status, answer.body) == (200, ACCEPTED)
        found = [await api.profile(name) for name in ("asha", "ravi")]
        return [one["attributes"].get("moe_cohorts") for one in found if one is not None]

    assert await cohorts(sync("add_members", "asha", "ravi", "nobody")) == [["Loves lamps"], ["Loves lamps"]]
    second = {"cohort_name": "Night owls", "cohort_id": "c-2"}
    assert await cohorts(sync("add_members", "asha", **second)) == [
        ["Loves lamps", "Night owls"],
        ["Loves lamps"],
    ]
    renamed = sync("remove_members", "ravi", "nobody", cohort_name="Another name")
    assert await cohorts(renamed) == [["Loves lamps", "Night owls"], []]
    assert await api.profile("nobody") is None


async def test_an_install_is_attributed_now_or_when_its_device_is_known(api: DataApi) -> None:
    async with api.http.get(f"{api.url}/api/v1/attribution-key", headers=api.workspace.headers) as answer:
        key = (await answer.json())["attribution_key"]
    path = f"/v1/installInfo?appId={api.workspace.id}&src=partner"
    named = "publisher_name=Lamp%20Times&campaign_name=Spring"
    await api.customer("early")
    await api.device("early", "d", platform="ANDROID", push_id="p", moe_gaid="gaid-1")
    for device in ("advertising_id=gaid-1", "idfv=idfv-2"):
        answer = await get(api, f"{path}&appAttributionKey={key}&{device}&{named}")
        assert (answer.status, answer.body) == (200, ACCEPTED)
    again = f"{path}&appAttributionKey={key}&advertising_id=gaid-1&publisher_name=Other"
    assert (await get(api, again)).status == 200
    await api.customer("late")
    await api.device("late", "d", platform="iOS", push_id="p", idfv="idfv-2")
    said = {"publisher_name": "Lamp Times", "campaign_name": "Spring"}
    for name in ("early", "late"):
        profile = await api.profile(name)
        assert profile is not None
        assert profile["attributes"] == said
    assert (await get(api, f"{path}&appAttributionKey={api.workspace.data_key}&idfv=x")).status == 401
    assert (await get(api, path)).status == 401
    assert (await get(api, f"{path}&appAttributionKey={key}")).status == 400


COHORT_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({**sync("add_members"), "action": None}, "action is not found in the payload"),
    ({**sync("add_members"), "partner": None}, "partner is not found in the payload"),
    ({**sync("add_members"), "parameters": None}, "parameters is not found in the payload"),
    (sync("add_members", members=None), "members is not found in the payload"),
    (sync("add_members", cohort_id=None), "cohort_id is not found in the payload"),
    (sync("swap"), "action can only be in ['add_members', 'remove_members']"),
    *[
        (sync("add_members", cohort_name=name), "cohort_name is not a valid cohort name")
        for name in (".hidden", *(f"a{mark}b" for mark in '|*?\\:<>=$"'))
    ],
]


@pytest.mark.parametrize(("body", "message"), COHORT_FAULTS)
def test_a_sync_that_cannot_be_used_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(DataApiFault) as caught:
        parse_sync(body)
    assert (caught.value.status, caught.value.message) == (400, message)


@pytest.mark.parametrize(
    "body", [{}, {"type": "page", "user_id": "a"}, {"type": "track", "user_id": "a"}, {"type": "identify"}]
)
def test_a_segment_body_that_cannot_be_used_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(DataApiFault) as caught:
        parse_segment(body)
    assert caught.value.status == 400
