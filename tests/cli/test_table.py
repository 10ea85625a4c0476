import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.studio.mlt_documents import clear, document, text

from reelpress.cli.table import Table, open_table
from reelpress.platform.errors import StartupFault
from reelpress.studio.plan import OutputSpec, PartSource, Plan, compile_plan
from reelpress.studio.scene import parse_scene


def plan_of(*layers: str) -> Plan:
    clips = [clear(f"clip{at}", 10, layer) for at, layer in enumerate(layers)]
    tracks = [[(f"clip{at}", 0, 0, 9)] for at in range(len(layers))]
    return compile_plan(
        [PartSource("mlt", scene=parse_scene(document(clips, tracks, frames=10)))], [], OutputSpec()
    )


PLAN = plan_of(text("{{name}}"), text("{{city}}", reelpress_fallback="Pune", reelpress_name="City"))


def table(path: Path, data: str | bytes, name: str = "") -> Table:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return open_table(path, PLAN, name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


@pytest.mark.parametrize(
    "data",
    [
        b"name,city\nAsha,Pune\n",
        b"\xef\xbb\xbfname,city\r\nAsha,Pune\r\n",
        b"name;city\nAsha;Pune",
        b"sep=;\r\nname;city\r\nAsha;Pune\r\n",
        b"name\tcity\nAsha\tPune\n",
        "name\tcity\nAsha\tPune\n".encode("utf-16"),
        b'"name", "city"\n"Asha", "Pune"\n',
        b" Name ,CITY,other\n\nAsha,Pune,x\n\n",
        b"more,than,commas;name;city\n1;Asha;Pune\n",
    ],
    ids=["plain", "mark", "semicolons", "sep", "tabs", "utf-16", "quotes", "capitals and blanks", "both"],
)
def test_a_file_is_read_as_people_save_it(file: Path, data: bytes) -> None:
    rows = list(table(file, data).rows())
    assert [(row.number, dict(row.values), row.fault) for row in rows] == [
        (1, {"name": "Asha", "city": "Pune"}, "")
    ]


def test_a_cell_may_hold_quotes_delimiters_and_line_ends(file: Path) -> None:
    rows = list(table(file, 'name,city\n"As""ha, Q.","two\nlines"\nBo,\n').rows())
    assert [dict(row.values) for row in rows] == [
        {"name": 'As"ha, Q.', "city": "two\nlines"},
        {"name": "Bo", "city": ""},
    ]


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
written = st.lists(st.tuples(cells.filter(str.strip), cells), max_size=8)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(cells.filter(str.strip), cells), max_size=8), st.sampled_from(",;\t|"), st.booleans()
)
def test_what_was_written_is_what_is_read(
    file: Path, rows: list[tuple[str, str]], delimiter: str, marked: bool
) -> None:
    with file.open("w", encoding="utf-8-sig" if marked else "utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
        writer.writerows([("name", "city"), *rows])
    found = open_table(file, PLAN)
    assert [(row.values["name"], row.values["city"]) for row in found.rows()] == rows
    assert found.count() == len(rows)


def test_a_missing_column_is_named_with_what_the_template_wants_and_what_there_is(file: Path) -> None:
    wanted = "no column 'name'. The template needs 'name' and may have 'city'; .* are 'first name', 'city'"
    with pytest.raises(StartupFault, match=wanted):
        table(file, "first name,city\nAsha,Pune\n")


def test_a_column_the_template_can_do_without_is_only_noted(file: Path) -> None:
    found = table(file, "name\nAsha\n")
    assert "no column 'city'" in found.notes[0]
    assert [dict(row.values) for row in found.rows()] == [{"name": "Asha"}]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("name,city,name\nA,B,C\n", "two columns called 'name'"),
        (b"name\nJos\xe9\n", "not UTF-8"),
        ("", "no header"),
        ("name\n" + '"open' + "x" * 1_000_010, "quote left open"),
    ],
)
def test_a_file_that_would_be_misread_is_refused(file: Path, data: str | bytes, words: str) -> None:
    with pytest.raises(StartupFault, match=words):
        list(table(file, data).rows())


def test_a_file_that_is_not_there_is_said_so(file: Path) -> None:
    with pytest.raises(StartupFault, match="No such file"):
        open_table(file, PLAN)


def test_a_row_with_too_many_cells_is_a_fault_of_that_row_alone(file: Path) -> None:
    rows = list(table(file, "name,city\nA,B,C\nD,E,\nF\n").rows())
    assert [bool(row.fault) for row in rows] == [True, False, False]
    assert "3 cells" in rows[0].fault


def test_the_column_that_names_files_must_exist(file: Path) -> None:
    assert [row.name for row in table(file, "name,id\nA,x1\n", "ID").rows()] == ["x1"]
    with pytest.raises(StartupFault, match="no column 'key'"):
        table(file, "name,id\nA,x1\n", "key")


def test_a_limit_takes_the_first_rows(file: Path) -> None:
    found = table(file, "name\nA\nB\nC\n")
    assert [row.values["name"] for row in found.rows(2)] == ["A", "B"]
    assert (found.count(2), found.count(9)) == (2, 3)
