"""500 hostile values: each draws as text inside its box and does nothing else."""

from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.studio.mlt_documents import clear, document, text
from tests.studio.render.hostile_strings import hostile_strings

from reelpress.studio.plan import OutputSpec, PartSource, Plan, Resolved, compile_plan, resolve
from reelpress.studio.plan.text import clean_value
from reelpress.studio.render import compose
from reelpress.studio.render.planes import Frame
from reelpress.studio.scene import parse_scene

STRINGS = hostile_strings()
BOX = (slice(20, 80), slice(20, 300))
HALF_BOX = (slice(9, 41), slice(9, 151))  # chroma is filtered over a pair of samples
INVISIBLE = {"\u200c", "\u200d", " ", *map(chr, range(0xE0020, 0xE0080))}
FALLBACK = "friend"
FITS = ("shrink", "wrap", "ellipsis")


def test_there_are_500_and_no_two_are_alike() -> None:
    values = [value for kind in STRINGS.values() for value in kind]
    assert len(values) == len(set(values)) == 500


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("kind", STRINGS)
def test_a_hostile_value_draws_as_text_inside_its_box(kind: str, fit: str) -> None:
    ground = frame("x", fit, colour="#00000000").copy()
    for value in STRINGS[kind][FITS.index(fit) :: len(FITS)]:
        drawn = frame(value, fit)
        assert (drawn.y[BOX] > 40).any() == has_ink(value), ascii(value)
        for plane, area in ((drawn.y, BOX), (drawn.u, HALF_BOX), (drawn.v, HALF_BOX)):
            plane[area] = 0
        for plane, area in ((ground.y, BOX), (ground.u, HALF_BOX), (ground.v, HALF_BOX)):
            plane[area] = 0
        assert np.array_equal(drawn.data, ground.data), ascii(value)


@pytest.mark.parametrize("kind", STRINGS)
def test_a_value_draws_what_the_same_literal_text_draws(kind: str) -> None:
    for index, value in enumerate(STRINGS[kind]):
        fit = FITS[index % len(FITS)]
        assert np.array_equal(frame(value, fit).data, literal(clean_value(value) or FALLBACK, fit).data), (
            ascii(value)
        )


@pytest.mark.parametrize("kind", ["overrides", "zero width", "controls", "newlines", "anything"])
def test_a_value_never_moves_the_words_before_it(kind: str) -> None:
    words = ink(frame("x", "ellipsis", template="Hi {{name}} yes"))
    hi = slice(0, int(np.flatnonzero(~words.any(axis=0)[24:])[0]) + 24)  # up to the first gap: the letter H
    assert words[:, hi].any()
    for value in STRINGS[kind]:
        drawn = ink(frame(value, "ellipsis", template="Hi {{name}} yes"))
        # Other writing may make the line taller and so move it down as a whole.
        assert np.array_equal(drawn[:, hi].sum(axis=0), words[:, hi].sum(axis=0)), ascii(value)


@pytest.mark.parametrize("kind", ["overrides", "zero width", "controls"])
def test_a_value_never_turns_the_words_after_it_around(kind: str) -> None:
    for value in STRINGS[kind]:
        for template in ("{{name}} yes", "{{name}} نعم"):
            safe = clean_value(value)
            assert not set(safe) & set(
                "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
            )
            drawn = frame(value, "shrink", template=template)
            assert np.array_equal(drawn.data, frame(safe, "shrink", template=template).data)


def frame(value: str, fit: str, template: str = "{{name}}", colour: str = "#ffffffff") -> Frame:
    plan = plan_of(template, fit, colour)
    resolved = resolve(plan, {"name": value})
    assert isinstance(resolved, Resolved)
    return next(iter(compose(plan, resolved, {})))


def literal(words: str, fit: str) -> Frame:
    """The scene with the text written into it, without any field."""
    written = _with_text(msgspec.json.decode(plan_of("{{name}}", fit, "#ffffffff").encode()), words)
    plan = Plan.decode(msgspec.json.encode(written))
    return next(iter(compose(plan, Resolved((), ()), {})))


@cache
def plan_of(template: str, fit: str, colour: str) -> Plan:
    title = text(
        template,
        geometry="20 20 280 60 1",
        size="24",
        fgcolour=colour,
        reelpress_fit=fit,
        reelpress_max_lines="2",
        reelpress_fallback=FALLBACK,
    )
    below = clear("below", 1, text("Below", geometry="20 90 280 60 1"))
    tracks = [[("below", 0, 0, 0)], [("title", 0, 0, 0)]]
    scene = parse_scene(document([below, clear("title", 1, title)], tracks, frames=1))
    return compile_plan([PartSource("mlt", scene=scene)], [], OutputSpec())


def _with_text(tree: Any, words: str) -> Any:
    if isinstance(tree, list):
        return [_with_text(entry, words) for entry in tree]
    if not isinstance(tree, dict):
        return tree
    if tree.get("type") == "write" and tree.get("layer"):
        return tree | {"text": words, "layer": ""}
    return {name: _with_text(entry, words) for name, entry in tree.items()}


def has_ink(value: str) -> bool:
    """Whether anything that has a shape is left of the value."""
    return bool(set(clean_value(value) or FALLBACK) - INVISIBLE)


def ink(drawn: Frame) -> NDArray[np.bool_]:
    return drawn.y[BOX[0]] > 60
