"""The embedded PostgreSQL: committed rows survive a kill, an orphan is stopped."""

import os
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reelpress.platform.db import connect
from reelpress.platform.db.embedded import EmbeddedPostgres, embedded, wait_until_ready


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="reelpress-") as name:
        yield Path(name)


async def test_a_committed_row_survives_kill_nine(folder: Path) -> None:
    server = embedded(folder)
    server.prepare()
    child = server.start(folder / "log")
    await wait_until_ready(server.url, child, folder / "log")
    conn = await connect(server.url)
    await conn.execute("CREATE TABLE kept AS SELECT 7 AS value")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    server.prepare()
    child = server.start(folder / "log")
    await wait_until_ready(server.url, child, folder / "log")
    assert await (await connect(server.url)).fetchval("SELECT value FROM kept") == 7
    _stop(child)


async def test_a_server_left_behind_is_stopped_by_the_next_start(folder: Path) -> None:
    server: EmbeddedPostgres = embedded(folder)
    server.prepare()
    orphan = server.start(folder / "log")
    await wait_until_ready(server.url, orphan, folder / "log")
    orphan_ended = False

    def reap() -> None:
        nonlocal orphan_ended
        orphan.wait()
        orphan_ended = True

    reaper = threading.Thread(target=reap)
    reaper.start()
    server.prepare()
    reaper.join(20)
    assert orphan_ended


def _stop(child: object) -> None:
    child.send_signal(signal.SIGINT)
    child.wait(20)


async def test_it_runs_where_nobody_else_may_enter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root: wheel and data below a folder with mode 0700, as in /root."""
    monkeypatch.setattr("reelpress.platform.db.embedded._reachable", lambda _: False)
    server = embedded(folder)
    server.prepare()
    child = server.start(folder / "log")
    await wait_until_ready(server.url, child, folder / "log")
    _stop(child)
