import pytest
from tests.studio.mlt_documents import clear, document, filter_, producer, properties, rich, text

from reelpress.studio.scene import SceneFault, layers, parse_scene, timeline
from reelpress.studio.scene.model import Entry, Playlist, Producer, Scene
from reelpress.studio.scene.static_parts import NAME, MeltPart, split_static, with_files

SEPIA = filter_("sepia", {"u": "75"})


def glow(*, affine: str = "", html: str = "", **values: str) -> str:
    """What we do not draw, beside something that would open a file."""
    more = filter_("affine", {"background": affine}) if affine else ""
    return (filter_("qtext", {"html": html}) if html else "") + filter_("frei0r.glow", values) + more


def split(*clips: str, out: int = 29, extra: str = "") -> tuple[Scene, tuple[MeltPart, ...]]:
    tracks = [[(f"clip{index}", 0, 5, out)] for index in range(len(clips))]
    return split_static(parse_scene(document(clips, tracks, frames=50, extra=extra), "card.mlt"))


def test_a_static_clip_we_do_not_draw_becomes_a_film_of_the_same_frames() -> None:
    words = clear("clip1", 50, text("{{name}}"))
    scene, (part,) = split(producer("clip0", "qimage", "a.png", 50, SEPIA), words)
    assert (part.frames, part.resources, part.name[: len(NAME)]) == (25, ("a.png",), NAME)
    assert "sepia" in part.why
    assert part.where.line > 0
    film = scene.services["clip0"]
    assert isinstance(film, Producer)
    assert (film.service, film.properties.get("resource")) == ("avformat", part.name)
    assert [layer.name for layer in layers(scene)] == ["name"]
    assert timeline(scene).root.frames == 50


def test_a_clip_out_of_long_footage_is_drawn_from_where_it_begins() -> None:
    footage = producer("clip0", "avformat", "a.mp4", 9_000, SEPIA)
    data = document([footage], [[("clip0", 5, 4_000, 4_019), ("clip0", 0, 4_100, 4_109)]], frames=50)
    scene, (part,) = split_static(parse_scene(data))
    assert (part.first, part.frames) == (4_000, 110)
    shown = scene.services["playlist0"]
    assert isinstance(shown, Playlist)
    assert [(one.in_, one.out) for one in shown.items if isinstance(one, Entry)] == [(0, 19), (100, 109)]
    assert b'in="4000" out="4109"' in with_files(part, {"a.mp4": "file-0"})


def test_filters_of_an_entry_keep_their_place() -> None:
    """They count from the start of the clip, so the film has to begin there."""
    footage = producer("clip0", "avformat", "a.mp4", 1_000, SEPIA)
    data = document([footage], [[("clip0", 0, 400, 419)]], frames=50)
    entry = b'<entry producer="clip0" in="400" out="419"'
    faded = filter_("brightness", {"level": "400=0;419=1"}).encode()
    scene, (part,) = split_static(
        parse_scene(data.replace(entry + b"/>", entry + b">" + faded + b"</entry>"))
    )
    assert (part.first, part.frames) == (0, 420)
    shown = scene.services["playlist0"]
    assert isinstance(shown, Playlist)
    assert [(one.in_, one.out) for one in shown.items if isinstance(one, Entry)] == [(400, 419)]


def test_fonts_are_found_in_titles_and_rich_text() -> None:
    html = "<p style=\"font-family:'Own Sans',serif; color:#fff\">static</p>"
    xml = '<kdenlivetitle><item><content font="Own Serif">x</content></item></kdenlivetitle>'
    clips = producer("clip0", "kdenlivetitle", "", 50, glow(html=html), xmldata=xml.replace("<", "&lt;"))
    _, (part,) = split(clips)
    assert part.families == ("Own Serif", "Own Sans")


def test_rich_text_with_a_list_is_for_melt_with_the_style_sheets_that_qt_writes() -> None:
    _, (part,) = split(clear("clip0", 50, rich("<ul><li>half price</li></ul>")))
    assert "a list" in part.why
    assert part.families == ("Noto Sans",)


@pytest.mark.parametrize("slot", ["{{name}}", "{<b>{na</b>me}}", "&#123;&#123;name}}"])
def test_a_field_in_a_list_is_no_static_text_however_it_is_written(slot: str) -> None:
    with pytest.raises(SceneFault, match="a layer that depends on data needs it"):
        split(clear("clip0", 50, rich(f"<ul><li>{slot}</li></ul>")))


def test_melt_reads_every_property_once_and_the_one_we_read() -> None:
    """melt takes the last of a name, we the first: a second one would slip past every check."""
    twice = '<property name="mlt_service">avformat</property><property name="resource">/etc/passwd</property>'
    _, (part,) = split(producer("clip0", "color", "red", 50, twice + SEPIA))
    written = with_files(part, {}).decode()
    assert "avformat" not in written
    assert "passwd" not in written


def test_a_film_is_opened_with_no_option_of_a_demuxer() -> None:
    odd = '<property name="protocol_whitelist">http</property><property name="enable_drefs">1</property>'
    _, (part,) = split(producer("clip0", "avformat", "a.mp4", 50, odd + SEPIA))
    written = with_files(part, {"a.mp4": "file-0"}).decode()
    assert "whitelist" not in written
    assert "drefs" not in written


