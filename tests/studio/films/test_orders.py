"""What may be drawn for whom, and what makes two films the same."""

import pytest
from tests.studio.mlt_documents import clear, document, filter_, producer, text

from reelpress.studio.campaigns.compile import Compiled, CompileFault
from reelpress.studio.campaigns.gather import Material, films_of, resources_of
from reelpress.studio.films.model import film_key, is_film, order_of
from reelpress.studio.scene import SceneFault, parse_scene
from reelpress.studio.scene.static_parts import MeltPart, split_static

SEPIA = filter_("sepia", {"u": "75"})
NOTHING = Material((), {}, {}, ())


def part_of(*clips: str) -> MeltPart:
    tracks = [[("clip", 0, 0, 9)]]
    (part,) = split_static(parse_scene(document(list(clips), tracks, frames=10)))[1]
    return part


def test_melt_sees_no_content_that_is_not_an_asset_of_the_workspace() -> None:
    theirs = "ab" * 32  # how the content of somebody else's asset is called
    part = part_of(producer("clip", "qimage", theirs, 10, SEPIA))
    with pytest.raises(CompileFault) as caught:
        films_of(Compiled(b"", (part.name,), (), (part,)), NOTHING)
    (problem,) = caught.value.problems
    assert theirs in problem.message
    assert f"line {part.line} <producer clip>" in problem.message


@pytest.mark.parametrize("name", ["drawn-by-melt:x", "drawn-by-melt:/../../assets/x"])
def test_no_template_can_name_a_film(name: str) -> None:
    data = document([producer("clip", "avformat", name, 10)], [[("clip", 0, 0, 9)]], frames=10)
    with pytest.raises(SceneFault, match="cannot be called") as caught:
        split_static(parse_scene(data))
    assert caught.value.line > 0


def test_a_film_is_found_by_its_digest_beside_the_assets() -> None:
    part = part_of(producer("clip", "color", "red", 10, SEPIA))
    made = Compiled(b"", (part.name, "asset"), (), (part,))
    (order,) = films_of(made, NOTHING)
    assert resources_of(made, NOTHING) == {part.name: order.digest, "asset": "asset"}
    assert is_film(part.name)
    assert film_key(order.digest).startswith("films/")


def test_fonts_make_another_film_only_of_texts() -> None:
    plain = part_of(producer("clip", "color", "red", 10, SEPIA))
    written = part_of(clear("clip", 10, text("static") + SEPIA))
    assert order_of(plain, ["font"]) == order_of(plain, [])
    assert order_of(written, ["font"]).digest != order_of(written, []).digest
    assert order_of(written, ["a", "b"]) == order_of(written, ["b", "a"])
