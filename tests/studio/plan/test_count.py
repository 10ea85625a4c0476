from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.studio.mlt_documents import clear, document, place, producer, text

from reelpress.studio.plan import Mapping as FieldMapping
from reelpress.studio.plan import OutputSpec, PartSource, Plan, Resolved, compile_plan, resolve
from reelpress.studio.plan.count import CampaignCount, count_rows, units_of
from reelpress.studio.plan.prices import DEFAULT_RATES
from reelpress.studio.scene import parse_scene

MAPPINGS = (
    FieldMapping("Name", "name", transforms=("trim", "title")),
    FieldMapping("City", "city", fallback="Pune"),
    FieldMapping("Points", "points", transforms=("number",), required=False),
)


def layer(name: str, geometry: str, frames: int) -> str:
    written = text(f"{{{{{name.lower()}}}}}", geometry=f"{geometry} 1", reelpress_name=name)
    return clear(name, frames, written)


def plan_of(*mappings: FieldMapping) -> Plan:
    """A band with the name, a full span with all three, a picture at the end; 1280x720."""
    clips = [
        layer("Name", "40 500 600 90", 200),
        layer("City", "40 20 600 90", 100),
        layer("Points", "40 250 600 90", 100),
        producer("photo", "qimage", "face.jpg", 50, place("100 300 200 100 1"), reelpress_field="photo"),
    ]
    tracks = [
        [("Name", 50, 0, 199)],
        [("City", 150, 0, 99)],
        [("Points", 150, 0, 99)],
        [("photo", 300, 0, 49)],
    ]
    made = document(clips, tracks, frames=350, width=1280, height=720)
    return compile_plan([PartSource("mlt", scene=parse_scene(made))], mappings or MAPPINGS, OutputSpec())


PLAN = plan_of()
few_words = st.sampled_from(["", "asha", "Asha", " asha ", "bo", "zoe"])
rows_of_values = st.lists(
    st.fixed_dictionaries(
        {"name": few_words},
        optional={
            "city": few_words,
            "points": st.sampled_from(["1200", "1,200", "7", "many", ""]),
            "photo": st.sampled_from(["", "one.jpg", "two.jpg"]),
        },
    ),
    max_size=30,
)


@settings(deadline=None)
@given(rows_of_values)
def test_counts_are_those_of_writing_every_segment_down(rows: Sequence[Mapping[str, str]]) -> None:
    """Every good row's segments by what they show, in one set."""
    segments: set[object] = set()
    good = asked = 0
    for values in rows:
        resolved = resolve(PLAN, values)
        if not isinstance(resolved, Resolved):
            continue
        good += 1
        pictures = {entry.layer: (entry.field, entry.value) for entry in resolved.images}
        for number, span in enumerate(PLAN.spans):
            pieces = [band.layers for band in span.bands] or ([span.layers] if span.layers else [])
            for piece, layers in enumerate(pieces):
                asked += 1
                shown = tuple(pictures.get(name) or resolved.text_of(name) for name in layers)
                segments.add((number, piece, shown))
    count = count_rows(PLAN, rows)
    assert (count.rows, count.good, count.asked) == (len(rows), good, asked)
    twins = {unit.span for unit in count.units if unit.twin}
    assert count.rendered == sum(key[0] not in twins for key in segments)  # type: ignore[index]
    assert count.shared == asked - count.rendered


def test_rows_that_differ_in_one_layer_share_the_spans_without_it() -> None:
    rows = [{"name": "Asha", "city": city} for city in ("Pune", "Agra", "Pune", "Kochi")]
    count = count_rows(PLAN, rows)
    by_layers = {unit.layers: unit.rendered for unit in count.units if not unit.twin}
    assert by_layers["Name",] == 1
    assert max(by_layers.values()) == 3


def test_values_are_counted_after_mapping_so_that_equal_pictures_are_equal() -> None:
    count = count_rows(PLAN, [{"name": " asha", "city": ""}, {"name": "Asha ", "city": "Pune"}])
    assert {unit.rendered for unit in count.units if not unit.twin} == {1}


def test_a_stretch_that_looks_the_same_again_is_rendered_once() -> None:
    """A name over nothing for 24 s is cut in three; what is on the screen does not change."""
    made = document(
        [layer("Name", "40 500 600 90", 600)], [[("Name", 0, 0, 599)]], frames=600, width=1280, height=720
    )
    plan = compile_plan([PartSource("mlt", scene=parse_scene(made))], [], OutputSpec())
    assert [unit.twin for unit in units_of(plan, {})] == [False, True, True]
    assert count_rows(plan, [{"name": "A"}, {"name": "B"}]).rendered == 2


def test_pictures_are_told_apart_by_what_names_them() -> None:
    rows = [{"name": "A", "photo": path} for path in ("one.jpg", "copy-of-one.jpg", "two.jpg")]
    by_value = count_rows(PLAN, rows)
    by_content = count_rows(PLAN, rows, name_picture=lambda value: value.removeprefix("copy-of-"))
    photo = ("photo",)
    assert [u.rendered for u in by_value.units if u.layers == photo] == [3]
    assert [u.rendered for u in by_content.units if u.layers == photo] == [2]


def test_rows_that_cannot_be_rendered_are_counted_by_reason_and_cost_nothing() -> None:
    rows = [{"name": ""}, {"name": "A", "points": "many"}, {"name": "B"}, {}]
    count = count_rows(PLAN, rows)
    assert (count.good, count.failed) == (1, 3)
    assert [(fault.field, fault.rows, fault.first_row) for fault in count.faults] == [
        ("name", 2, 1),
        ("points", 1, 2),
    ]
    assert count.asked == len(count.units)


def total(cores: int) -> CampaignCount:
    return count_rows(PLAN, [{"name": f"N{number}"} for number in range(40)], cores=cores)


def test_seconds_and_bytes_follow_from_what_is_rendered() -> None:
    count = total(1)
    assert count.encode_cpu_s == pytest.approx(sum(unit.rendered * unit.cpu_s for unit in count.units))
    assert count.join_cpu_s == pytest.approx(40 * DEFAULT_RATES.join_s * PLAN.frames / 1000)
    assert count.wall_s == pytest.approx(count.cpu_s)
    assert total(4).wall_s == pytest.approx(count.once_cpu_s + (count.encode_cpu_s + count.join_cpu_s) / 4)
    assert count.own_bytes + count.shared_bytes < count.whole_bytes
    assert count.straight_cpu_s == pytest.approx(40 * 4.5 * 80 * 45 * PLAN.frames / 1e6)


def test_no_rows_cost_nothing() -> None:
    count = count_rows(PLAN, [])
    assert (count.rows, count.rendered, count.cpu_s, count.whole_bytes) == (0, 0, 0.0, 0)


def test_a_row_leaves_nothing_behind_but_the_digests_of_what_it_shows() -> None:
    """Long values are not kept: what is remembered of a row has 16 bytes."""
    from reelpress.studio.plan.count import Tally

    tally = Tally(PLAN, {name: name for name in PLAN.resources}, lambda value: value)
    for number in range(50):
        tally.add({"name": f"{number} " + "x" * 500})
    kept = [digest for digests in tally.seen.values() for digest in digests]
    assert {len(digest) for digest in kept} == {16}
    assert not tally.faults
