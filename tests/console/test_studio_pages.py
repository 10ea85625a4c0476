"""Studio's pages over real HTTP, by forms alone."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable
from typing import Any

import aiohttp
import pytest

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.platform.context import Platform
from tests.conftest import TestWorkspace
from tests.console.browser import HTMX, Browser
from tests.support.live import LiveServer
from tests.support.studio_kit import order_body, picture, text_template

HOME = "/console/media-campaigns"
BROKEN = text_template().replace(b"dynamictext", b"frei0r.cartoon")


@pytest.fixture
async def browser(server: LiveServer, workspace: TestWorkspace) -> AsyncGenerator[Browser]:
    """The workspace's admin, signed in."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        made = Browser(http, server.url)
        await made.sign_in(workspace.admin_email, workspace.admin_password)
        yield made


async def _campaign(browser: Browser, name: str = "axis-genz") -> str:
    """The path of a new campaign's dashboard."""
    seen = await browser.post(HOME, {"name": name})
    assert seen.status == 303
    return seen.place


async def _with_template(browser: Browser) -> str:
    path = await _campaign(browser)
    seen = await browser.upload(f"{path}/parts/0/upload?kind=mlt", {"hello.mlt": text_template()})
    assert (seen.status, seen.place) == (303, f"{path}?part=0#part-1")
    return path


async def _connected(browser: Browser, workspace: TestWorkspace) -> str:
    """A campaign with a part and a CPAAS egress to the own Engage."""
    path = await _with_template(browser)
    fields = (await browser.get(f"{path}/connection")).fields()
    fields |= {"connection.egress.type": "CPAAS", "connection.egress.data_api_key": workspace.data_key}
    assert (await browser.post(f"{path}/connection", fields)).status == 303
    return path


async def _published(browser: Browser, workspace: TestWorkspace) -> str:
    path = await _connected(browser, workspace)
    fields = (await browser.get(path)).fields()
    seen = await browser.post(f"{path}/submit", fields)
    assert (seen.status, seen.place) == (303, f"{path}?submitted=1"), seen.words
    return path


async def test_the_list_is_empty_until_a_campaign_is_created(browser: Browser) -> None:
    assert "No campaign yet" in (await browser.get(HOME)).words
    path = await _campaign(browser)
    assert "axis-genz" in (await browser.get(HOME)).words
    dashboard = await browser.get(path)
    for words in (
        "Campaign Config",
        "Video Config",
        "Connection Details",
        "ML with MLT",
        "STATIC",
        "Browse Media",
    ):
        assert words in dashboard.words


async def test_a_campaign_without_a_name_is_refused_beside_the_field(browser: Browser) -> None:
    seen = await browser.post(HOME, {"name": "  "})
    assert seen.status == 422
    assert re.search(r'name="name".*?id="fault-name">a name has 1 to 200 characters', seen.html, re.S)


async def test_submitting_an_empty_campaign_says_everything_that_is_missing(browser: Browser) -> None:
    path = await _campaign(browser)
    seen = await browser.post(f"{path}/submit", (await browser.get(path)).fields())
    assert seen.status == 422
    assert "There is no part: add a template, a video or a picture" in seen.words
    assert "There is no egress: say where finished media are reported" in seen.words


async def test_an_upload_becomes_a_part_whose_layers_are_mapped(browser: Browser) -> None:
    path = await _with_template(browser)
    seen = await browser.get(path)
    assert seen.value_of("mappings.0.layer") == "greeting"
    assert seen.value_of("mappings.0.field") == "name"
    assert "Text, 0.0 to 0.4 s" in seen.words


async def test_a_template_with_a_fault_is_answered_with_file_element_and_line(browser: Browser) -> None:
    path = await _campaign(browser)
    seen = await browser.upload(f"{path}/parts/0/upload?kind=mlt", {"broken.mlt": BROKEN}, HTMX)
    assert seen.status == 422
    assert re.search(r"broken\.mlt, line \d+ <filter greeting>", seen.words), seen.words
    assert "frei0r.cartoon" in seen.words
    assert "No template has been uploaded yet" in seen.words


async def test_what_is_typed_about_a_layer_is_kept(browser: Browser) -> None:
    path = await _with_template(browser)
    fields = (await browser.get(path)).fields()
    fields |= {
        "mappings.0.field": "first_name",
        "mappings.0.fallback": "friend",
        "mappings.0.transforms": "trim | date:%d, %b",
        "mappings.0.fit.rule": "ellipsis",
        "mappings.0.fit.min_size": "12.5",
    }
    saved = await browser.post(path, fields, HTMX)
    assert "Saved" in saved.words
    again = (await browser.get(path)).fields()
    assert {key: again[key] for key in fields} == fields


