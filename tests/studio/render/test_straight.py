"""What the press lays over stored frames is, before encoding, what the straight way composes."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from msgspec import structs
from tests.studio.mlt_documents import clear, document, place
from tests.studio.render.conftest import Job, MakeJob, Samples
from tests.studio.render.mp4_boxes import top_boxes
from tests.studio.render.scenes import FILM, NAME, SCENES, order_of, press_of, stacked

from reelpress.studio.plan import OutputSpec, PartSource, Resolved, ResourceFacts, compile_plan, resolve
from reelpress.studio.render import press as press_module
from reelpress.studio.render import render_straight
from reelpress.studio.render.bases import Bases, write_bases
from reelpress.studio.render.cache import Cache
from reelpress.studio.render.frames import NO_VALUES, Composer
from reelpress.studio.render.planes import Frame
from reelpress.studio.scene import parse_scene
from reelpress.studio.scene.ops import Group, Node, Write

STRIPS = ((0, 64), (48, 112), (96, 180))  # rows of pixels, even and on macroblocks


def from_stored_planes(made: Job, folder: Path, top: int, bottom: int) -> Iterator[Frame]:
    """Rows `top..bottom` of every frame: base frames from a file, and a customer's patches laid over them."""
    width = made.plan.output.width
    path = folder / f"{top}-{bottom}"
    with Composer(made.plan, NO_VALUES, made.files) as bare:
        write_bases(
            path, (bare.base(number).crop(0, top, width, bottom) for number in range(made.plan.frames))
        )
    bases = Bases.open(path, width, bottom - top)
    with Composer(made.plan, made.resolved, made.files) as composer:
        for number, frame in enumerate(bases.frames()):
            for laid in composer.personal(number):
                laid.patch.lay(frame, laid.x, laid.y - top)
            yield frame
    bases.close()


def check_same(made: Job, folder: Path, strips: tuple[tuple[int, int], ...]) -> None:
    straight = made.frames()
    for top, bottom in strips:
        fast = from_stored_planes(made, folder, top, bottom)
        for number, (frame, whole) in enumerate(zip(fast, straight, strict=True)):
            wanted = whole.crop(0, top, whole.width, bottom)
            assert np.array_equal(frame.data, wanted.data), (number, top)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_stored_planes_and_patches_make_the_straight_frames(
    job: MakeJob, tmp_path: Path, scene: bytes
) -> None:
    made = job(scene, name="Asha")
    check_same(made, tmp_path, ((0, 180), *STRIPS))
    with Composer(made.plan, NO_VALUES, made.files) as bare:
        bases = [bare.base(number) for number in range(made.plan.frames)]
    assert any(
        not np.array_equal(base.data, whole.data) for base, whole in zip(bases, made.frames(), strict=True)
    ), "a base frame shows no value"


def written_in(node: Node, resolved: Resolved) -> Node:
    """The tree with her words in the place of fields: nothing in it depends on data any more."""
    if isinstance(node, Group):
        node = structs.replace(node, children=tuple(written_in(child, resolved) for child in node.children))
    effects = tuple(
        said_in(effect, resolved) if isinstance(effect, Write) and effect.layer else effect
        for effect in node.effects
    )
    return structs.replace(node, effects=effects)


def said_in(write: Write, resolved: Resolved) -> Write:
    if write.rich is None:
        return structs.replace(write, text=resolved.text_of(write.layer), layer="")
    texts = iter(resolved.runs_of(write.layer))
    paragraphs = tuple(
        structs.replace(one, runs=tuple(structs.replace(run, text=next(texts)) for run in one.runs))
        for one in write.rich.paragraphs
    )
    return structs.replace(write, rich=structs.replace(write.rich, paragraphs=paragraphs), layer="")


OF_TEXT_ALONE = [name for name, scene in SCENES.items() if b"reelpress:field" not in scene]


