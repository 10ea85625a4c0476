from collections.abc import Sequence
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.studio.mlt_documents import clear, document, filter_, place, producer, text

from reelpress.studio.plan import OutputSpec, PartSource, Plan, compile_plan
from reelpress.studio.plan.cost import CostReport, cost_report
from reelpress.studio.plan.model import Band, Span
from reelpress.studio.plan.prices import DEFAULT_RATES, SOUND_BYTES_PER_S, Rates, encoded_rows
from reelpress.studio.plan.rects import Rect
from reelpress.studio.plan.sights import sights_of, spanned
from reelpress.studio.plan.spans import MAX_BAND_SHARE, rows_in, spans_of
from reelpress.studio.plan.touches import Touch
from reelpress.studio.scene import parse_scene

WIDTH, HEIGHT, FPS, FRAMES = 1280, 720, 25, 400


def plan_of(*clips: tuple[str, int, int], frames: int = FRAMES) -> Plan:
    """Clips over nothing: (clip, its first frame, how many)."""
    ids = [clip.split('id="')[1].split('"')[0] for clip, _, _ in clips]
    tracks = [[(id_, first, 0, count - 1)] for id_, (_, first, count) in zip(ids, clips, strict=True)]
    made = document([clip for clip, _, _ in clips], tracks, frames=frames, width=WIDTH, height=HEIGHT)
    return compile_plan([PartSource("mlt", scene=parse_scene(made))], [], OutputSpec())


def title(
    name: str, geometry: str, *, first: int = 0, count: int = FRAMES, inner: str = ""
) -> tuple[str, int, int]:
    written = text(f"{{{{{name}}}}}", geometry=f"{geometry} 1", reelpress_name=name.title())
    return clear(name, count, written + inner), first, count


def photo(rect: str, *, first: int = 0, count: int = FRAMES) -> tuple[str, int, int]:
    shown = producer("photo", "qimage", "face.jpg", count, place(rect), reelpress_field="photo")
    return shown, first, count


def fade(first: int, last: int) -> str:
    """Out, over frames first to last of the clip."""
    return filter_("brightness", {"alpha": f"0=1;{first}=1;{last}=0"})


def said(report: CostReport, word: str) -> str:
    found = [advice.text for advice in report.advice if word in advice.text]
    assert found, [advice.text for advice in report.advice]
    return found[0]


def saving(report: CostReport, word: str) -> float:
    return next(advice.saves for advice in report.advice if word in advice.text)


def personal_s(report: CostReport) -> float:
    return report.cpu_s - report.known_cpu_s


def test_a_span_costs_its_macroblocks_and_a_band_only_its_rows_with_guards() -> None:
    plan = plan_of(title("name", "40 500 600 90", first=100, count=100))
    report = cost_report(plan)
    assert [(span.kind, span.frames, span.cpu_s > 0) for span in report.spans] == [
        ("shared", 100, False),
        ("band", 100, True),
        ("shared", 100, False),
        ("shared", 100, False),
    ]
    band = report.spans[1]
    touched = plan.spans[1].bands[0].rows
    assert band.encoded == (touched + 3 + 1) / 45
    blocks = (touched + 4) * 80 * 100 / 1e6
    drawn = 600 * 90 * 100 / 256 / 1e6
    assert band.cpu_s == pytest.approx(DEFAULT_RATES.band_s * blocks + DEFAULT_RATES.draw_s * drawn, rel=0.01)
    assert report.f == 0.25
    assert report.costliest == "Name"


def test_a_machines_own_rates_change_the_seconds_in_proportion() -> None:
    plan = plan_of(title("name", "40 10 600 700"))
    own = msgspec.structs.replace(Rates(), full_s=2 * Rates().full_s, draw_s=2 * Rates().draw_s)
    assert personal_s(cost_report(plan, own)) == pytest.approx(2 * personal_s(cost_report(plan)))


def test_f_and_g_say_for_how_long_and_how_tall_a_layer_is_seen() -> None:
    plan = plan_of(title("name", "40 320 600 80", first=100, count=100), photo("100 0 300 720 1"))
    layers = {layer.name: layer for layer in cost_report(plan).layers}
    assert layers["Name"].f == 0.25
    assert layers["Name"].g == pytest.approx(5 / 45)
    assert (layers["photo"].f, layers["photo"].g) == (1.0, 1.0)
    assert layers["photo"].saves > layers["Name"].saves
    assert cost_report(plan).costliest == "photo"


def test_a_long_fade_is_named_with_the_time_it_should_end_and_ending_it_there_saves_what_was_said() -> None:
    long = cost_report(plan_of(title("logo", "0 0 1280 720", count=300, inner=fade(200, 299))))
    assert "the fade on *Logo* makes 3.9 s personal; end it at 00:08.5 to save" in said(long, "fade")
    short = cost_report(plan_of(title("logo", "0 0 1280 720", count=213, inner=fade(200, 212))))
    assert personal_s(short) == pytest.approx(personal_s(long) * (1 - saving(long, "fade")), rel=0.02)


def test_a_short_fade_is_left_in_peace() -> None:
    report = cost_report(plan_of(title("logo", "0 0 1280 720", count=210, inner=fade(200, 209))))
    assert not [advice for advice in report.advice if "fade" in advice.text]


def test_layers_far_apart_are_told_how_near_they_must_come_and_then_the_span_is_a_band() -> None:
    report = cost_report(plan_of(title("name", "40 32 600 160"), title("city", "40 500 600 160")))
    assert {span.kind for span in report.spans} == {"full"}
    advice = said(report, "closer together")
    assert "*Name* and *City* touch" in advice
    near = int(advice.split("(within ")[1].split(" px")[0])
    for gap, kinds in ((near, {"band"}), (near + 32, {"full"})):
        moved = plan_of(title("name", "40 32 600 160"), title("city", f"40 {32 + 160 + gap} 600 160"))
        assert {span.kind for span in moved.spans} == kinds, gap


