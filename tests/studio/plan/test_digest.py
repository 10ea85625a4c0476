"""Digests of stretches: equal content is equal wherever it stands, and whatever can be seen changes them."""

import pytest
from tests.studio.mlt_documents import clear, document, filter_, place, producer, properties, text

from reelpress.studio.plan import OutputSpec, PartSource, Plan, Resolved, ResourceFacts, compile_plan, resolve
from reelpress.studio.plan.digest import own_sound_digest, picture_digest, shown, sound_digest
from reelpress.studio.scene import parse_scene

CONTENTS = {"film.mp4": "f1", "face.png": "p1", "intro.mp4": "i1", "font:own": "t1"}
SHADE = producer("shade", "color", "#ff203040", 200)
FILM = producer("film", "avformat-novalidate", "film.mp4", 200, tag="chain")


def plan_of(data: bytes, *before: PartSource, output: OutputSpec | None = None) -> Plan:
    return compile_plan([*before, PartSource("mlt", scene=parse_scene(data))], [], output or OutputSpec())


def titled(
    *,
    lead: int = 0,
    ground: str = SHADE,
    film_in: int = 0,
    words: str = "Hi {{name}}",
    frames: int = 30,
    inner: str = "",
    transitions: str | None = None,
    **style: str,
) -> bytes:
    """A text of 30 frames over a ground of as many, `lead` frames into the video."""
    id_ = ground.split('id="')[1].split('"')[0]
    title = clear("title", 200, text(words, **style) + inner)
    tracks = [[(id_, lead, film_in, film_in + frames - 1)], [("title", lead, 0, frames - 1)]]
    return document([ground, title], tracks, frames=lead + frames + 20, transitions=transitions)


def of_text(plan: Plan, contents: dict[str, str] = CONTENTS) -> str:
    """The digest of the stretch that shows the text."""
    layer = plan.layers[0].ranges[0]
    return picture_digest(plan, contents, layer.first, layer.last)


INTRO = PartSource(
    "static", "intro", resource="intro.mp4", facts={"intro.mp4": ResourceFacts("video", 320, 180, 2.0)}
)
MOVING = place("0=0 0 320 180 1;29=40 0 320 180 0.5")


@pytest.mark.parametrize("inner", ["", MOVING], ids=["still", "moving"])
@pytest.mark.parametrize("ground", [SHADE, FILM], ids=["colour", "film"])
def test_equal_content_at_another_time_has_an_equal_digest(ground: str, inner: str) -> None:
    here = of_text(plan_of(titled(ground=ground, inner=inner)))
    assert of_text(plan_of(titled(lead=37, ground=ground, inner=inner))) == here
    assert of_text(plan_of(titled(ground=ground, inner=inner), INTRO)) == here


def test_another_second_of_the_film_has_another_digest() -> None:
    assert of_text(plan_of(titled(ground=FILM))) != of_text(plan_of(titled(ground=FILM, film_in=5)))
    assert of_text(plan_of(titled(ground=FILM, lead=9))) == of_text(plan_of(titled(ground=FILM)))


def test_names_of_layers_fields_clips_and_files_change_nothing() -> None:
    plain = of_text(plan_of(titled()))
    assert of_text(plan_of(titled(reelpress_name="Greeting"))) == plain
    assert of_text(plan_of(titled(words="Hi {{first_name}}"))) == plain
    assert of_text(plan_of(titled(ground=SHADE.replace('"shade"', '"backdrop"')))) == plain
    other = FILM.replace("film.mp4", "another name.mp4")
    renamed = of_text(plan_of(titled(ground=other)), CONTENTS | {"another name.mp4": "f1"})
    assert renamed == of_text(plan_of(titled(ground=FILM)))


def test_what_stands_elsewhere_in_the_video_changes_nothing() -> None:
    plan, longer = plan_of(titled()), plan_of(titled().replace(b'out="49"', b'out="99"'))
    assert plan.frames != longer.frames
    assert of_text(plan) == of_text(longer)


def test_one_stretch_of_a_moving_scene_is_unlike_the_next() -> None:
    plan = plan_of(titled(inner=MOVING))
    assert picture_digest(plan, CONTENTS, 0, 9) != picture_digest(plan, CONTENTS, 10, 19)
    still = plan_of(titled())
    assert picture_digest(still, CONTENTS, 0, 9) == picture_digest(still, CONTENTS, 10, 19)
    assert picture_digest(still, CONTENTS, 0, 9) != picture_digest(still, CONTENTS, 10, 18)


