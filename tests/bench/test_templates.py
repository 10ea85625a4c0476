from pathlib import Path

import pytest
from bench.footage import FRAMES, HEIGHT, Footage, Variant
from bench.people import Person
from bench.templates import CASES, Template, write

from reelpress.studio.plan import OutputSpec, PartSource, Plan, compile_plan
from reelpress.studio.scene import parse_scene

SHARES = {"f3": 0.03, "f10": 0.10, "f30": 0.30, "f100": 1.0, "band": 0.10}


@pytest.fixture
def footage(tmp_path: Path) -> Footage:
    return Footage(Variant(0.0), tmp_path, tmp_path / "house.mp4", tmp_path / "still.jpg")


@pytest.mark.parametrize("name", SHARES)
def test_so_many_frames_are_personal_as_the_row_says(name: str, footage: Footage) -> None:
    plan = _plan(write(CASES[name], footage))
    personal = sum(span.last - span.first + 1 for span in plan.spans if span.layers)
    assert plan.frames == FRAMES
    assert personal == round(FRAMES * SHARES[name])


@pytest.mark.parametrize("name", ["f3", "f10", "f30", "f100"])
def test_text_of_the_full_rows_reaches_the_whole_height(name: str, footage: Footage) -> None:
    assert _touched_rows(_plan(write(CASES[name], footage))) == HEIGHT


def test_text_of_the_band_stays_within_a_quarter_of_the_rows(footage: Footage) -> None:
    assert _touched_rows(_plan(write(CASES["band"], footage))) <= HEIGHT / 4


def test_a_copy_for_a_rival_holds_the_name_as_text_and_media_by_full_path(
    footage: Footage, tmp_path: Path
) -> None:
    (tmp_path / "copy").mkdir()
    template: Template = write(CASES["f10"], footage)
    copy = template.filled(Person("Asha & <Co>", Path("font.ttf")), tmp_path / "copy").read_text()
    assert "Asha &amp; &lt;Co&gt;" in copy
    assert "{{name}}" not in copy
    assert f">{footage.house}<" in copy


def _plan(template: Template) -> Plan:
    scene = parse_scene(template.document.read_bytes(), template.document.name)
    return compile_plan([PartSource("mlt", "main", scene=scene)], (), OutputSpec())


def _touched_rows(plan: Plan) -> int:
    rows: set[int] = set()
    for layer in plan.layers:
        rows |= set(range(round(layer.box.y), round(layer.box.y + layer.box.height)))
    return len(rows)
