"""The demo as a stranger runs it: one command, twelve customers, twelve mails with working media."""

import asyncio
import email
import email.policy
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from reelpress.demo.customers import CUSTOMERS, HOSTILE_NAME, LONG_NAME
from tests.loop.installation import Installation, installed, wait_until
from tests.loop.reading import Box, frame_at, plain, read_text

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]
PLAYED_WITHIN_S = 420.0
# Where the templates put the name, and when it stands still there.
WELCOME, THANKS = (Box(592, 272, 632, 140), 8.0), (Box(596, 290, 636, 140), 6.0)
WRITTEN = {
    "cust-emma": ("eng", WELCOME, "Emma"),
    "cust-long": ("eng", WELCOME, LONG_NAME),
    "cust-aarav": ("hin", WELCOME, "आरव"),
    "cust-layla": ("ara", WELCOME, "ليلى"),
    "cust-diya": ("hin", THANKS, "दिया"),
    "cust-omar": ("ara", THANKS, "عمر"),
    "cust-tamil": ("tam", THANKS, "தமிழ்செல்வி"),
}
SECRETS = [
    value
    for customer in CUSTOMERS
    for value in (customer.first_name, customer.phone, customer.phone[1:], customer.email)
    if len(value) > 3  # shorter ones stand in other words
]


