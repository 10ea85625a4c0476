from pathlib import Path

import pytest
from bench.cpu import LoadFigures
from bench.loads import Load
from bench.measure import Cost
from bench.quality import Quality
from bench.report import BARS, RATIOS, block_gap, block_gaps, cpu_section, laid_over, summary

from bench import report

ROW = Load("f10", "f10", 10)


def figures(ours_s: float, melt_s: list[float], *, own: int = 50, gap: float = 0.0) -> LoadFigures:
    return LoadFigures(
        ROW,
        ours=[Cost(10, ours_s * 10, 1.0, 100.0, 1000)],
        rivals={"melt": [Cost(1, seconds, 1.0, 100.0, 1000) for seconds in melt_s]},
        publication=Cost(1, 20.0, 10.0, 100.0, 0),
        own_bytes=own,
        quality=Quality(0.98 - gap, 0.9, 0.98, 0.9, 1.0, 1.0, None, 1.0, 0, 8100, 1, 2, 1000, 1000),
    )


def test_a_ratio_is_the_rivals_median_over_our_mean_customer() -> None:
    section = cpu_section({"0s": {"f10": figures(2.0, [40.0, 50.0, 90.0])}})
    assert section["cases"]["loads"]["f10"]["ranges"]["0s"]["vs"]["melt"] == 25.0


def test_the_headline_is_the_median_over_ranges_and_the_least_is_kept() -> None:
    ranges = {name: {"f10": figures(2.0, [seconds])} for name, seconds in (("a", 40), ("b", 60), ("c", 100))}
    loads = cpu_section(ranges)["cases"]["loads"]
    assert summary(loads)["ratios"] == {"f10_vs_melt": 30.0}
    assert loads["f10"]["vs"]["melt"]["min"] == 20.0


def test_shares_are_over_all_ranges_together_and_gaps_are_the_worst() -> None:
    ranges = {"a": {"f10": figures(1, [1], own=50)}, "b": {"f10": figures(1, [1], own=80, gap=0.002)}}
    found = summary(cpu_section(ranges)["cases"]["loads"])
    assert found["bytes_share_full"] == 0.065
    assert found["ssim_mean_gap"] == 0.002


def test_a_part_measured_again_replaces_its_own_figures_only() -> None:
    earlier = {"latency": {"p50_s": 1}, "cases": {"loads": {"f10": {"ranges": {"a": 1}}, "band": 5}}}
    later = {"cases": {"loads": {"f10": {"ranges": {"b": 2}}}}}
    assert laid_over(earlier, later) == {
        "latency": {"p50_s": 1},
        "cases": {"loads": {"f10": {"ranges": {"b": 2}}, "band": 5}},
    }


def test_results_over_other_footage_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "engine.json")
    report.write({"footage": {"clip": "one"}, "latency": {"p50_s": 1.0}})
    assert "latency" in report.write({"footage": {"clip": "one"}, "throughput": {}})
    assert "latency" not in report.write({"footage": {"clip": "two"}, "throughput": {}})


def test_every_bar_on_a_ratio_is_a_ratio_that_is_reported() -> None:
    assert {bar.path[1] for bar in BARS if bar.path[0] == "ratios"} <= set(RATIOS)


def test_bars_hold_on_their_own_side() -> None:
    by_name = {bar.path[-1]: bar for bar in BARS}
    assert by_name["f10_vs_melt"].holds(25.0)
    assert not by_name["f10_vs_melt"].holds(24.9)
    assert by_name["p50_s"].holds(1.0)
    assert not by_name["p50_s"].holds(1.1)


def test_what_the_straight_encode_loses_against_itself_stands_beside_what_we_lose() -> None:
    quality = {"lasting_block_gap_db": 6.12, "worst_block_gap_db": 13.9}
    assert block_gap(quality) == "6.1 (13.9)"  # as written before this was looked at
    assert block_gap(quality | {"other_block_gap_db": None}) == "6.1 (13.9)"
    assert block_gap(quality | {"other_block_gap_db": 9.24}) == "6.1 (13.9), straight itself 9.2"
    assert block_gap(quality | {"seen_block_gap_db": 4.0}) == "6.1 (13.9), seen 4.0"


def test_the_block_that_loses_most_anywhere_is_held_to_the_bar() -> None:
    def load(**quality: float) -> dict[str, object]:
        return {"ranges": {"0s": {"quality": quality}, "8s": {"quality": None}}}

    loads = {
        "f10": load(lasting_block_gap_db=4.6),
        "f100": load(lasting_block_gap_db=6.1, seen_block_gap_db=4.4),
    }
    assert block_gaps(loads) == {"lasting_block_gap_db": 6.1, "seen_block_gap_db": 4.4}
    assert block_gaps({}) == {}
