"""The lint rule that keeps the outside behind its doors."""

from pathlib import Path

import pytest
from tools.lint_doors import check_source, main

ANYWHERE = "engage/campaigns/service.py"


@pytest.mark.parametrize(
    "line",
    [
        "import aiohttp",
        "from aiohttp import ClientSession",
        "import httpx as h",
        "import requests",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import http.client",
        "from http import client",
        "import socket",
        "import ssl",
        "import smtplib",
        "import aiosmtplib",
        "import asyncio\nasyncio.open_connection('a', 1)",
        "from asyncio import open_connection",
        "import asyncio as aio\naio.open_connection('a', 1)",
        "async def f(loop):\n    await loop.create_connection(object, 'a', 1)",
        "async def f(loop, sock):\n    await loop.sock_connect(sock, ('a', 1))",
        "def f():\n    import socket",
        "if True:\n    import socket",
        "try:\n    import httpx\nexcept ImportError:\n    pass",
        "__import__('socket')",
        "import importlib\nimportlib.import_module('socket')",
        "from importlib import import_module\nimport_module('http.client')",
        "import subprocess",
        "from subprocess import run",
        "import os\nos.system('ls')",
        "import os\nos.execv('/bin/ls', [])",
        "import os\nos.fork()",
        "from os import fork",
        "import multiprocessing",
        "from concurrent.futures import ProcessPoolExecutor",
        "import concurrent.futures\nconcurrent.futures.ProcessPoolExecutor()",
        "from concurrent import futures\nfutures.ProcessPoolExecutor()",
        "import asyncio\nasyncio.create_subprocess_exec('ls')",
        "import obstore",
        "from obstore.store import LocalStore",
        "import asyncpg",
        "import pgqueuer",
        "from alembic import op",
        "import uvicorn",
        "from aiosmtpd.smtp import SMTP",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import aiohttp",
    ],
)
def test_what_belongs_behind_a_door_is_found_elsewhere(line: str) -> None:
    found = check_source(ANYWHERE, line)
    assert found
    assert all("belong to" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("platform/http_out/client.py", "import aiohttp, socket, ssl"),
        ("platform/smtp_out/hosts.py", "import aiosmtplib, socket"),
        ("platform/sandbox.py", "import subprocess"),
        ("platform/sandbox/pool.py", "from concurrent.futures import ProcessPoolExecutor"),
        ("platform/db/embedded.py", "import subprocess"),
        ("cli/supervisor.py", "import asyncio\nasyncio.create_subprocess_exec('x')"),
        ("platform/storage.py", "import obstore"),
        ("platform/db/__init__.py", "import asyncpg"),
        ("platform/db/migrations/env.py", "from alembic import context"),
        ("platform/jobs.py", "import pgqueuer"),
        ("engage/channels/email/mailbox/server.py", "from aiosmtpd.smtp import SMTP"),
        ("engage/channels/email/mailbox.py", "import aiosmtpd"),
        ("app/serve.py", "import uvicorn"),
        ("cli/api.py", "import uvicorn"),
        (ANYWHERE, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from asyncpg import Connection"),
        (
            ANYWHERE,
            "import typing\nif typing.TYPE_CHECKING:\n    import asyncpg\ndef f(c: 'asyncpg.Record'): ...",
        ),
        (ANYWHERE, "import asyncio, os, http\nasyncio.timeout(1)\nos.path.join('a')\nhttp.HTTPStatus.OK"),
        (ANYWHERE, "from urllib.parse import quote"),
        (ANYWHERE, "from concurrent.futures import ThreadPoolExecutor"),
        (ANYWHERE, "from . import socket"),
        (ANYWHERE, "from reelpress.platform import http_out"),
        (ANYWHERE, "# import socket\ntext = 'import socket'"),
    ],
)
def test_the_doors_themselves_and_harmless_neighbours_pass(place: str, line: str) -> None:
    assert check_source(place, line) == []


def test_an_import_is_found_after_a_typed_one_of_the_same_name() -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import asyncpg\nimport asyncpg"
    assert [finding.line for finding in check_source(ANYWHERE, text)] == [4]


@pytest.mark.parametrize(
    "sql",
    [
        "f'select {x}'",
        "'select ' + x",
        "x + ' limit 1'",
        "'select %s' % x",
        "'select {}'.format(x)",
        "' and '.join(x)",
        "'select a' + f'{x}' + 'b'",
        "f'select a' f'{x}'",
    ],
)
@pytest.mark.parametrize("method", ["fetch", "fetchrow", "fetchval", "execute", "executemany"])
def test_composed_sql_is_found_outside_a_store(sql: str, method: str) -> None:
    text = f"async def f(conn, x):\n    await conn.{method}({sql}, x)"
    assert [finding.line for finding in check_source(ANYWHERE, text)] == [2]
    assert check_source("engage/campaigns/store.py", text) == []


def test_composed_sql_is_found_behind_a_name() -> None:
    text = "async def f(conn, x):\n    sql = f'select {x}'\n    await conn.fetch(sql)"
    assert [finding.line for finding in check_source(ANYWHERE, text)] == [3]


def test_sql_that_grows_is_found() -> None:
    text = "async def f(conn, x):\n    sql = 'select 1'\n    sql += ' limit 1'\n    await conn.fetch(sql)"
    assert [finding.line for finding in check_source(ANYWHERE, text)] == [4]


@pytest.mark.parametrize(
    "sql",
    ["'select $1'", "f'select 1'", "'select' ' 1'", "'select ' + '1'", "store.SELECT", "SELECT", "a + b"],
)
def test_constant_sql_passes(sql: str) -> None:
    assert check_source(ANYWHERE, f"async def f(conn, x):\n    await conn.fetch({sql}, x)") == []


def test_a_name_is_judged_in_its_own_function() -> None:
    text = (
        "def label(x):\n    sql = f'{x}'\n    return sql\nasync def f(conn, sql):\n    await conn.fetch(sql)"
    )
    assert check_source(ANYWHERE, text) == []


def test_findings_are_printed_with_file_and_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "engage").mkdir()
    (tmp_path / "engage" / "service.py").write_text("x = 1\nimport socket\n")
    assert main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert f"{tmp_path}/engage/service.py:2: socket: outgoing connections belong to" in printed
    assert "platform.http_out" in printed


def test_a_clean_tree_ends_with_zero(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text("import json\n")
    assert main([str(tmp_path)]) == 0


def test_a_missing_tree_is_not_a_clean_one(tmp_path: Path) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
