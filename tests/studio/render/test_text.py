import numpy as np
import pytest
from numpy.typing import NDArray
from tests.studio.mlt_documents import clear, document, text
from tests.studio.render.conftest import MakeJob

from reelpress.studio.plan.text import clean_value
from reelpress.studio.render.fonts import bundled_files
from reelpress.studio.render.skia_door import missing_glyphs

NAMES = {
    "Latin": "Zoë Łukasz",
    "Greek": "Ελένη",
    "Cyrillic": "Наталья",
    "Devanagari": "प्रिया क्षत्रिय",
    "Tamil": "அனிதா கிருஷ்ணன்",
    "Arabic": "فاطمة الزهراء",
    "Bengali": "অনন্যা",
    "Telugu": "శ్రీనివాస్",
    "Kannada": "ಕೃಷ್ಣ",
    "Malayalam": "ലക്ഷ്മി",
    "Gujarati": "પ્રિયા",
    "Gurmukhi": "ਗੁਰਪ੍ਰੀਤ",
    "Hebrew": "שושנה",
    "Thai": "สมชาย",
    "Chinese": "王小明歐陽",
    "Japanese": "佐藤さくら",
    "Korean": "김민준",
    "emoji": "✨\U0001f469\u200d\U0001f4bb\U0001f1ee\U0001f1f3",
}
HOSTILE = [
    'O\'Brien "The" Boss',
    "{{name}} {{x|y}} {% if %}",
    "<script>alert(1)</script> & %s %n",
    "\u202eevil\u202c \u2066x",
    "a\x00b\x07c\x1b[31m",
    "x" * 10_000,
    "word " * 2_000,
    "e" + "\u0301" * 5_000,
    "\u200b\u200b\u200d",
    "\U0001f469\u200d" * 300,
    "#frame# \\n $(id) `id` '; drop table",
    "\ud800 lone",
    "﷽" * 50,
    "السلام " * 300,
]
BOX = (slice(40, 100), slice(20, 300))


def words(name: str = "{{name}}", **values: str) -> bytes:
    return document([clear("title", 2, text(name, **values))], [[("title", 0, 0, 1)]], frames=2)


def ink(picture: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return picture.max(axis=-1) > 40


@pytest.mark.parametrize("script", NAMES)
def test_every_script_has_its_glyphs_and_draws(script: str, job: MakeJob) -> None:
    name = NAMES[script]
    assert missing_glyphs(bundled_files(), name.replace("\u200d", "").replace(" ", "")) == set()
    drawn = ink(job(words(), name=name).rgb(0))
    assert 80 < drawn[BOX].sum() < 0.6 * drawn[BOX].size
    other = ink(job(words(), name="\U000e0fff\U000e0ffe" + name[:1] * 2).rgb(0))
    assert not np.array_equal(drawn, other)


def test_a_conjunct_is_shaped_and_not_a_row_of_letters(job: MakeJob) -> None:
    shaped = ink(job(words(), name="क्ष").rgb(0))
    apart = ink(job(words(), name="क् ष").rgb(0))
    assert _width(shaped) < 0.75 * _width(apart)


def test_arabic_letters_are_joined(job: MakeJob) -> None:
    joined = ink(job(words(), name="محمد").rgb(0))
    apart = ink(job(words(), name="م ح م د").rgb(0))
    assert (_runs(joined.any(axis=0)), _runs(apart.any(axis=0))) == (1, 4)


def test_a_right_to_left_sentence_ends_on_the_left(job: MakeJob) -> None:
    columns = np.flatnonzero(ink(job(words(halign="center"), name="مرحبا!!!").rgb(0)).any(axis=0))
    alone = np.flatnonzero(ink(job(words(halign="center"), name="مرحبا").rgb(0)).any(axis=0))
    assert columns[0] < alone[0]
    marks = job(words(halign="center"), name="مرحبا!!!").rgb(0)[:, columns[0] : columns[0] + 12]
    assert _runs(ink(marks).any(axis=0)) >= 2


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("fit", ["shrink", "wrap", "ellipsis"])
def test_a_hostile_value_draws_as_text_inside_its_box(value: str, fit: str, job: MakeJob) -> None:
    made = job(words(reelpress_fit=fit, reelpress_max_lines="2", reelpress_fallback="friend"), name=value)
    drawn = made.rgb(0)
    outside = drawn.copy()
    outside[38:102, 18:302] = 0
    assert outside.max() <= 2
    if clean_value(value).strip("\u200d\u200c"):
        assert ink(drawn).any()


def test_a_hostile_value_draws_what_its_clean_form_draws(job: MakeJob) -> None:
    for value in HOSTILE:
        clean = clean_value(value)
        if clean:
            assert np.array_equal(job(words(), name=value).rgb(0), job(words(), name=clean).rgb(0))


def test_alignment_puts_text_where_it_says(job: MakeJob) -> None:
    spots: dict[tuple[str, str], tuple[float, float]] = {}
    for halign in ("left", "center", "right"):
        for valign in ("top", "middle", "bottom"):
            rows, columns = np.nonzero(ink(job(words("Ag", halign=halign, valign=valign)).rgb(0)))
            spots[halign, valign] = (float(columns.mean()), float(rows.mean()))
    assert spots["left", "top"][0] < spots["center", "top"][0] < spots["right", "top"][0]
    assert spots["left", "top"][1] < spots["left", "middle"][1] < spots["left", "bottom"][1]
    assert spots["center", "middle"][0] == pytest.approx(160, abs=2)


def test_background_and_outline_take_their_colours(job: MakeJob) -> None:
    picture = job(words("Ag", bgcolour="#ff0000ff", olcolour="#ffff0000", outline="4", pad="6")).rgb(0)
    blue = (picture[..., 2] > 180) & (picture[..., 0] < 80)
    red = (picture[..., 0] > 180) & (picture[..., 2] < 80)
    assert blue.sum() > 500
    assert red.sum() > 100


def test_a_shadow_falls_where_it_is_told(job: MakeJob) -> None:
    plain = ink(job(words("Ag")).rgb(0))
    shadowed = ink(
        job(
            words("Ag", reelpress_shadow_colour="#ff00ff00", reelpress_shadow_x="12", reelpress_shadow_y="0")
        ).rgb(0)
    )
    assert np.flatnonzero(shadowed.any(axis=0))[-1] == pytest.approx(
        np.flatnonzero(plain.any(axis=0))[-1] + 12, abs=1
    )


def test_a_character_that_no_font_has_is_drawn_as_a_box_among_the_others(job: MakeJob) -> None:
    for unknown in ("\U00012000", "\ue000", "\u0f40"):
        boxed = ink(job(words("a{{name}}b"), name=unknown).rgb(0))
        assert _runs(boxed.any(axis=0)) >= 3
        assert _width(boxed) > _width(ink(job(words("ab")).rgb(0))) + 10


def test_an_unknown_family_is_drawn_in_the_bundled_sans(job: MakeJob) -> None:
    assert np.array_equal(job(words("Ag", family="Comic Nothing")).rgb(0), job(words("Ag")).rgb(0))


def _width(drawn: NDArray[np.bool_]) -> int:
    columns = np.flatnonzero(drawn.any(axis=0))
    return int(columns[-1] - columns[0])


def _runs(row: NDArray[np.bool_]) -> int:
    return int((np.diff(np.concatenate([[False], row, [False]]).astype(int)) == 1).sum())