@dataclass(frozen=True)
class Demo:
    """The demo, played to its end and still up."""

    installation: Installation
    http: aiohttp.ClientSession
    access: dict[str, Any]
    figures: dict[str, Any]

    async def api(self, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {self.access['api_token']}"}
        async with self.http.get(self.installation.url + path, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.read()

    async def mail(self, recipient: str) -> email.message.EmailMessage:
        """The one raw mail of a customer."""
        found = json.loads(await self.api(f"/api/v1/mailbox/messages?recipient={recipient}"))["messages"]
        assert len(found) == 1
        raw = await self.api(f"/api/v1/mailbox/messages/{found[0]['id']}/raw")
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, email.message.EmailMessage)
        return message

    async def film(self, customer: str) -> bytes:
        """What the address in her mail gives a program that takes anything."""
        message = await self.mail(f"{customer}@example.com")
        html = message.get_body(("html",))
        assert html is not None
        found = re.search(r'src="([^"]+)"', html.get_content())
        assert found is not None
        async with self.http.get(found[1], headers={"Accept": "*/*"}) as answer:
            assert answer.content_type == "video/mp4"
            return await answer.read()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncGenerator[Demo]:
    """Played once for all tests of this file; logs say as much as they ever do."""
    async with installed(REELPRESS_LOG_LEVEL="DEBUG") as installation, aiohttp.ClientSession() as http:
        installation.start("demo")
        assert installation.child is not None

        async def played() -> bool:
            assert installation.child is not None
            assert installation.child.poll() is None, installation.said
            return "Everything stays up" in installation.said

        await wait_until(played, PLAYED_WITHIN_S, "the demo is played")
        access = json.loads((installation.data_dir / "demo-access.json").read_text())
        figures = json.loads((installation.data_dir / "demo.json").read_text())
        yield Demo(installation, http, access, figures)


async def test_every_customer_is_served(demo: Demo) -> None:
    assert demo.figures["all_delivered"] is True
    assert [one["customer"] for one in demo.figures["customers"]] == [one.id for one in CUSTOMERS]
    for one in demo.figures["customers"]:
        assert one["delivered"]
        assert one["bytes"] > 10_000
        assert 0 < one["seconds_to_url"] <= one["seconds_to_mail"]
    assert "12 of 12 served" in demo.installation.said


async def test_a_script_that_believes_no_figure_finds_the_same(demo: Demo) -> None:
    command = [sys.executable, str(ROOT / "tools/verify_demo.py"), "--demo", str(demo.installation.data_dir)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 customers, 60 checks, 0 faults" in done.stdout


async def test_that_script_ends_with_1_when_the_mails_are_not_there(demo: Demo) -> None:
    other = await demo.installation.workspace(demo.http)
    command = [sys.executable, str(ROOT / "tools/verify_demo.py")]
    command += ["--origin", demo.installation.url, "--token", other.api_token]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.count("0 mails instead of one") == len(CUSTOMERS)


@pytest.mark.parametrize("customer", WRITTEN)
async def test_her_own_name_can_be_read_in_the_delivered_film(
    demo: Demo, customer: str, tmp_path: Path
) -> None:
    language, (box, second), name = WRITTEN[customer]
    picture = frame_at(await demo.film(customer), second)
    read = read_text(picture, box, language, tmp_path)
    assert read == plain(name)
    others = {plain(other) for who, (_, _, other) in WRITTEN.items() if who != customer}
    assert read not in others


async def test_a_hostile_name_arrives_as_it_is_written(demo: Demo) -> None:
    message = await demo.mail("cust-quotes@example.com")
    assert message["Subject"] == f"{HOSTILE_NAME}, it is still yours"
    html = message.get_body(("html",))
    assert html is not None
    found = re.search(r"Your cart is waiting, (.*?)</td>", html.get_content())
    assert found is not None
    assert not set("<>") & set(found[1])  # quotes end nothing in a text
    assert unescape(found[1]) == HOSTILE_NAME


async def test_the_credentials_lie_readable_for_their_owner_alone(demo: Demo) -> None:
    assert (demo.installation.data_dir / "demo-access.json").stat().st_mode & 0o777 == 0o600


async def test_no_log_line_holds_a_name_a_phone_number_or_an_address(demo: Demo) -> None:
    logs = demo.installation.data_dir / "logs"
    lines = {path.name: path.read_text(errors="replace") for path in logs.iterdir()}
    assert "api.log" in lines
    assert _hits({name: _unescaped(text) for name, text in lines.items()}) == {}


async def test_no_job_holds_a_name_a_phone_number_or_an_address(demo: Demo) -> None:
    tables = ("pgqueuer", "pgqueuer_log", "pgqueuer_statistics")
    rows = {table: await demo.installation.rows(f"SELECT t::text AS text FROM {table} t") for table in tables}
    payloads = await demo.installation.rows("SELECT convert_from(payload, 'UTF8') AS text FROM pgqueuer")
    texts = {table: "\n".join(row["text"] for row in found) for table, found in rows.items()}
    texts["payloads"] = "\n".join(row["text"] or "" for row in payloads)
    assert texts["pgqueuer_log"]
    assert _hits({name: _unescaped(text) for name, text in texts.items()}) == {}


async def test_no_address_and_no_file_name_holds_personal_data(demo: Demo) -> None:
    names = [path.relative_to(demo.installation.data_dir) for path in _files(demo.installation.data_dir)]
    urls = [one["url"] for one in demo.figures["customers"]]
    page = json.loads(await demo.api("/api/v1/media-requests?limit=200"))["media_requests"]
    media = [one["medium"] for one in page]
    urls += [str(value) for medium in media for key, value in medium.items() if key.endswith("url")]
    assert len(media) == len(CUSTOMERS)
    assert _hits({"files": "\n".join(map(str, names)), "urls": "\n".join(urls)}) == {}


async def test_what_customers_order_is_sealed_in_the_database(demo: Demo) -> None:
    rows = await demo.installation.rows("SELECT r::text AS text FROM studio_requests r")
    steps = await demo.installation.rows("SELECT s::text AS text FROM studio_callback_steps s")
    assert len(rows) == len(CUSTOMERS)
    assert _hits({"requests": "\n".join(row["text"] for row in rows + steps)}) == {}


async def test_ending_the_demo_ends_every_process(demo: Demo) -> None:
    code = await demo.installation.end(signal.SIGTERM)
    assert code == 0
    assert demo.installation.processes() == []


def _hits(texts: dict[str, str]) -> dict[str, list[str]]:
    found = {name: [value for value in SECRETS if value in text] for name, text in texts.items()}
    return {name: values for name, values in found.items() if values}


def _unescaped(text: str) -> str:
    r"""JSON may write a letter as \u0906."""
    return text + re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)


def _files(folder: Path) -> list[Path]:
    return [Path(where) / name for where, _, names in os.walk(folder) for name in names]
