"""The sample templates are whole: they parse, their media exist, their fields are found."""

from pathlib import Path

import av
import pytest
from PIL import Image

from reelpress.studio.scene.layers import Layer, layers
from reelpress.studio.scene.model import Producer, Scene
from reelpress.studio.scene.parse import parse_scene

EXAMPLES = Path(__file__).parents[2] / "examples"
TEMPLATES = EXAMPLES / "templates"
NAMES = ["welcome", "cart", "thank-you"]
FIELDS = {
    "welcome": {"name", "photo"},
    "cart": {"name", "product_name", "price", "product_image"},
    "thank-you": {"name", "tier", "points"},
}
SHAPES = {"welcome": (1280, 720, 450), "cart": (1080, 1080, 30), "thank-you": (1280, 720, 300)}
READABLE_FRAMES = 60
MAX_PICTURE_BYTES = 150_000
MAX_MEDIA_BYTES = 12_000_000


def scene_of(name: str) -> Scene:
    document = TEMPLATES / name / f"{name}.mlt"
    return parse_scene(document.read_bytes(), document.name)


def layers_of(name: str) -> tuple[Layer, ...]:
    return layers(scene_of(name))


def resources_of(scene: Scene) -> set[str]:
    files = (service for service in scene.services.values() if isinstance(service, Producer))
    return {
        service.properties.get("resource") for service in files if service.service not in {"color", "colour"}
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_field_of_a_template_is_found_as_a_layer(name: str):
    assert {field for layer in layers_of(name) for field in layer.fields} == FIELDS[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_template_names_only_media_that_lie_beside_it(name: str):
    folder = TEMPLATES / name
    named = resources_of(scene_of(name))
    lying = {path.name for path in folder.iterdir()} - {f"{name}.mlt"}
    assert named == lying


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_its_size_and_length(name: str):
    scene = scene_of(name)
    root = scene.services[scene.root]
    width, height, frames = SHAPES[name]
    assert (scene.profile.width, scene.profile.height) == (width, height)
    assert getattr(root, "out", None) == frames - 1


@pytest.mark.parametrize("name", NAMES)
def test_every_text_layer_says_what_stands_there_when_nothing_comes(name: str):
    texts = [layer for layer in layers_of(name) if layer.kind == "text"]
    assert [layer.name for layer in texts if not layer.fallback] == []


@pytest.mark.parametrize("name", ["welcome", "thank-you"])
def test_the_name_can_be_read_for_two_seconds_or_more(name: str):
    (layer,) = (layer for layer in layers_of(name) if layer.fields == ("name",))
    assert sum(last - first + 1 for first, last in layer.ranges) >= READABLE_FRAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_keeps_inside_the_canvas_at_rest(name: str):
    width, _, _ = SHAPES[name]
    for layer in layers_of(name):
        assert layer.box.x >= 0
        assert layer.box.x + layer.box.width <= width


@pytest.mark.parametrize("clip", sorted(TEMPLATES.glob("*/*.mp4")), ids=lambda path: path.name)
def test_a_clip_holds_all_the_frames_its_template_plays(clip: Path):
    scene = scene_of(clip.parent.name)
    (producer,) = (
        service
        for service in scene.services.values()
        if isinstance(service, Producer) and service.properties.get("resource") == clip.name
    )
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (scene.profile.width, scene.profile.height)
        assert stream.average_rate == scene.profile.fps
        assert sum(1 for _ in container.decode(stream)) == producer.out + 1


@pytest.mark.parametrize("name", ["welcome", "thank-you"])
def test_the_music_is_as_long_as_the_video(name: str):
    seconds = SHAPES[name][2] / 30
    with av.open(str(TEMPLATES / name / "music.m4a")) as container:
        frames = list(container.decode(audio=0))
    assert sum(frame.samples for frame in frames) / frames[0].sample_rate >= seconds


def test_the_sample_pictures_are_pictures_and_small():
    pictures = sorted((EXAMPLES / "media").iterdir())
    assert len([path for path in pictures if path.name.startswith("product-")]) == 4
    assert len([path for path in pictures if path.name.startswith("portrait-")]) == 4
    for path in pictures:
        assert path.stat().st_size <= MAX_PICTURE_BYTES
        with Image.open(path) as image:
            image.load()
            assert min(image.size) >= 640


def test_all_sample_media_together_stay_small():
    files = [
        path for folder in (TEMPLATES, EXAMPLES / "media") for path in folder.rglob("*") if path.is_file()
    ]
    assert sum(path.stat().st_size for path in files) <= MAX_MEDIA_BYTES
