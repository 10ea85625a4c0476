"""Figures become ratios, ratios become a table with the bars beside them, and bench/results/engine.json.

The ratio of a row on one range is the median of the rival's CPU seconds over rounds, divided by the mean CPU
seconds of our customers. `ratios` holds the median over ranges; `cases` holds the least and every range.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.cpu import LoadFigures
from bench.measure import Cost

RESULTS = Path(__file__).parent / "results" / "engine.json"
BY_RANGE = Mapping[str, Mapping[str, LoadFigures]]
RATIOS = (
    *("f3_vs_melt", "f10_vs_melt", "f10_vs_ffmpeg", "f30_vs_melt", "band_vs_melt", "band_vs_ffmpeg"),
    *("shared90_vs_melt", "shared90_vs_ffmpeg", "known_vs_melt", "known_vs_ffmpeg"),
    *("f100_vs_melt", "f100_vs_ffmpeg"),
)
COLUMNS = """\
ours/melt/ffmpeg CPU s: user and system time of one customer's file, whole process tree (median over ranges);
  ours in its warm process (mean of the round's customers), rivals from start to end of their process.
vs melt, vs ffmpeg: rival's CPU seconds / ours on the same range in this run; median over ranges (least).
peak MB: highest proportional set size seen, of the warm process or the program. bytes: the finished file.
published: CPU seconds paid once per template. shared90: 9 of 10 customers show a value already shown.
known: all of it rendered before; rivals cost there what f10 costs them. still: one 1080x1080 JPEG.
SSIM gap: straight minus ours (straight: x264 veryfast, CRF 23, of the same frames), both against the
  uncompressed frames; block gap: the 16x16 block that loses most over half a second (in one picture), dB;
  seen: where errors below two levels, which nobody sees, are all one;
  past 6 dB also what the straight encode loses against itself when it runs with another number of threads.
  All: smaller is better.
of a million: 16x16 blocks of single pictures more than 6 dB below the straight encode's / 6 dB above."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to reach."""

    path: tuple[str, ...]
    at_least: float | None = None
    at_most: float | None = None

    def holds(self, value: float) -> bool:
        return value >= self.at_least if self.at_least is not None else value <= (self.at_most or 0.0)

    def __str__(self) -> str:
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"


BLOCK_GAPS = ("lasting_block_gap_db", "seen_block_gap_db")  # see `quality.Quality`
BARS = (
    Bar(("ratios", "f10_vs_melt"), at_least=25),
    Bar(("ratios", "f10_vs_ffmpeg"), at_least=13),
    Bar(("ratios", "band_vs_melt"), at_least=60),
    Bar(("ratios", "band_vs_ffmpeg"), at_least=33),
    Bar(("ratios", "shared90_vs_melt"), at_least=150),
    Bar(("ratios", "shared90_vs_ffmpeg"), at_least=80),
    Bar(("ratios", "known_vs_melt"), at_least=1000),
    Bar(("ratios", "known_vs_ffmpeg"), at_least=550),
    Bar(("ratios", "f100_vs_melt"), at_least=1.7),
    Bar(("ratios", "f100_vs_ffmpeg"), at_least=1),
    Bar(("latency", "p50_s"), at_most=1.0),
    Bar(("latency", "p95_s"), at_most=2.0),
    Bar(("latency", "known_ms"), at_most=100),
    Bar(("latency", "jpeg_ms"), at_most=50),
    Bar(("worker_pss_mb",), at_most=1000),
    Bar(("bytes_share_full",), at_most=0.12),
    Bar(("bytes_share_band",), at_most=0.04),
    Bar(("ssim_mean_gap",), at_most=0.003),
    Bar(("ssim_worst_gap",), at_most=0.003),
    Bar(("bytes_vs_straight",), at_most=1.10),
    *(Bar((key,), at_most=6) for key in BLOCK_GAPS),
)


def cpu_section(figures: BY_RANGE) -> dict[str, Any]:
    """The raw figures of the interleaved run, by load and range."""
    loads = list(next(iter(figures.values())))
    cases = {name: _case({where: by_load[name] for where, by_load in figures.items()}) for name in loads}
    return {"cases": {"loads": cases}}


def write(results: dict[str, Any]) -> dict[str, Any]:
    """Lay the results over those of parts and loads that were not measured this time, and keep all.

    Results over other footage are dropped: figures of two films say nothing side by side.
    """
    extras = {key: results.pop(key) for key in ("footage", "contenders") if key in results}
    results.setdefault("cases", {}).update(extras)
    merged = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if merged.get("cases", {}).get("footage") != results["cases"].get("footage"):
        merged = {}
    merged = laid_over(merged, results)
    merged |= summary(merged["cases"].get("loads", {}))
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(merged, indent=2, ensure_ascii=False) + "\n")
    return merged


