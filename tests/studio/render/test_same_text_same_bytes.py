"""Equal text gives equal pixels, whatever process draws it and whatever it drew before."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.studio.render.golden_cases import CASES, drawn

ROOT = Path(__file__).parents[3]
PROGRAM = """
import hashlib, sys
from tests.studio.render.golden_cases import CASES, drawn
for name in sorted(CASES, reverse=sys.argv[1] == "backwards"):
    print(name, hashlib.sha256(drawn(CASES[name]).tobytes()).hexdigest())
"""


@pytest.mark.parametrize(
    ("order", "surroundings"),
    [
        ("forwards", {"PYTHONHASHSEED": "1", "LC_ALL": "C"}),
        (
            "backwards",
            {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "LANG": "ar_EG.UTF-8", "TZ": "Asia/Kolkata"},
        ),
    ],
)
def test_two_processes_draw_the_same_bytes(order: str, surroundings: dict[str, str]) -> None:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, order],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8", **surroundings},
        capture_output=True,
        text=True,
        check=True,
    )
    there = dict(line.split(" ") for line in made.stdout.splitlines())
    here = {name: hashlib.sha256(drawn(texts).tobytes()).hexdigest() for name, texts in CASES.items()}
    assert there == here
