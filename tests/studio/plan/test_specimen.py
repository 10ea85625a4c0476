"""What is shown where no customer is meant."""

from tests.studio.mlt_documents import clear, document, producer, text

from reelpress.studio.plan import Mapping, OutputSpec, PartSource, Plan, compile_plan
from reelpress.studio.plan.specimen import specimen
from reelpress.studio.scene import parse_scene


def plan_for(*mappings: Mapping, argument: str = "{{name}}", **values: str) -> Plan:
    title = clear("title", 50, text(argument, **values))
    photo = producer("photo", "qimage", "face.jpg", 50, reelpress_field="photo")
    data = document([title, photo], [[("photo", 0, 0, 49)], [("title", 0, 0, 49)]], frames=50)
    return compile_plan([PartSource("mlt", scene=parse_scene(data))], mappings, OutputSpec())


def test_a_text_shows_a_name_in_place_of_what_nobody_said() -> None:
    assert specimen(plan_for()).text_of("name") == "Alexandra"
    assert specimen(plan_for(argument="Dear {{name}}!")).text_of("name") == "Dear \u2068Alexandra\u2069!"


def test_a_number_is_one_and_a_fallback_is_itself() -> None:
    number = plan_for(Mapping("name", "points", transforms=("trim", "number:2")))
    assert specimen(number).text_of("name") == "12,345"
    assert specimen(plan_for(reelpress_fallback="friend")).text_of("name") == "friend"


def test_a_picture_is_the_one_the_template_brings() -> None:
    plan = plan_for()
    (layer,) = (layer for layer in plan.layers if layer.kind == "image")
    file = specimen(plan).file_of(layer.name)
    assert file is not None
    assert (file.value, file.resource) == ("", "face.jpg")
