import pytest
from msgspec.structs import astuple
from tests.studio.mlt_documents import clear, document, place, producer, text

from reelpress.studio.plan import (
    Mapping,
    OutputSpec,
    PartSource,
    Plan,
    PlanFault,
    ResourceFacts,
    compile_plan,
)
from reelpress.studio.plan.model import FrameRange
from reelpress.studio.scene import parse_scene


def scene_part(name: str = "card", argument: str = "Hi {{name}}", **values: str) -> PartSource:
    title = clear("title", 50, text(argument, **values))
    photo = producer("photo", "qimage", "face.jpg", 50, place("10 20 100 90 1"), reelpress_field="photo")
    data = document([title, photo], [[("photo", 0, 0, 49)], [("title", 10, 0, 29)]], frames=50)
    return PartSource("mlt", name, scene=parse_scene(data))


def static_part() -> PartSource:
    facts = {"intro.mp4": ResourceFacts("video", 320, 180, 2.0, has_audio=True)}
    return PartSource("static", "intro", resource="intro.mp4", facts=facts)


def test_a_plan_comes_back_from_its_json_unchanged() -> None:
    plan = compile_plan([static_part(), scene_part()], [], OutputSpec())
    assert Plan.decode(plan.encode()) == plan
    assert compile_plan([static_part(), scene_part()], [], OutputSpec()).encode() == plan.encode()


def test_parts_follow_each_other_and_layers_move_with_them() -> None:
    plan = compile_plan([static_part(), scene_part()], [], OutputSpec())
    assert [(part.first, part.frames) for part in plan.parts] == [(0, 50), (50, 50)]
    ranges = {layer.name: layer.ranges for layer in plan.layers}
    assert [_pair(stretch) for stretch in ranges["name"]] == [(60, 89)]
    assert plan.duration_s == 4.0


def test_another_output_size_and_rate_takes_times_and_boxes_along() -> None:
    plan = compile_plan([scene_part()], [], OutputSpec(width=640, height=360, fps_num=50))
    layer = next(layer for layer in plan.layers if layer.name == "name")
    assert plan.frames == 100
    assert _pair(layer.ranges[0]) == (20, 79)
    assert astuple(layer.box) == (40, 80, 560, 120)


def test_spans_say_which_layers_change_which_frames() -> None:
    plan = compile_plan([static_part(), scene_part()], [], OutputSpec())
    assert [(span.kind, span.first, span.last, span.layers) for span in plan.spans] == [
        ("shared", 0, 49, ()),
        ("full", 50, 59, ("photo",)),
        ("full", 60, 89, ("photo", "name")),
        ("full", 90, 99, ("photo",)),
    ]


def test_fields_come_from_the_template_and_from_mappings() -> None:
    plan = compile_plan([scene_part()], [Mapping("name", "first_name", transforms=("title",))], OutputSpec())
    assert [(field.name, field.kind, field.required) for field in plan.fields] == [
        ("photo", "image", False),
        ("first_name", "text", True),
    ]


def test_the_same_layer_name_in_two_parts_is_told_apart() -> None:
    plan = compile_plan([scene_part(), scene_part()], [], OutputSpec())
    assert [layer.name for layer in plan.layers] == ["photo", "name", "photo (part 2)", "name (part 2)"]
    assert [field.name for field in plan.fields] == ["photo", "name"]


def test_a_still_part_shows_for_as_long_as_it_says() -> None:
    facts = {"end.png": ResourceFacts("image", 320, 180)}
    part = PartSource("static", "end", resource="end.png", duration_s=1.5, facts=facts)
    assert compile_plan([part], [], OutputSpec(fps_num=30)).frames == 45


@pytest.mark.parametrize(
    ("parts", "mappings", "words"),
    [
        ([], [], "no part"),
        ([PartSource("ml_with_mlt")], [], "voice"),
        ([PartSource("static", resource="a.mp4")], [], "duration"),
        ([PartSource("mlt")], [], "no scene"),
        ([scene_part()], [Mapping("nobody", "x")], "nobody"),
        ([scene_part()], [Mapping("name", "x", slot="other")], "other"),
        ([scene_part()], [Mapping("name", "x", transforms=("shout",))], "shout"),
        ([scene_part()], [Mapping("name", "photo")], "text and an image"),
    ],
)
def test_parts_and_mappings_that_do_not_fit_are_refused_with_a_way_out(
    parts: list[PartSource], mappings: list[Mapping], words: str
) -> None:
    with pytest.raises(PlanFault) as caught:
        compile_plan(parts, mappings, OutputSpec())
    assert words in str(caught.value)
    assert caught.value.fix


def _pair(stretch: FrameRange) -> tuple[int, int]:
    return stretch.first, stretch.last