async def test_a_fault_of_a_layer_stands_beside_its_field_and_nothing_is_lost(browser: Browser) -> None:
    path = await _with_template(browser)
    fields = (await browser.get(path)).fields() | {
        "mappings.0.field": "{braces}",
        "parts.0.name": "Kept although refused",
    }
    seen = await browser.post(path, fields)
    assert seen.status == 422
    assert "no braces" in re.findall(r'id="fault-mappings.0.field">([^<]+)', seen.html)[0]
    assert seen.value_of("parts.0.name") == "Kept although refused"
    assert (await browser.get(path)).value_of("mappings.0.field") == "name"


async def test_parts_change_places_with_their_layers_and_go(browser: Browser) -> None:
    path = await _with_template(browser)
    await browser.upload(f"{path}/parts/1/upload?kind=static", {"end.png": picture()})
    moved = await browser.post(f"{path}/parts/0/place/down", (await browser.get(path)).fields())
    assert moved.place == f"{path}#part-2"
    fields = (await browser.get(path)).fields()
    assert (fields["parts.0.name"], fields["parts.1.name"]) == ("end", "hello")
    assert fields["mappings.0.part"] == "1"
    await browser.post(f"{path}/parts/0/place/out", fields)
    fields = (await browser.get(path)).fields()
    assert (fields["parts.0.name"], fields["mappings.0.part"]) == ("hello", "0")
    assert "parts.1.name" not in fields


async def test_submit_gives_the_use_case_id_and_the_body_to_send(
    browser: Browser, workspace: TestWorkspace
) -> None:
    path = await _published(browser, workspace)
    seen = await browser.get(f"{path}?submitted=1")
    use_case_id = path.rsplit("/", 1)[1]
    assert "Version 1 is published" in seen.words
    assert f'data-copy="{use_case_id}"' in seen.html
    assert f'"use-case-id": "{use_case_id}"' in seen.words
    assert '"name": "{{UserAttribute[\'name\']}}"' in seen.words
    assert use_case_id in (await browser.get(HOME)).html


async def test_a_kept_data_key_shows_as_a_mask_and_survives_saving(
    browser: Browser, workspace: TestWorkspace
) -> None:
    path = await _connected(browser, workspace)
    seen = await browser.get(f"{path}/connection")
    assert workspace.data_key not in seen.html
    fields = seen.fields()
    assert fields["connection.egress.data_api_key"] == "********"
    submitted = await browser.post(f"{path}/connection/submit", fields)
    assert submitted.place == f"{path}?submitted=1", submitted.words


async def test_encrypted_media_are_refused_at_submit_beside_the_toggle(
    browser: Browser, workspace: TestWorkspace
) -> None:
    path = await _connected(browser, workspace)
    fields = (await browser.get(f"{path}/connection")).fields()
    del fields["not_encrypted"]
    seen = await browser.post(f"{path}/connection/submit", fields)
    assert seen.status == 422
    assert "encrypted media cannot be published yet" in seen.html.split('id="fault-connection.encrypted"')[1]


async def test_an_egress_that_points_inside_is_refused_when_it_is_typed(browser: Browser) -> None:
    path = await _campaign(browser)
    fields = (await browser.get(f"{path}/connection")).fields()
    fields |= {"connection.egress.type": "WEBHOOK", "connection.egress.url": "https://169.254.169.254/hook"}
    seen = await browser.post(f"{path}/connection", fields)
    assert seen.status == 422
    assert seen.value_of("connection.egress.url") == "https://169.254.169.254/hook"
    assert 'id="fault-connection.egress.url"' in seen.html


async def test_a_signing_secret_is_shown_once(browser: Browser, server: LiveServer) -> None:
    path = await _campaign(browser)
    fields = (await browser.get(f"{path}/connection")).fields()
    fields |= {"connection.egress.type": "WEBHOOK", "connection.egress.url": f"{server.url}/hook"}
    seen = await browser.post(f"{path}/connection/signing-secret", fields)
    secret = re.findall(r"whsec_[A-Za-z0-9+/=]+", seen.html)[0]
    again = await browser.get(f"{path}/connection")
    assert secret not in again.html
    assert "A secret is set for this address" in again.words


async def test_a_campaign_of_another_workspace_is_not_there(browser: Browser, platform: Platform) -> None:
    path = await _campaign(browser)
    await make_workspace(
        platform,
        NewWorkspace(name="Other", admin_email="other@example.com", admin_password="long enough too"),
    )
    await browser.sign_in("other@example.com", "long enough too")
    for place in (path, f"{path}/connection", f"{path}/requests", f"{path}/parts/0/eye", f"{path}/cost"):
        seen = await browser.get(place)
        assert (seen.status, seen.headers["content-type"]) == (404, "text/html; charset=utf-8"), place
    for action in ("submit", "frame"):
        assert (await browser.post(f"{path}/{action}", {"name": "stolen"})).status == 404


