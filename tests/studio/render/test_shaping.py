"""Glyph ids and places equal HarfBuzz's own for the same font and text (`hb-shape`, through uharfbuzz).

A golden image can bless a mistake of shaping; this cannot. Fonts and directions are named here by hand, so
that the choice of the font and the order of right-to-left words are checked too.
"""

from collections.abc import Iterator
from functools import cache

import pytest
import uharfbuzz as hb
from tests.studio.render.glyph_runs import Glyph, glyphs_of

from reelpress.studio.render.fit import with_direction
from reelpress.studio.render.fonts import FOLDER, fonts_for
from reelpress.studio.render.skia_door import Ink, Line

LATIN = "NotoSans-{weight}.ttf"
SCRIPTS = {
    "Latin": (LATIN, ["Zoë Łukasz", "Nguyễn Thị Ánh", "Ștefan Țîrlea", "office fluffy AVATAR To Ty"]),
    "Latin with combining marks": (
        LATIN,
        ["q\u0303 x\u0301\u0323", "A\u0328\u0301 i\u0307\u0301", "Ọ̀ṣun Ẹ̀kọ́"],
    ),
    "Greek": (LATIN, ["Ελένη Παπαδοπούλου", "Ἀθηνᾶ Ὀδυσσεύς", "ΐ ΰ"]),
    "Cyrillic": (LATIN, ["Наталья Щербакова", "Ђорђе Љиљана", "Їжакевич Ґалаґан"]),
    "Devanagari": ("NotoSansDevanagari-{weight}.ttf", ["प्रिया क्षत्रिय", "ज्ञानेश्वर श्रीवास्तव", "कीर्ति र्‍य द्ध्र्य"]),
    "Bengali": ("NotoSansBengali-{weight}.ttf", ["অনন্যা মুখোপাধ্যায়", "শ্রীকৃষ্ণ", "ক্ষ র্য র‍্য"]),
    "Tamil": ("NotoSansTamil-{weight}.ttf", ["அனிதா கிருஷ்ணன்", "ஸ்ரீநிவாசன்", "கௌசல்யா கொண்டு"]),
    "Telugu": ("NotoSansTelugu-{weight}.ttf", ["శ్రీనివాస్", "కృష్ణమూర్తి", "లక్ష్మీ జ్ఞాన"]),
    "Kannada": ("NotoSansKannada-{weight}.ttf", ["ಕೃಷ್ಣ", "ಶ್ರೀನಿವಾಸ ಲಕ್ಷ್ಮೀ", "ರ್ಕ ಸ್ತ್ರೀ"]),
    "Malayalam": ("NotoSansMalayalam-{weight}.ttf", ["ലക്ഷ്മി", "ശ്രീകൃഷ്ണൻ", "ക്രിസ്ത്യൻ"]),
    "Gujarati": ("NotoSansGujarati-{weight}.ttf", ["પ્રિયા", "શ્રીકૃષ્ણ જ્ઞાન", "ક્ષત્રિય"]),
    "Gurmukhi": ("NotoSansGurmukhi-{weight}.ttf", ["ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "ਹਰਮਨਪ੍ਰੀਤ", "ਜਸਵਿੰਦਰ"]),
    "Arabic": ("NotoSansArabic-{weight}.ttf", ["فاطمة الزهراء", "مُحَمَّد", "لا إله", "پژمان گیتی‌نژاد"]),
    "Hebrew": ("NotoSansHebrew-{weight}.ttf", ["שושנה כהן", "בְּרֵאשִׁית", "יִצְחָק"]),
    "Thai": ("NotoSansThai-{weight}.ttf", ["สมชาย", "ที่รัก น้ำผึ้ง", "ปู่ญ่าฐุ"]),
    "Chinese": ("NotoSansCJKsc-{weight}.otf", ["王小明", "歐陽娜娜", "喆堃玥 髙橋"]),
    "Japanese": ("NotoSansCJKsc-{weight}.otf", ["佐藤さくら", "ヤマダ・タロー", "か\u3099き"]),
    "Korean": ("NotoSansCJKsc-{weight}.otf", ["김민준", "박서연 씨", "똠방각하"]),
}
EMOJI = [
    "👩🏽‍💻",
    "👨‍👩‍👧‍👦✨",
    "🇮🇳🇩🇪",
    "❤️1️⃣",
    "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "👋🏿🧑🏻‍🤝‍🧑🏾",
]
RIGHT_TO_LEFT = {"Arabic", "Hebrew"}
# Both take advances from the font's tables; Skia sums them in single precision from 16.16 fixed numbers.
TOLERANCE = 1 / 256  # px


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_glyphs_and_places_are_harfbuzzs(script: str, weight: str) -> None:
    file, phrases = SCRIPTS[script]
    for phrase in phrases:
        for size in (17.0, 32.0, 72.5):
            expected = reference(phrase, file.format(weight=weight), weight, size, script in RIGHT_TO_LEFT)
            drawn = glyphs_of(shaped(phrase, size, 700 if weight == "Bold" else 400))
            assert names(drawn) == names(expected), phrase
            assert max(apart(one, other) for one, other in zip(drawn, expected, strict=True)) <= TOLERANCE


@pytest.mark.parametrize("text", EMOJI)
def test_an_emoji_sequence_is_the_glyphs_harfbuzz_finds(text: str) -> None:
    expected = reference(text, "NotoColorEmoji.ttf", "Regular", 64.0, right_to_left=False)
    drawn = glyphs_of(shaped(text, 64.0, 400))
    assert names(drawn) == names(expected)
    # The bitmaps' own advance, rounded to whole 1/64 px of their one size, stands for the table's.
    assert max(apart(one, other) for one, other in zip(drawn, expected, strict=True)) <= 0.25 * len(drawn)


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_isolates_around_a_drawn_line_are_two_glyphs_without_width(script: str) -> None:
    for phrase in SCRIPTS[script][1]:
        marked = with_direction(phrase, right_to_left=script in RIGHT_TO_LEFT)
        _, *inner, _ = glyphs_of(shaped(marked, 32, 400))
        plain = glyphs_of(shaped(phrase, 32, 400))
        assert names(inner) == names(plain)
        assert max(apart(one, other) for one, other in zip(inner, plain, strict=True)) <= TOLERANCE


@pytest.mark.parametrize("text", ["AVATAR", "קרן", "王小明", "\u2066AVATAR\u2069", "Hi \u2068Asha\u2069!"])
def test_letter_spacing_lies_between_letters_and_changes_none(text: str) -> None:
    plain, spaced = (_letters(shaped(text, 32, 400, spacing=wide)) for wide in (0, 5))
    assert names(plain) == names(spaced)
    for index, (one, other) in enumerate(zip(plain, spaced, strict=True)):
        assert other.x - one.x == pytest.approx(5 * index, abs=TOLERANCE)
    wider = shaped(text, 32, 400, spacing=5).width - shaped(text, 32, 400).width
    assert wider == pytest.approx(5 * (len(plain) - 1), abs=TOLERANCE)


def test_letter_spacing_leaves_joined_letters_together() -> None:
    assert _letters(shaped("محمد", 32, 400, spacing=3)) == glyphs_of(shaped("محمد", 32, 400))
    assert shaped("محمد", 32, 400, spacing=3).width == shaped("محمد", 32, 400).width
    assert names(_letters(shaped("क्षत्रिय", 32, 400, spacing=3))) == names(
        glyphs_of(shaped("क्षत्रिय", 32, 400))
    )


def _letters(line: Line) -> list[Glyph]:
    """Without the glyphs of isolates, which take the blank's id and no width."""
    glyphs = glyphs_of(line)
    ends = [glyph.x for glyph in glyphs[1:]] + [line.width]
    return [glyph for glyph, end in zip(glyphs, ends, strict=True) if glyph.id != 3 or end - glyph.x > 5.5]


def shaped(text: str, size: float, weight: int, spacing: float = 0.0) -> Line:
    return fonts_for({}).line(
        text,
        family="Noto Sans",
        size=size,
        weight=weight,
        italic=False,
        spacing=spacing,
        paint=Ink((255, 255, 255, 255)),
    )


def reference(text: str, file: str, weight: str, size: float, right_to_left: bool) -> list[Glyph]:
    """Word by word in visual order; blanks come from the first font."""
    glyphs: list[Glyph] = []
    pen = 0.0
    words = list(_words(text))
    for word in reversed(words) if right_to_left else words:
        name = LATIN.format(weight=weight) if word == " " else file
        font = _font(name)
        buffer = hb.Buffer()
        buffer.add_str(word)
        buffer.guess_segment_properties()
        hb.shape(font, buffer)
        scale = size / font.face.upem
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            glyphs.append(Glyph(name, info.codepoint, pen + place.x_offset * scale, -place.y_offset * scale))
            pen += place.x_advance * scale
    return glyphs


def _words(text: str) -> Iterator[str]:
    for index, word in enumerate(text.split(" ")):
        yield from ([" "] if index else []) + [word]


@cache
def _font(name: str) -> hb.Font:
    return hb.Font(hb.Face((FOLDER / name).read_bytes()))


def names(glyphs: list[Glyph]) -> list[tuple[str, int]]:
    return [(glyph.file, glyph.id) for glyph in glyphs]


def apart(one: Glyph, other: Glyph) -> float:
    return max(abs(one.x - other.x), abs(one.y - other.y))
