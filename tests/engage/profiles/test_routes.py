"""Profiles and attributes through the management API."""

from typing import Any

import pytest

from tests.contract.data_api import DataApi


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


JSON = {"Content-Type": "application/json"}


async def ask(api: DataApi, method: str, path: str, **more: Any) -> tuple[int, Any]:
    headers = {**api.workspace.headers, **more.pop("headers", {})}
    async with api.http.request(method, f"{api.url}/api/v1{path}", headers=headers, **more) as answer:
        return answer.status, await answer.json()


async def test_profiles_are_listed_in_pages_the_youngest_first(api: DataApi) -> None:
    for number in range(5):
        await api.customer(f"person-{number}")
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        _, page = await ask(api, "GET", "/profiles", params=query)
        found += [one["customer_id"] for one in page["profiles"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [f"person-{number}" for number in (4, 3, 2, 1, 0)]


async def test_a_profile_is_found_by_what_people_know_of_it(api: DataApi, subtests: pytest.Subtests) -> None:
    await api.customer(
        "CUST-7 a%b",
        {"first_name": "Asha", "last_name": "Rao", "email": "asha@example.com", "mobile": "+919800000001"},
    )
    await api.customer("nobody")
    for query in ("ASHA", "rao", "+9198", "Asha@", "a%b", "cust-7"):
        with subtests.test(query=query):
            _, page = await ask(api, "GET", "/profiles", params={"query": query})
            assert [one["customer_id"] for one in page["profiles"]] == ["CUST-7 a%b"]


async def test_attributes_are_corrected_by_hand(api: DataApi) -> None:
    await api.customer("asha", {"first_name": "Asah", "tier": "gold"})
    profile = await api.profile("asha")
    assert profile is not None
    status, edited = await ask(
        api, "PATCH", f"/profiles/{profile['id']}", json={"attributes": {"First Name": "Asha", "tier": None}}
    )
    assert status == 200
    assert edited["attributes"] == {"u_fn": "Asha"}
    latest = (await api.profile("asha") or {})["timeline"][0]
    assert latest["attributes"] == {"keys": ["tier", "u_fn"]}


async def test_what_cannot_be_done_is_said(api: DataApi, subtests: pytest.Subtests) -> None:
    await api.customer("asha")
    profile = await api.profile("asha")
    assert profile is not None
    path = f"/profiles/{profile['id']}"
    cases: list[tuple[str, str, dict[str, Any], int, str | None]] = [
        ("PATCH", path, {"json": {"attributes": {"id": "x"}}}, 400, "attributes.id"),
        ("PATCH", path, {"json": {"attributes": {"uid": "x"}}}, 400, "attributes.uid"),
        (
            "PATCH",
            path,
            {"json": {"attributes": {"u": "https://x.example/" + "a" * 600}}},
            400,
            "attributes.u",
        ),
        ("PATCH", path, {"json": {"attributes": {"t": "a\0b"}}}, 400, "attributes.t"),
        ("PATCH", path, {"data": b'{"attributes": {"t": NaN}}', "headers": JSON}, 400, "attributes.t"),
        ("PATCH", path, {"data": b'{"attributes": {"t": "\\ud800"}}', "headers": JSON}, 400, "attributes.t"),
        ("PATCH", "/profiles/" + "0" * 24, {"json": {"attributes": {"a": 1}}}, 404, None),
        ("GET", "/profiles/%00", {}, 404, None),
        ("GET", "/profiles?cursor=%F0%9F%98%80", {}, 400, "cursor"),
        ("GET", "/profiles?cursor=e30=", {}, 400, "cursor"),
        ("GET", f"{path}/timeline?before=2026-01-01T00:00:00", {}, 400, "before"),
        ("PATCH", "/attributes/nothing", {"json": {"display_name": "Something"}}, 404, None),
        ("PATCH", "/attributes/nothing", {"json": {"display_name": "First Name"}}, 409, "display_name"),
    ]
    for method, where, more, status, field in cases:
        with subtests.test(method=method, where=where, more=more):
            found, body = await ask(api, method, where, **more)
            assert (found, body["error"]["field"]) == (status, field)


async def test_custom_attributes_are_catalogued_and_may_be_renamed(api: DataApi) -> None:
    await api.customer(
        "asha", {"whilter_video_url": "https://m.example/v", "joined": "2026-11-23", "points": 2}
    )
    await api.customer("ravi", {"points": "many"})
    status, renamed = await ask(api, "PATCH", "/attributes/whilter_video_url", json={"display_name": "Video"})
    assert (status, renamed["display_name"]) == (200, "Video")
    status, taken = await ask(api, "PATCH", "/attributes/points", json={"display_name": "Video"})
    assert (status, taken["error"]["code"]) == (409, "name_taken")
    _, listed = await ask(api, "GET", "/attributes")
    own = {
        one["key"]: (one["display_name"], one["type"]) for one in listed["attributes"] if not one["standard"]
    }
    assert own == {
        "whilter_video_url": ("Video", "string"),
        "joined": ("joined", "datetime"),
        "points": ("points", "double"),
    }
    assert {"u_fn", "u_mb", "id"} <= {one["key"] for one in listed["attributes"] if one["standard"]}


async def test_events_are_catalogued_with_their_attributes(api: DataApi) -> None:
    await api.event(
        "asha", {"action": "Purchase", "attributes": {"price": 1, "sku": "x"}}, {"action": "Visit"}
    )
    await api.event("asha", {"action": "Purchase", "attributes": {"coupon": True}})
    _, listed = await ask(api, "GET", "/events")
    assert listed["events"] == [
        {"name": "Purchase", "attributes": {"coupon": "bool", "price": "double", "sku": "string"}},
        {"name": "Visit", "attributes": {}},
    ]


async def test_a_foreign_workspace_sees_nothing(api: DataApi, platform: Any) -> None:
    from reelpress.app.workspaces import NewWorkspace, make_workspace

    await api.customer("asha")
    profile = await api.profile("asha")
    assert profile is not None
    other = await make_workspace(platform, NewWorkspace(name="Other", admin_email="o@example.com"))
    headers = {"Authorization": f"Bearer {other.api_token}"}
    async with api.http.get(f"{api.url}/api/v1/profiles", headers=headers) as answer:
        assert (await answer.json())["profiles"] == []
    async with api.http.get(f"{api.url}/api/v1/profiles/{profile['id']}", headers=headers) as answer:
        assert answer.status == 404
    change = {"attributes": {"tier": "stolen"}}
    async with api.http.patch(
        f"{api.url}/api/v1/profiles/{profile['id']}", headers=headers, json=change
    ) as answer:
        assert answer.status == 404