async def test_an_address_that_cannot_be_one_is_a_page_too(browser: Browser) -> None:
    seen = await browser.get(f"{HOME}/not-a-campaign")
    assert seen.status == 404
    assert "nothing at this address" in seen.words


async def test_a_form_from_another_site_changes_nothing(browser: Browser) -> None:
    seen = await browser.post(HOME, {"name": "planted"}, {"Origin": "https://evil.example"})
    assert seen.status == 403
    assert "planted" not in (await browser.get(HOME)).html


async def test_an_asset_that_is_used_stays_and_says_by_whom(browser: Browser) -> None:
    path = await _with_template(browser)
    asset_id = (await browser.get(path)).value_of("parts.0.asset_id")
    seen = await browser.post(f"/console/assets/{asset_id}/delete")
    assert seen.status == 409
    assert "This asset is used by media campaign axis-genz" in seen.words
    assert "greeting" in (await browser.get(f"/console/assets/{asset_id}")).words


async def test_an_unused_asset_goes(browser: Browser) -> None:
    seen = await browser.upload("/console/assets", {"logo.png": picture()})
    assert "64 × 64" in (await browser.get(seen.place)).words
    assert (await browser.post(f"{seen.place}/delete")).status == 303
    assert (await browser.get(seen.place)).status == 404


async def test_credentials_are_shown_once(browser: Browser) -> None:
    made = await browser.post("/console/clients", {"name": "MoEngage", "api_key": "true"})
    assert made.status == 201
    secrets = re.findall(r"<code[^>]*>(rp[sk]_[\w-]+)</code>", made.html)
    assert len(secrets) == 2
    listed = await browser.get("/console/clients")
    assert "MoEngage" in listed.words
    assert not any(secret in listed.html for secret in secrets)


async def test_a_wrong_address_in_an_allow_list_is_named_beside_it(browser: Browser) -> None:
    seen = await browser.post("/console/clients", {"name": "MoEngage", "ip_allow": "10.0.0.0/8\n999.1.1.1"})
    assert seen.status == 422
    assert "'999.1.1.1' is not an IP address or network" in seen.words
    assert "10.0.0.0/8" in seen.html
    assert "No client yet" in seen.words


async def test_a_client_is_rotated_and_revoked(browser: Browser) -> None:
    made = await browser.post("/console/clients", {"name": "MoEngage"})
    client_id = re.findall(r"/console/clients/([0-9a-f-]{36})", made.html)[0]
    rotated = await browser.post(f"/console/clients/{client_id}/rotate", {"api_key": "true"})
    assert len(re.findall(r"<code[^>]*>rp[sk]_", rotated.html)) == 2
    assert (await browser.post(f"/console/clients/{client_id}/revoke")).status == 303
    assert "Revoked" in (await browser.get(f"/console/clients/{client_id}")).words
    assert (await browser.post(f"/console/clients/{client_id}/rotate")).status == 409


async def test_a_request_is_followed_from_acceptance_to_its_callback(
    browser: Browser,
    workspace: TestWorkspace,
    server: LiveServer,
    http: aiohttp.ClientSession,
    settle: Callable[..., Any],
) -> None:
    path = await _published(browser, workspace)
    made = await browser.post("/console/clients", {"name": "caller", "api_key": "true"})
    key = {"x-api-key": re.findall(r"rpk_[\w-]+", made.html)[0]}
    body = order_body(path.rsplit("/", 1)[1])
    async with http.post(f"{server.url}/video/request", json=body, headers=key) as answer:
        request_id = (await answer.json())["whilter-request-id"]
    waiting = await browser.get(f"/console/media-requests/{request_id}?seen=accepted", HTMX)
    assert waiting.status == 204 or "hx-get" in waiting.html
    await settle()
    anew = await browser.get(f"/console/media-requests/{request_id}?seen=rendering", HTMX)
    assert (anew.status, anew.headers["hx-refresh"]) == (204, "true")
    seen = await browser.get(f"/console/media-requests/{request_id}")
    for words in (
        "Accepted",
        "Render started",
        "Ready",
        "Callback done",
        "Delivered",
        "accepted and will be",
    ):
        assert words in seen.words, words
    assert re.search(r'<video class="medium"[^>]*src="/m/\w{22}\.mp4"', seen.html)
    for place in ("/console/media-requests", f"{path}/requests"):
        assert request_id in (await browser.get(place)).html
    assert re.search(
        r"So far: 1 video of (\d+) segments, of which \1 ", (await browser.get(f"{path}/cost")).words
    )
    replayed = await browser.post(f"/console/media-requests/{request_id}/replay")
    assert replayed.place == f"/console/media-requests/{request_id}#callback"
    await settle()
    again = await browser.get(f"/console/media-requests/{request_id}")
    assert again.html.count('class="badge good">200') == 2
