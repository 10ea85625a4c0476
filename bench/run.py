"""The whole benchmark in order: footage, CPU and quality by range, latency, throughput, report."""

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import footage, report
from bench.contenders import Contender, rivals
from bench.cpu import LoadFigures, Scope, measure_range, steps
from bench.footage import VARIANTS, Footage, Variant
from bench.latency import measure_latency
from bench.loads import LOADS
from bench.throughput import measure_throughput
from reelpress.platform.progress import bar

QUICK_QUALITY = ("f10", "band")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    clip: Path | None
    quick: bool
    rounds: int
    loads: tuple[str, ...]
    ranges: tuple[str, ...]
    parts: tuple[str, ...]
    rows: int
    budget_s: float


def run(options: Options) -> None:
    """Measure, print, and write bench/results/engine.json."""
    say = Console(width=None if sys.stdout.isatty() else 150)
    against = rivals()
    if (busy := os.getloadavg()[0]) > 0.5:
        say.print(
            f"[yellow]This machine is not idle (load {busy:.1f}): the figures will be worse than its own.[/]"
        )
    results: dict[str, Any] = {
        "machine": machine(),
        "versions": versions(against),
        "contenders": settings(against),
    }
    variants = [one for one in VARIANTS if not options.ranges or one.name in options.ranges]
    variants = variants[:1] if options.quick else variants
    footages = _prepare(options.clip, variants, say)
    results["footage"] = {
        "clip": options.clip.name if options.clip else "generated",
        "seconds": footage.SECONDS,
        "ranges": [item.variant.name for item in footages],
    }
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "cpu": lambda: report.cpu_section(_cpu(options, footages, against, say)),
        "latency": lambda: measure_latency(footages[0], say),
        "throughput": lambda: {"throughput": measure_throughput(footages[0], options.rows, say)},
    }
    written: dict[str, Any] = {}
    for part, measured in parts.items():
        if part in options.parts:
            results = report.laid_over(results, measured())
            written = report.write(results)  # at once: the next part may fail, or be stopped
    report.print_all(written, say)


def _prepare(clip: Path | None, variants: Sequence[Variant], say: Console) -> list[Footage]:
    with bar(say) as progress:
        task = progress.add_task("footage", total=len(variants))
        made: list[Footage] = []
        for variant in variants:
            progress.update(task, description=f"footage {variant.name}")
            made.append(footage.prepare(clip, variant))
            progress.advance(task)
    return made


def _cpu(
    options: Options, footages: Sequence[Footage], against: Sequence[Contender], say: Console
) -> dict[str, dict[str, LoadFigures]]:
    """Figures by range and load."""
    wanted = options.loads or tuple(load.name for load in LOADS)
    needed = {load.rival_of for load in LOADS if load.name in wanted}
    loads = [load for load in LOADS if load.name in wanted or load.name in needed]
    if options.quick:
        loads = [replace(load, quality=load.name in QUICK_QUALITY) for load in loads]
    scope = Scope(1 if options.quick else options.rounds, options.budget_s, loads)
    figures: dict[str, dict[str, LoadFigures]] = {}
    with bar(say) as progress, tempfile.TemporaryDirectory(prefix="reelpress-bench-") as folder:
        total = steps(scope, len(footages), against)
        task = progress.add_task("starting", total=total)
        begun = 0

        def step(what: str) -> None:
            nonlocal begun
            progress.update(task, completed=begun, description=what)
            begun += 1
            if not say.is_terminal:
                say.print(f"{begun}/{total} {what}", highlight=False)

        for item in footages:
            figures[item.variant.name] = measure_range(item, against, scope, Path(folder), step)
        progress.update(task, completed=total, description="CPU seconds and quality")
    return figures


def machine() -> dict[str, Any]:
    """What the figures hold for."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def versions(against: Sequence[Contender]) -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "reelpress": version("reelpress"),
        "commit": _commit(),
        "av": version("av"),
        "skia-python": version("skia-python"),
        "numpy": version("numpy"),
        **{rival.name: rival.version() for rival in against},
    }


def settings(against: Sequence[Contender]) -> dict[str, str]:
    return {rival.name: rival.settings for rival in against}


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _commit() -> str:
    asked = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "unknown"
