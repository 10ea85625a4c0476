"""The eye and the cost of a draft over real HTTP: what the page says, and what its script is told."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from PIL import Image

from tests.conftest import TestWorkspace
from tests.console.browser import HTMX, Browser, Seen
from tests.console.two_halves import two_halves
from tests.support.live import LiveServer
from tests.support.studio_kit import PICTURE_TEMPLATE, text_template

AS_SCRIPT = {"Accept": "application/json"}


@pytest.fixture
async def browser(server: LiveServer, workspace: TestWorkspace) -> AsyncGenerator[Browser]:
    """The workspace's admin, signed in."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        made = Browser(http, server.url)
        await made.sign_in(workspace.admin_email, workspace.admin_password)
        yield made


@dataclass(frozen=True)
class Still:
    """What the script is told."""

    picture: bytes
    at_s: float
    layers: list[str]

    @classmethod
    def of(cls, seen: Seen) -> Still:
        assert seen.status == 200, seen.words
        told: dict[str, Any] = json.loads(seen.html)
        return cls(base64.b64decode(told["picture"].partition(",")[2]), told["at_s"], told["layers"])

    @property
    def image(self) -> Image.Image:
        return Image.open(io.BytesIO(self.picture)).convert("RGB")


async def _campaign(browser: Browser, template: bytes | None = None) -> str:
    path = (await browser.post("/console/media-campaigns", {"name": "axis-genz"})).place
    if template is not None:
        await browser.upload(f"{path}/parts/0/upload?kind=mlt", {"film.mlt": template})
    return path


async def _still(browser: Browser, path: str, width: int = 0, **fields: str) -> Still:
    given = {name.replace("__", "."): value for name, value in fields.items()}
    return Still.of(await browser.post(f"{path}/frame?width={width}", given, AS_SCRIPT))


async def test_the_time_line_marks_when_each_layer_is_in_sight(browser: Browser) -> None:
    path = await _campaign(browser, two_halves())
    seen = await browser.post(f"{path}/parts/0/eye", (await browser.get(path)).fields(), HTMX)
    assert 'max="1.960000" step="0.040000"' in seen.html
    lanes = re.findall(r'data-jump="([\d.]+)" data-name="(\w+)"', seen.html)
    assert lanes == [("0.480000", "greeting"), ("1.480000", "product")]
    assert re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"', seen.html) == [
        ("0.0", "500.0"),
        ("500.0", "500.0"),
    ]
    assert 'name="values.name"' in seen.html
    assert 'name="values.product_name"' in seen.html


async def test_a_moment_comes_with_the_layers_in_sight(browser: Browser) -> None:
    path = await _campaign(browser, two_halves())
    early = await _still(browser, path, at_s="0.4", values__name="Ada", values__product_name="Kettle")
    late = await _still(browser, path, at_s="1.4", values__name="Ada", values__product_name="Kettle")
    assert (early.layers, early.at_s) == (["greeting"], 0.4)
    assert (late.layers, late.at_s) == (["product"], 1.4)
    assert early.picture != late.picture


async def test_values_typed_change_the_picture_and_taken_back_give_the_same_one(browser: Browser) -> None:
    path = await _campaign(browser, two_halves())
    ada = await _still(browser, path, at_s="0.4", values__name="Ada")
    grace = await _still(browser, path, at_s="0.4", values__name="Grace")
    again = await _still(browser, path, at_s="0.4", values__name="Ada")
    assert ada.picture == again.picture != grace.picture


async def test_a_warm_still_is_the_frame_that_a_first_look_gives(browser: Browser) -> None:
    path = await _campaign(browser, two_halves())
    first = await _still(browser, path, at_s="1.8", values__product_name="Kettle")
    for at_s in ("0", "1.96", "0.4"):
        await _still(browser, path, at_s=at_s, values__product_name="Lamp")
    assert (await _still(browser, path, at_s="1.8", values__product_name="Kettle")).picture == first.picture


async def test_the_picture_has_the_width_the_page_shows(browser: Browser) -> None:
    path = await _campaign(browser, text_template())
    assert (await _still(browser, path, width=160)).image.size == (160, 90)
    assert (await _still(browser, path, width=0)).image.size == (320, 180)
    assert (await _still(browser, path, width=5000)).image.size == (320, 180)


async def test_without_a_script_the_form_answers_with_the_page_and_its_picture(browser: Browser) -> None:
    path = await _campaign(browser, two_halves())
    seen = await browser.post(f"{path}/frame", {"at_s": "1.4", "values.product_name": "Kettle"})
    assert 'src="data:image/jpeg;base64,/9j/' in seen.html
    assert "In sight: product" in seen.words
    assert seen.value_of("values.product_name") == "Kettle"


async def test_a_picture_that_cannot_be_had_is_told_in_words(browser: Browser) -> None:
    path = await _campaign(browser, PICTURE_TEMPLATE.encode())
    seen = await browser.post(f"{path}/frame", {"values.photo": "https://127.0.0.1/x.png"}, AS_SCRIPT)
    assert seen.status == 422
    assert "photo" in seen.words
    assert "give a public https address of a picture" in seen.words


async def test_a_draft_that_does_not_compile_says_why_in_place_of_a_time_line(browser: Browser) -> None:
    path = await _campaign(browser)
    await browser.upload(
        f"{path}/parts/0/upload?kind=mlt",
        {"film.mlt": two_halves().replace(b">color<", b">qimage<").replace(b">#ff203a5f<", b">lost.png<")},
    )
    for place in ("parts/0/eye", "cost"):
        seen = await browser.get(f"{path}/{place}")
        assert seen.status == 200, place
        assert "the file 'lost.png' is missing" in seen.words, place
    assert "data-eye" not in (await browser.get(f"{path}/parts/0/eye")).html


async def test_the_cost_says_what_is_personal_and_what_it_saves(browser: Browser) -> None:
    path = await _campaign(browser, text_template(frames=50))
    assert f'hx-get="{path}/cost"' in (await browser.get(path)).html
    seen = await browser.get(f"{path}/cost", HTMX)
    assert "100 % of the frames (2.0 of 2.0 s) depend on a customer's data" in seen.words
    assert re.search(r"\d+ % of the rows of those are encoded for her", seen.words)
    assert "of CPU for a further customer" in seen.words
    assert "if rendered straight" in seen.words
    assert re.search(r'<rect class="(band|full)" x="0.0" y="0" width="1000.0"', seen.html)


async def test_the_costliest_layer_is_named_with_the_layers_and_spans(browser: Browser) -> None:
    path = await _campaign(browser, two_halves())
    seen = await browser.get(f"{path}/cost")
    assert re.search(r"The layer that costs most is (greeting|product)", seen.words)
    assert seen.words.count("greeting") > 1
    assert "Rows encoded" in seen.words


async def test_a_layers_name_cannot_bring_markup_into_the_advice(browser: Browser) -> None:
    named = two_halves().replace(b">greeting<", b">&lt;b&gt;bold&lt;/b&gt;<")
    path = await _campaign(browser, named)
    for place in ("cost", "parts/0/eye"):
        seen = await browser.get(f"{path}/{place}")
        assert "<b>" not in seen.html, place
        assert "&lt;b&gt;bold" in seen.html, place


async def test_a_draft_without_a_part_costs_nothing_to_say(browser: Browser) -> None:
    path = await _campaign(browser)
    assert "There is no part yet" in (await browser.get(f"{path}/cost")).words
