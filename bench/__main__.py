"""CPU seconds per video: ours and melt's, for the same templates, interleaved in one run.

`python -m bench [rounds]` prints a table and writes bench/results/render.json with machine and versions.
"""

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "render.json"
VALUES = {
    "welcome": {"name": "Asha", "photo": str(ROOT / "examples/media/portrait-one.jpg")},
    "thank-you": {"name": "Asha", "tier": "Gold", "points": "12,500"},
}
MELT_VIDEO = ["vcodec=libx264", "preset=veryfast", "crf=23", "acodec=aac", "threads=1", "real_time=-1"]


def cpu_seconds(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """CPU seconds (user and system) and wall seconds of one command. Raises CalledProcessError."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu, time.monotonic() - started


def ours(template: Path, out: Path) -> list[str]:
    values = json.dumps(VALUES[template.stem])
    return [sys.executable, "-m", "reelpress", "render", str(template), "--data", values, "-o", str(out)]


def melts(template: Path, out: Path) -> list[str]:
    return ["melt", str(template), "-consumer", f"avformat:{out}", *MELT_VIDEO]


def measure(rounds: int, folder: Path) -> dict[str, dict[str, float]]:
    """Median CPU and wall seconds by template."""
    figures: dict[str, dict[str, float]] = {}
    for name in VALUES:
        template = ROOT / "examples" / "templates" / name / f"{name}.mlt"
        taken: dict[str, list[tuple[float, float]]] = {"ours": [], "melt": []}
        for _ in range(rounds):
            taken["ours"].append(cpu_seconds(ours(template, folder / "ours.mp4"), {}))
            headless = {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}
            taken["melt"].append(cpu_seconds(melts(template, folder / "melt.mp4"), headless))
        figures[name] = {
            f"{who}_{what}_s": round(median(pair[index] for pair in pairs), 2)
            for who, pairs in taken.items()
            for index, what in enumerate(("cpu", "wall"))
        }
        figures[name]["melt_vs_ours"] = round(figures[name]["melt_cpu_s"] / figures[name]["ours_cpu_s"], 2)
    return figures


def main() -> None:
    """Run, print, write."""
    if shutil.which("melt") is None:
        sys.exit("melt is not installed: run `make setup-dev`")
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(rounds, Path(folder))
    table = Table("template", "ours CPU s", "ours wall s", "melt CPU s", "melt wall s", "melt / ours (CPU)")
    for name, row in figures.items():
        table.add_row(
            name, *(str(row[key]) for key in row if key != "melt_vs_ours"), str(row["melt_vs_ours"])
        )
    Console().print(table)
    melt_version = subprocess.run(["melt", "--version"], capture_output=True, text=True, check=False)
    facts = {
        "templates": figures,
        "rounds": rounds,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
        "versions": {
            "python": platform.python_version(),
            "av": version("av"),
            "skia-python": version("skia-python"),
            "melt": (melt_version.stderr + melt_version.stdout).strip().splitlines()[0],
        },
        "note": "whole processes, start included; ours also writes poster, GIF and WebP",
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(facts, indent=2) + "\n")
    Console().print(f"written to {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
