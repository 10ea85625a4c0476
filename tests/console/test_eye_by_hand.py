"""Somebody moves the scrubber of the eye in a real browser."""

import pytest
from playwright.async_api import Locator, expect

from tests.conftest import TestWorkspace
from tests.console.two_halves import two_halves
from tests.console.walker import Walker, person

__all__ = ["person"]

pytestmark = pytest.mark.browser


async def test_moving_the_scrubber_shows_another_picture_and_the_layers_in_it(
    person: Walker, workspace: TestWorkspace
) -> None:
    page = person.page
    await open_a_campaign(person, workspace)
    cost = page.locator("#cost")
    await expect(cost.get_by_text("of CPU for a further customer")).to_be_visible()
    await cost.get_by_text("Layers and spans").click()
    await person.look("cost")

    await page.get_by_role("button", name="Preview part 1").click()
    eye = page.get_by_role("dialog", name="Preview")
    still = eye.get_by_role("img", name="The rendered moment")
    time = eye.get_by_role("slider", name="Time")
    await expect(eye.get_by_text("In sight: ")).to_be_visible()

    await eye.get_by_role("button", name="Go to greeting").click()
    await expect(eye.get_by_text("In sight: greeting")).to_be_visible()
    await expect(time).to_have_attribute("aria-valuetext", "0.48 s. In sight: greeting")
    greeting = await source_of(still)
    await person.look("eye-greeting")

    await time.focus()
    await page.keyboard.press("End")
    await expect(eye.get_by_text("In sight: product")).to_be_visible()
    await expect(eye.get_by_text("1.96 s")).to_be_visible()
    assert await source_of(still) != greeting

    await page.keyboard.press("Home")
    await expect(eye.get_by_text("In sight: greeting")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(time).to_have_attribute("aria-valuetext", "0.04 s. In sight: greeting")
    person.is_content()


async def test_while_the_hand_moves_one_request_is_under_way_and_the_last_position_wins(
    person: Walker, workspace: TestWorkspace
) -> None:
    page = person.page
    await open_a_campaign(person, workspace)
    await page.get_by_role("button", name="Preview part 1").click()
    eye = page.get_by_role("dialog", name="Preview")
    await expect(eye.get_by_text("In sight: ")).to_be_visible()
    under_way, most, asked = 0, 0, 0

    def begins(request: object) -> None:
        nonlocal under_way, most, asked
        asked, under_way = asked + 1, under_way + 1
        most = max(most, under_way)

    def ends(request: object) -> None:
        nonlocal under_way
        under_way -= 1

    page.on("request", begins)
    page.on("requestfinished", ends)
    moves = 40
    await eye.get_by_role("slider", name="Time").evaluate(
        """(time, moves) => {
          for (let at = 0; at <= moves; at += 1) {
            time.value = String(at * 0.04);
            time.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }""",
        moves,
    )
    await expect(eye.get_by_role("slider", name="Time")).to_have_attribute(
        "aria-valuetext", "1.60 s. In sight: product"
    )
    assert most == 1
    assert asked < moves
    person.is_content()


async def test_what_keeps_a_value_from_being_shown_stands_beside_the_scrubber(
    person: Walker, workspace: TestWorkspace
) -> None:
    page = person.page
    await open_a_campaign(person, workspace)
    await page.get_by_label("Transforms of layer greeting").evaluate(
        "(one) => one.closest('details').open = true"
    )
    await page.get_by_label("Transforms of layer greeting").fill("number")
    await page.get_by_role("button", name="Preview part 1").click()
    eye = page.get_by_role("dialog", name="Preview")
    await expect(eye.get_by_text("In sight: ")).to_be_visible()
    await eye.get_by_label("Value of name").fill("many")
    await expect(eye.get_by_role("alert")).to_contain_text("name")
    await person.look("eye-fault")
    await eye.get_by_label("Value of name").fill("12")
    await expect(eye.get_by_role("alert")).to_have_count(0)
    person.is_content(apart_from="422")


async def open_a_campaign(person: Walker, workspace: TestWorkspace) -> None:
    """Signed in, at a campaign whose template has two layers, one after the other."""
    page = person.page
    await person.open("/console")
    await page.get_by_label("E-mail").fill(workspace.admin_email)
    await page.get_by_label("Password").fill(workspace.admin_password)
    await page.get_by_role("button", name="Sign in").click()
    await person.go("Campaign")
    await page.locator("summary").get_by_text("Create", exact=True).click()
    await page.get_by_label("Campaign name").fill("axis-genz")
    await page.get_by_role("button", name="Create campaign").click()
    await page.locator("#part-new").get_by_text("MLT", exact=True).click()
    await page.get_by_role("button", name="Browse Media").click()
    film = {"name": "film.mlt", "mimeType": "application/xml", "buffer": two_halves()}
    dialog = page.get_by_role("dialog", name="Browse Media")
    await dialog.get_by_label("Files to upload").set_input_files(film)  # pyright: ignore[reportArgumentType]
    await dialog.get_by_role("button", name="Upload", exact=True).click()
    await expect(page.get_by_role("link", name="film.mlt")).to_be_visible()


async def source_of(image: Locator) -> str:
    """The source of a picture that has really loaded."""
    assert await image.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") > 0
    return await image.get_attribute("src") or ""
