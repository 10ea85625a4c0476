"""The four steps by hand in a real browser, from an empty workspace to the film in a mailbox."""

import re
from dataclasses import dataclass, replace

import aiohttp
import pytest
from playwright.async_api import FrameLocator, Locator, expect

from tests.conftest import TestWorkspace
from tests.console.greeting import greeting_zip
from tests.console.walker import Walker, person
from tests.contract.data_api import DataApi
from tests.support.live import LiveServer

__all__ = ["person"]

pytestmark = pytest.mark.browser

CUSTOMER = "ada-1815"
EVENT = "Cart Abandoned"


@dataclass(frozen=True)
class Credentials:
    client_id: str
    secret: str


async def test_from_an_empty_workspace_to_the_film_in_the_mailbox(
    person: Walker, server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession
) -> None:
    await sign_in(person, workspace)
    credentials = await make_a_client(person)
    data_key = await make_a_data_key(person)
    system = DataApi(http, server.url, replace(workspace, data_key=data_key))
    profile = {"first_name": "Ada", "email": "ada@example.com", "mobile": "+14155550123"}
    assert (await system.customer(CUSTOMER, profile)).status == 200

    use_case_id = await make_the_media_campaign(person, workspace, data_key)
    await add_the_authorization_by_keyboard(person, credentials)
    await make_the_connector_campaign(person, use_case_id)
    await see_the_request_of_the_test(person)
    await make_the_delivery_campaign(person)

    await person.page.get_by_role("link", name="Campaigns", exact=True).first.click()
    await person.page.get_by_role("link", name="Ask for the film").click()
    action = {"action": EVENT, "attributes": {"product_name": "Copper kettle", "price": 49}}
    assert (await system.event(CUSTOMER, action)).status == 200
    await see_it_sent(person, "Ask for the film", "connector-sent", tests=1)
    await see_it_sent(person, "Deliver the film", "delivery-sent")
    await see_the_profile(person)
    await read_the_mail(person)
    person.is_content()


async def sign_in(person: Walker, workspace: TestWorkspace) -> None:
    page = person.page
    await person.open("/console")
    await person.look("sign-in")
    await page.get_by_label("E-mail").fill(workspace.admin_email)
    await page.get_by_label("Password").fill(workspace.admin_password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Lantern & Co")
    await person.look("home-empty")
    for entry in ("Requests", "Assets", "Profiles", "Mailbox"):
        await person.go(entry)
        await person.look(f"{entry.lower()}-empty")


async def make_a_client(person: Walker) -> Credentials:
    page = person.page
    await person.go("API clients")
    await page.get_by_text("Create client", exact=True).click()
    await page.get_by_label("Client name").fill("Engage")
    await person.look("client-new")
    await page.get_by_role("button", name="Create", exact=True).click()
    await expect(page.get_by_role("heading", name="Credentials of Engage")).to_be_visible()
    await person.look("client-made")
    return Credentials(await person.copy("Copy Client ID"), await person.copy("Copy Client Secret"))


async def make_a_data_key(person: Walker) -> str:
    page = person.page
    await person.go("Settings")
    await page.get_by_label("Label of the key").fill("The shop and Studio")
    await page.get_by_role("button", name="Create key").click()
    await expect(page.get_by_role("heading", name="is ready")).to_be_visible()
    await person.look("settings-key")
    return await person.copy("Copy the key")


async def make_the_media_campaign(person: Walker, workspace: TestWorkspace, data_key: str) -> str:
    page = person.page
    await person.go("Campaign")
    await person.look("media-campaigns-empty")
    await page.locator("summary").get_by_text("Create", exact=True).click()
    await page.get_by_label("Campaign name").fill("axis-genz")
    await page.get_by_role("button", name="Create campaign").click()
    await expect(page.get_by_role("link", name="Video Config")).to_be_visible()
    await person.look("video-config-empty")
    await upload_the_template(person)
    await map_the_layers(person)
    await look_through_the_eye(person)
    await fill_the_connection(person, workspace, data_key)
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_role("heading", name="Version 1 is published")).to_be_visible()
    await person.look("submitted")
    use_case_id = await person.copy("Copy use-case-id")
    for tab in ("Requests", "Versions"):
        await page.get_by_role("navigation", name="Campaign", exact=True).get_by_text(tab).click()
        await person.look(f"media-campaign-{tab.lower()}")
    await person.go("Assets")
    await page.get_by_role("link", name="greeting").click()
    await expect(page.get_by_role("heading", name="Layers")).to_be_visible()
    await person.look("asset")
    await person.go("Campaign")
    await person.look("media-campaigns")
    return use_case_id