VISIBLE = {
    "a keyframe's place": titled(inner=place("0=0 0 320 180 1;29=41 0 320 180 0.5")),
    "a keyframe's time": titled(inner=place("0=0 0 320 180 1;28=40 0 320 180 0.5")),
    "a keyframe's curve": titled(inner=place("0~=0 0 320 180 1;29=40 0 320 180 0.5")),
    "an opacity": titled(inner=place("0=0 0 320 180 1;29=40 0 320 180 0.6")),
    "the colour of the text": titled(inner=MOVING, fgcolour="#fffffffe"),
    "the size of the text": titled(inner=MOVING, size="33"),
    "the family": titled(inner=MOVING, family="Noto Serif"),
    "the box": titled(inner=MOVING, geometry="20 40 280 61 1"),
    "the alignment": titled(inner=MOVING, halign="right"),
    "an outline": titled(inner=MOVING, outline="2", olcolour="#ff000000"),
    "the fit": titled(inner=MOVING, reelpress_fit="wrap"),
    "the colour below": titled(inner=MOVING, ground=SHADE.replace("203040", "203041")),
    "a film below": titled(inner=MOVING, ground=FILM),
    "a fade": titled(inner=MOVING + filter_("brightness", {"alpha": "0=0;10=1"})),
    "a blur": titled(inner=MOVING + filter_("box_blur", {"hradius": "2", "vradius": "2"})),
    "a text of its own": titled(inner=MOVING + text("Sale")),
    "its length": titled(inner=MOVING, frames=29),
}


@pytest.mark.parametrize("data", VISIBLE.values(), ids=VISIBLE)
def test_whatever_can_be_seen_changes_the_digest(data: bytes) -> None:
    assert of_text(plan_of(data)) != of_text(plan_of(titled(inner=MOVING)))


def test_all_visible_changes_differ_from_each_other() -> None:
    assert len({of_text(plan_of(data)) for data in VISIBLE.values()}) == len(VISIBLE)


def test_words_of_a_static_text_are_part_of_the_digest() -> None:
    def with_label(words: str) -> str:
        return of_text(plan_of(titled(inner=text(words, geometry="0 0 100 30 1"))))

    assert with_label("Sale") != with_label("Sold")


def test_bytes_of_files_and_fonts_and_the_output_change_the_digest() -> None:
    plan = plan_of(titled(ground=FILM))
    plain = of_text(plan)
    assert of_text(plan, CONTENTS | {"film.mp4": "f2"}) != plain
    assert of_text(plan, CONTENTS | {"font:own": "t2"}) != plain
    assert of_text(plan, CONTENTS | {"font:more": "t1"}) != plain
    assert of_text(plan, CONTENTS | {"face.png": "p2"}) == plain, "the picture is not shown"
    for output in (OutputSpec(width=640, height=360), OutputSpec(fps_num=50), OutputSpec(height=200)):
        assert of_text(plan_of(titled(ground=FILM), output=output)) != plain


def test_a_wipe_and_its_softness_are_part_of_the_digest() -> None:
    def wiped(**values: str) -> str:
        luma = {"a_track": "1", "b_track": "2", "mlt_service": "luma", "in": "0", "out": "29", **values}
        data = titled(transitions=f"<transition>{properties(luma)}</transition>")
        return picture_digest(plan_of(data), CONTENTS, 0, 29)

    assert len({wiped(), wiped(resource="%luma01.pgm"), wiped(resource="%luma01.pgm", softness="0.3")}) == 3


def resolved(plan: Plan, **values: str) -> Resolved:
    found = resolve(plan, values)
    assert isinstance(found, Resolved)
    return found


def test_values_are_told_apart_by_what_is_shown() -> None:
    photo = producer("photo", "qimage", "face.png", 50, place("10 20 100 90 1"), reelpress_field="photo")
    plan = plan_of(
        document(
            [photo, clear("title", 50, text("{{name}}"))],
            [[("photo", 0, 0, 49)], [("title", 0, 0, 49)]],
            frames=50,
        )
    )
    names = tuple(layer.name for layer in plan.layers)
    own = resolved(plan, name="Asha")
    brought = resolved(plan, name="Asha", photo="https://img.example/1")
    elsewhere = resolved(plan, name="Asha", photo="https://img.example/2")
    contents = CONTENTS | {"field:photo": "x1"}
    assert shown(own, contents, names) != shown(brought, contents, names)
    assert shown(brought, contents, names) == shown(elsewhere, contents, names), "equal pictures are equal"
    assert shown(brought, contents, names) != shown(brought, contents | {"field:photo": "x2"}, names)
    assert shown(own, contents, ("name",)) != shown(resolved(plan, name="Asha "), contents, ("photo",))
    assert shown(resolved(plan, name="p1"), contents, ("name",)) != shown(own, contents, ("photo",))


