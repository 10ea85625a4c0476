"""Lifting a text off its clip moves no mark, changes no pixel and no sound."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.studio.mlt_documents import clear, document, filter_, place, producer, text
from tests.studio.render.conftest import Job, MakeJob, job, samples
from tests.studio.render.scenes import FILM, FROM_BLACK, NAME, SCENES, on_film, stacked

from reelpress.studio.plan import OutputSpec, compile, voices
from reelpress.studio.plan.lift import lifted
from reelpress.studio.plan.model import PlanPart
from reelpress.studio.render.sound import mix
from reelpress.studio.scene.geometry import marks
from reelpress.studio.scene.ops import (
    Box,
    Clip,
    ColourSource,
    Effect,
    FitRule,
    Gain,
    Group,
    Key,
    Light,
    Node,
    Place,
    Shape,
    TextStyle,
    VideoSource,
    Write,
)

__all__ = ["job", "samples"]
CANVAS = (320, 180)
STYLE = TextStyle("Noto Sans", 30, 400, False, (255,) * 4, (0,) * 4, (0,) * 4, 0, 0, "left")

times = st.integers(0, 20)
rects = st.tuples(st.integers(-40, 300), st.integers(-40, 160), st.integers(1, 320), st.integers(1, 180))
opacities = st.sampled_from([0.0, 0.5, 1.0])


@st.composite
def keyed_rects(draw: st.DrawFn) -> tuple[Key, ...]:
    frames = sorted(draw(st.sets(times, min_size=1, max_size=3)))
    return tuple(Key(frame, tuple(map(float, (*draw(rects), draw(opacities))))) for frame in frames)


bounds = st.one_of(st.just((0, None)), st.tuples(times, st.integers(20, 40)))
writes = st.builds(
    lambda rect, layer, at: Write(layer, STYLE, rect, "left", "top", FitRule(), layer, *at),
    keyed_rects(),
    st.sampled_from(["", "name", "price"]),
    bounds,
)
effects: st.SearchStrategy[Effect] = st.one_of(
    writes,
    writes,
    st.builds(lambda level, at: Light((), (Key(0, (level,)),), *at), opacities, bounds),
    st.builds(lambda rect, at: Place(rect, first=at[0], last=at[1]), keyed_rects(), bounds),
    st.builds(lambda rect: Shape(Box(*map(float, rect)), (9, 9, 9, 255)), rects),
    st.just(Gain((Key(0, (-6.0,)),))),
)
chains = st.lists(effects, max_size=4).map(tuple)
clips = st.builds(
    Clip,
    times,
    st.integers(1, 40),
    st.integers(0, 10),
    st.sampled_from([VideoSource("film.mp4"), ColourSource((0, 0, 0, 0)), ColourSource((1, 2, 3, 255))]),
    chains,
    st.booleans(),
    st.booleans(),
)
nodes: st.SearchStrategy[Node] = st.recursive(
    clips,
    lambda inner: st.builds(
        Group, times, st.integers(1, 40), st.integers(0, 10), st.lists(inner, max_size=3).map(tuple), chains
    ),
    max_leaves=5,
)


@given(nodes, st.integers(0, 60))
def test_every_mark_stays_where_it_was_in_the_same_order(node: Node, position: int) -> None:
    assert list(marks(lifted(node), position, CANVAS)) == list(marks(node, position, CANVAS))


@given(clips, st.lists(writes, min_size=1, max_size=2), st.integers(0, 60))
def test_text_at_the_end_of_a_clip_keeps_its_place_and_time(
    clip: Clip, words: list[Write], position: int
) -> None:
    plain = tuple(effect for effect in clip.effects if not isinstance(effect, Write))
    node = structs.replace(clip, effects=(*plain, *words), picture=True)
    assert list(marks(lifted(node), position, CANVAS)) == list(marks(node, position, CANVAS))


@given(nodes)
def test_all_that_is_heard_stays(node: Node) -> None:
    def heard(root: Node) -> list[voices.Voice]:
        part = PlanPart("mlt", "", 0, 60, *CANVAS, 25, 1, Group(0, 60, 0, (root,)))
        return list(voices.voices_of(part))

    assert heard(lifted(node)) == heard(node)


@given(nodes)
def test_what_was_lifted_is_not_lifted_again(node: Node) -> None:
    assert lifted(lifted(node)) == lifted(node)


def written(node: Node) -> list[bool]:
    """For every clip whether text is written on something that is not clear."""
    if isinstance(node, Group):
        return [found for child in node.children for found in written(child)]
    clear_clip = isinstance(node.source, ColourSource) and node.source.colour[3] == 0
    return [any(isinstance(effect, Write) for effect in node.effects) and not clear_clip]


def unlifted(job: MakeJob, monkeypatch: pytest.MonkeyPatch, *what: object, **values: str) -> Job:
    with monkeypatch.context() as patch:
        patch.setattr(compile, "lifted", lambda root: root)
        return job(*what, **values)


def test_text_at_the_end_of_a_films_effects_is_lifted_and_text_before_a_fade_is_not(job: MakeJob) -> None:
    roots = {
        name: job(SCENES[f"text on the film {name}"], name="A").plan.parts[0].root
        for name in ("itself", "after a fade", "before a fade")
    }
    assert {name: any(written(root)) for name, root in roots.items()} == {
        "itself": False,
        "after a fade": False,
        "before a fade": True,
    }


LIFTED = {
    "on the film": (on_film(NAME), FILM, NAME),
    "after a fade": (on_film(FROM_BLACK + NAME), on_film(FROM_BLACK), NAME),
    "two texts": (on_film(NAME + text("{{price}}")), FILM, NAME + text("{{price}}")),
}


@pytest.mark.parametrize(("whole", "below", "above"), LIFTED.values(), ids=LIFTED)
def test_lifted_text_is_drawn_as_a_clip_above_the_film_would_be(
    job: MakeJob, whole: str, below: str, above: str
) -> None:
    values = {"name": "Asha", "price": "12"}
    one = job(stacked(film=whole), **values)
    other = job(stacked(clear("title", 50, above), film=below), **values)
    for number, (a, b) in enumerate(zip(one.frames(), other.frames(), strict=True)):
        assert np.array_equal(a.data, b.data), number


@pytest.mark.parametrize("whole", [entry[0] for entry in LIFTED.values()], ids=LIFTED)
def test_pixels_are_those_of_text_drawn_on_the_film_but_for_rounding(
    job: MakeJob, monkeypatch: pytest.MonkeyPatch, whole: str
) -> None:
    values = {"name": "Asha", "price": "12"}
    after = job(stacked(film=whole), **values)
    before = unlifted(job, monkeypatch, stacked(film=whole), **values)
    assert any(written(before.plan.parts[0].root))
    assert not any(written(after.plan.parts[0].root))
    for a, b in zip(after.frames()[::10], before.frames()[::10], strict=True):
        difference = np.abs(a.y.astype(int) - b.y)
        assert (difference > 6).mean() <= 0.01, "colours outside the gamut of RGB aside"
        assert difference.mean() <= 0.6


def test_the_sound_is_the_same_sample_for_sample(job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    louder = filter_("volume", {"level": "0=-20;25=0"})
    film = on_film(louder + NAME)
    scene = document([film], [[("film", 5, 10, 39)]], frames=50)
    after, before = job(scene, name="A"), unlifted(job, monkeypatch, scene, name="A")
    one, other = mix(after.plan, after.files), mix(before.plan, before.files)
    assert one is not None
    assert other is not None
    assert np.array_equal(one, other)
    assert np.abs(one).max() > 0.1


def test_a_film_that_is_placed_and_written_on_keeps_both(
    job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    corner = producer(
        "film", "avformat-novalidate", "film.mp4", 50, place("40 20 160 90 1") + NAME, tag="chain"
    )
    scene, output = document([corner], [[("film", 0, 0, 49)]], frames=50), OutputSpec()
    after = job(scene, output, name="Asha").frames()
    before = unlifted(job, monkeypatch, scene, output, name="Asha").frames()
    for a, b in zip(after[::10], before[::10], strict=True):
        assert np.abs(a.y.astype(int) - b.y).max() <= 6