async def upload_the_template(person: Walker) -> None:
    page = person.page
    await page.locator("#part-new").get_by_text("MLT", exact=True).click()
    await page.get_by_role("button", name="Browse Media").click()
    dialog = page.get_by_role("dialog", name="Browse Media")
    packed = {"name": "greeting.zip", "mimeType": "application/zip", "buffer": greeting_zip()}
    await dialog.get_by_label("Files to upload").set_input_files(packed)  # pyright: ignore[reportArgumentType]
    await person.look("browse-media")
    await dialog.get_by_role("button", name="Upload", exact=True).click()
    await expect(page.get_by_role("link", name="greeting.mlt")).to_be_visible()


async def map_the_layers(person: Walker) -> None:
    page = person.page
    for layer, attribute in (("greeting", "name"), ("product", "product_name")):
        field = page.get_by_label(re.compile(f"^User attribute for layer {layer}"))
        await field.fill(attribute)
    await page.get_by_label(re.compile("^Fallback for layer greeting")).fill("there")
    await page.get_by_label(re.compile("^Fallback for layer product")).fill("your cart")
    await person.look("video-config")


async def look_through_the_eye(person: Walker) -> None:
    page = person.page
    await page.get_by_role("button", name="Preview part 1").click()
    eye = page.get_by_role("dialog", name="Preview")
    still = eye.get_by_role("img", name="The rendered moment")
    plain = await picture_of(still)
    await eye.get_by_label("Value of name").fill("Ada")
    ada = await picture_of(still, other_than=plain)
    await eye.get_by_label("Value of product_name").fill("Copper kettle")
    kettle = await picture_of(still, other_than=ada)
    await person.look("eye")
    await eye.get_by_label("Value of product_name").fill("")
    assert await picture_of(still, other_than=kettle) == ada, "the same values give the same picture"
    await eye.get_by_role("button", name="Close").click()


async def picture_of(image: Locator, other_than: str = "") -> str:
    """The source of a picture that has really loaded, once it is no longer `other_than`."""
    await expect(image).not_to_have_attribute("src", other_than)
    await expect(image).to_be_visible()
    assert await image.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") > 0
    return await image.get_attribute("src") or ""


async def fill_the_connection(person: Walker, workspace: TestWorkspace, data_key: str) -> None:
    page = person.page
    await page.get_by_role("link", name="Connection Details").click()
    await page.get_by_label("Select Ingress Type").select_option("API")
    await page.get_by_label("Select Egress Type").select_option("CPAAS")
    await page.get_by_label("Base URL").fill(person.url)
    await page.get_by_label("Workspace ID").fill(workspace.id)
    await page.get_by_label("Data API key").fill(data_key)
    await page.get_by_label("Media URL").fill("whilter_video_url")
    await page.get_by_label("Ready event").fill("Media Ready")
    await page.get_by_label("Select Time To Live").select_option("SIX_MONTHS")
    await expect(page.get_by_role("switch", name="Not Encrypted")).to_be_checked()
    await person.look("connection")