@pytest.mark.parametrize(
    "data",
    [
        titled(ground=FILM, size="40"),
        titled(ground=FILM, inner=MOVING),
        titled(ground=FILM, words="Hello"),
        titled(ground=FILM, inner=text("More")),
        titled(ground=FILM.replace("</chain>", text("On the film") + "</chain>")),
        titled(ground=FILM.replace("</chain>", filter_("brightness", {"level": "0.5"}) + "</chain>")),
        document([FILM], [[("film", 0, 0, 29)]], frames=50),
    ],
    ids=["size", "motion", "words", "second text", "text on the film", "darker", "no text at all"],
)
def test_edits_of_pictures_leave_the_sounds_digest(data: bytes) -> None:
    assert sound_digest(plan_of(data), CONTENTS) == sound_digest(plan_of(titled(ground=FILM)), CONTENTS)


GAIN = filter_("volume", {"level": "0=-20;25=0"})


@pytest.mark.parametrize(
    "data",
    [
        titled(ground=FILM, film_in=3),
        titled(ground=FILM, lead=3),
        titled(ground=FILM, frames=29),
        titled(ground=FILM.replace("</chain>", GAIN + "</chain>")),
        document([FILM], [[("film", 0, 0, 29)], [("film", 10, 0, 19)]], frames=50),
    ],
    ids=["in point", "place", "length", "level", "a second voice"],
)
def test_whatever_can_be_heard_changes_the_sounds_digest(data: bytes) -> None:
    assert sound_digest(plan_of(data), CONTENTS) != sound_digest(plan_of(titled(ground=FILM)), CONTENTS)


def test_levels_bytes_and_parts_before_change_the_sounds_digest() -> None:
    plan = plan_of(titled(ground=FILM))
    plain = sound_digest(plan, CONTENTS)
    louder = titled(ground=FILM.replace("</chain>", GAIN.replace("-20", "-19") + "</chain>"))
    quieter = titled(ground=FILM.replace("</chain>", GAIN + "</chain>"))
    assert sound_digest(plan_of(louder), CONTENTS) != sound_digest(plan_of(quieter), CONTENTS)
    assert sound_digest(plan, CONTENTS | {"film.mp4": "f2"}) != plain
    assert sound_digest(plan_of(titled(ground=FILM), INTRO), CONTENTS) != plain


def test_the_digest_of_a_plan_that_came_back_from_json_is_the_same() -> None:
    plan = plan_of(titled(ground=FILM, inner=MOVING))
    again = Plan.decode(plan.encode())
    assert of_text(again) == of_text(plan)
    assert sound_digest(again, CONTENTS) == sound_digest(plan, CONTENTS)


def with_clip(first: int = 0, inner: str = "", **values: str) -> Plan:
    """A customer's clip over the film, from its frame `first` on."""
    clip = producer("clip", "avformat", "{{hello}}", 200, inner, **values)
    data = document([FILM, clip], [[("film", 0, 0, 49)], [("clip", 10, first, first + 29)]], frames=50)
    return plan_of(data)


def own_sound(plan: Plan, content: str = "c1") -> str:
    resolved = resolve(plan, {"hello": "https://media.example.com/hello.mp4"})
    assert isinstance(resolved, Resolved)
    return own_sound_digest(plan, resolved, CONTENTS | {"field:hello": content})


def test_the_place_of_a_clip_says_which_second_of_it_is_seen_and_how_it_is_fitted() -> None:
    def place_of(plan: Plan) -> str:
        return picture_digest(plan, CONTENTS, 10, 39)

    plain = place_of(with_clip())
    assert place_of(with_clip(first=3)) != plain
    assert place_of(with_clip(reelpress_fit="cover")) != plain
    assert place_of(with_clip(reelpress_radius="9")) != plain
    assert place_of(with_clip(inner=GAIN)) == plain


def test_a_clip_changes_her_sound_and_nobody_elses() -> None:
    assert sound_digest(with_clip(), CONTENTS) == sound_digest(with_clip(first=3, inner=GAIN), CONTENTS)
    plain = own_sound(with_clip())
    assert own_sound(with_clip()) == plain
    others = [own_sound(with_clip(), "c2"), own_sound(with_clip(first=3)), own_sound(with_clip(inner=GAIN))]
    assert len({plain, *others}) == 4


def test_her_clip_is_her_value() -> None:
    plan = with_clip()
    resolved = resolve(plan, {"hello": "https://media.example.com/hello.mp4"})
    assert isinstance(resolved, Resolved)
    hers, other = (shown(resolved, CONTENTS | {"field:hello": digest}, ("hello",)) for digest in ("c1", "c2"))
    assert hers != other
