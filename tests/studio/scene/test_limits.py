"""Documents that cost far more to read than to write are refused early, with element and line."""

import pytest
from tests.studio.mlt_documents import PROFILE, clear, document, producer, text

from reelpress.studio.scene import SceneFault, parse_scene, timeline
from reelpress.studio.scene.parse import MAX_NESTING
from reelpress.studio.scene.static_parts import split_static
from reelpress.studio.scene.timecode import parse_time

COLOUR = producer("s0", "color", "red", 20)


def of(*services: str) -> bytes:
    profile = PROFILE.format(width=320, height=180, fps=25)
    return "\n".join(("<mlt>", profile, *services, "</mlt>")).encode()


def chain(levels: int) -> bytes:
    lists = (f'<playlist id="s{at}"><entry producer="s{at - 1}"/></playlist>' for at in range(1, levels + 1))
    return of(COLOUR, *lists)


def test_tracks_that_double_forty_times_are_counted_once() -> None:
    doubled = (
        f'<tractor id="s{at}"><track producer="s{at - 1}"/><track producer="s{at - 1}"/></tractor>'
        for at in range(1, 41)
    )
    data = of(COLOUR, *doubled, '<playlist id="last"><entry producer="s40"/></playlist>')
    with pytest.raises(SceneFault, match="more than"):  # counted each time, it would never come
        timeline(split_static(parse_scene(data))[0])


def test_text_that_comes_in_pieces_is_joined_once() -> None:
    lines = 1_500_000  # the parser hands over each by itself
    data = document([clear("t", 50, text("WORDS"))], [[("t", 0, 0, 49)]], frames=50)
    data = data.replace(b"WORDS", "é\n".encode() * lines)
    scene = parse_scene(data)  # joined piece by piece, terabytes would be copied
    (words,) = scene.services["t"].filters
    assert words.properties.get("argument").count("é") == lines


def test_nesting_has_a_limit_that_names_the_element_and_the_line() -> None:
    assert timeline(parse_scene(chain(MAX_NESTING - 1))).root.frames == 20
    with pytest.raises(SceneFault, match=f"more than {MAX_NESTING} deep") as caught:
        parse_scene(chain(3_000))
    assert (caught.value.element, caught.value.line) == (f"playlist s{MAX_NESTING}", MAX_NESTING + 3)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("tractor", "words"),
    [
        ('<tractor id="t" in="20" out="3"><track producer="s0"/></tractor>', "from frame 20 to 3 is empty"),
        ('<tractor id="t" in="-7"><track producer="s0"/></tractor>', "is empty"),
        ('<tractor id="t"/>', "has no tracks"),
        ('<tractor id="t" out="19"><multitrack/></tractor>', "has no tracks"),
    ],
)
def test_a_tractor_that_plays_nothing_is_refused(tractor: str, words: str) -> None:
    with pytest.raises(SceneFault, match=words) as caught:
        parse_scene(of(COLOUR, tractor))
    assert (caught.value.element, caught.value.line) == ("tractor t", 4)


@pytest.mark.parametrize("digits", [41, 4_000, 5_000, 50_000])
def test_a_length_of_thousands_of_digits_is_refused_in_few_words(digits: int) -> None:
    data = of(COLOUR.replace(">20<", f">{'9' * digits}<"))
    with pytest.raises(SceneFault, match="is not a time") as caught:
        parse_scene(data)
    assert len(str(caught.value)) < 200
    assert caught.value.line == 3


def test_a_time_is_no_longer_than_mlt_can_count() -> None:
    assert parse_time("2147483647", parse_scene(chain(1)).profile.fps) == 2**31 - 1
    with pytest.raises(ValueError, match="longer than any project"):
        parse_time("99999999:00:00.0", parse_scene(chain(1)).profile.fps)


def test_no_message_repeats_a_whole_value_of_the_file() -> None:
    long = text("Hi", size="x" * 10_000)
    scene = parse_scene(document([clear("t", 50, long)], [[("t", 0, 0, 49)]], frames=50))
    with pytest.raises(SceneFault) as caught:
        timeline(scene)
    assert len(str(caught.value)) < 1_000
