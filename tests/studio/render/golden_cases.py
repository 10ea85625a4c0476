"""What the golden images show: texts, styles and boxes, drawn by the typesetter on a plain ground."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from tests.studio.mlt_documents import paragraph, rich_html

from reelpress.studio.render.fonts import fonts_for
from reelpress.studio.render.rich_text import RichSetter
from reelpress.studio.render.skia_door import Surface
from reelpress.studio.render.typeset import Typesetter
from reelpress.studio.scene.ops import Align, Box, FitRule, Rich, TextStyle, VAlign, Write
from reelpress.studio.scene.rich import read_paragraphs

GROUND, ROOM = (24, 32, 56, 255), (44, 56, 88, 255)
WHITE, CLEAR = (255, 255, 255, 255), (0, 0, 0, 0)
STYLE = TextStyle(
    family="Noto Sans",
    size=36,
    weight=400,
    italic=False,
    colour=WHITE,
    background=CLEAR,
    outline_colour=CLEAR,
    outline=0,
    pad=0,
    align="left",
)
SHRINK = FitRule("shrink", 1, 14)
CLIP = FitRule("clip")
WIDE = Box(10, 10, 340, 60)


@dataclass(frozen=True)
class Text:
    text: str
    box: Box = WIDE
    halign: Align = "left"
    valign: VAlign = "middle"
    fit: FitRule = SHRINK
    style: Mapping[str, Any] = field(default_factory=dict[str, Any])
    html: str = ""


def styled(text: str, **style: Any) -> tuple[Text, ...]:
    return (Text(text, style=style),)


def weights(text: str) -> tuple[Text, ...]:
    """Regular and, below it, bold."""
    return Text(text), Text(text, Box(10, 76, 340, 60), style={"weight": 700})


def fitted(text: str, mode: Any, lines: int = 1, floor: float = 14, height: float = 60) -> tuple[Text, ...]:
    return (Text(text, Box(10, 10, 220, height), fit=FitRule(mode, lines, floor)),)


def rich(*paragraphs: str, fit: FitRule = CLIP) -> tuple[Text, ...]:
    return (Text("", Box(10, 10, 340, 200), fit=fit, html=rich_html(*paragraphs)),)


def aligned(text: str) -> tuple[Text, ...]:
    """Left, centred and right, each in a box of its own."""
    aligns: list[Align] = ["left", "center", "right"]
    return tuple(
        Text(text, Box(10, 10 + 54 * row, 340, 50), align, style={"align": align, "size": 28})
        for row, align in enumerate(aligns)
    )


LONG = "Ananya Krishnamurthy of Thiruvananthapuram"
SCRIPTS = {
    "latin": weights("Zoë Łukasz Nguyễn"),
    "combining": weights("q\u0303 x\u0301\u0323 Ọ̀ṣun i\u0307\u0301"),
    "greek": weights("Ελένη Ἀθηνᾶ"),
    "cyrillic": weights("Наталья Ђорђе Їж"),
    "devanagari": weights("प्रिया क्षत्रिय"),
    "bengali": weights("অনন্যা শ্রীকৃষ্ণ"),
    "tamil": weights("கிருஷ்ணன் ஸ்ரீ"),
    "telugu": weights("శ్రీనివాస్ లక్ష్మీ"),
    "kannada": weights("ಕೃಷ್ಣ ಶ್ರೀನಿವಾಸ"),
    "malayalam": weights("ലക്ഷ്മി ശ്രീകൃഷ്ണൻ"),
    "gujarati": weights("પ્રિયા શ્રીકૃષ્ણ"),
    "gurmukhi": weights("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ"),
    "arabic": weights("فاطمة مُحَمَّد لا"),
    "hebrew": weights("שושנה בְּרֵאשִׁית"),
    "thai": weights("สมชาย ที่รัก น้ำผึ้ง"),
    "chinese": weights("王小明 歐陽娜娜 喆玥"),
    "japanese": weights("佐藤さくら ヤマダー"),
    "korean": weights("김민준 박서연"),
    "emoji": (Text("👩🏽‍💻👨‍👩‍👧‍👦🇮🇳❤️1️⃣👋🏿"), Text("Hi ✨ Asha 🎂!", Box(10, 76, 340, 60))),
    "missing": (Text("a\U00012000b \ue000 c"),),
}
STYLES = {
    "outline": styled("Ananya अ 王", outline=4, outline_colour=(220, 40, 60, 255)),
    "shadow": styled("Ananya अ 👋", shadow_colour=(0, 0, 0, 220), shadow_x=4, shadow_y=4, shadow_blur=2),
    "shadow_hard": styled("Ananya 👋 ✨", shadow_colour=(220, 40, 60, 255), shadow_x=8),
    "background": styled("Ananya", background=(200, 60, 20, 255), pad=8),
    "letter_spacing": styled("Ananya 王", letter_spacing=6),
    "underline": styled("Ananya gyp", underline=True),
    "strike": styled("Ananya gyp", strike=True),
    "italic": styled("Ananya Zoë", italic=True),
    "serif": styled("Ananya प्रिया", family="Noto Serif"),
    "half_transparent": styled("Ananya 👋", colour=(255, 255, 255, 128)),
    "everything": styled(
        "Zoë कृष्ण",
        weight=700,
        outline=3,
        outline_colour=(20, 20, 20, 255),
        shadow_colour=(255, 120, 0, 255),
        shadow_x=5,
        shadow_y=5,
        background=(60, 90, 160, 255),
        pad=6,
    ),
}
FITS = {
    "fit_shrink": fitted("Ananya Krishnamurthy", "shrink"),
    "fit_floor_then_wrap": fitted(LONG, "shrink", 3, 24, 120),
    "fit_floor_then_ellipsis": fitted(LONG, "shrink", 1, 24),
    "fit_wrap": fitted(LONG, "wrap", 3, 14, 120),
    "fit_wrap_chinese": fitted("祝王小明生日快乐，身体健康！", "wrap", 3, 14, 120),
    "fit_ellipsis": fitted(LONG, "ellipsis"),
    "fit_ellipsis_two_lines": fitted(LONG * 3, "ellipsis", 2, 14, 120),
    "fit_ellipsis_devanagari": fitted("ज्ञानेश्वर श्रीवास्तव क्षत्रिय", "ellipsis"),
    "fit_ellipsis_arabic": fitted("فاطمة الزهراء بنت محمد المنصور", "ellipsis"),
    "fit_written_lines": fitted("Happy birthday,\nAsha!", "shrink", 2, 14, 120),
    "fit_scale": fitted(LONG, "scale"),
}
DIRECTIONS = {
    "align_latin": aligned("Asha, hello!"),
    "align_arabic": aligned("مرحبا فاطمة!"),
    "mixed_in_latin": styled("Hi \u2068فاطمة\u2069, 3 gifts!"),
    "mixed_in_hebrew": styled("שלום \u2068Asha\u2069, 3 מתנות!"),
    "mixed_numbers": styled("عدد 123 - 45% (أ)"),
}
RICH = {
    "rich_looks": rich(
        paragraph(
            'Dear <b>Zoë</b>, <i>it is</i> <span style=" font-size:34pt; color:#ffb020;">your</span> day'
        ),
        paragraph('<u>thank</u> <s>you</s> <span style=" background-color:#b02040;">very</span> much'),
    ),
    "rich_aligned": rich(
        paragraph("Right", align="right"),
        paragraph("Middle", align="center"),
        paragraph("Many words on <b>several lines</b> that end at both of the sides", align="justify"),
    ),
    "rich_scripts": rich(
        paragraph("नमस्ते <b>प्रिया</b>, 王小明"),
        paragraph("مرحبا <b>فاطمة</b>، 3 هدايا!", dir="rtl"),
        paragraph("Hi \u2068<b>فاطمة</b>\u2069, 3 gifts 🎂!"),
    ),
    "rich_lines": rich(
        paragraph("Close<br />lines", "line-height:70%;"),
        paragraph("in", "margin-left:40px; margin-top:10px; text-indent:30px;"),
        paragraph("Donaudampfschifffahrtsgesellschaft"),
    ),
    "rich_shrink": rich(paragraph(f"{LONG}, <b>{LONG}</b>"), fit=FitRule("shrink", 1, 10)),
    "rich_clip": rich(paragraph(f"{LONG}, <b>{LONG}</b>, {LONG}")),
}
CASES: dict[str, tuple[Text, ...]] = {**SCRIPTS, **STYLES, **FITS, **DIRECTIONS, **RICH}


def drawn(texts: tuple[Text, ...]) -> NDArray[np.uint8]:
    """RGB pixels; every text's box is a shade lighter than the ground."""
    height = int(max(text.box.y + text.box.height for text in texts)) + 10
    width = int(max(text.box.x + text.box.width for text in texts)) + 10
    surface = Surface(width, height)
    surface.canvas.fill(Box(0, 0, width, height), GROUND)
    typesetter, setter = Typesetter(fonts_for({})), RichSetter(fonts_for({}))
    for text in texts:
        surface.canvas.fill(text.box, ROOM)
        style = msgspec.structs.replace(STYLE, **text.style)
        write = Write(text.text, style, (), text.halign, text.valign, text.fit)
        if text.html:
            said = Rich(read_paragraphs(text.html))
            write = msgspec.structs.replace(write, rich=said)
            setter.draw(surface.canvas, write, [run.text for run in said.runs], text.box)
        else:
            typesetter.draw(surface.canvas, write, text.text, text.box)
    return np.ascontiguousarray(surface.pixels[..., 2::-1])
