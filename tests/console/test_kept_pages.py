"""Calendars, business events, content and segments over real HTTP, by forms alone."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from urllib.parse import quote

import aiohttp
import pytest

from reelpress.engage.business_events import service as business_events
from reelpress.engage.business_events.model import Attribute, NewBusinessEvent, NewTrigger
from reelpress.engage.custom_segments import service as custom_segments
from reelpress.engage.custom_segments import uploads
from reelpress.platform.auth import Role
from reelpress.platform.auth.audit import newest
from reelpress.platform.auth.service import create_user
from reelpress.platform.context import Platform
from tests.conftest import TestWorkspace
from tests.console.browser import HTMX, Browser, Seen
from tests.console.test_engage_pages import MAIL, beside, drafted, form
from tests.engage.campaigns.support import ASHA, Api, email
from tests.support.live import LiveServer

EVENTS, BLOCKS, SETS, SEGMENTS = (
    f"/console/{noun}" for noun in ("business-events", "content-blocks", "product-sets", "segments")
)
IDENTIFIERS = "/console/settings/identifiers"
HOSTILE = "<script>alert(1)</script>\"'{{7*7}}\u202eevil"
DETAILS = "schedule.periodic_details"
WEEKLY = [
    (f"{DETAILS}.sending_frequency", "WEEKLY"),
    (f"{DETAILS}.repeat_frequency", "1"),
    (f"{DETAILS}.repeat_on_days_of_week", "MONDAY"),
    ("schedule.at", "09:30"),
    ("schedule.start_on", "2040-01-01"),
    ("end", "never"),
]
Settle = Callable[[], Awaitable[None]]


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


@pytest.fixture
async def viewer(server: LiveServer, workspace: TestWorkspace, platform: Platform) -> AsyncGenerator[Browser]:
    async with platform.db.connection() as conn:
        await create_user(conn, workspace.id, "viewer@example.com", "V", Role.viewer, "long enough")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        made = Browser(http, server.url)
        await made.sign_in("viewer@example.com", "long enough")
        yield made


async def an_event(platform: Platform, workspace: TestWorkspace, name: str = "New season") -> str:
    """The path of a business event with an attribute of each type."""
    types = ("string", "int", "float", "date", "array")
    attributes = tuple(Attribute(f"of {kind}", kind) for kind in types)
    given = NewBusinessEvent(name, attributes, "ada@example.com")
    return f"{EVENTS}/{(await business_events.create(platform, workspace.id, given)).id}"


async def upload(browser: Browser, path: str, content: bytes | None, **fields: str) -> Seen:
    data = aiohttp.FormData()
    for name, value in fields.items():
        data.add_field(name, value)
    if content is not None:
        data.add_field("file", content, filename="users.csv", content_type="text/csv")
    return await browser.post(path, data)


async def test_a_schedule_with_faults_is_not_kept_and_shows_again_what_was_typed(browser: Browser, api: Api):
    path = await drafted(browser, "EMAIL", "PERIODIC")
    wrong = {f"{DETAILS}.repeat_frequency": "0", "schedule.at": "09:31"}
    typed = [(name, wrong.get(name, value)) for name, value in WEEKLY]
    seen = await browser.post(f"{path}/schedule", form(*typed, ("action", "save")))
    assert seen.status == 422
    assert beside(seen, f"{DETAILS}.repeat_frequency") == "Write a number from 1 on."
    assert seen.value_of("schedule.at") == "09:31"
    assert 'value="MONDAY" aria-label="Monday" checked' in seen.html
    typed = [(name, "GROUNDHOGDAY" if name.endswith("week") else value) for name, value in WEEKLY]
    seen = await browser.post(f"{path}/schedule", form(*typed, ("action", "save")))
    assert "Input should be" in beside(seen, f"{DETAILS}.repeat_on_days_of_week")
    assert (await api.call("GET", f"/campaigns/{path.rpartition('/')[2]}"))["schedule"] is None


async def test_a_schedule_that_never_runs_is_said_before_and_refused_at_publish(browser: Browser):
    path = await drafted(browser, "EMAIL", "PERIODIC")
    await browser.post(f"{path}/content", form(*MAIL, ("action", "next")))
    seen = await browser.post(f"{path}/schedule", form(("action", "publish"), *WEEKLY[:4]))
    assert beside(seen, "schedule.start_on") == "Choose the first day."
    over = [*WEEKLY[:5], ("end", "date"), ("schedule.expiry_time", "2039-12-31")]
    seen = await browser.post(f"{path}/schedule", form(*over, ("action", "runs")), HTMX)
    assert (seen.status, "It would never run" in seen.words) == (200, True)
    seen = await browser.post(f"{path}/schedule", form(*over, ("action", "publish")))
    assert (seen.status, "no run that is still to come" in seen.words) == (422, True)
    assert "Not scheduled yet" in (await browser.get(path)).words


async def test_the_runs_are_told_on_the_workspaces_clock(browser: Browser, platform: Platform, api: Api):
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE workspaces SET time_zone = 'Asia/Kolkata'")
    path = await drafted(browser, "EMAIL", "PERIODIC")
    await browser.post(f"{path}/content", form(*MAIL, ("action", "next")))
    assert (await browser.post(f"{path}/schedule", form(*WEEKLY, ("action", "publish")))).place == path
    schedule = (await api.call("GET", f"/campaigns/{path.rpartition('/')[2]}"))["schedule"]
    assert schedule["start_at"] == "2040-01-01T09:30:00+05:30"
    assert "Next run Mon 2 Jan 2040, 09:30" in (await browser.get(path)).words
    await browser.post(f"{path}/pause")
    assert "Paused: runs that fall due are left out" in (await browser.get(path)).words
    await browser.post(f"{path}/stop")
    seen = await browser.get(path)
    assert "No run is to come" in seen.words
    assert "Not run" in seen.words


async def test_a_campaign_that_waits_for_nothing_says_so_at_publish(browser: Browser, api: Api):
    given = {
        "name": "New season",
        "channel": "EMAIL",
        "delivery_type": "BUSINESS_EVENT_TRIGGERED",
        "trigger": {"event_name": "Gone"},
        "content": email(),
    }
    campaign = (await api.call("POST", "/campaigns", given))["id"]
    seen = await browser.get(f"/console/campaigns/{campaign}/users")
    assert "Gone (does not exist)" in seen.words
    seen = await browser.post(f"/console/campaigns/{campaign}/schedule", form(("action", "publish")))
    assert "There is no such business event" in seen.words
    assert f'href="/console/campaigns/{campaign}/users"' in seen.html


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ([("name", "")], "name", "1 to 200 characters"),
        ([("name", "New season")], "name", "already exists"),
        (
            [("name", "Other"), ("attribute.name", "a"), ("attribute.type", "colour")],
            "attribute.0", "Wrong Attribute data type",
        ),
        (
            [("name", "Other"), *[("attribute.name", "a"), ("attribute.type", "int")] * 2],
            "attribute.1", "there twice",
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_business_event_is_said_beside_its_field(
    browser: Browser,
    platform: Platform,
    workspace: TestWorkspace,
    fields: list[tuple[str, str]],
    place: str,
    said: str,
):
    await an_event(platform, workspace)
    seen = await browser.post(f"{EVENTS}/new", form(*fields))
    assert seen.status == 422
    assert said in beside(seen, place)
    assert seen.value_of("name") == fields[0][1]
    assert len(await business_events.every(platform, workspace.id)) == 1


async def test_a_trigger_says_what_was_typed_in_the_type_of_each_attribute(
    browser: Browser, platform: Platform, workspace: TestWorkspace
):
    path = await an_event(platform, workspace)
    wrong = {f"value.{at}": text for at, text in enumerate(("x", "1.5", "a lot", "soon", "[1,"))}
    seen = await browser.post(f"{path}/trigger", wrong)
    assert seen.status == 422
    told = [beside(seen, f"value.{at}").partition(" ")[0] for at in (1, 2, 3, 4)]
    assert told == ["Write", "Write", "Choose", "This"]
    assert [seen.value_of(place) for place in wrong] == list(wrong.values())
    right = {f"value.{at}": text for at, text in enumerate(("x", "-3", "1.5", "2026-11-26T09:30", "a, b"))}
    assert (await browser.post(f"{path}/trigger", right)).status == 303
    assert (await browser.post(f"{path}/trigger", {"value.4": '["a, b", "c"]'})).status == 303
    _, _, happened = await business_events.one(platform, workspace.id, path.rpartition("/")[2])
    assert [one.attributes for one in happened] == [
        {"of array": ["a, b", "c"]},
        {
            "of string": "x",
            "of int": -3,
            "of float": 1.5,
            "of date": "2026-11-26T09:30:00",
            "of array": ["a", "b"],
        },
    ]
    assert {one.by for one in happened} == {workspace.admin_email}
    async with platform.db.connection() as conn:
        actions = [entry.action for entry in await newest(conn, workspace.id, 2)]
    assert actions == ["business_event.triggered"] * 2


async def test_more_triggers_than_the_quota_are_refused_in_words(
    browser: Browser, platform: Platform, workspace: TestWorkspace
):
    path = await an_event(platform, workspace)
    again = NewTrigger("New season", {}, None)
    for _ in range(platform.settings.business_event_triggers_per_hour):
        await business_events.trigger(platform, workspace.id, again, needs_campaign=False)
    seen = await browser.post(f"{path}/trigger", {"value.0": "kept"})
    assert "has triggered as often as it may" in seen.words
    assert seen.value_of("value.0") == "kept"


async def test_a_message_is_tried_with_what_the_latest_trigger_said(
    browser: Browser, platform: Platform, workspace: TestWorkspace, api: Api
):
    await api.customer("asha", ASHA)
    path = await an_event(platform, workspace)
    await browser.post(f"{path}/trigger", {"value.0": "Spring"})
    seen = await browser.post(
        "/console/campaigns/new/users?channel=EMAIL&delivery_type=BUSINESS_EVENT_TRIGGERED",
        form(("name", "New season"), ("trigger.event_name", "New season"), ("action", "next")),
    )
    fields = [
        (name, "{{BusinessEventAttribute['of string']}}" if name == "content.subject" else value)
        for name, value in MAIL
    ]
    page = await browser.get(seen.place)
    assert 'name="event.key" value="of string"' in page.html
    tried = await browser.post(seen.place, form(*fields, ("profile", "asha"), ("action", "preview")), HTMX)
    assert "Subject Spring" in tried.words


async def test_creating_never_writes_over_what_is_there(browser: Browser, api: Api):
    await api.call("PUT", "/content-blocks/new", {"body": "first"})
    await api.call("PUT", "/product-sets/Shoes", {"items": [{"title": "Boots"}]})
    seen = await browser.post(f"{BLOCKS}/new", {"name": "new", "body": "second"})
    assert "There is a content block new already" in beside(seen, "name")
    assert (await api.call("GET", "/content-blocks/new"))["body"] == "first"
    seen = await browser.post(f"{SETS}/new", {"name": "Shoes", "items": "[]"})
    assert "There is a product set Shoes already" in beside(seen, "name")
    assert (await browser.get(f"{BLOCKS}/block?name=new")).status == 200
    assert (await browser.get(f"{BLOCKS}/block?name=none")).status == 404


@pytest.mark.parametrize(
    ("items", "place", "said"),
    [
        ("[1]", "items.0", "is an object"),
        ('{"a": 1}', "items", "are a list of objects"),
        ('[{"a": "\\u0000"}]', "items.0.a", "U+0000"),
        ("[{]", "items", "line 1, column 3"),
        ("[" * 100_000, "items", "too deep"),
        ("[" + "9" * 5000 + "]", "items", "too long"),
    ],
)
async def test_what_is_wrong_with_items_is_said_and_they_stay_typed(
    browser: Browser, api: Api, items: str, place: str, said: str
):
    await api.call("PUT", "/product-sets/Shoes", {"items": [{"title": "Boots"}]})
    seen = await browser.post(f"{SETS}/set?name=Shoes", {"items": items})
    assert seen.status == 422
    assert said in seen.words
    assert place in seen.words
    assert items[:1000].replace('"', "&#34;") in seen.html
    assert (await api.call("GET", "/product-sets/Shoes"))["items"] == [{"title": "Boots"}]


async def test_who_names_a_content_block_is_told_before_it_is_deleted(browser: Browser, api: Api):
    await api.call("PUT", "/content-blocks/Footer", {"body": "Lantern"})
    fields = {"channel": "EMAIL", "delivery_type": "ONE_TIME"}
    for name, html in (
        ("Names it", "{{ContentBlock['Footer']}}"),
        ("Only writes it", "Footer"),
        ("Is over", "{{ContentBlock['Footer']}}"),
    ):
        made = await api.call("POST", "/campaigns", {**fields, "name": name, "content": email(html)})
    await api.call("POST", f"/campaigns/{made['id']}/activate")
    await api.call("POST", f"/campaigns/{made['id']}/stop")
    seen = await browser.get(f"{BLOCKS}/block?name=Footer")
    assert "One campaign names it." in seen.words
    assert "Names it (Draft)" in seen.words
    assert "Only writes it" not in seen.words
    assert "Is over" not in seen.words
    assert (await browser.post(f"{BLOCKS}/delete?name=Footer")).place == BLOCKS
    assert (await browser.post(f"{BLOCKS}/delete?name=Footer")).status == 404


async def test_an_identifier_is_activated_for_good(
    browser: Browser, viewer: Browser, api: Api, platform: Platform, workspace: TestWorkspace
):
    for customer in ("ada", "omar"):
        await api.customer(customer, {"loyalty_no": "L-7", "card": customer})
    seen = await browser.get(IDENTIFIERS)
    assert "Email (Standard)" in seen.words
    assert "3 more can be activated" in seen.words
    assert "confirm" in beside(await browser.post(IDENTIFIERS, {"key": "loyalty_no"}), "for_good").lower()
    for_good = {"for_good": "yes"}
    refused = await browser.post(IDENTIFIERS, {"key": "no spaces", **for_good})
    assert "letters A-Z" in beside(refused, "key")
    assert refused.value_of("key") == "no spaces"
    assert (await browser.post(IDENTIFIERS, {"key": "loyalty_no", **for_good})).place == IDENTIFIERS
    seen = await viewer.get(IDENTIFIERS)
    assert "loyalty_no" in seen.words
    assert "Activate one more" not in seen.words
    assert (await viewer.get(f"{IDENTIFIERS}/loyalty_no/shared")).words.strip() == "1"
    assert (await viewer.get(f"{IDENTIFIERS}/card/shared")).status == 404
    assert (await viewer.post(IDENTIFIERS, {"key": "card", **for_good})).status == 403
    for key in ("card", "branch"):
        await browser.post(IDENTIFIERS, {"key": key, **for_good})
    assert "As many as there can be are active" in (await browser.get(IDENTIFIERS)).words
    assert "at most 5" in (await browser.post(IDENTIFIERS, {"key": "sixth", **for_good})).words
    async with platform.db.connection() as conn:
        said = [(one.action, one.subject) for one in await newest(conn, workspace.id, 3)]
    assert ("identifier.activated", "branch") in said


async def test_a_rule_that_is_not_right_is_said_beside_its_condition(browser: Browser):
    row = (("audience.name", "age"), ("audience.operator", "double.is"), ("audience.value", "old"))
    seen = await browser.post(f"{SEGMENTS}/new/rule", form(("name", "Old"), *row))
    assert seen.status == 422
    assert "number" in beside(seen, "audience.filters.0.value")
    assert seen.value_of("audience.value") == "old"
    assert "at least one" in beside(
        await browser.post(f"{SEGMENTS}/new/rule", {"name": "Old"}), "audience.filters"
    )
    right = (*row[:2], ("audience.value", "70"))
    assert (await browser.post(f"{SEGMENTS}/new/rule", form(("name", "Old"), *right))).status == 303
    seen = await browser.post(f"{SEGMENTS}/new/rule", form(("name", "Old"), *right))
    assert "Another segment has this name" in beside(seen, "name")
    seen = await browser.post(f"{SEGMENTS}/new/rule", form(("name", "Older"), *right))
    assert "already exists containing the given filters: Old" in seen.words
    seen = await browser.post(f"{SEGMENTS}/new/rule", form(("name", "<b>"), *right))
    assert "neither < nor >" in beside(seen, "name").replace("&lt;", "<").replace("&gt;", ">")


async def test_a_rule_is_changed_where_it_stands(
    browser: Browser, platform: Platform, workspace: TestWorkspace
):
    row = (("audience.name", "town"), ("audience.operator", "string.is"))
    made = await browser.post(
        f"{SEGMENTS}/new/rule", form(("name", "In Pune"), *row, ("audience.value", "Pune"))
    )
    await browser.post(f"{SEGMENTS}/new/rule", form(("name", "In Delhi"), *row, ("audience.value", "Delhi")))
    path = f"{made.place}/edit"
    seen = await browser.get(path)
    assert (seen.value_of("name"), seen.value_of("audience.value")) == ("In Pune", "Pune")
    refused = await browser.post(path, form(("name", "In Pune"), *row, ("audience.value", "Delhi")))
    assert "already exists containing the given filters: In Delhi" in refused.words
    refused = await browser.post(path, form(("name", "In Delhi"), *row, ("audience.value", "Agra")))
    assert "Another segment has this name" in beside(refused, "name")
    assert "In Pune" in (await browser.get(made.place)).words
    saved = await browser.post(path, form(("name", "In Agra"), *row, ("audience.value", "Agra")))
    assert (saved.status, saved.place) == (303, made.place)
    assert "town equals Agra" in (await browser.get(made.place)).words
    segment = await custom_segments.find(platform, workspace.id, made.place.rpartition("/")[2])
    assert segment is not None
    assert segment.updated_by == workspace.admin_email
    async with platform.db.connection() as conn:
        assert "custom_segment.changed" in [one.action for one in await newest(conn, workspace.id, 5)]


async def test_a_rule_that_rows_cannot_say_is_changed_as_json(browser: Browser):
    row = (("audience.name", "town"), ("audience.operator", "string.is"), ("audience.value", "Pune"))
    made = await browser.post(f"{SEGMENTS}/new/rule", form(("name", "Near"), *row))
    path, typed = f"{made.place}/edit", (("name", "Near"), ("audience.kind", "json"))
    towns = [
        {
            "filter_type": "user_attributes",
            "name": "town",
            "data_type": "string",
            "operator": "is",
            "value": town,
        }
        for town in ("Pune", "Satara")
    ]
    nested = {"filter_operator": "and", "filters": [{"filter_operator": "or", "filters": towns}]}
    saved = await browser.post(path, form(*typed, ("audience.document", json.dumps(nested))))
    assert (saved.status, saved.place) == (303, made.place)
    seen = await browser.get(path)
    assert (seen.value_of("audience.kind"), "Satara" in seen.words) == ("json", True)
    for document, said in (("{", "not JSON"), ("[]", "braces")):
        refused = await browser.post(path, form(*typed, ("audience.document", document)))
        assert said in beside(refused, "audience.document")
        assert document in refused.words
    assert (await browser.post(path, form(*typed, ("audience.document", "{}")))).status == 422


async def test_what_no_rule_describes_and_what_is_archived_has_no_form(browser: Browser, viewer: Browser):
    listed = await upload(browser, f"{SEGMENTS}/new/file", b"a", name="Listed", attribute="ID")
    assert (await browser.get(f"{listed.place}/edit")).status == 404
    row = (("audience.name", "town"), ("audience.operator", "string.is"), ("audience.value", "Pune"))
    made = await browser.post(f"{SEGMENTS}/new/rule", form(("name", "In Pune"), *row))
    assert (await viewer.get(f"{made.place}/edit")).status == 403
    assert f"{made.place}/edit" in (await browser.get(made.place)).html
    await browser.post(f"{made.place}/archive")
    assert f"{made.place}/edit" not in (await browser.get(made.place)).html
    assert (await browser.get(f"{made.place}/edit")).status == 404


@pytest.mark.parametrize(
    ("fields", "content", "place", "said"),
    [
        ({"name": "Winners", "attribute": "ID"}, None, "file", "No file was chosen"),
        ({"name": "", "attribute": "ID"}, b"a", "name", "1 to 256"),
        ({"name": "Winners", "attribute": ""}, b"a", "attribute", "Name a user attribute"),
        ({"name": "Winners", "attribute": "ID", "expiry_days": "x"}, b"a", "expiry_days", "whole days"),
        ({"name": "Taken", "attribute": "ID"}, b"a", "name", "Another segment has this name"),
    ],
)
async def test_a_file_that_cannot_be_taken_leaves_nothing_behind(
    browser: Browser,
    platform: Platform,
    settle: Settle,
    fields: dict[str, str],
    content: bytes | None,
    place: str,
    said: str,
):
    await upload(browser, f"{SEGMENTS}/new/file", b"a", name="Taken", attribute="ID")
    seen = await upload(browser, f"{SEGMENTS}/new/file", content, **fields)
    assert (seen.status, said in beside(seen, place)) == (422, True), seen.words
    assert seen.value_of("name") == fields["name"]
    await settle()
    assert await platform.storage.list(uploads.FOLDER) == []


async def test_a_file_is_read_by_any_attribute_and_then_forgotten(
    browser: Browser, platform: Platform, api: Api, settle: Settle
):
    for name, age in (("asha", 41), ("omar", 20)):
        await api.customer(name, {"email": f"{name}@example.com", "age": age})
    for attribute, kind, content in (
        ("Email", "string", b"asha@example.com\nOMAR@example.com\n"),
        ("age", "double", b"41.0\n7\n"),
    ):
        seen = await upload(
            browser,
            f"{SEGMENTS}/new/file",
            content,
            name=f"By {attribute}",
            attribute=attribute,
            attribute_type=kind,
        )
        await settle()
        assert "1 user now" in (await browser.get(seen.place)).words
    assert await platform.storage.list(uploads.FOLDER) == []


async def test_a_campaign_may_be_for_a_segment(browser: Browser, api: Api):
    await api.customer("asha", {"town": "Pune"})
    await api.customer("omar", {"town": "Goa"})
    row = (("audience.name", "town"), ("audience.operator", "string.is"), ("audience.value", "Pune"))
    made = await browser.post(f"{SEGMENTS}/new/rule", form(("name", "In Pune"), *row))
    segment_id = made.place.rpartition("/")[2]
    chosen = (("audience.kind", "segment"), ("audience.segment", segment_id))
    counted = await browser.post("/console/campaigns/audience-count", form(*chosen), HTMX)
    assert "1 user now" in counted.words
    path = "/console/campaigns/new/users?channel=EMAIL&delivery_type=ONE_TIME"
    seen = await browser.post(path, form(("name", "For Pune"), *chosen, ("action", "save")))
    assert "In segment In Pune" in (await browser.get(seen.place)).words
    again = await browser.get(f"{seen.place}/users")
    assert f'value="{segment_id}" selected' in again.html
    lost = form(("name", "For none"), ("audience.kind", "segment"), ("audience.segment", ""))
    assert "Choose a segment" in beside(await browser.post(path, lost), "audience.segment")


async def test_hostile_names_are_shown_as_text(
    browser: Browser, platform: Platform, workspace: TestWorkspace, api: Api
):
    event = await an_event(platform, workspace, HOSTILE)
    await browser.post(f"{event}/trigger", {"value.0": HOSTILE})
    await api.call("PUT", "/product-sets/Shoes", {"items": [{HOSTILE: HOSTILE}]})
    await api.call("PUT", "/content-blocks/Footer", {"body": HOSTILE})
    given = {
        "name": HOSTILE,
        "channel": "EMAIL",
        "delivery_type": "BUSINESS_EVENT_TRIGGERED",
        "trigger": {"event_name": HOSTILE},
        "content": email("{{ContentBlock['Footer']}}"),
    }
    campaign = (await api.call("POST", "/campaigns", given))["id"]
    listed = f"/console/campaigns/{campaign}"
    pages = (
        EVENTS, event, listed, f"{listed}/users", f"{listed}/content", f"{listed}/schedule",
        f"{SETS}/set?name=Shoes", f"{BLOCKS}/block?name=Footer",
        f"/console/campaigns/new?business_event={quote(HOSTILE)}",
    )  # fmt: skip
    for path in pages:
        seen = await browser.get(path)
        assert seen.status == 200, path
        assert "<script>alert" not in seen.html, path
        assert "{{7*7}}" in seen.html, path
    assert "\\u202eevil" in (await browser.get(f"{SETS}/set?name=Shoes")).html


async def test_a_viewer_looks_and_changes_nothing(
    viewer: Browser, browser: Browser, platform: Platform, workspace: TestWorkspace, api: Api
):
    event = await an_event(platform, workspace)
    await api.call("PUT", "/content-blocks/Footer", {"body": "Lantern"})
    await api.call("PUT", "/product-sets/Shoes", {"items": [{"title": "Boots"}]})
    made = await upload(browser, f"{SEGMENTS}/new/file", b"a", name="Winners", attribute="ID")
    block, product_set = f"{BLOCKS}/block?name=Footer", f"{SETS}/set?name=Shoes"
    for path in (
        EVENTS,
        event,
        BLOCKS,
        block,
        SETS,
        product_set,
        SEGMENTS,
        made.place,
        f"{made.place}/count",
    ):
        seen = await viewer.get(path)
        assert seen.status == 200, path
        assert seen.html.count('method="post"') <= 1, path  # to sign out
        assert "Delete" not in seen.words
        assert "Create" not in seen.html.replace("Created", ""), path
    for path in (f"{EVENTS}/new", f"{BLOCKS}/new", f"{SETS}/new", f"{SEGMENTS}/new/rule"):
        assert (await viewer.get(path)).status == 403, path
    for path in (f"{EVENTS}/new", f"{event}/trigger", f"{BLOCKS}/new", block, f"{BLOCKS}/delete?name=Footer",
                 f"{SETS}/new", product_set, f"{SETS}/delete?name=Shoes", f"{SEGMENTS}/new/rule",
                 f"{SEGMENTS}/new/file", f"{made.place}/users", f"{made.place}/archive",
                 f"{made.place}/restore"):  # fmt: skip
        assert (await viewer.post(path)).status == 403, path
    assert (await api.call("GET", "/content-blocks/Footer"))["body"] == "Lantern"