async def add_the_authorization_by_keyboard(person: Walker, credentials: Credentials) -> None:
    """Tab, Enter, Space and letters alone; the mouse is not touched."""
    page = person.page
    await person.press_button("Settings", "link")
    await person.press_button(
        "Authorization configuration OAuth configurations that fetch and renew the access tokens of "
        "connector campaigns.", "link",
    )  # fmt: skip
    await expect(page.get_by_role("heading", level=1)).to_have_text("Authorization configuration")
    await person.look("authorizations-empty")
    await person.tab_to(page.get_by_role("link", name="Add OAuth config").first)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Add OAuth config")
    await person.type_into("OAuth name", "Whilter")
    await choose_by_keys(person, "Opaque")
    await person.tab_to(page.get_by_label("Method"))
    await page.keyboard.type("POST")
    await person.type_into("API URL", f"{person.url}/getToken/token")
    if not await page.get_by_label("Headers key").count():
        await person.tab_to(page.get_by_role("group", name="Headers").get_by_role("button", name="KV pair"))
        await page.keyboard.press("Enter")
    await person.type_into("Headers key", "Content-Type")
    await person.type_into("Headers value", "application/json")
    await choose_by_keys(person, "Raw")
    body = f'{{"client_id": "{credentials.client_id}", "client_secret": "{credentials.secret}"}}'
    await person.type_into("Body", body)
    await person.look("authorization-details")
    await person.press_button("Send test & continue")

    answer = page.get_by_label("OAuth delivery response")
    await expect(answer).to_contain_text("access_token")
    await expect(page.get_by_label("Access token", exact=True)).to_have_value("access_token")
    await person.tab_to(page.get_by_label("Access token", exact=True))
    await page.keyboard.type("access_token")
    await person.tab_to(page.get_by_label("Expiry"))
    await page.keyboard.type("expires_in")
    await person.tab_to(page.get_by_label("Unit"))
    await page.keyboard.type("Seconds")
    await person.type_into("Preferred prefix", "Bearer")
    await person.type_into("Preferred error codes", "401, 403")
    await person.look("authorization-response")
    await person.press_button("Save")
    await expect(page.get_by_role("row", name="Whilter").get_by_text("Active")).to_be_visible()
    await person.look("authorizations")


async def choose_by_keys(person: Walker, name: str) -> None:
    """A group of radio buttons is one stop of Tab; arrows choose in it."""
    page = person.page
    wanted = page.get_by_role("radio", name=re.compile(f"^{name}"))
    group = f'input[name="{await wanted.get_attribute("name")}"]:checked'
    await person.tab_to(page.locator(group))
    for _ in range(await page.locator(group.removesuffix(":checked")).count()):
        if await wanted.is_checked():
            return
        await page.keyboard.press("ArrowDown")
    await expect(wanted).to_be_checked()


async def make_the_connector_campaign(person: Walker, use_case_id: str) -> None:
    page = person.page
    await person.go("Campaigns")
    await person.look("campaigns-empty")
    await page.get_by_role("link", name="Create campaign").first.click()
    await page.get_by_role("radio", name="Connectors Custom").check()
    await page.get_by_role("radio", name=re.compile("^Event Triggered")).check()
    await person.look("campaign-choose")
    await page.get_by_role("button", name="Next").click()
    await page.get_by_label("Campaign name").fill("Ask for the film")
    await page.get_by_label("If user executes event").fill(EVENT)
    await person.look("connector-users")
    await page.get_by_role("button", name="Next").click()
    await page.get_by_label("Use-case-id").fill(use_case_id)
    await page.get_by_role("button", name="Use the Whilter request").click()
    body = page.get_by_label("Body", exact=True)
    await expect(body).to_have_value(re.compile(use_case_id))
    await expect(page.get_by_label("URL", exact=True)).to_have_value(f"{person.url}/video/request")
    assert "{{UserAttribute['MoEngage ID']}}" in await body.input_value()
    assert "{{EventAttribute['product_name']}}" in await body.input_value()
    await expect(page.get_by_role("switch", name="Enable authorization settings")).to_be_checked()
    await page.get_by_label("Authorization configuration", exact=True).select_option(label="Whilter")
    await try_the_request(person, use_case_id)
    await page.get_by_role("button", name="Next").click()
    await person.look("connector-schedule")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.locator("#standing").get_by_text("Active")).to_be_visible()
    await person.look("connector-published")