def test_layers_that_already_meet_are_not_asked_to_come_closer() -> None:
    report = cost_report(plan_of(title("name", "40 0 600 360"), title("city", "40 360 600 360")))
    assert not [advice for advice in report.advice if "closer" in advice.text]


def test_half_of_a_tall_box_saves_what_was_said() -> None:
    report = cost_report(plan_of(title("name", "40 160 600 320")))
    assert "the box of *Name* is 600x320 px; half the height would save" in said(report, "box")
    halved = cost_report(plan_of(title("name", "40 240 600 160")))
    assert personal_s(halved) == pytest.approx(personal_s(report) * (1 - saving(report, "box")), rel=0.06)


def test_a_box_that_fills_the_frame_is_called_that() -> None:
    report = cost_report(plan_of(title("name", "0 0 1280 720", count=100)))
    assert "is the whole frame (1280x720 px); a third of the height would save" in said(report, "whole frame")


def test_a_picture_is_called_a_picture() -> None:
    assert "the picture *photo* is" in said(
        cost_report(plan_of(photo("100 100 300 400 1", count=100))), "half"
    )


def test_a_picture_that_slides_in_through_the_rows_is_told_to_appear_where_it_rests() -> None:
    slides = "0=100 600 300 120 1;40=100 40 300 120 1"
    report = cost_report(plan_of(photo(slides, count=100)))
    assert "*photo* moves through" in said(report, "moves")
    still = cost_report(plan_of(photo("100 40 300 120 1", count=100)))
    assert personal_s(still) == pytest.approx(personal_s(report) * (1 - saving(report, "moves")), rel=0.02)


def test_a_layer_that_stays_for_the_whole_video_is_told_what_five_seconds_cost() -> None:
    report = cost_report(plan_of(title("name", "40 500 600 90")))
    assert "*Name* is seen for 16.0 of 16.0 s; ending after 5.0 s, at 00:05.0, would" in said(
        report, "ending"
    )
    short = cost_report(plan_of(title("name", "40 500 600 90", count=125)))
    assert personal_s(short) == pytest.approx(personal_s(report) * (1 - saving(report, "ending")), rel=0.02)


def test_two_layers_that_stay_are_judged_together_as_well() -> None:
    report = cost_report(plan_of(title("name", "40 500 600 90"), title("city", "660 500 600 90")))
    assert "*Name* and *City* are seen" in said(report, "are seen")
    assert saving(report, "are seen") > 0.6


def test_a_plan_without_data_costs_a_join_and_nothing_is_advised() -> None:
    report = cost_report(plan_of((producer("logo", "qimage", "logo.png", 50), 0, 50), frames=50))
    assert report.cpu_s == report.known_cpu_s
    assert (report.costliest, report.advice, report.layers, report.own_bytes) == ("", (), (), 0)


def test_a_report_is_plain_data() -> None:
    report = cost_report(plan_of(title("name", "40 160 600 320")))
    assert msgspec.json.decode(report.encode(), type=CostReport) == report


def test_sights_make_the_same_spans_as_the_plan() -> None:
    plan = plan_of(
        title("name", "40 160 600 120", count=300, inner=fade(200, 299)),
        photo("0=100 600 300 120 1;40=100 40 300 120 1", first=50, count=200),
    )
    assert spanned(plan, sights_of(plan)) == plan.spans


boxes = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 30)).map(lambda rows: (rows[0], min(45, sum(rows)))),
    min_size=1,
    max_size=4,
)


@settings(deadline=None)
@given(boxes)
def test_a_span_is_a_band_exactly_where_its_encoded_rows_are_few(rows: Sequence[tuple[int, int]]) -> None:
    """The rows that are priced are the rows that the choice between band and full goes by."""
    names = [f"layer {at}" for at in range(len(rows))]
    touches = [
        [Touch(n, Rect(0, top * 16, 64, end * 16)) for n, (top, end) in zip(names, rows, strict=True)]
    ] * 20
    (span,) = spans_of(touches, [0], names, HEIGHT, Fraction(FPS))
    if span.kind == "band":
        assert encoded_rows(span, HEIGHT) <= MAX_BAND_SHARE * rows_in(HEIGHT)
    else:
        merged = spans_of(touches, [0], names, 100_000, Fraction(FPS))[0]  # so tall that bands are worth it
        as_bands = Span("band", 0, 19, merged.layers, 0.0, tuple(Band(*band_of(b)) for b in merged.bands))
        guards = sum(3 * (b.first > 0) + (b.last < rows_in(HEIGHT) - 1) for b in as_bands.bands)
        assert sum(b.rows for b in as_bands.bands) + guards > MAX_BAND_SHARE * rows_in(HEIGHT)


def band_of(band: Band) -> tuple[int, int, tuple[str, ...]]:
    return band.first, band.last, band.layers


def test_the_sound_of_a_clip_counts_as_hers_for_as_long_as_it_can_be_heard() -> None:
    def clip(**values: str) -> tuple[str, int, int]:
        place_of = place("100 100 320 180 1")
        return producer("clip", "avformat", "{{hello}}", 100, place_of, **values), 50, 100

    heard, mute = (cost_report(plan_of(made)) for made in (clip(), clip(audio_index="-1")))
    assert heard.own_bytes - mute.own_bytes == SOUND_BYTES_PER_S * 100 // FPS
    assert heard.file_bytes == mute.file_bytes
