import json
import shutil
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from tests.studio.mlt_documents import clear, document, filter_, paragraph, place, producer, rich, text
from tests.studio.render.conftest import Samples
from tests.studio.render.media_samples import make_clip, make_picture
from tests.studio.render.test_frames import FILM
from typer.testing import CliRunner

from reelpress.cli import films
from reelpress.cli.commands import app
from reelpress.cli.render import explain_template, render_template, stockroom
from reelpress.cli.template import inspect_template
from reelpress.platform.errors import StartupFault
from reelpress.studio.render.media_in import Film
from reelpress.studio.render.planes import Converter
from reelpress.studio.render.pressroom import cache_of

PORTRAIT = producer("photo", "qimage", "face.png", 50, place("200 20 80 60 1"), reelpress_field="photo")


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELPRESS_DATA_DIR", str(tmp_path / "data"))


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
    for words in ("320x180", "0.40-1.60", "60% of the frames", "Nowhere Sans", "*name* costs most"):
        assert words in said


def test_inspect_lists_rich_text_as_a_layer_and_says_what_of_it_is_not_drawn(
    template: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    title = clear("title", 50, rich(paragraph("Hi <b>{{name}}</b>")))
    template.write_bytes(document([title], [[("title", 0, 0, 49)]], frames=50))
    inspect_template(template)
    said = capsys.readouterr().out
    for words in ("20 40 280 60", "Noto Sans", "clip", "'Hi {{name}}'"):
        assert words in said
    listed = clear("title", 50, rich("<ul><li>{{name}}</li></ul>"))
    template.write_bytes(document([listed], [[("title", 0, 0, 49)]], frames=50))
    with pytest.raises(StartupFault, match=r"card\.mlt:\d+ <filter>: rich text: a list is not drawn"):
        inspect_template(template)


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


@pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
def test_what_melt_draws_is_drawn_once_for_every_way_to_render(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rows = tmp_path / "card.mlt", tmp_path / "rows.csv"
    film = producer("film", "avformat", "film.mp4", 50, filter_("sepia", {"u": "75", "v": "150"}))
    words = clear("words", 50, text("Hi {{name}}"))
    path.write_bytes(document([film, words], [[("film", 0, 0, 24)], [("words", 0, 0, 24)]], frames=25))
    (tmp_path / "film.mp4").write_bytes(samples.files["film.mp4"].read_bytes())
    rows.write_text("name\nAsha\n")

    monkeypatch.setattr(films, "is_installed", lambda: False)
    explain_template(path, rows)  # draws nothing
    with pytest.raises(StartupFault, match=r"card\.mlt:\d+ <producer film>: .*sepia.*melt is not installed"):
        render_template(path, {"name": "Asha"}, tmp_path / "out.jpg", at_s=0.5)
    monkeypatch.undo()
    monkeypatch.setenv("REELPRESS_DATA_DIR", str(tmp_path / "data"))
    render_template(path, {"name": "Asha"}, tmp_path / "out.jpg", at_s=0.5)

    monkeypatch.setattr(films, "is_installed", lambda: False)  # it is known from here on
    render_template(path, {"name": "Asha"}, tmp_path / "out.mp4")
    render_template(path, {"name": "Asha"}, tmp_path / "straight.mp4", straight=True)
    still = np.asarray(Image.open(tmp_path / "out.jpg").convert("YCbCr"))[120:, :, 1:]
    assert still.std(axis=(0, 1)).max() < 3  # all of one hue
    for name in ("out.mp4", "straight.mp4"):
        with av.open(tmp_path / name) as container:
            frames = [frame.to_ndarray() for frame in container.decode(video=0)]
        assert len(frames) == 25
        assert abs(frames[12][210:225].mean() - 75) < 3, name  # the lower rows of U

    (tmp_path / "film.mp4").write_bytes(samples.files["mute.mp4"].read_bytes())
    with pytest.raises(StartupFault, match="melt is not installed"):  # another film under the same name
        render_template(path, {"name": "Asha"}, tmp_path / "out.mp4")


def test_inspect_refuses_a_layer_that_needs_what_we_do_not_draw(tmp_path: Path) -> None:
    template = tmp_path / "card.mlt"
    odd = clear("odd", 50, text("{{name}}") + filter_("sepia", {"u": "75"}))
    template.write_bytes(document([odd], [[("odd", 0, 0, 49)]], frames=50))
    with pytest.raises(StartupFault, match=r"card\.mlt:\d+.*sepia.*depends on data"):
        inspect_template(template)


def rendered(template: Path, *options: str) -> str:
    """What `reelpress render` says, or why it was refused."""
    ended = CliRunner().invoke(app, ["render", str(template), *options])
    return ended.output if ended.exit_code == 0 else str(ended.exception)


def test_a_second_identical_render_makes_no_segment_and_the_same_bytes(
    template: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "segments"
    counted = cache_of(stockroom(cache).folder, stockroom(cache).disk_bytes).counters
    files = [tmp_path / "one.mp4", tmp_path / "two.mp4"]
    made: list[int] = []
    for file in files:
        rendered(template, "-d", '{"name": "Asha"}', "-o", str(file), "--cache", str(cache))
        made.append(counted.made)
    assert made[0] > 0
    assert made[1] == made[0]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_another_customer_costs_her_own_segments_only(template: Path, tmp_path: Path) -> None:
    cache = tmp_path / "segments"
    counted = cache_of(stockroom(cache).folder, stockroom(cache).disk_bytes).counters
    render_template(template, {"name": "Asha"}, tmp_path / "out.mp4", cache=cache)
    before = counted.made
    render_template(template, {"name": "Bo"}, tmp_path / "out.mp4", cache=cache)
    assert counted.made == before + 1


def test_segments_are_kept_in_the_data_directory(template: Path, tmp_path: Path) -> None:
    render_template(template, {"name": "Asha"}, tmp_path / "out.mp4")
    assert stockroom().folder == tmp_path / "data" / "cache" / "segments"
    assert any(stockroom().folder.glob("*/*"))


def test_straight_draws_every_frame_and_keeps_nothing(template: Path, tmp_path: Path) -> None:
    rendered(template, "-d", '{"name": "Asha"}', "-o", str(tmp_path / "out.mp4"), "--straight")
    assert (tmp_path / "out.mp4").read_bytes()[4:8] == b"ftyp"
    assert not stockroom().folder.exists()


def test_values_may_come_from_a_file(template: Path, tmp_path: Path) -> None:
    (tmp_path / "asha.json").write_text(json.dumps({"name": "Asha"}))
    for data in ('{"name": "Asha"}', f"@{tmp_path / 'asha.json'}"):
        rendered(template, "-d", data, "-o", str(tmp_path / f"{len(data)}.jpg"))
    one, other = sorted(tmp_path.glob("*.jpg"))
    assert one.read_bytes() == other.read_bytes()


def test_a_file_that_is_being_written_is_not_seen_until_it_is_whole(template: Path, tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"the old one")
    (tmp_path / "film.mp4").write_bytes(b"no film")
    with pytest.raises(StartupFault, match=r"film\.mp4"):
        render_template(template, {"name": "Asha"}, tmp_path / "out.mp4")
    assert (tmp_path / "out.mp4").read_bytes() == b"the old one"
    assert not list(tmp_path.glob(".*.part"))


@pytest.fixture
def portrait(samples: Samples, tmp_path: Path) -> Path:
    path = tmp_path / "portrait.mlt"
    path.write_bytes(document([FILM, PORTRAIT], [[("film", 0, 0, 49)], [("photo", 0, 0, 49)]], frames=50))
    for name in ("film.mp4", "face.png"):
        (tmp_path / name).write_bytes(samples.files[name].read_bytes())
    return path


def test_a_picture_is_a_path_and_never_an_address(portrait: Path, tmp_path: Path) -> None:
    out: Callable[[str], str] = lambda name: str(tmp_path / name)  # noqa: E731 - three words long
    make_picture(tmp_path / "asha.png")
    own = json.dumps({"photo": str(tmp_path / "asha.png")})
    assert "own.jpg" in rendered(portrait, "-d", own, "-o", out("own.jpg")).replace("\n", "")
    for address in ("https://example.com/a.png", "HTTP://example.com/a.png", "file:///etc/passwd"):
        said = rendered(portrait, "-d", json.dumps({"photo": address}), "-o", out("x.jpg"))
        assert "the command line fetches nothing" in said
    assert "no such picture" in rendered(portrait, "-d", '{"photo": "none.png"}', "-o", out("x.jpg"))
    assert not (tmp_path / "x.jpg").exists()


def test_without_a_place_to_write_it_says_what_to_give(template: Path) -> None:
    assert "give -o FILE" in rendered(template)


def test_explain_of_one_template_prints_the_cost_and_renders_nothing(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    said = rendered(template, "--explain")
    for words in ("rows encoded", "One customer: about", "*name* costs most"):
        assert words in said
    assert not stockroom().folder.exists()


CLIP = producer("clip", "avformat", "{{hello}}", 50, place("200 20 80 60 1"))


@pytest.fixture
def with_clip(samples: Samples, tmp_path: Path) -> Path:
    path = tmp_path / "clips.mlt"
    path.write_bytes(document([FILM, CLIP], [[("film", 0, 0, 19)], [("clip", 5, 0, 9)]], frames=20))
    (tmp_path / "film.mp4").write_bytes(samples.files["film.mp4"].read_bytes())
    make_clip(tmp_path / "hello.mkv", [(20, 200, 20)] * 4)
    return path


@pytest.mark.parametrize("options", [(), ("--straight",)])
def test_a_clip_comes_as_the_path_of_a_file(
    options: tuple[str, ...], with_clip: Path, tmp_path: Path
) -> None:
    data = json.dumps({"hello": str(tmp_path / "hello.mkv")})
    rendered(with_clip, "-d", data, "-o", str(tmp_path / "out.mp4"), *options)
    film = Film(tmp_path / "out.mp4", "out")
    inside = [Converter().film_to_bgra(film.at(number / 25))[50, 240] for number in (2, 6, 14, 17)]
    film.close()
    green = [bool(blue < 60 and green > 150 and red < 60) for blue, green, red, _ in inside]
    assert green == [False, True, True, False]


def test_rows_of_a_table_bring_their_own_clips_and_a_broken_one_fails_alone(
    with_clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken.mkv").write_bytes(b"#EXTM3U\nfile:///etc/passwd\n")
    (tmp_path / "rows.csv").write_text("hello\nhello.mkv\nbroken.mkv\nabsent.mkv\n")
    said = CliRunner().invoke(
        app, ["render", str(with_clip), "--csv", str(tmp_path / "rows.csv"), "-o", str(tmp_path / "out")]
    )
    assert said.exit_code == 1
    assert len(list((tmp_path / "out").glob("*.mp4"))) == 1
    table = next(path for path in (tmp_path / "out").iterdir() if path.suffix == ".csv").read_text()
    assert "playlist" in table
    assert "no such clip file" in table
