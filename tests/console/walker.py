"""A person with a real Chromium, who notices what a careful person would: errors and pages too wide."""

import os
import shutil
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import ConsoleMessage, Locator, Page, Response, async_playwright, expect

from tests.support.live import LiveServer

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# Generous: other work may share the machine. Whatever is awaited ends the wait at once.
WITHIN_MS = 30_000
MOST_TABS = 80
# The driver listens for clicks inside every frame; a mail's frame runs no script, not even that one.
DRIVERS_OWN = "Blocked script execution in"

# The widest element that leaves the screen, so that a failure says where to look.
TOO_WIDE = """async () => {
  // Until the page has heard of its new size, twice painted.
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  if (document.scrollingElement.scrollWidth <= innerWidth) return null;
  const out = [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right)[0];
  return `${document.scrollingElement.scrollWidth} px wide: ${out ? out.outerHTML.slice(0, 160) : "?"}`;
}"""


@dataclass
class Walker:
    """One person at one page. `look` is called wherever she has arrived; `complaints` fill by themselves."""

    page: Page
    url: str
    pictures: Path | None = None
    complaints: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda fault: self.complaints.append(f"{self.page.url}: {fault}"))
        self.page.on("response", self._answered)

    async def open(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def look(self, name: str) -> None:
        """The page as it is now: nothing may scroll sideways on a phone."""
        self.seen.append(name)
        if self.pictures:
            await self.page.screenshot(path=self.pictures / f"{len(self.seen):02}-{name}.png", full_page=True)
        await self.page.set_viewport_size(PHONE)
        wide = await self.page.evaluate(TOO_WIDE)
        if wide:
            self.complaints.append(f"{name} at 390 px is {wide}")
        if self.pictures:
            path = self.pictures / f"{len(self.seen):02}-{name}-phone.png"
            await self.page.screenshot(path=path, full_page=True)
        await self.page.set_viewport_size(DESK)

    async def go(self, entry: str) -> None:
        """By the navigation at the left."""
        await (
            self.page.get_by_role("navigation", name="Main")
            .get_by_role("link", name=entry, exact=True)
            .click()
        )
        await expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    async def copy(self, label: str) -> str:
        """Press a copy button; what is on the clipboard then."""
        await self.page.evaluate("navigator.clipboard.writeText('')")
        await self.page.get_by_role("button", name=label, exact=True).click()
        await self.page.wait_for_function("async () => (await navigator.clipboard.readText()) !== ''")
        return await self.page.evaluate("navigator.clipboard.readText()")

    async def tab_to(self, target: Locator) -> None:
        """Reach something with the Tab key alone."""
        for _ in range(MOST_TABS):
            if await target.evaluate("(one) => one === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_TABS} times Tab never reaches {target}")

    async def type_into(self, label: str, words: str) -> None:
        """Tab to a field, replace what it holds."""
        await self.tab_to(self.page.get_by_label(label, exact=True))
        await self.page.keyboard.press("ControlOrMeta+A")
        await self.page.keyboard.type(words)

    async def press_button(self, name: str, role: str = "button") -> None:
        """Tab to a button or link, press Enter."""
        await self.tab_to(self.page.get_by_role(role, name=name, exact=True))
        await self.page.keyboard.press("Enter")

    def is_content(self, apart_from: str = "") -> None:
        """Nothing went wrong on the way, other than what was meant to be refused."""
        left = [one for one in self.complaints if not apart_from or apart_from not in one]
        assert not left, "\n".join(left)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.text.startswith(DRIVERS_OWN):
            return
        if said.type == "error" or "policy" in said.text.lower():
            self.complaints.append(f"{self.page.url}: {said.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{self.page.url}: {response.status} of {response.url}")


@pytest.fixture
async def person(server: LiveServer) -> AsyncGenerator[Walker]:
    """Somebody in front of an installation, with a fresh browser.

    `REELPRESS_WALK_PICTURES` names a folder for pictures of every page.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "Chromium is missing: apt-get install chromium"
    folder = os.environ.get("REELPRESS_WALK_PICTURES")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        context = await browser.new_context(
            viewport=DESK,
            permissions=["clipboard-read", "clipboard-write"],
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(WITHIN_MS)
        expect.set_options(timeout=WITHIN_MS)
        walker = Walker(await context.new_page(), server.url, Path(folder) if folder else None)
        walker.listen()
        try:
            yield walker
        finally:
            if walker.pictures:
                await walker.page.screenshot(path=walker.pictures / "last.png", full_page=True)
            await browser.close()
