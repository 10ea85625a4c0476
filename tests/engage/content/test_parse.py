"""What may be kept as a content block or a product set, and what is said of the rest."""

from typing import Any

import pytest

from reelpress.engage.content import parse
from reelpress.engage.personalize import CampaignFacts, Context, Destination, Rendered, compile_template
from reelpress.platform.errors import Refusal

UNFIT: list[tuple[object, str]] = [
    ({"title": "x"}, "items"),
    ([{}, "x"], "items.1"),
    ([{}] * 51, "items"),
    ([{"a": "x" * 65_536}], "items"),
    ([{}, {"sizes": [1, 2**63]}], "items.1.sizes.1"),
    ([{"price": float("nan")}], "items.0.price"),
    ([{"a": "x\0"}], "items.0.a"),
    ([{"a\ud800": 1}], "items.0"),
    ([{"a": [[[[[[[["x"]]]]]]]]}], "items.0.a.0.0.0.0.0.0.0"),
]


def refused(field: str) -> Any:
    return pytest.raises(Refusal, check=lambda refusal: (refusal.status, refusal.field) == (400, field))


@pytest.mark.parametrize("name", ["Footer", "My footer", "a", "2024.v-1_b", "x" * 100])
def test_a_template_can_write_every_name_of_a_block(name: str) -> None:
    template = compile_template(f"{{{{ContentBlock['{parse.block_name(name)}']}}}}", Destination.PLAIN)
    context = Context(
        user={}, event=None, campaign=CampaignFacts("1", "n"), content_blocks={name: "{{UserAttribute.x}}"}
    )
    assert template.render(context) == Rendered("{{UserAttribute.x}}")
    assert [reference.name for reference in template.references] == [name]


@pytest.mark.parametrize("name", ["Recs", "_x1", "in", "items", "None", "x" * 100])
def test_a_template_can_write_every_name_of_a_set(name: str) -> None:
    template = compile_template(f"{{{{ProductSet.{parse.set_name(name)}[0].title}}}}", Destination.PLAIN)
    context = Context(
        user={}, event=None, campaign=CampaignFacts("1", "n"), product_sets={name: [{"title": "Boots"}]}
    )
    assert template.render(context) == Rendered("Boots")
    assert [reference.name for reference in template.references] == [name]


@pytest.mark.parametrize("name", ["", " a", "a ", "a'b", 'a"b', "a\\b", "a{b", "a\n", "é", "..", "x" * 101])
def test_other_names_of_blocks_are_refused(name: str) -> None:
    with refused("name"):
        parse.block_name(name)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a-b", "a.b", "a\n", "é", "x" * 101])
def test_other_names_of_sets_are_refused(name: str) -> None:
    with refused("name"):
        parse.set_name(name)


@pytest.mark.parametrize("body", [None, 1, ["x"], "a\0b", "a\ud800b", "x" * 65_537, "é" * 32_769])
def test_a_block_is_a_text_that_can_be_kept(body: object) -> None:
    with refused("body"):
        parse.body(body)


def test_the_largest_that_may_be_kept_is_kept() -> None:
    assert parse.body("é" * 32_768) == "é" * 32_768
    filler = "x" * (65_536 - len('[{"a":""}]'))
    assert parse.items([{"a": filler}]) == [{"a": filler}]
    deep = [[[[[[["x"]]]]]]]
    assert parse.items([{"a": deep}] * 50) == [{"a": deep}] * 50
    assert parse.items([]) == []
    assert parse.items([{"n": 2**63 - 1, "f": 1.5, "b": True, "z": None}])


@pytest.mark.parametrize(("items", "field"), UNFIT)
def test_a_set_is_a_list_of_objects_that_can_be_kept(items: object, field: str) -> None:
    with refused(field):
        parse.items(items)
