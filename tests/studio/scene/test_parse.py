import pickle

import pytest
from msgspec.structs import astuple
from tests.studio.mlt_documents import clear, document, filter_, place, producer, text

from reelpress.studio.scene import SceneFault, layers, parse_scene, timeline
from reelpress.studio.scene.colours import parse_colour


def fault_of(data: bytes) -> SceneFault:
    with pytest.raises(SceneFault) as caught:
        layers(parse_scene(data, "card.mlt"))
    return caught.value


def test_a_shotcut_project_gives_its_profile_and_the_project_tractor() -> None:
    scene = parse_scene(document([clear("title", 50, text("{{name}}"))], [[("title", 0, 0, 49)]], frames=50))
    assert (scene.profile.width, scene.profile.height, scene.profile.fps) == (320, 180, 25)
    assert scene.root == "tractor0"


def test_a_layer_knows_its_field_its_time_and_its_box() -> None:
    title = clear("title", 50, text("Hi {{name}}!", reelpress_name="Greeting", reelpress_fallback="friend"))
    scene = parse_scene(document([title], [[("title", 25, 10, 34)]], frames=75))
    (layer,) = layers(scene)
    assert (layer.name, layer.kind, layer.fields, layer.fallback) == ("Greeting", "text", ("name",), "friend")
    assert layer.ranges == ((25, 49),)
    assert astuple(layer.box) == (20, 40, 280, 60)
    assert layer.line > 1


def test_a_layer_is_not_there_while_it_is_transparent() -> None:
    fade = filter_("brightness", {"level": "1", "alpha": "0=0;10=0;20=1"})
    scene = parse_scene(
        document([clear("title", 50, text("{{name}}") + fade)], [[("title", 0, 0, 49)]], frames=50)
    )
    assert layers(scene)[0].ranges == ((11, 49),)


def test_a_moved_layer_has_the_box_of_its_whole_way() -> None:
    moved = clear("title", 50, text("{{name}}") + place("0=0 0 320 180 1;49=20 -40 320 180 1"))
    (layer,) = layers(parse_scene(document([moved], [[("title", 0, 0, 49)]], frames=50)))
    assert astuple(layer.box) == pytest.approx((20, 0, 300, 100))


def test_a_picture_layer_takes_its_rectangle() -> None:
    photo = producer(
        "photo",
        "qimage",
        "face.jpg",
        50,
        place("10 20 100 90 1"),
        reelpress_field="photo",
        reelpress_fit="cover",
    )
    (layer,) = layers(parse_scene(document([photo], [[("photo", 0, 0, 49)]], frames=50)))
    assert (layer.kind, layer.fields, layer.resource) == ("image", ("photo",), "face.jpg")
    assert astuple(layer.box) == (10, 20, 100, 90)


@pytest.mark.parametrize(("service", "kind"), [("qimage", "image"), ("avformat", "video")])
def test_a_resource_written_as_a_field_is_a_layer_without_a_sample(service: str, kind: str) -> None:
    photo = producer("photo", service, "{{face}}", 50)
    (layer,) = layers(parse_scene(document([photo], [[("photo", 0, 0, 49)]], frames=50)))
    assert (layer.kind, layer.fields, layer.resource) == (kind, ("face",), "")
    assert astuple(layer.box) == (0, 0, 320, 180)


def test_a_film_without_a_field_is_no_layer() -> None:
    film = producer("film", "avformat", "film.mp4", 50, reelpress_fit="cover")
    assert layers(parse_scene(document([film], [[("film", 0, 0, 49)]], frames=50))) == ()


def test_two_layers_never_share_a_name() -> None:
    clips = [clear(f"t{i}", 50, text("{{name}}")) for i in range(2)]
    scene = parse_scene(document(clips, [[("t0", 0, 0, 49)], [("t1", 0, 0, 49)]], frames=50))
    assert [layer.name for layer in layers(scene)] == ["name", "name 2"]


def test_a_disabled_filter_is_not_drawn_whatever_it_is() -> None:
    odd = filter_("frei0r.glow", {"disable": "1"})
    data = document([clear("title", 50, text("{{name}}") + odd)], [[("title", 0, 0, 49)]], frames=50)
    assert len(layers(parse_scene(data))) == 1


