import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelpress.studio.plan.text import clean_value
from reelpress.studio.render.fit import Fitted, fit_text, reads_right_to_left
from reelpress.studio.render.graphemes import graphemes
from reelpress.studio.scene.ops import FitRule, TextFit


def measure(line: str, size: float) -> tuple[float, float]:
    return 0.5 * size * len(line), 1.2 * size


def fit(text: str, box: tuple[float, float], mode: TextFit, lines: int = 1, floor: float = 10.0) -> Fitted:
    return fit_text(text, 40, box, FitRule(mode, lines, floor), measure)


def test_text_that_fits_keeps_its_size() -> None:
    assert fit("Asha", (400, 60), "shrink") == Fitted(("Asha",), 40)


def test_long_text_shrinks_on_one_line_before_anything_else() -> None:
    fitted = fit("Ananya Krishnamurthy", (300, 200), "shrink", lines=3)
    assert fitted.lines == ("Ananya Krishnamurthy",)
    assert 28 < fitted.size <= 30


def test_at_the_floor_it_wraps() -> None:
    fitted = fit("Ananya Krishnamurthy", (150, 200), "shrink", lines=2, floor=20)
    assert fitted.lines == ("Ananya", "Krishnamurthy")
    assert fitted.size >= 20


def test_when_wrapping_is_not_enough_an_ellipsis_ends_it() -> None:
    fitted = fit("one two three four five six seven", (100, 200), "shrink", lines=2, floor=20)
    assert fitted.size == 20
    assert len(fitted.lines) == 2
    assert fitted.lines[-1].endswith("…")


def test_the_wrap_rule_breaks_lines_before_it_shrinks() -> None:
    fitted = fit("Ananya Krishnamurthy", (300, 200), "wrap", lines=2)
    assert fitted == Fitted(("Ananya", "Krishnamurthy"), 40)


def test_the_ellipsis_rule_keeps_the_size() -> None:
    fitted = fit("Ananya Krishnamurthy", (200, 60), "ellipsis")
    assert (fitted.size, fitted.lines) == (40, ("Ananya Kr…",))


def test_one_endless_word_is_cut_between_characters() -> None:
    fitted = fit("x" * 500, (100, 60), "shrink", lines=2)
    assert all(measure(line, fitted.size)[0] <= 100 for line in fitted.lines)
    assert fitted.lines[-1].endswith("…")


def test_lines_the_template_writes_count_as_lines() -> None:
    assert fit("one\ntwo\nthree", (400, 300), "shrink", lines=3).lines == ("one", "two", "three")
    assert fit("one\ntwo\nthree", (400, 300), "shrink", lines=2).lines == ("one two three",)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_newline_ends_a_line(newline: str) -> None:
    assert fit(f"one{newline}two", (400, 300), "shrink", lines=2).lines == ("one", "two")


def test_chinese_and_japanese_wrap_between_characters() -> None:
    assert fit("王小明生日快乐", (80, 200), "wrap", lines=2) == Fitted(("王小明生", "日快乐"), 40)


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    assert fit("ありがとう。さくら", (100, 200), "wrap", lines=2).lines == ("ありがと", "う。さくら")
    assert fit("王小明说「你好」", (100, 200), "wrap", lines=2).lines == ("王小明说", "「你好」")


def test_korean_and_latin_words_stay_whole() -> None:
    assert fit("김민준 박서연", (80, 200), "wrap", lines=2).lines == ("김민준", "박서연")
    assert fit("你好 Ananya 王小明", (140, 200), "wrap", lines=3).lines == ("你好", "Ananya", "王小明")


@pytest.mark.parametrize("mode", ["shrink", "wrap", "ellipsis"])
@pytest.mark.parametrize(
    "text",
    ["x" * 10_000, "word " * 2_000, "王小明" * 3_333, "e" + "\u0301" * 9_999, "\U0001f469\u200d" * 5_000],
)
def test_endless_text_is_measured_a_few_times_only(text: str, mode: TextFit) -> None:
    measured = 0

    def counting(line: str, size: float) -> tuple[float, float]:
        nonlocal measured
        measured += len(line)
        return measure(line, size)

    fit_text(text, 40, (300, 100), FitRule(mode, 2, 12), counting)
    assert measured < 10 * len(text)


@given(
    st.text(min_size=1, max_size=200),
    st.floats(8, 600),
    st.floats(8, 300),
    st.sampled_from(["shrink", "wrap", "ellipsis"]),
    st.integers(1, 4),
    st.floats(4, 40),
)
def test_nothing_ever_leaves_its_box(
    text: str, width: float, height: float, mode: TextFit, lines: int, floor: float
) -> None:
    fitted = fit(clean_value(text), (width, height), mode, lines, floor)
    sizes = [measure(line, fitted.size) for line in fitted.lines]
    assert all(line_width <= width + 1e-6 for line_width, _ in sizes)
    assert sum(line_height for _, line_height in sizes) <= height + 1e-6
    assert len(fitted.lines) <= lines


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Asha", 4),
        ("\U0001f469\u200d\U0001f4bb!", 2),
        ("\U0001f1ee\U0001f1f3\U0001f1ea\U0001f1f8", 2),
        ("\U0001f44b\U0001f3fd", 1),
        ("क्षत्रिय", 3),
        ("e\u0301a", 2),
        ("❤\ufe0f", 1),
    ],
)
def test_characters_are_counted_as_readers_see_them(text: str, count: int) -> None:
    assert len(graphemes(text)) == count
    assert "".join(graphemes(text)) == text


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Asha", False), ("فاطمة Ali", True), ("Ali فاطمة", False), ("12 שלום", True), ("", False)],
)
def test_the_first_strong_character_sets_the_direction(text: str, answer: bool) -> None:
    assert reads_right_to_left(text) is answer
