from pathlib import Path

import pytest
from PIL import Image
from tests.studio.mlt_documents import clear, document, filter_, text
from tests.studio.render.conftest import Samples
from tests.studio.render.test_frames import FILM

from reelpress.cli.render import render_template
from reelpress.cli.template import inspect_template
from reelpress.platform.errors import StartupFault


@pytest.fixture
def template(samples: Samples, tmp_path: Path) -> Path:
    title = clear("title", 50, text("Hi {{name}}", family="Nowhere Sans"))
    path = tmp_path / "card.mlt"
    path.write_bytes(document([FILM, title], [[("film", 0, 0, 49)], [("title", 10, 0, 29)]], frames=50))
    (tmp_path / "film.mp4").write_bytes(samples.files["film.mp4"].read_bytes())
    return path


def test_inspect_says_what_is_personal_and_when(
    template: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    inspect_template(template)
    said = capsys.readouterr().out
    for words in ("320x180", "0.40-1.60", "60% of the frames", "Nowhere Sans"):
        assert words in said


def test_render_writes_a_film_or_a_still_from_media_beside_the_template(
    template: Path, tmp_path: Path
) -> None:
    render_template(template, {"name": "Asha"}, tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes()[4:8] == b"ftyp"
    render_template(template, {"name": "Asha"}, tmp_path / "out.jpg", at_s=1.0)
    assert Image.open(tmp_path / "out.jpg").size == (320, 180)


def test_what_is_wrong_is_said_in_one_line(template: Path, tmp_path: Path) -> None:
    with pytest.raises(StartupFault, match="'name' is missing"):
        render_template(template, {}, tmp_path / "out.mp4")
    (tmp_path / "film.mp4").unlink()
    with pytest.raises(StartupFault, match=r"film\.mp4: the file is missing"):
        render_template(template, {"name": "Asha"}, tmp_path / "out.mp4")
    with pytest.raises(StartupFault, match="No such file"):
        inspect_template(tmp_path / "nothing.mlt")


def test_inspect_names_what_melt_draws_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = clear("odd", 50, text("static") + filter_("sepia", {"u": "75"}))
    words = clear("words", 50, text("Hi {{name}}"))
    template = tmp_path / "card.mlt"
    template.write_bytes(document([odd, words], [[("odd", 0, 0, 49)], [("words", 0, 0, 49)]], frames=50))
    inspect_template(template)
    shown = " ".join(capsys.readouterr().out.split())
    assert "drawn by melt" in shown
    assert "0-49" in shown
    assert "sepia" in shown
    assert "name" in shown


def test_inspect_refuses_a_layer_that_needs_what_we_do_not_draw(tmp_path: Path) -> None:
    template = tmp_path / "card.mlt"
    odd = clear("odd", 50, text("{{name}}") + filter_("sepia", {"u": "75"}))
    template.write_bytes(document([odd], [[("odd", 0, 0, 49)]], frames=50))
    with pytest.raises(StartupFault, match=r"card\.mlt:\d+.*sepia.*depends on data"):
        inspect_template(template)