def laid_over(earlier: Any, later: Any, levels: int = 3) -> Any:
    """Dictionaries are joined down to a level; below it the later one stands alone."""
    if levels and isinstance(earlier, dict) and isinstance(later, dict):
        return earlier | {key: laid_over(earlier.get(key), value, levels - 1) for key, value in later.items()}
    return later


def summary(loads: Mapping[str, Any]) -> dict[str, Any]:
    """The headline figures that follow from the loads.

    Ratios are medians over ranges, shares of bytes are over all ranges together, quality is the worst.
    """
    ratios = {key: value for key in RATIOS if (value := _ratio(loads, key)) is not None}
    found: dict[str, Any] = {"ratios": ratios}
    for key, load in (("bytes_share_full", "f10"), ("bytes_share_band", "band")):
        if load in loads:
            ranges = loads[load]["ranges"].values()
            held = sum(one["own_bytes"] for one in ranges)
            found[key] = round(held / sum(one["ours"]["bytes"] for one in ranges), 4)
    qualities = [one["quality"] for load in loads.values() for one in load["ranges"].values()]
    for key in ("ssim_mean_gap", "ssim_worst_gap", "bytes_vs_straight"):
        if measured := [quality[key] for quality in qualities if quality]:
            found[key] = max(measured)
    return found


def print_all(results: dict[str, Any], say: Console) -> None:
    """Tables, and what their columns mean."""
    cases = results["cases"].get("loads", {})
    if cases:
        say.print(_cpu_table(cases))
        say.print(_quality_table(cases))
    say.print(_bars_table(results))
    say.print(COLUMNS, highlight=False, style="dim")
    if "throughput" in results:
        done = results["throughput"]
        say.print(
            f"throughput: {done['rows_done']} of {done['rows_asked']} rows in {done['wall_s']:g} s, "
            f"{done['rows_per_s']:g} rows/s on {done['processes']} processes"
        )
    say.print(f"written to {RESULTS.relative_to(Path(__file__).parents[1])}")


def _case(by_range: Mapping[str, LoadFigures]) -> dict[str, Any]:
    ranges = {where: _range(figures) for where, figures in by_range.items()}
    rivals = sorted({name for one in ranges.values() for name in one["vs"]})
    versus = {name: [one["vs"][name] for one in ranges.values()] for name in rivals}
    return {
        "vs": {name: {"median": round(median(all_), 2), "min": min(all_)} for name, all_ in versus.items()},
        "ranges": ranges,
    }


def _range(figures: LoadFigures) -> dict[str, Any]:
    ours = _total(figures.ours)
    assert figures.publication is not None
    quality = figures.quality
    return {
        "vs": {
            name: round(median(cost.cpu_s for cost in costs) / ours.cpu_each_s, 2)
            for name, costs in figures.rivals.items()
        },
        "ours": _facts(ours) | {"rounds": [_facts(cost) for cost in figures.ours]},
        "published": _facts(figures.publication),
        **{name: _rival(costs) for name, costs in figures.rivals.items()},
        "rivals_measured_in": figures.load.rival_of or figures.load.name,
        "own_bytes": figures.own_bytes,
        "own_bytes_share": round(figures.own_bytes / ours.file_bytes, 4),
        "quality": None
        if quality is None
        else asdict(quality)
        | {
            "ssim_mean_gap": round(quality.ssim_mean_gap, 5),
            "ssim_worst_gap": round(quality.ssim_worst_gap, 5),
            "bytes_vs_straight": round(quality.bytes_vs_straight, 4),
        },
    }


def _total(costs: list[Cost]) -> Cost:
    return Cost(
        sum(cost.videos for cost in costs),
        sum(cost.cpu_s for cost in costs),
        sum(cost.wall_s for cost in costs),
        max(cost.peak_mb for cost in costs),
        costs[-1].file_bytes,
    )


def _rival(costs: list[Cost]) -> dict[str, Any]:
    return {
        "cpu_s": round(median(cost.cpu_s for cost in costs), 3),
        "wall_s": round(median(cost.wall_s for cost in costs), 3),
        "peak_mb": round(max(cost.peak_mb for cost in costs), 1),
        "bytes": costs[-1].file_bytes,
        "rounds": [_facts(cost) for cost in costs],
    }


