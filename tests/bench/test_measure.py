import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench.latency import percentile
from bench.measure import descendants, pss_mb, run

# Long enough to be looked at while it lives: memory is sampled ten times a second.
BUSY = (
    "import sys, pathlib, time; sum(range(6_000_000)); time.sleep(0.5);"
    "pathlib.Path(sys.argv[1]).write_text('x' * 7)"
)


def test_a_program_is_charged_for_its_own_time_and_that_of_its_children(tmp_path: Path) -> None:
    out = tmp_path / "out.bin"
    alone = run([sys.executable, "-c", BUSY, str(out)], out)
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY!r}, sys.argv[1]])"
    through_a_child = run([sys.executable, "-c", nested, str(out)], out)
    assert alone.file_bytes == through_a_child.file_bytes == 7
    assert alone.cpu_s > 0
    assert through_a_child.cpu_s > 0.5 * alone.cpu_s
    assert 1 < alone.peak_mb < 100


def test_a_program_that_fails_or_writes_nothing_is_a_fault(tmp_path: Path) -> None:
    out = tmp_path / "out.bin"
    with pytest.raises(subprocess.CalledProcessError):
        run([sys.executable, "-c", "raise SystemExit(3)"], out)
    with pytest.raises(subprocess.CalledProcessError):
        run([sys.executable, "-c", "pass"], out)


def test_living_children_are_found_and_weighed() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert child.pid in set(descendants(os.getpid()))
        assert pss_mb(child.pid) > 0
        child.communicate(b"\n")
    assert pss_mb(child.pid) == 0


def test_a_percentile_is_a_measured_value() -> None:
    values = [float(value) for value in range(1, 21)]
    assert percentile(values, 0.95) == 19.0
    assert percentile(values, 0.5) == 10.0
    assert percentile([4.0], 0.95) == 4.0
