import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from av import open as open_media
from tests.cli.conftest import CITY, NAME, PHOTO, OpenShop, Shop
from tests.cli.poison import make_or_die
from tests.studio.mlt_documents import clear, text
from tests.studio.render.media_samples import make_picture
from tests.support.waiting import until
from typer.testing import CliRunner

from reelpress.cli import batch, render
from reelpress.cli.commands import app
from reelpress.cli.render import count_table
from reelpress.cli.table import open_table
from reelpress.platform.errors import StartupFault
from reelpress.studio.plan import Resolved
from reelpress.studio.render.pressroom import press_for

PEOPLE = [f"Person {number}" for number in range(12)]


def times(shop: Shop) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in shop.out.glob("*.mp4")}


def frames_in(path: Path) -> int:
    with open_media(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def test_every_row_becomes_a_file_and_a_line_and_a_faulty_one_stops_nobody(open_shop: OpenShop) -> None:
    shop = open_shop()
    summary = shop.run(shop.csv("name,more", "Asha,1", ",2", "", "Bo,3"))
    assert (summary.done, summary.failed) == (2, 1)
    assert shop.results() == [
        ["1", "000001.mp4", "done", ""],
        ["2", "", "failed", "field 'name' is missing or empty and layer 'Name' has no fallback"],
        ["3", "000003.mp4", "done", ""],
    ]
    assert [frames_in(shop.out / name) for name in ("000001.mp4", "000003.mp4")] == [50, 50]
    assert sorted(path.name for path in shop.out.iterdir()) == ["000001.mp4", "000003.mp4", "results.csv"]


def test_the_command_ends_with_1_when_a_row_failed_and_with_0_when_none_did(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop()
    monkeypatch.chdir(shop.folder)
    command = ["render", str(shop.template), "-o", str(shop.out), "--cache", str(shop.cache), "--still"]
    bad, good = shop.csv("name,more", "Asha,1", ",2"), shop.csv("name", "Asha", "Bo", name="good.csv")
    assert CliRunner().invoke(app, [*command, "--csv", str(bad)]).exit_code == 1
    assert CliRunner().invoke(app, [*command, "--csv", str(good)]).exit_code == 0
    assert sorted(path.name for path in shop.out.glob("*.jpg")) == ["000001.jpg", "000002.jpg"]


def test_a_second_run_does_only_what_changed(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.run(shop.csv("name", "Asha", "Bo", "Cy"))
    before = times(shop)
    summary = shop.run(shop.csv("name", " Asha ", "Bob", "Cy", "Di"))
    assert (summary.done, summary.skipped) == (2, 2)
    changed = {name for name, time in times(shop).items() if before.get(name) != time}
    assert changed == {"000002.mp4", "000004.mp4"}
    (shop.out / "000001.mp4").unlink()
    assert shop.run(shop.csv("name", "Asha", "Bob", "Cy", "Di")).done == 1


def test_another_template_means_other_media(open_shop: OpenShop) -> None:
    shop = open_shop()
    rows = shop.csv("name", "Asha")
    assert [shop.run(rows).done, shop.run(rows).done] == [1, 0]
    shop.template.write_bytes(shop.template.read_bytes().replace(b"Hi ", b"Ho "))
    assert shop.run(rows).done == 1


def test_files_are_named_by_a_column_when_asked(open_shop: OpenShop) -> None:
    shop = open_shop()
    shop.run(shop.csv("name,key", "Asha,a/1", "Bo,a/1", "Cy,"), name="key", how="still")
    assert [line[1] for line in shop.results()] == ["a-1.jpg", "a-1-2.jpg", "000003.jpg"]


def test_a_limit_renders_the_first_rows_and_a_later_run_the_rest(open_shop: OpenShop) -> None:
    shop = open_shop()
    rows = shop.csv("name", "Asha", "Bo", "Cy")
    assert shop.run(rows, limit=1, how="still").done == 1
    assert (shop.run(rows, how="still").done, len(shop.results())) == (2, 3)


def test_pictures_lie_beside_the_csv_and_addresses_are_refused(open_shop: OpenShop) -> None:
    shop = open_shop([NAME, PHOTO])
    (shop.folder / "faces").mkdir()
    make_picture(shop.folder / "faces" / "asha.png")
    rows = shop.csv(
        "name,photo", "Asha,faces/asha.png", "Bo,https://example.com/bo.png", "Cy,faces/none.png", "Di,"
    )
    summary = shop.run(rows, how="still")
    assert (summary.done, summary.failed) == (2, 2)
    results = shop.results()
    assert "the command line fetches nothing" in results[1][3]
    assert "no such picture" in results[2][3]


def test_a_picture_that_changed_is_rendered_again(open_shop: OpenShop) -> None:
    from reelpress.cli.job import picture_digest

    shop = open_shop([NAME, PHOTO])
    rows = shop.csv("name,photo", "Asha,asha.png")
    for seed in (b"", b"more"):
        picture = make_picture(shop.folder / "asha.png")
        picture.write_bytes(picture.read_bytes() + seed)
        picture_digest.cache_clear()  # another run is another process
        assert shop.run(rows, how="still").done == 1


def test_a_picture_that_cannot_be_read_fails_its_row_alone(open_shop: OpenShop) -> None:
    shop = open_shop([NAME, PHOTO])
    (shop.folder / "broken.png").write_bytes(b"no picture")
    summary = shop.run(shop.csv("name,photo", "Asha,broken.png", "Bo,"))
    assert (summary.done, summary.failed) == (1, 1)
    assert "not a readable picture" in shop.results()[0][3]


def test_a_row_that_kills_its_process_fails_and_its_neighbours_do_not(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop()
    monkeypatch.setattr(batch, "make", make_or_die)
    monkeypatch.setattr(render, "cores", lambda: 2)
    summary = shop.run(shop.csv("name", "Asha", "poison", "Bo", "Cy"), how="still")
    assert (summary.done, summary.failed) == (3, 1)
    assert [line[2] for line in shop.results()] == ["done", "failed", "done", "done"]


def test_a_template_that_cannot_be_made_ready_is_one_clear_error_and_not_one_a_row(
    open_shop: OpenShop,
) -> None:
    shop = open_shop()
    (shop.folder / "film.mp4").write_bytes(b"no film")
    with pytest.raises(StartupFault, match=r"cannot be made ready: film\.mp4"):
        shop.run(shop.csv("name", "Asha", "Bo"))
    (shop.folder / "film.mp4").unlink()
    with pytest.raises(StartupFault, match=r"film\.mp4: the file is missing"):
        shop.run(shop.csv("name", "Asha", "Bo"))


def started(shop: Shop, rows: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "reelpress", "render", str(shop.template), "--csv", str(rows)]
    command += ["-o", str(shop.out), "--cache", str(shop.cache)]
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        command, cwd=shop.folder, env={**os.environ, "PYTHONPATH": paths}, stderr=subprocess.PIPE
    )


def done_lines(shop: Shop) -> int:
    results = shop.out / "results.csv"
    return results.read_text().count(",done,") if results.exists() else 0


async def when_some_are_done(shop: Shop) -> None:
    async def look() -> int:
        return done_lines(shop)

    await until(look, lambda count: count >= 2)


def own_keys(shop: Shop, rows: Path) -> list[str]:
    """Of the personal segments of every row that can be rendered."""
    job = shop.job(rows)
    keys: list[str] = []
    for row in open_table(rows, job.plan).rows():
        resolved = job.resolved(row.values)
        if isinstance(resolved, Resolved):
            order = job.order(resolved)
            keys += [part.key for part in press_for(order)[1].film(order.order()).parts if part.own]
    return keys


@pytest.mark.parametrize(("sent", "ends"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_a_run_that_was_stopped_in_the_middle_goes_on_where_it_was(
    open_shop: OpenShop, sent: signal.Signals, ends: int
) -> None:
    shop = open_shop([NAME, CITY])
    people = [*(f"Person {number}" for number in range(239)), "Person 0"]
    rows = shop.csv("name,city", *(f"{name},{name} City" for name in people))
    process = started(shop, rows)
    asyncio.run(when_some_are_done(shop))
    process.send_signal(sent)
    _, said = process.communicate(timeout=60)
    assert process.returncode == ends
    if sent == signal.SIGINT:
        assert b"the same command goes on" in said
    whole = [
        line.split(",")[1] for line in (shop.out / "results.csv").read_text().splitlines() if ",done," in line
    ]
    before = {name: time for name, time in times(shop).items() if name in whole}
    assert 2 <= len(before) < 240
    summary = shop.run(rows)
    assert (summary.failed, summary.rows) == (0, 240)
    assert summary.skipped == len(before)
    assert {name: time for name, time in times(shop).items() if name in before} == before
    assert sorted(path.name for path in shop.out.iterdir() if path.suffix != ".mp4") == ["results.csv"]
    assert (shop.out / "000001.mp4").read_bytes() == (shop.out / "000240.mp4").read_bytes()


def test_the_planner_counts_the_segments_that_the_press_then_makes(open_shop: OpenShop) -> None:
    shop = open_shop([NAME, CITY, PHOTO])
    make_picture(shop.folder / "one.png")
    make_picture(shop.folder / "same.png")
    rows = shop.csv(
        "name,city,photo",
        "Asha,Pune,one.png",
        "asha,Pune,one.png",
        "Asha,,same.png",
        "Bo,Agra,",
        ",x,",
        "Bo,Agra,",
    )
    job = shop.job(rows)
    count, own = count_table(job, open_table(rows, job.plan)), own_keys(shop, rows)
    assert (count.rows, count.good) == (6, 5)
    assert (count.asked, count.rendered) == (len(own), len(set(own)))
    assert count.rendered < count.asked


def test_the_planner_counts_each_band_of_a_picture_by_its_own_values(open_shop: OpenShop) -> None:
    above = clear("above", 50, text("{{name}}", geometry="20 40 280 40 1"))
    below = clear("below", 50, text("{{city}}", geometry="20 600 280 40 1"))
    shop = open_shop([above, below], height=720)
    rows = shop.csv("name,city", "Asha,Pune", "Bo,Pune", "Cy,Pune", "Asha,Agra")
    job = shop.job(rows)
    count, own = count_table(job, open_table(rows, job.plan)), own_keys(shop, rows)
    assert [len(span.bands) for span in job.plan.spans] == [0, 2, 0]
    assert sorted(unit.rendered for unit in count.units) == [2, 3]
    assert (count.asked, count.rendered) == (len(own), len(set(own)))


def test_explain_renders_nothing_and_says_plan_cost_and_numbers(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = open_shop([NAME, CITY])
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(shop.folder)
    rows = shop.csv("name,more", "Asha,1", "Asha,2", ",3", "Bo,4")
    command = ["render", str(shop.template), "--csv", str(rows), "--explain", "-o", str(shop.out)]
    assert app(command, standalone_mode=False) in (None, 0)
    said = capsys.readouterr().out
    for words in (
        "60% of the frames",
        "costs most",
        "3 can be rendered",
        "2 to encode, 1 shared",
        "row 3: field 'name'",
    ):
        assert words in said
    assert not shop.out.exists()
    assert not shop.cache.exists()
    assert not (shop.folder / ".reelpress").exists()
