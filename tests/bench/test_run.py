"""The parts of the benchmark in order."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from bench.footage import VARIANTS
from bench.run import Options

from bench import report, run

OPTIONS = Options(None, True, 1, (), (), ("cpu", "latency"), 1, 1.0)


def test_what_was_measured_is_kept_when_a_later_part_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_: object) -> dict[str, object]:
        raise OSError("no port left")

    monkeypatch.setattr(report, "RESULTS", tmp_path / "engine.json")
    monkeypatch.setattr(report, "cpu_section", lambda _figures: {"worker_pss_mb": 904})
    monkeypatch.setattr(run, "_cpu", lambda *_: {})
    monkeypatch.setattr(run, "_prepare", lambda *_: [SimpleNamespace(variant=VARIANTS[0])])
    monkeypatch.setattr(run, "measure_latency", fails)
    with pytest.raises(OSError, match="no port left"):
        run.run(OPTIONS)
    kept = json.loads((tmp_path / "engine.json").read_text())
    assert kept["worker_pss_mb"] == 904
