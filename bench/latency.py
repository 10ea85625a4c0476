"""From an accepted request to a URL that plays: a real server and worker, one request at a time."""

import asyncio
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
from rich.console import Console

from bench import templates
from bench.footage import Footage
from bench.measure import descendants, pss_mb
from bench.people import Person, first_people
from bench.templates import Template

REQUESTS, WARM_UP = 20, 3
LONGEST_S = 420.0  # of one series: a slow engine gets fewer requests, and the count says so
# Asking takes CPU from what is measured: 200 times a second made 0.98 to 1.00 s of 0.96 s.
POLL_S, POLL_SHARE = 0.005, 0.025  # at least, and of the time waited so far
PAUSE_S = 0.25  # what follows a request (its callback) is over before the next one
START_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 40.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running `reelpress up`."""

    url: str
    pid: int
    operator_token: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A workspace with a client of Studio."""

    http: aiohttp.ClientSession
    url: str
    workspace: dict[str, Any]
    api_key: str

    async def call(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.workspace['api_token']}"}
        return await _json(self.http, method, self.url + path, headers, **body)


def measure_latency(footage: Footage, say: Console) -> dict[str, Any]:
    """`latency`, `worker_pss_mb`, and the single figures under `cases`."""
    with say.status("latency: starting the server") as status, _running() as server:
        series, memory = asyncio.run(_play(server, footage, status.update))
    video = [one["from_accepted_s"] for one in series["f10"]]
    return {
        "latency": {
            "p50_s": round(median(video), 4),
            "p95_s": round(percentile(video, 0.95), 4),
            "known_ms": round(1000 * median(one["from_accepted_s"] for one in series["known"]), 1),
            "jpeg_ms": round(1000 * median(one["from_accepted_s"] for one in series["jpeg"]), 1),
        },
        "worker_pss_mb": memory["worker_and_children_mb"],
        "cases": {"latency": series, "memory": memory},
    }


async def _play(
    server: Server, footage: Footage, update: Callable[[str], None]
) -> tuple[dict[str, list[dict[str, float]]], dict[str, Any]]:
    timeout = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        caller = await _caller(http, server)
        update("latency: publishing the video template")
        video = await _publish(caller, templates.write(templates.CASES["f10"], footage), "video")
        update("latency: publishing the image template")
        image = await _publish(caller, templates.write(templates.CASES["still"], footage), "image")
        series: dict[str, list[dict[str, float]]] = {}
        who = first_people(REQUESTS + WARM_UP)
        update("latency: distinct videos")
        series["f10"] = await _series(caller, video, who)
        update("latency: the same videos for other customers")
        series["known"] = await _series(caller, video, who[: len(series["f10"]) + WARM_UP], again=True)
        update("latency: images")
        series["jpeg"] = await _series(caller, image, who)
        return series, _memory(server.pid)


async def _series(
    caller: Caller, use_case: str, who: Sequence[Person], *, again: bool = False
) -> list[dict[str, float]]:
    """One request after the other; the first ones warm up and are not in the result."""
    taken: list[dict[str, float]] = []
    started = time.monotonic()
    for number, person in enumerate(who):
        one = await _one(caller, use_case, f"{'again' if again else 'first'}-{number}", person)
        if number >= WARM_UP:
            taken.append(one)
        if taken and time.monotonic() - started > LONGEST_S:
            break
        await asyncio.sleep(PAUSE_S)
    return taken


async def _one(caller: Caller, use_case: str, customer: str, person: Person) -> dict[str, float]:
    body = {
        "client-request-id": f"bench-{use_case}-{customer}",
        "customer-id": customer,
        "use-case-id": use_case,
        "user-id": "+14155550123",
        "user-config": person.values,
    }
    headers = {"x-api-key": caller.api_key}
    sent = time.monotonic()
    accepted = await _json(caller.http, "POST", f"{caller.url}/video/request", headers, json=body)
    at = time.monotonic()
    url = await _medium(caller, accepted["whilter-request-id"], headers)
    async with caller.http.get(url) as answer:
        ready = time.monotonic()
        if answer.status != 200:
            raise RuntimeError(f"{url} answered {answer.status}")
        size = len(await answer.read())
    return {"from_accepted_s": round(ready - at, 4), "from_sent_s": round(ready - sent, 4), "bytes": size}


