"""In CI a skipped test is a failure, unless its reason is on the list in `allowed_skips.txt`."""

import os
from pathlib import Path

import pytest

ALLOWED = Path(__file__).parent.parent / "allowed_skips.txt"


class SkipPolicy:
    """Collects the reasons of skipped tests and fails the run for those nobody allowed."""

    def __init__(self) -> None:
        lines = ALLOWED.read_text(encoding="utf-8").splitlines()
        self.allowed = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
        self.refused: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._note(report.nodeid, report.longrepr)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._note(report.nodeid, report.longrepr)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.refused and session.exitstatus in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in self.refused:
            terminalreporter.write_line(f"SKIPPED WITHOUT LEAVE {line}", red=True)

    def _note(self, nodeid: str, longrepr: object) -> None:
        reason = str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
        reason = reason.removeprefix("Skipped: ")
        if reason not in self.allowed:
            self.refused.append(f"{nodeid}: {reason}")


def wanted() -> bool:
    """Whether this run is one that must not skip."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")
