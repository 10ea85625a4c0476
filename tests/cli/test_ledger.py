from pathlib import Path

import pytest

from reelpress.cli.ledger import FILE, Ledger, Result, Status
from reelpress.platform.errors import StartupFault


def result(row: int, status: Status = "done", digest: str = "d", error: str = "") -> Result:
    return Result(row, f"{row}.mp4", status, 0.5, 3, error, digest)


def lines(folder: Path) -> list[str]:
    return (folder / FILE).read_text().splitlines()


def test_results_stand_in_order_of_rows_and_the_last_word_counts(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.write(result(3))
        ledger.write(result(1, "failed", error='no "name", sorry'))
        ledger.write(result(2))
    with Ledger(tmp_path) as ledger:
        ledger.write(result(1))
    assert [line.split(",")[:3] for line in lines(tmp_path)[1:]] == [
        [str(row), f"{row}.mp4", "done"] for row in (1, 2, 3)
    ]


def test_a_row_is_done_only_with_its_file_its_name_and_its_values(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        for row in (1, 2, 3):
            ledger.write(result(row))
        ledger.write(result(4, "failed"))
    (tmp_path / "1.mp4").write_bytes(b"abc")
    (tmp_path / "2.mp4").write_bytes(b"cut")
    (tmp_path / "2.mp4").write_bytes(b"cu")
    (tmp_path / "4.mp4").write_bytes(b"abc")
    with Ledger(tmp_path) as ledger:
        assert ledger.is_done(1, "d", "1.mp4")
        assert not ledger.is_done(1, "other values", "1.mp4")
        assert not ledger.is_done(1, "d", "other name.mp4")
        assert not ledger.is_done(2, "d", "2.mp4")
        assert not ledger.is_done(3, "d", "3.mp4")
        assert not ledger.is_done(4, "d", "4.mp4")
        assert not ledger.is_done(5, "d", "5.mp4")


def test_a_line_that_a_kill_cut_off_is_forgotten(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        ledger.write(result(1))
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / "1.mp4").write_bytes(b"abc")
    (tmp_path / "2.mp4").write_bytes(b"abc")
    (tmp_path / FILE).write_bytes(whole + b"2,2.mp4,done,0.500,3,,d")
    with Ledger(tmp_path) as ledger:
        assert ledger.is_done(1, "d", "1.mp4")
        assert not ledger.is_done(2, "d", "2.mp4")
        ledger.write(result(2))
    assert len(lines(tmp_path)) == 3


def test_a_table_of_somebody_else_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("name,city\nAsha,Pune")
    with pytest.raises(StartupFault, match="not the result of a run"):
        Ledger(tmp_path).__enter__()
    assert (tmp_path / FILE).read_text() == "name,city\nAsha,Pune"


def test_two_runs_never_share_a_folder(tmp_path: Path) -> None:
    with Ledger(tmp_path), pytest.raises(StartupFault, match="another run"):
        Ledger(tmp_path).__enter__()
    with Ledger(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StartupFault, match="file"):
        Ledger(tmp_path / "file").__enter__()