async def _medium(caller: Caller, request_id: str, headers: dict[str, str]) -> str:
    started = time.monotonic()
    while True:
        found = await _json(caller.http, "GET", f"{caller.url}/status/{request_id}", headers)
        if found["status"] == "SUCCESS":
            return found["video-url"] or found["image-url"]
        if found["status"] != "PROCESSING":
            raise RuntimeError(f"the request failed: {found['message']}")
        await asyncio.sleep(max(POLL_S, POLL_SHARE * (time.monotonic() - started)))


async def _caller(http: aiohttp.ClientSession, server: Server) -> Caller:
    operator = {"Authorization": f"Bearer {server.operator_token}"}
    new = {"name": "Bench", "admin_email": "bench@example.com", "admin_name": "Bench"}
    workspace = await _json(http, "POST", f"{server.url}/api/v1/workspaces", operator, json=new)
    caller = Caller(http, server.url, workspace, "")
    client = await caller.call("POST", "/api/v1/clients", json={"name": "bench", "api_key": True})
    return Caller(http, server.url, workspace, client["api_key"])


async def _publish(caller: Caller, template: Template, kind: str) -> str:
    """Upload, define, publish: its use-case-id."""
    media = template.footage.still if template.case.still else template.footage.house
    form = aiohttp.FormData()
    for file in (template.document, media):
        form.add_field("file", file.read_bytes(), filename=file.name)
    asset = await caller.call("POST", "/api/v1/assets", data=form)
    egress = {
        "type": "CPAAS",
        "base_url": caller.url,
        "workspace_id": caller.workspace["workspace_id"],
        "data_api_key": caller.workspace["data_api_key"],
        "ready_event": "Media Ready",
    }
    definition = {
        "output": {"kind": kind},
        "parts": [{"kind": "mlt", "asset_id": asset["id"], "name": "Main"}],
        "mappings": [],
        "connection": {"egress": egress, "time_to_live": "ONE_DAY"},
    }
    new = {"name": f"Bench {template.case.name}", "definition": definition}
    made = await caller.call("POST", "/api/v1/media-campaigns", json=new)
    await caller.call("POST", f"/api/v1/media-campaigns/{made['id']}/publish", json={})
    return made["id"]


async def _json(
    http: aiohttp.ClientSession, method: str, url: str, headers: dict[str, str], **body: Any
) -> Any:
    async with http.request(method, url, headers=headers, **body) as answer:
        if answer.status >= 300:
            raise RuntimeError(f"{method} {url} answered {answer.status}: {(await answer.text())[:500]}")
        return await answer.json()


@contextmanager
def _running() -> Iterator[Server]:
    """`reelpress up` on free ports with a data directory of its own."""
    with tempfile.TemporaryDirectory(prefix="reelpress-bench-") as folder:
        # The embedded database runs as another user where we are root, and has to reach its folder.
        Path(folder).chmod(0o755)
        data, port = Path(folder) / "data", _free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {
            "REELPRESS_DATA_DIR": str(data),
            "REELPRESS_PORT": str(port),
            "REELPRESS_PUBLIC_URL": url,
            "REELPRESS_MAILBOX_PORT": "0",
            "REELPRESS_LOG_LEVEL": "WARNING",
        }
        with (Path(folder) / "up.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "reelpress", "up"],
                cwd=folder,
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )
        try:
            asyncio.run(_ready(url, process))
            yield Server(url, process.pid, (data / "operator.token").read_text().strip())
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


async def _ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    async with aiohttp.ClientSession() as http:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.2)
    raise RuntimeError("the server did not get ready")


def _memory(server: int) -> dict[str, Any]:
    """PSS of the worker and of its render processes, right after the requests."""
    workers = [pid for pid in descendants(server) if "worker" in _command_line(pid)]
    worker = workers[0]
    children = {pid: pss_mb(pid) for pid in descendants(worker)}
    own = pss_mb(worker)
    return {
        "worker_mb": round(own, 1),
        "children_mb": sorted((round(mb, 1) for mb in children.values()), reverse=True),
        "worker_and_children_mb": round(own + sum(children.values()), 1),
    }


def _command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except OSError:
        return []


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
