"""`python -m bench [CLIP]`: see bench/run.py."""

import argparse
from pathlib import Path

from bench.engage.run import QUICK, Sizes
from bench.engage.run import run as run_engage
from bench.run import Options, run

parser = argparse.ArgumentParser(
    prog="python -m bench",
    description="CPU, memory, quality and latency beside melt and ffmpeg, on this machine.",
)
parser.add_argument("clip", nargs="?", type=Path, help="footage to use; without it a generated clip")
parser.add_argument("--quick", action="store_true", help="one range, one round, quality of two rows")
parser.add_argument("--rounds", type=int, default=1, help="rounds on every range (default 1)")
parser.add_argument("--ranges", default="", help="only these ranges of the footage, by name: 0s,4s-grain")
parser.add_argument("--loads", default="", help="only these rows, by name, with commas: f10,band")
parser.add_argument(
    "--only",
    default="",
    help="only these parts: cpu, latency, throughput, engage (with commas); merges into results",
)
parser.add_argument("--rows", type=int, default=1000, help="rows of the throughput trial")
parser.add_argument("--budget", type=float, default=60.0, help="longest wall seconds of one turn of ours")

if __name__ == "__main__":
    given = parser.parse_args()
    parts = tuple(filter(None, given.only.split(","))) or ("cpu", "latency", "throughput", "engage")
    if "engage" in parts:
        run_engage(QUICK if given.quick else Sizes())
        parts = tuple(part for part in parts if part != "engage")
        if not parts:
            raise SystemExit
    run(
        Options(
            clip=given.clip,
            quick=given.quick,
            rounds=given.rounds,
            ranges=tuple(filter(None, given.ranges.split(","))),
            loads=tuple(filter(None, given.loads.split(","))),
            parts=parts,
            rows=given.rows,
            budget_s=given.budget,
        )
    )
