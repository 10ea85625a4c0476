"""After an erasure nothing of the person is left in any table, and everybody else is as they were."""

from typing import Any

import pytest

from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.privacy.wire import parse_request
from tests.contract.data_api import DataApi

PLANTED = (
    "cust-asha-77",
    "asha.planted@example.com",
    "+919800000077",
    "+91 98000 00077",
    "Ashalata-Planted",
    "Planted-Lamp",
    "push-planted-77",
    "gaid-planted-77",
    "app-planted-9.9",
)
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
HANGING = """
    SELECT c.table_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    JOIN pg_class o ON o.oid = c.table_name::regclass AND NOT o.relispartition
    WHERE c.table_schema = 'public' AND c.column_name = 'profile_id' AND t.table_type = 'BASE TABLE'
      AND NOT EXISTS (
        SELECT 1 FROM pg_constraint k WHERE k.conrelid = c.table_name::regclass
          AND k.confrelid = 'profiles'::regclass AND k.confdeltype = 'c')
"""
BY_TRIGGER = {"events", "profile_changes"}  # of `profiles`: these two have no foreign keys
DELETED_BY_HAND = {"file_import_rows", "events"}
MAIL = {
    "name": "Greeting of the day",
    "channel": "EMAIL",
    "delivery_type": "EVENT_TRIGGERED",
    "trigger": {"event_name": "Greeted"},
    "content": {
        "subject": "For {{UserAttribute['First Name']}}",
        "sender_name": "Lantern",
        "from_address": "hello@lantern.example",
        "html": "<p>{{EventAttribute['product']}}</p>",
    },
}


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


async def told(platform: Any, words: list[str]) -> dict[str, set[str]]:
    """The tables whose rows hold a word, as text or inside bytes, with the words found."""
    found: dict[str, set[str]] = {}
    async with platform.db.connection() as conn:
        for table in [row["tablename"] for row in await conn.fetch(TABLES)]:
            for word in words:
                hexed = word.encode().hex()
                query = f"SELECT count(*) FROM {table} t WHERE t::text ILIKE $1 OR t::text LIKE $2"
                if await conn.fetchval(query, f"%{word}%", f"%{hexed}%"):
                    found.setdefault(table, set()).add(word)
    return found


async def manage(api: DataApi, method: str, path: str, body: Any = None) -> Any:
    url = f"{api.url}/api/v1{path}"
    async with api.http.request(method, url, json=body, headers=api.workspace.headers) as answer:
        assert answer.status in (200, 201), await answer.text()
        return await answer.json()


async def plant(api: DataApi, settle: Any) -> str:
    """A person with something in every table that can know her; her MoEngage ID."""
    customer_id, mail, _, number, name, product, push_id, gaid, version = PLANTED
    campaign = await manage(api, "POST", "/campaigns", MAIL)
    await manage(api, "POST", f"/campaigns/{campaign['id']}/activate")
    await api.customer(customer_id, {"first_name": name, "email": mail, "mobile": number})
    await api.customer("duplicate", {"last_name": name})
    pair = {"merged_user": "duplicate", "retained_user": customer_id}
    await api.named("customer/merge", {"merge_data": [pair]})
    await api.device(customer_id, "phone", platform="ANDROID", push_id=push_id, moe_gaid=gaid)
    action = {"action": "Greeted", "attributes": {"product": product}, "app_version": version}
    await api.event(customer_id, action)
    await api.customer("neighbour", {"first_name": "Ravi", "email": "ravi@example.com"})
    await api.event("neighbour", {"action": "Greeted", "attributes": {"product": "Lamp"}})
    profile = await api.profile(customer_id)
    assert profile is not None
    await manage(api, "PATCH", f"/profiles/{profile['id']}", {"attributes": {"tier": "gold"}})
    await settle()
    return profile["id"]


async def request(api: DataApi, *identities: tuple[str, str]) -> str:
    body = {
        "request_type": "erasure",
        "submitted_time": "2026-10-05T15:00:00Z",
        "identities": [{"identity_type": kind, "identity_value": value} for kind, value in identities],
        "api_version": "1.0",
    }
    answer = await api.call(f"/v1/opengdpr_requests/{api.workspace.id}", body)
    assert answer.status == 200
    assert answer.body["status"] == "success"
    return answer.body["request_id"]