async def try_the_request(person: Walker, use_case_id: str) -> None:
    """Preview shows what would go out; Test really sends it."""
    page = person.page
    await page.get_by_label("User", exact=True).fill(CUSTOMER)
    value = page.get_by_label("Value of product_name")
    if not await value.is_visible():
        await page.get_by_text("Event attributes", exact=True).click()
    if not await value.count():
        await page.get_by_role("button", name="Attribute", exact=True).click()
        await page.get_by_label("Event attribute", exact=True).last.fill("product_name")
        value = page.get_by_label("Value", exact=True).last
    await value.fill("Paper kite")
    await page.get_by_role("button", name="Preview").click()
    request = page.get_by_label("The rendered request")
    for words in ("POST", "/video/request", use_case_id, '"name": "Ada"', "Paper kite"):
        await expect(request).to_contain_text(words)
    await person.look("connector-preview")
    await page.get_by_role("button", name="Test").click()
    tried = page.locator("#tried")
    await expect(tried.get_by_text("answer 200")).to_be_visible()
    await expect(tried.get_by_text("Sent", exact=True)).to_be_visible()
    await person.look("connector-test")


async def see_the_request_of_the_test(person: Walker) -> None:
    page = person.page
    await person.go("Requests")
    row = page.get_by_role("row", name="axis-genz")
    await expect(row.get_by_text("Delivered")).to_be_visible()
    await person.look("requests")
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Medium")).to_be_visible()
    await person.look("request")


async def make_the_delivery_campaign(person: Walker) -> None:
    page = person.page
    await person.go("Campaigns")
    await page.get_by_role("link", name="Create campaign").first.click()
    await page.get_by_role("radio", name="Messages Email").check()
    await page.get_by_role("radio", name=re.compile("^Event Triggered")).check()
    await page.get_by_role("button", name="Next").click()
    await page.get_by_label("Campaign name").fill("Deliver the film")
    await page.get_by_label("If user executes event").fill("Media Ready")
    await page.get_by_role("radio", name=re.compile("^Filter by user attributes")).check()
    condition = page.get_by_label("User attribute", exact=True)
    if not await condition.count():
        await page.get_by_role("button", name="User condition").click()
    await condition.fill("whilter_video_url")
    await page.get_by_label("Comparison of the user attribute").select_option("exists")
    await page.get_by_role("button", name="Show count").click()
    await expect(page.locator("#audience-count")).to_contain_text("1")
    await person.look("delivery-users")
    await page.get_by_role("button", name="Next").click()
    await write_the_mail(person)
    await page.get_by_label("User", exact=True).fill(CUSTOMER)
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_text("A film for Ada", exact=True)).to_be_visible()
    await see_the_picture(page.frame_locator('iframe[name="mail-preview"]'))
    await person.look("delivery-preview")
    await page.get_by_role("button", name="Next").click()
    await person.look("delivery-schedule")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.locator("#standing").get_by_text("Active")).to_be_visible()


async def write_the_mail(person: Walker) -> None:
    page = person.page
    await page.get_by_label("From", exact=True).fill("films@lantern.example")
    await page.get_by_label("Subject", exact=True).click()
    await page.keyboard.type("A film for ")
    await insert_by_at(person, "first", "First Name")
    await expect(page.get_by_label("Subject", exact=True)).to_have_value(
        "A film for {{UserAttribute['First Name']}}"
    )
    await page.get_by_label("HTML", exact=True).click()
    await page.keyboard.type('<a href="')
    await insert_by_at(person, "whilter_video_u", "whilter_video_url")
    await page.keyboard.type('"><img style="max-width: 100%; height: auto; display: block;" src="')
    await insert_by_at(person, "whilter_video_u", "whilter_video_url", picture="insert-menu")
    await page.keyboard.type('" alt="Your film"></a>')
    url = "{{UserAttribute['whilter_video_url']}}"
    await expect(page.get_by_label("HTML", exact=True)).to_have_value(
        f'<a href="{url}"><img style="max-width: 100%; height: auto; display: block;" src="{url}" '
        'alt="Your film"></a>'
    )