def _facts(cost: Cost) -> dict[str, Any]:
    """Each video's share."""
    return {
        "videos": cost.videos,
        "cpu_s": round(cost.cpu_each_s, 5),
        "wall_s": round(cost.wall_s / cost.videos, 5),
        "peak_mb": round(cost.peak_mb, 1),
        "bytes": cost.file_bytes,
    }


def _ratio(loads: Mapping[str, Any], key: str) -> float | None:
    load, _, rival = key.partition("_vs_")
    return loads[load]["vs"].get(rival, {}).get("median") if load in loads else None


def block_gaps(loads: Mapping[str, Any]) -> dict[str, float]:
    """The greatest of BLOCK_GAPS over every load and range that was looked at."""
    qualities = [one["quality"] for load in loads.values() for one in load["ranges"].values()]
    looked_at = {key: [one[key] for one in qualities if one and key in one] for key in BLOCK_GAPS}
    return {key: max(gaps) for key, gaps in looked_at.items() if gaps}


def _cpu_table(cases: Mapping[str, Any]) -> Table:
    table = Table("row", title="One customer's file")
    for column in (
        "ours CPU s",
        "melt",
        "ffmpeg",
        "vs melt",
        "vs ffmpeg",
        "wall s",
        "peak MB",
        "bytes",
        "published",
    ):
        table.add_column(column, justify="right")
    for name, case in cases.items():
        ranges = list(case["ranges"].values())
        table.add_row(
            name,
            f"{_middle(ranges, 'ours', 'cpu_s'):.3f}",
            *(f"{_middle(ranges, who, 'cpu_s'):.2f}" for who in ("melt", "ffmpeg")),
            *(
                f"{case['vs'][who]['median']:.1f} ({case['vs'][who]['min']:.1f})"
                for who in ("melt", "ffmpeg")
            ),
            f"{_middle(ranges, 'ours', 'wall_s'):.3f}",
            "/".join(f"{_middle(ranges, who, 'peak_mb'):.0f}" for who in ("ours", "melt", "ffmpeg")),
            "/".join(f"{_middle(ranges, who, 'bytes') / 1e6:.2f}M" for who in ("ours", "melt", "ffmpeg")),
            f"{_middle(ranges, 'published', 'cpu_s'):.1f}",
        )
    return table


def _middle(ranges: list[dict[str, Any]], who: str, what: str) -> float:
    return median(one[who][what] for one in ranges if who in one)


def _quality_table(cases: Mapping[str, Any]) -> Table:
    table = Table("row", "range", title="Quality beside the straight encode")
    columns = (
        "SSIM ours",
        "straight",
        "mean gap",
        "worst gap",
        "block gap dB",
        "of a million",
        "bytes / straight",
    )
    for column in columns:
        table.add_column(column, justify="right")
    for name, case in cases.items():
        for where, one in case["ranges"].items():
            if quality := one["quality"]:
                table.add_row(
                    name,
                    where,
                    f"{quality['ssim_mean']:.4f}",
                    f"{quality['straight_ssim_mean']:.4f}",
                    f"{quality['ssim_mean_gap']:+.4f}",
                    f"{quality['ssim_worst_gap']:+.4f}",
                    block_gap(quality),
                    _far_apart(quality),
                    f"{quality['bytes_vs_straight']:.3f}",
                )
    return table


def block_gap(quality: Mapping[str, Any]) -> str:
    """Over half a second, in one picture; where known, what is seen of it, and the straight encode's."""
    besides = {"seen": "seen_block_gap_db", "straight itself": "other_block_gap_db"}
    shown = (f", {what} {quality[key]:.1f}" for what, key in besides.items() if quality.get(key) is not None)
    return f"{quality['lasting_block_gap_db']:.1f} ({quality['worst_block_gap_db']:.1f}){''.join(shown)}"


def _far_apart(quality: Mapping[str, Any]) -> str:
    """Blocks far below the straight encode's, and far above, of a million."""
    return "/".join(
        f"{1e6 * quality[which] / quality['blocks']:.0f}" for which in ("blocks_below", "blocks_above")
    )


def _bars_table(results: Mapping[str, Any]) -> Table:
    table = Table("figure", "measured", "bar", "", title="Bars")
    shown = dict(results) | block_gaps(results["cases"].get("loads", {}))
    for bar in BARS:
        value: Any = shown
        for step in bar.path:
            value = value.get(step, {})
        if not isinstance(value, int | float):
            table.add_row(bar.path[-1], "not measured", str(bar), "")
            continue
        table.add_row(
            bar.path[-1], f"{value:g}", str(bar), "[green]✓[/]" if bar.holds(value) else "[red]✗[/]"
        )
    return table
