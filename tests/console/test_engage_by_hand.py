"""What Engage keeps and when campaigns go out, by hand in a real browser."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from playwright.async_api import Locator, Page, expect

from tests.conftest import TestWorkspace
from tests.console.walker import Walker, person
from tests.engage.campaigns.support import Api, email
from tests.support.live import LiveServer

__all__ = ["person"]

pytestmark = pytest.mark.browser

Settle = Callable[[], Awaitable[None]]


@pytest.fixture
async def api(server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession) -> Api:
    made = Api(server.url, workspace, http)
    await made.customer("ada", {"first_name": "Ada", "email": "ada@example.com", "town": "Pune"})
    await made.customer("omar", {"first_name": "Omar", "email": "omar@example.com", "town": "Goa"})
    return made


@pytest.fixture
async def page(person: Walker, workspace: TestWorkspace) -> Page:
    """Signed in."""
    await person.open("/console/sign-in")
    await person.page.get_by_label("E-mail").fill(workspace.admin_email)
    await person.page.get_by_label("Password").fill(workspace.admin_password)
    await person.page.get_by_role("button", name="Sign in").click()
    await expect(person.page.get_by_role("heading", level=1)).to_have_text("Lantern & Co")
    return person.page


async def begin_mail_campaign(person: Walker, name: str, delivery_type: str) -> None:
    """As far as the second step; what is asked between is for the caller."""
    page = person.page
    await person.go("Campaigns")
    await page.get_by_role("link", name="Create campaign").first.click()
    await page.get_by_role("radio", name=re.compile("^Messages Email")).check()
    await page.get_by_role("radio", name=re.compile(f"^{delivery_type}")).check()
    await person.look(f"choose-{delivery_type.lower().replace(' ', '-')}")
    await page.get_by_role("button", name="Next").click()
    await page.get_by_label("Campaign name").fill(name)


async def write_mail(person: Walker, subject: str, html: str) -> None:
    page = person.page
    await page.get_by_label("Sender name").fill("Lantern")
    await page.get_by_label("From", exact=True).fill("hello@lantern.example")
    await page.get_by_label("Subject").fill(subject)
    await page.get_by_label("HTML").fill(html)


async def next_step(page: Page, heading: str) -> None:
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def row_of(page: Page, region: str, words: str) -> Locator:
    return page.get_by_role("region", name=region).get_by_role("row").filter(has_text=words)


@pytest.mark.usefixtures("api")
async def test_a_periodic_campaign_is_made_by_hand_and_says_when_it_runs_next(person: Walker, page: Page):
    await begin_mail_campaign(person, "Every other week", "Periodic")
    await next_step(page, "Content")
    await write_mail(person, "News", "<p>Hello</p>")
    await next_step(page, "Schedule")
    await page.get_by_text("Weekly", exact=True).click()
    await page.get_by_label("Every", exact=True).fill("2")
    for day in ("Monday", "Friday"):
        await page.get_by_role("checkbox", name=day).check()
    await page.get_by_label("At", exact=True).fill("09:30")
    await page.get_by_label("First day").fill("2040-01-02")
    await expect(page.locator("#next-runs")).to_contain_text("Mon 2 Jan 2040, 09:30")
    await expect(page.locator("#next-runs")).to_contain_text("Mon 16 Jan 2040, 09:30")
    await person.look("periodic-weekly")

    await page.get_by_text("Monthly", exact=True).click()
    await page.get_by_role("checkbox", name="Day 31").check()
    await page.get_by_role("button", name="Weekday, such as the last Friday").click()
    await page.get_by_text("After runs").click()
    await page.get_by_label("Runs", exact=True).fill("0")
    await expect(page.locator("#next-runs")).to_contain_text("Write a number from 1 on.")
    await person.look("periodic-monthly")
    await page.get_by_text("On a day").click()
    await page.get_by_label("Last day").fill("2040-12-31")

    await page.get_by_text("Weekly", exact=True).click()
    await expect(page.locator("#next-runs")).to_contain_text("Mon 16 Jan 2040")
    await page.get_by_role("button", name="Save draft").click()
    await expect(page.locator("#next-run")).to_contain_text("Mon 2 Jan 2040, 09:30")
    await person.look("periodic-draft")
    await page.get_by_role("link", name="Edit", exact=True).click()
    await page.get_by_role("link", name="Schedule").click()
    await expect(page.get_by_role("checkbox", name="Friday")).to_be_checked()
    await expect(page.get_by_label("Last day")).to_have_value("2040-12-31")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.locator("#next-run")).to_have_text("Next run Mon 2 Jan 2040, 09:30")
    said = "Every 2 weeks on Monday and Friday at 09:30 (UTC), from 2 Jan 2040, until 31 Dec 2040"
    await expect(page.get_by_role("definition").filter(has_text="Every 2")).to_have_text(said)
    await expect(row_of(page, "Runs", "Mon 2 Jan 2040")).to_contain_text("To come")
    await person.look("periodic-published")
    person.is_content()


async def test_a_business_event_is_made_awaited_and_triggered_by_hand(
    person: Walker, page: Page, api: Api, settle: Settle
):
    await begin_mail_campaign(person, "A new season", "Business Event Triggered")
    await page.get_by_role("link", name="Create a business event").click()
    await page.get_by_label("Name", exact=True).fill("New season")
    await page.get_by_label("Attribute name").fill("season")
    await page.get_by_role("button", name="Attribute", exact=True).click()
    await page.get_by_label("Attribute name").last.fill("rank")
    await page.get_by_label("Type of the attribute").last.select_option("Whole number")
    await person.look("business-event-new")
    await page.get_by_role("button", name="Create business event").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("New season")
    await page.get_by_role("link", name="Campaign that waits for it").click()
    await page.get_by_role("radio", name=re.compile("^Messages Email")).check()
    await page.get_by_role("button", name="Next").click()
    await page.get_by_label("Campaign name").fill("A new season")
    await expect(page.get_by_label("When this business event is triggered")).to_have_value("New season")
    await person.look("business-event-awaited")
    await next_step(page, "Content")
    await write_mail(
        person, "{{BusinessEventAttribute['season']}} is here", "<p>{{UserAttribute['First Name']}}</p>"
    )
    await next_step(page, "Schedule")
    await person.look("business-event-schedule")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.get_by_role("region", name="Runs")).to_contain_text("No run yet")

    await person.go("Business events")
    await page.get_by_role("link", name="New season").click()
    await page.get_by_label("season").fill("Spring")
    await page.get_by_label("rank").fill("first")
    await page.get_by_role("button", name="Trigger now").click()
    await expect(page.locator("#fault-value\\.1")).to_have_text("Write a whole number.")
    await expect(page.get_by_label("season")).to_have_value("Spring")
    await person.look("business-event-refused")
    await page.get_by_label("rank").fill("1")
    await page.get_by_role("button", name="Trigger now").click()
    await expect(page.get_by_role("status").first).to_contain_text("Triggered.")
    await settle()
    await page.reload()
    await expect(page.get_by_role("region", name="Latest triggers")).to_contain_text("2 users")
    await person.look("business-event")
    await page.get_by_role("region", name="Latest triggers").get_by_role("link", name="A new season").click()
    child = row_of(page, "Runs", "season: Spring")
    await expect(child).to_contain_text("Done")
    await expect(child.get_by_role("cell").nth(3)).to_have_text("2")
    await person.look("business-event-run")
    assert {mail["summary"]["subject"] for mail in await api.mail()} == {"Spring is here"}
    await person.go("Business events")
    await person.look("business-events")
    person.is_content(apart_from="422")


async def test_a_content_block_and_a_product_set_are_made_and_show_in_a_message(
    person: Walker, page: Page, api: Api
):
    await person.go("Content blocks")
    await person.look("content-blocks-empty")
    await page.get_by_role("link", name="Create content block").first.click()
    await page.get_by_label("Name", exact=True).fill("Footer!")
    await page.get_by_label("Text").fill("Lantern & Co, <b>Pune</b>")
    await page.get_by_role("button", name="Create content block").click()
    await expect(page.locator("#fault-name")).to_contain_text("choose a name like Footer", ignore_case=True)
    await expect(page.get_by_label("Text")).to_have_value("Lantern & Co, <b>Pune</b>")
    await person.look("content-block-refused")
    await page.get_by_label("Name", exact=True).fill("Footer")
    await page.get_by_role("button", name="Create content block").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Footer")

    await person.go("Product sets")
    await page.get_by_role("link", name="Create product set").first.click()
    await page.get_by_label("Name", exact=True).fill("Shoes")
    await page.get_by_label("Items (JSON)").fill('[{"title": "Boots", "price": 49},\n {"title": }]')
    await page.get_by_role("button", name="Create product set").click()
    await expect(page.locator("#fault-items")).to_contain_text("line 2, column 12")
    await page.get_by_label("Items (JSON)").fill(
        '[{"title": "Boots", "price": 49}, {"title": "Clogs \u202eevil", "price": 19.5}]'
    )
    await page.get_by_role("button", name="Create product set").click()
    await expect(row_of(page, "Items", "Clogs")).to_contain_text("19.5")

    made = await api.call(
        "POST",
        "/campaigns",
        {"name": "With a footer", "channel": "EMAIL", "delivery_type": "ONE_TIME", "content": email()},
    )
    await person.open(f"/console/campaigns/{made['id']}/content")
    await page.get_by_label("HTML").fill(
        "<p>{{ProductSet.Shoes[0].title}} for {{ProductSet.Shoes[0].price}}</p>{{ContentBlock['Footer']}}"
    )
    await page.get_by_label("User", exact=True).fill("ada")
    await page.get_by_role("button", name="Preview").click()
    mail = page.frame_locator("iframe.preview-frame")
    await expect(mail.get_by_text("Boots for 49")).to_be_visible()
    await expect(mail.get_by_text("Lantern & Co, <b>Pune</b>")).to_be_visible()
    await person.look("content-in-a-message")
    await page.get_by_role("button", name="Save draft").click()

    await person.go("Product sets")
    await person.look("product-sets")
    await page.get_by_role("link", name="Shoes").click()
    await person.look("product-set")
    await person.go("Content blocks")
    await person.look("content-blocks")
    await page.get_by_role("link", name="Footer").click()
    await page.get_by_label("Text").fill("Lantern & Co, Goa")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("status").first).to_contain_text("Saved.")
    await page.get_by_role("button", name="Delete this content block").click()
    dialog = page.get_by_role("dialog", name="Delete Footer?")
    await expect(dialog).to_contain_text("One campaign names it.")
    await expect(dialog).to_contain_text("With a footer (Draft)")
    await person.look("content-block-delete")
    await dialog.get_by_role("button", name="Delete it all the same").click()
    await expect(page.get_by_text("No content block yet.")).to_be_visible()
    person.is_content(apart_from="422")


@pytest.mark.usefixtures("api")
async def test_segments_are_made_by_rule_and_by_file(person: Walker, page: Page, settle: Settle):
    await person.go("Segments")
    await page.get_by_role("link", name="Create segment").first.click()
    await page.get_by_label("Name", exact=True).fill("In Pune")
    await page.get_by_role("button", name="User condition").click()
    await page.get_by_label("User attribute", exact=True).fill("town")
    await page.get_by_label("Comparison of the user attribute").select_option("equals")
    await page.get_by_label("Value of the user attribute").fill("Pune")
    await page.get_by_role("button", name="Show count").click()
    await expect(page.locator("#audience-count")).to_have_text("1 user now")
    await person.look("segment-new")
    await page.get_by_role("button", name="Create segment").click()
    await expect(page.get_by_text("town equals Pune")).to_be_visible()
    await person.look("segment-rule")
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_role("button", name="User condition").click()
    await page.get_by_label("User attribute", exact=True).last.fill("whilter_video_url")
    await page.get_by_label("Comparison of the user attribute").last.select_option("is not set")
    await person.look("segment-edit")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("town equals Pune and whilter_video_url is not set")).to_be_visible()

    await person.go("Segments")
    await page.get_by_role("link", name="From a file").first.click()
    await page.get_by_label("Name", exact=True).fill("Winners")
    listed = {"name": "winners.csv", "mimeType": "text/csv", "buffer": b"ada\nomar\nnobody\n"}
    await page.get_by_label("File", exact=True).set_input_files(listed)  # pyright: ignore[reportArgumentType]
    await person.look("segment-file-new")
    await page.get_by_role("button", name="Create segment").click()
    await expect(page.locator("#files")).to_contain_text("Read")
    await expect(page.locator("#users")).to_contain_text("2 users now")
    await person.look("segment-file")
    await page.get_by_label("What to do").select_option("Remove the users in it")
    fewer = {"name": "left.csv", "mimeType": "text/csv", "buffer": b"omar\n"}
    await page.get_by_label("File", exact=True).set_input_files(fewer)  # pyright: ignore[reportArgumentType]
    await page.get_by_role("button", name="Upload").click()
    await settle()
    await page.reload()
    await expect(page.locator("#users")).to_contain_text("1 user now")
    await page.get_by_role("button", name="Archive").click()
    await expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    await person.go("Segments")
    await expect(page.get_by_role("row").filter(has_text="In Pune").get_by_role("cell").nth(3)).to_have_text(
        "1"
    )
    await expect(page.get_by_role("row").filter(has_text="Winners")).to_contain_text("Archived")
    await person.look("segments")
    person.is_content()


@pytest.mark.usefixtures("api")
async def test_an_identifier_is_activated_in_the_settings(person: Walker, page: Page):
    await person.go("Settings")
    await page.get_by_role("link", name="Identifiers").click()
    await page.get_by_label("Attribute", exact=True).fill("town")
    await page.get_by_label("It stays active for good").check()
    await person.look("identifier-new")
    await page.get_by_role("button", name="Activate").click()
    await expect(page.get_by_role("row").filter(has_text="town").get_by_role("cell").nth(2)).to_have_text("0")
    await person.look("identifiers")
    person.is_content()