async def insert_by_at(person: Walker, letters: str, name: str, picture: str = "") -> None:
    """@, some letters, Enter for the attribute, Enter for no fallback."""
    page = person.page
    await page.keyboard.type(f"@{letters}")
    menu = page.get_by_role("listbox")
    await expect(menu.get_by_role("option", selected=True)).to_contain_text(name)
    if picture:
        await person.look(picture)
    await page.keyboard.press("Enter")
    await expect(menu.get_by_role("option", selected=True)).to_contain_text("No fallback")
    await page.keyboard.press("Enter")
    await expect(menu).to_be_hidden()


async def see_it_sent(person: Walker, campaign: str, picture: str, *, tests: int = 0) -> None:
    """The counts move while the page stays open."""
    page = person.page
    if not await page.get_by_role("heading", level=1, name=campaign).is_visible():
        await person.go("Campaigns")
        await page.get_by_role("link", name=campaign).click()
    sent = page.locator(".funnel li").filter(has=page.get_by_text("Sent", exact=True)).locator("strong")
    await expect(sent).to_have_text("1")
    await expect(page.get_by_text("0failed")).to_be_visible()
    if tests:
        await expect(page.get_by_text(f"{tests} test send not counted.")).to_be_visible()
    await person.look(picture)
    await page.get_by_role("row").filter(has_not_text="Test").get_by_role("link", name="Ada").click()
    await expect(page.get_by_role("heading", name="Attempts")).to_be_visible()
    await person.look(f"{picture}-send")


async def see_the_profile(person: Walker) -> None:
    page = person.page
    await person.go("Profiles")
    await person.look("profiles")
    await page.get_by_role("link", name="Ada").click()
    await expect(page.locator(".attributes").get_by_text("whilter_video_url")).to_be_visible()
    await expect(page.locator(".timeline").get_by_text("Media Ready").first).to_be_visible()
    video = page.locator("video")
    await video.focus()
    await page.keyboard.press("Space")
    await page.wait_for_function(
        "() => { const { readyState, currentTime } = document.querySelector('video');"
        " return readyState >= 2 && currentTime > 0; }"
    )
    assert await video.evaluate("(one) => one.videoWidth") == 320
    await person.look("profile")


async def read_the_mail(person: Walker) -> None:
    page = person.page
    await person.go("Mailbox")
    mails = page.get_by_role("navigation", name="Messages").get_by_role("link")
    await expect(mails).to_have_count(1)
    await mails.first.click()
    await expect(page.get_by_role("heading", name="A film for Ada")).to_be_visible()
    mail = page.frame_locator("iframe.mail-frame")
    await see_the_picture(mail)
    await person.look("mail")
    async with page.expect_popup() as opened:
        await mail.get_by_role("link").click()
    player = await opened.value
    await expect(player.locator("video")).to_be_visible()
    await player.close()
    await page.get_by_role("link", name="Reelpress").first.click()
    await person.look("home")


async def see_the_picture(mail: FrameLocator) -> None:
    image = mail.get_by_role("img", name="Your film")
    await expect(image).to_be_visible()
    width = await image.evaluate(
        "(one) => one.complete ? one.naturalWidth : new Promise((done) => {"
        " one.onload = () => done(one.naturalWidth); one.onerror = () => done(0); })"
    )
    assert width > 0, "the picture in the mail did not load"


async def test_encryption_is_refused_at_submit_with_the_reason_beside_its_switch(
    person: Walker, workspace: TestWorkspace
) -> None:
    page = person.page
    await sign_in(person, workspace)
    await person.go("Campaign")
    await page.locator("summary").get_by_text("Create", exact=True).click()
    await page.get_by_label("Campaign name").fill("Sealed")
    await page.get_by_role("button", name="Create campaign").click()
    await upload_the_template(person)
    await fill_the_connection(person, workspace, workspace.data_key)
    await page.get_by_role("switch", name="Not Encrypted").uncheck()
    await page.get_by_role("button", name="Submit").click()
    await expect(page.get_by_role("alert")).to_contain_text("One thing is to be put right")
    beside = page.get_by_role("group", name="Data Encryption")
    await expect(beside).to_contain_text("encrypted media cannot be published yet: choose Not Encrypted")
    await expect(page.get_by_role("switch", name="Not Encrypted")).not_to_be_checked()
    await person.look("encryption-refused")
    person.is_content(apart_from="422")
