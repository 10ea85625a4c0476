from pathlib import Path

import pytest
from PIL import Image
from tests.studio.mlt_documents import clear, document, text
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