async def test_nothing_of_an_erased_person_is_left(api: DataApi, platform: Any, settle: Any) -> None:
    profile_id = await plant(api, settle)
    async with platform.db.transaction() as conn:
        # A job that failed for her is held; no job of ours names a person, one of the future might.
        await platform.jobs.enqueue(conn, "held", {"profile": profile_id, "to": PLANTED[1]}, delay_s=3600)
    words = [*PLANTED, profile_id]
    before = await told(platform, words)
    assert before.keys() >= {
        "profiles",
        "profile_changes",
        "profile_devices",
        "events",
        "engage_sends",
        "mailbox_messages",
        "audit_log",
        "pgqueuer",
    }
    assert {word for found in before.values() for word in found} == set(words)
    neighbour = await api.profile("neighbour")

    erasure = await request(api, ("email", PLANTED[1].upper()), ("mobile", "+919800000077"))
    await settle()
    assert await told(platform, words) == {}
    assert await api.profile("neighbour") == neighbour
    assert len((await manage(api, "GET", "/mailbox/messages"))["messages"]) == 1
    (listed,) = (await manage(api, "GET", "/erasures"))["erasures"]
    assert (listed["id"], listed["erased"], listed["done_at"] is not None) == (erasure, 2, True)

    # Her media is late: the callback names an id that is gone, and makes nobody.
    for path, late in (
        ("customer", {"type": "customer", "attributes": {"whilter_video_url": "https://m.example/v"}}),
        ("event", {"type": "event", "actions": [{"action": "Media Ready"}]}),
    ):
        body = {**late, "customer_id": profile_id.upper()}
        assert (await api.call(f"/v1/{path}/{api.workspace.id}", body)).status == 200
    assert await told(platform, [profile_id, "m.example"]) == {}


async def test_every_way_to_name_a_person_finds_her(
    api: DataApi, settle: Any, subtests: pytest.Subtests
) -> None:
    people = {
        "ID": "by-id",
        "user_secondary_id": "second-1",
        "email": "one@example.com",
        "mobile": "+919800000001",
        "google_advertising_id": "gaid-1",
        "advertising_identifier": "idfv-1",
    }
    await api.customer("by-id", {})
    await api.customer("user_secondary_id-1", {"user_secondary_id": "second-1"})
    for name in ("email-1", "email-2"):
        await api.customer(name, {"email": "one@example.com"})
    await api.customer("mobile-1", {"mobile": "+91 98000 00001"})
    for kind, key in (("google_advertising_id", "moe_gaid"), ("advertising_identifier", "idfv")):
        await api.customer(f"{kind}-1", {})
        await api.device(f"{kind}-1", "d", platform="iOS", push_id="p", **{key: people[kind]})
    await api.customer("bystander", {"user_secondary_id": "second-2"})
    gone = {
        "ID": ["by-id"],
        "email": ["email-1", "email-2"],
        **{
            kind: [f"{kind}-1"]
            for kind in ("user_secondary_id", "mobile", "google_advertising_id", "advertising_identifier")
        },
    }
    for kind, value in people.items():
        with subtests.test(kind=kind):
            await request(api, (kind, value), (kind, "nobody"))
            await settle()
            assert [await api.profile(name) for name in gone[kind]] == [None] * len(gone[kind])
            assert await api.profile("bystander") is not None


async def test_every_table_with_profiles_is_known_to_the_erasure(platform: Any) -> None:
    async with platform.db.connection() as conn:
        hanging = {row["table_name"] for row in await conn.fetch(HANGING)}
    assert hanging <= DELETED_BY_HAND | BY_TRIGGER


WHOLE = {
    "request_type": "erasure",
    "submitted_time": "2026-10-05T15:00:00Z",
    "identities": [{"identity_type": "email", "identity_value": "asha@example.com"}],
    "api_version": "1.0",
}


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_request_that_lacks_something_is_refused(name: str) -> None:
    with pytest.raises(DataApiFault) as caught:
        parse_request({key: value for key, value in WHOLE.items() if key != name})
    assert caught.value.message == f"{name} is not found in the payload"
    assert (caught.value.kind, caught.value.attribute) == ("MissingAttributeError", name)


@pytest.mark.parametrize(
    "changed",
    [
        {"request_type": "portability"},
        {"identities": []},
        {"identities": "asha"},
        {"identities": ["asha"]},
        {"identities": [{"identity_type": "shoe size", "identity_value": "38"}]},
        {"identities": [{"identity_type": "email"}]},
        {"submitted_time": 7},
    ],
)
def test_a_request_that_cannot_be_done_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(DataApiFault) as caught:
        parse_request({**WHOLE, **changed})
    assert caught.value.status == 400
