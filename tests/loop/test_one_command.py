"""`reelpress up`: one command starts everything, one signal ends everything."""

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
import typer.main
from typer.testing import CliRunner

from reelpress.cli.commands import app
from reelpress.platform.config import Settings
from tests.loop.installation import Installation, installed
from tests.loop.orders import open_desk
from tests.support.ports import free_port
from tests.support.receiver import receiving

in_one_loop = pytest.mark.asyncio(loop_scope="module")

ROLES = {"up", "postgres", "api", "worker", "scheduler", "mailbox"}


def _commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command and group below one, itself included."""
    inner: dict[str, Any] = getattr(command, "commands", {})
    return [path, *(found for name, one in inner.items() for found in _commands(one, (*path, name)))]


COMMANDS = _commands(typer.main.get_command(app))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installation() -> AsyncGenerator[Installation]:
    """Up, on a data directory that did not exist before."""
    async with installed() as made:
        await made.up()
        yield made


@in_one_loop
async def test_every_role_runs_and_says_so(installation: Installation) -> None:
    assert {process.role for process in installation.processes()} >= ROLES
    assert f"Reelpress is up at {installation.url}/console" in installation.said


@in_one_loop
async def test_health_readiness_and_numbers_answer(installation: Installation) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{installation.url}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
        async with http.get(f"{installation.url}/readyz") as answer:
            assert await answer.json() == {"ready": True, "database": "ok"}
        async with http.get(f"{installation.url}/metrics") as answer:
            assert answer.content_type == "text/plain"
            assert "reelpress_http_requests_total{" in await answer.text()
        async with http.get(installation.url, allow_redirects=False) as answer:
            assert answer.headers["Location"] == "/console"


@in_one_loop
async def test_a_second_up_on_the_same_data_directory_refuses_in_one_line(installation: Installation) -> None:
    before = {process.pid for process in installation.processes()}
    done = await _run(installation, "up")
    assert done.returncode == 1
    said = " ".join(done.stderr.split())
    assert "already running on" in said
    assert "REELPRESS_DATA_DIR" in said
    assert "Traceback" not in said
    assert before <= {process.pid for process in installation.processes()}
    assert await installation.readyz() == 200


@in_one_loop
async def test_config_shows_every_setting_its_value_and_its_meaning(installation: Installation) -> None:
    done = await _run(installation, "config", COLUMNS="400", REELPRESS_OPERATOR_TOKEN="do-not-print-me")
    assert done.returncode == 0
    for name, field in Settings.model_fields.items():
        assert re.search(rf"\bREELPRESS_{name.upper()}\b", done.stdout), name
        assert field.description, name
        assert field.description[:30] in done.stdout, name
    assert str(installation.port) in done.stdout
    assert "do-not-print-me" not in done.stdout


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*command, "--help"], env={"COLUMNS": "120"})
    assert done.exit_code == 0
    sentences = [line for line in done.stdout.splitlines() if len(line.split()) >= 4 and "Usage:" not in line]
    assert sentences, done.stdout


def test_the_commands_an_operator_needs_are_there() -> None:
    assert {" ".join(command) for command in COMMANDS} >= {
        "up", "demo", "api", "worker", "scheduler", "config", "render", "template inspect", "db upgrade",
        "workspace create", "client create", "client rotate", "client revoke",
    }  # fmt: skip


@in_one_loop
async def test_a_command_that_does_not_exist_is_refused(installation: Installation) -> None:
    done = await _run(installation, "upp")
    assert done.returncode == 2
    assert "No such command" in done.stderr


@in_one_loop
async def test_ctrl_c_ends_everything(installation: Installation) -> None:
    code = await installation.end(signal.SIGINT)
    assert code == 0
    assert installation.processes() == []


@in_one_loop
async def test_the_next_start_finds_everything_and_sigterm_ends_it_in_the_middle_of_a_render() -> None:
    port = free_port()
    async with receiving(free_port()) as receiver, aiohttp.ClientSession() as http:
        allow = f"{receiver.origin},http://127.0.0.1:{port}"
        async with installed(REELPRESS_HTTP_ALLOW=allow) as installation:
            installation.port = port
            await installation.up()
            desk = await open_desk(installation, http, receiver)
            orders = await desk.orders(4)
            await desk.rendering(orders)
            code = await installation.end(signal.SIGTERM)
            assert code == 0
            assert installation.processes() == []
            await installation.up()
            await desk.served(orders)


@in_one_loop
async def test_a_demo_stopped_before_its_end_leaves_nothing_running() -> None:
    async with installed() as installation:
        installation.start("demo")
        await installation.ready()
        code = await installation.end(signal.SIGINT)
        assert code == 130
        assert installation.processes() == []


async def _run(
    installation: Installation, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "reelpress", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**installation.settings(), **environment},
        cwd=installation.folder,
        timeout=180,
    )