@pytest.mark.parametrize("name", OF_TEXT_ALONE)
def test_a_customers_frames_look_as_if_her_words_stood_in_the_template(job: MakeJob, name: str) -> None:
    made = job(SCENES[name], name="Asha")
    (part,) = made.plan.parts
    root = written_in(part.root, made.resolved)
    assert isinstance(root, Group)
    whole = Job(structs.replace(made.plan, parts=(structs.replace(part, root=root),)), NO_VALUES, made.files)
    for one, other in zip(made.frames(), whole.frames(), strict=True):
        assert np.abs(one.data.astype(int) - other.data).max() <= 4, "roundings in another order, no more"


@pytest.mark.parametrize(
    "output",
    [OutputSpec(width=480, height=270), OutputSpec(width=320, height=320), OutputSpec(fps_num=30)],
    ids=["larger", "with bars", "another rate"],
)
def test_another_output_makes_no_difference_to_that(job: MakeJob, tmp_path: Path, output: OutputSpec) -> None:
    scene = stacked(clear("title", 50, NAME + place("0=-40 0 320 180 1;49=60 30 320 180 1")))
    made = job(scene, output, name="Asha")
    height = made.plan.output.height
    check_same(made, tmp_path, ((0, height), (height // 4 * 2, height)))


def test_a_letterboxed_film_keeps_its_bars_and_text_may_lie_on_them(job: MakeJob, tmp_path: Path) -> None:
    text_on_bar = NAME.replace("20 60 280 40 1", "20 0 280 60 1")
    tall = document(
        [FILM, clear("title", 50, text_on_bar)],
        [[("film", 0, 0, 49)], [("title", 0, 0, 49)]],
        frames=50,
        height=320,
    )
    made = job(tall, name="Asha")
    check_same(made, tmp_path, ((0, 320), (32, 160)))
    assert made.frames()[20].y[310:].max() == 16


def test_two_parts_compose_alike_on_both_ways(samples: Samples, tmp_path: Path) -> None:
    facts = {"mute.mp4": ResourceFacts("video", 320, 180, 1.0)}
    parts = [
        PartSource("mlt", "first", scene=parse_scene(stacked(clear("title", 50, NAME)))),
        PartSource("static", "between", resource="mute.mp4", facts=facts),
        PartSource("mlt", "last", scene=parse_scene(SCENES["fading text"])),
    ]
    plan = compile_plan(parts, [], OutputSpec())
    resolved = resolve(plan, {"name": "Asha"})
    assert isinstance(resolved, Resolved)
    made = Job(plan, resolved, samples.files)
    check_same(made, tmp_path, ((0, 180), (48, 112)))


@pytest.mark.parametrize("name", ["text between a banner and a badge", "text over a dissolve"])
def test_the_press_hands_these_very_frames_to_its_encoder(
    job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    made = job(SCENES[name], name="Asha")
    press = press_of(made, Cache(tmp_path / "cache"))
    press.prepare()
    seen: list[Frame] = []
    real = press_module.encode

    def watching(frames, fps, coding):
        def copied() -> Iterator[Frame]:
            for frame in frames:
                seen.append(frame.copy())
                yield frame

        return real(copied(), fps, coding)

    monkeypatch.setattr(press_module, "encode", watching)
    press.film(order_of(made))
    straight = made.frames()
    personal = [
        straight[n] for span in made.plan.spans if span.layers for n in range(span.first, span.last + 1)
    ]
    assert len(seen) == len(personal)
    assert sorted(frame.data.tobytes() for frame in seen) == sorted(f.data.tobytes() for f in personal)


@pytest.mark.parametrize("height", [180, 182])
def test_the_straight_way_writes_what_was_composed(job: MakeJob, tmp_path: Path, height: int) -> None:
    made = job(SCENES["text over film"], OutputSpec(width=320, height=height), name="Asha")
    path = tmp_path / "straight.mp4"
    render_straight(made.plan, made.resolved, made.files, path)
    with av.open(str(path)) as container:
        pictures = [np.asarray(frame.to_ndarray())[:height] for frame in container.decode(video=0)]
        assert len(container.streams.audio) == 1
    assert len(pictures) == 50
    for picture, frame in zip(pictures, made.frames(), strict=True):
        assert ((picture.astype(float) - frame.y) ** 2).mean() < 40
    assert top_boxes(path)[:2] == ["ftyp", "moov"]