def test_chains_are_clips() -> None:
    film = producer("film", "avformat-novalidate", "a.mp4", 50, tag="chain")
    root = timeline(parse_scene(document([film], [[("film", 5, 10, 19)]], frames=50))).root
    clip = root.children[1].children[0]  # pyright: ignore[reportAttributeAccessIssue] - a playlist's group
    assert (clip.start, clip.frames, clip.offset) == (5, 10, 10)


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        (filter_("frei0r.glow", {}), "frei0r.glow"),
        (filter_("affine", {"transition.rect": "1 2 3"}), "not a rectangle"),
        (filter_("affine", {"transition.fix_shear_x": "5"}), "fix_shear_x"),
        (filter_("brightness", {"level": "0=x"}), "level"),
        (text("#timecode# {{name}}"), "#timecode#"),
        (text("{{name}}", size="many"), "size"),
        (text("{{name}}", fgcolour="bluish"), "not a colour"),
        (text("{{name}}", reelpress_fit="stretch"), "reelpress:fit"),
        (filter_("qtext", {"html": "<table>x</table>"}), "rich text"),
        (filter_("volume", {"gain": "normalise"}), "normalising"),
    ],
)
def test_what_cannot_be_drawn_is_named_with_element_and_line(inner: str, words: str) -> None:
    clip = clear("title", 50, "\n\n" + inner)
    fault = fault_of(document([clip], [[("title", 0, 0, 49)]], frames=50))
    assert words in str(fault)
    assert fault.file == "card.mlt"
    assert fault.element.startswith("filter")
    data = document([clip], [[("title", 0, 0, 49)]], frames=50).decode().splitlines()
    assert "<filter" in data[fault.line - 1]
    assert fault.fix


def test_a_producer_we_do_not_draw_is_named() -> None:
    fault = fault_of(
        document([producer("glax", "glaxnimate", "a.rawr", 50)], [[("glax", 0, 0, 49)]], frames=50)
    )
    assert (fault.element, "glaxnimate" in fault.message) == ("producer glax", True)


def test_a_transition_we_do_not_draw_is_named() -> None:
    wipe = (
        '<transition id="w"><property name="a_track">0</property><property name="b_track">1</property>'
        '<property name="mlt_service">frei0r.wipe</property></transition>'
    )
    fault = fault_of(document([clear("t", 50, text("x"))], [[("t", 0, 0, 49)]], frames=50, transitions=wipe))
    assert "frei0r.wipe" in fault.message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not xml",
        b"<mlt>",
        b"<html/>",
        b"<mlt/>",
        b'<mlt><profile width="9" height="x"/></mlt>',
        b'<mlt><profile width="320" height="180" frame_rate_num="0"/></mlt>',
        b'<mlt><profile width="320" height="180" frame_rate_num="25"/></mlt>',
        b'<!DOCTYPE mlt [<!ENTITY a "b">]><mlt>&a;</mlt>',
        b'<!DOCTYPE mlt SYSTEM "file:///etc/passwd"><mlt/>',
        b'<?xml version="1.0" encoding="nonsense"?><mlt/>',
        b"\xff\xfe\x00\x00",
        document([], [[("ghost", 0, 0, 49)]], frames=50),
        document([clear("t", 50, "")], [[("t", 0, 40, 10)]], frames=50),
    ],
)
def test_a_broken_document_is_a_fault_with_a_way_out(data: bytes) -> None:
    fault = fault_of(data)
    assert fault.message
    assert fault.fix


def test_an_entity_is_never_read() -> None:
    data = b'<!DOCTYPE mlt [<!ENTITY x SYSTEM "file:///etc/hostname">]><mlt><profile width="&x;"/></mlt>'
    assert "entities are refused" in str(fault_of(data))


def test_nested_playlists_cannot_grow_without_end() -> None:
    lists = ['<producer id="p0" out="9"><property name="mlt_service">color</property></producer>']
    for level in range(1, 12):
        entries = f'<entry producer="p{level - 1}"/>' * 10
        lists.append(f'<playlist id="p{level}">{entries}</playlist>')
    data = (
        '<mlt><profile width="320" height="180" frame_rate_num="25"/>' + "".join(lists) + "</mlt>"
    ).encode()
    assert "longer" in str(fault_of(data)) or "more than" in str(fault_of(data))


def test_a_fault_survives_the_way_out_of_a_child_process() -> None:
    fault = SceneFault("no", file="a.mlt", element="filter", line=3, fix="yes")
    assert str(pickle.loads(pickle.dumps(fault))) == str(fault)


@pytest.mark.parametrize(
    ("text_", "colour"),
    [
        ("#ff0000", (255, 0, 0, 255)),
        ("#80ff0000", (255, 0, 0, 128)),
        ("0xff000080", (255, 0, 0, 128)),
        ("color:#00000000", (0, 0, 0, 0)),
        ("white", (255, 255, 255, 255)),
        ("-1", (255, 255, 255, 255)),
    ],
)
def test_a_colour_is_read_in_every_spelling(text_: str, colour: tuple[int, ...]) -> None:
    assert parse_colour(text_) == colour
