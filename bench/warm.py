"""Our engine in a process of its own that stays up, as a worker's render process does."""

import multiprocessing
import shutil
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.measure import Cost, PeakPss, own_cpu_s
from bench.ours import Published
from bench.templates import Template


class WarmWorker:
    """One template, published in a child; use as a context manager. `publication` is what that cost."""

    def __init__(self, template: Template, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        # Not a daemon: an engine may want children of its own.
        self._process = context.Process(target=_serve, args=(theirs, template, folder))
        self._process.start()
        theirs.close()
        with PeakPss(self._pid) as peak:
            cpu_s, wall_s = self._answer()
        self.publication = Cost(1, cpu_s, wall_s, peak.mb, 0)

    def __enter__(self) -> "WarmWorker":
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def render(self, customers: Sequence[dict[str, str]], out: Path, budget_s: float) -> Cost:
        """One after the other, each to `out`, until all are done or the budget of wall seconds is spent."""
        with PeakPss(self._pid) as peak:
            self._pipe.send(("render", customers, out, budget_s))
            videos, cpu_s, wall_s = self._answer()
        return Cost(videos, cpu_s, wall_s, peak.mb, out.stat().st_size)

    def own_bytes(self, values: dict[str, str], rendered: Path) -> int:
        """Bytes kept for one more customer."""
        self._pipe.send(("own_bytes", values, rendered))
        return self._answer()

    @property
    def _pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def _answer(self) -> Any:
        kind, value = self._pipe.recv()
        if kind == "fault":
            raise RuntimeError(f"our engine failed: {value}")
        return value


def _serve(pipe: Connection, template: Template, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        begun, started = own_cpu_s(), time.monotonic()
        published = Published(template.document, folder, template.case.still)
        pipe.send(("value", (own_cpu_s() - begun, time.monotonic() - started)))
        while True:
            try:
                name, *arguments = pipe.recv()
            except EOFError:
                break
            pipe.send(("value", _ANSWERS[name](published, *arguments)))
        published.close()
    except Exception as fault:
        pipe.send(("fault", f"{type(fault).__name__}: {fault}"))
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _render(
    published: Published, customers: Sequence[dict[str, str]], out: Path, budget_s: float
) -> tuple[int, float, float]:
    begun, started, videos = own_cpu_s(), time.monotonic(), 0
    for values in customers:
        published.render(values, out)
        videos += 1
        if time.monotonic() - started > budget_s:
            break
    return videos, own_cpu_s() - begun, time.monotonic() - started


_ANSWERS: dict[str, Any] = {"render": _render, "own_bytes": Published.own_bytes}