def test_an_effect_on_a_track_draws_the_track_as_one_film() -> None:
    data = document([producer("clip0", "color", "red", 50)], [[("clip0", 0, 0, 29)]], frames=50)
    data = data.replace(b'<entry producer="clip0" in="0" out="29"/>', b"\\g" + SEPIA.encode())
    entry = b'<entry producer="clip0" in="0" out="29"/>'
    scene, (part,) = split_static(parse_scene(data.replace(b"\\g", entry)))
    assert (part.where.element, part.frames) == ("playlist playlist0", 30)
    assert timeline(scene).root.frames == 50
    gap = data.replace(b"\\g", b'<blank length="5"/>' + entry)
    with pytest.raises(SceneFault, match="sepia"):
        timeline(split_static(parse_scene(gap))[0])


def test_a_clip_that_has_the_name_of_our_list_is_still_shown() -> None:
    data = document([producer("part", "color", "red", 50, SEPIA)], [[("part", 0, 0, 29)]], frames=50)
    _, (part,) = split_static(parse_scene(data))
    assert part.scene.root != "part"
    assert {"part", part.scene.root} == set(part.scene.services)


def test_what_we_draw_is_left_as_it_is() -> None:
    scene, parts = split(clear("clip0", 50, text("Hi")), producer("clip1", "qimage", "a.png", 50))
    assert parts == ()
    assert isinstance(scene.services["clip1"], Producer)
    assert scene.services["clip1"].service == "qimage"


def test_equal_clips_are_drawn_once() -> None:
    _, parts = split(*(producer(f"clip{index}", "color", "red", 50, SEPIA) for index in range(2)))
    assert len({part.name for part in parts}) == 2  # their ids differ
    again = split(producer("clip0", "color", "red", 50, SEPIA))[1]
    assert again[0].name in {part.name for part in parts}


def test_the_document_for_melt_holds_that_clip_alone_and_only_our_paths() -> None:
    more = '<property name="shotcut:caption">x</property><property name="_x">y</property>'
    clip = producer("clip0", "qimage", "C:\\\\pics\\\\a.png", 50, SEPIA + more)
    _, (part,) = split(clip, clear("clip1", 50, text("{{name}}")))
    written = with_files(part, {part.resources[0]: "/ours/1.png"}).decode()
    assert "/ours/1.png" in written
    for words in ("pics", "clip1", "{{name}}", "shotcut", "main_bin", "_x"):
        assert words not in written
    with pytest.raises(SceneFault, match="missing"):
        with_files(part, {})


@pytest.mark.parametrize(
    ("clip", "words"),
    [
        (clear("clip0", 50, text("{{name}}") + SEPIA), "sepia.*depends on data"),
        (producer("clip0", "qimage", "a.png", 50, SEPIA, reelpress_field="photo"), "depends on data"),
        (producer("clip0", "melt_file", "/etc/passwd", 50), "melt_file"),
        (clear("clip0", 50, text("at #localtime#")), "keywords"),
        (clear("clip0", 50, SEPIA + text("#resource#")), "sepia"),
        (producer("clip0", "xml", "other.mlt", 50), "'xml'"),
        (
            producer("clip0", "qimage", "a.png", 50, filter_("avfilter.movie", {"av.filename": "x"})),
            "avfilter",
        ),
        (producer("clip0", "qimage", "a.png", 50, filter_("frei0r.facedetect", {})), "facedetect"),
        (producer("clip0", "color", "red", 50, filter_("frei0r.glow", {"0": "/etc/passwd"})), "glow"),
        (clear("clip0", 50, filter_("qtext", {"html": "<img src='/etc/passwd'>"})), "rich text"),
        (producer("clip0", "kdenlivetitle", "", 50, xmldata="<kdenlivetitle><c url='/x'/>"), "well-formed"),
        (producer("clip0", "color", "red", 50, glow(background="avformat:http:example.com")), "glow"),
        (producer("clip0", "color", "red", 50, glow(affine="avformat:http:example.com")), "glow"),
        (producer("clip0", "color", "red", 50, glow(name="part.mlt")), "glow"),
        (producer("clip0", "color", "red", 50, glow(html="<body background='x'>")), "rich text"),
        (producer("clip0", "color", "red", 50, glow(html="<p style='background-image: u\\72l(x)'>")), "rich"),
        (producer("clip0", "color", "red", 50, glow(html="<style>@import x</style>")), "rich text"),
    ],
)
def test_what_melt_may_not_draw_is_refused_with_its_line(clip: str, words: str) -> None:
    with pytest.raises(SceneFault, match=words) as caught:
        split(clip)
    assert caught.value.line > 0
    assert caught.value.fix


def test_more_frames_than_melt_may_draw_are_refused() -> None:
    with pytest.raises(SceneFault, match="1500"):
        split(producer("clip0", "color", "red", 3000, SEPIA), out=2999)


def test_a_static_transition_is_drawn_as_a_whole() -> None:
    joined = properties({"a_track": "0", "b_track": "1", "mlt_service": "frei0r.burn"})
    inner = (
        '<tractor id="clip1" in="0" out="39"><track producer="clip0"/><track producer="black"/>'
        f"<transition>{joined}</transition></tractor>"
    )
    clips = [producer("clip0", "color", "red", 50, SEPIA), inner]
    data = document(clips, [[("clip1", 0, 0, 39)]], frames=40)
    # The tractor is defined before the black clip it names; the editor writes it after.
    head, _, tail = data.decode().partition('<producer id="black"')
    black = '<producer id="black"' + tail[: tail.index("</producer>") + len("</producer>")]
    moved = head.replace('<playlist id="main_bin">', black + '<playlist id="main_bin">', 1)
    scene, (part,) = split_static(parse_scene((moved + tail[tail.index("</producer>") + 11 :]).encode()))
    assert part.frames == 40
    assert {"clip0", "black", "clip1"} <= set(part.scene.services)
    assert timeline(scene).root.frames == 40
