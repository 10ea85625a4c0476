"""melt draws the same rich text: lines break, stand and look as Qt has them on a desktop."""

import shutil
from pathlib import Path

import pytest
from tests.studio.mlt_documents import clear, document, paragraph, rich
from tests.studio.render.conftest import MakeJob
from tests.studio.render.test_oracle import BOX_SSIM, FRAME, STAGE, WHOLE_SSIM, ink_box, melt, ssim

pytestmark = pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
GEOMETRY = "40 40 400 300 1"
BOX = (slice(40, 340), slice(40, 440))
PANGRAM = "The quick brown fox jumps over the lazy dog and runs away"
SMALL = '<span style=" font-size:14pt;">smaller <i>words</i> in a second paragraph that wraps around</span>'
EMPTY = '<p style="-qt-paragraph-type:empty; margin-top:0px; margin-bottom:0px;"><br /></p>\n'

CASES: dict[str, tuple[str, ...]] = {
    "one line": (paragraph("Hamburg"),),
    "two paragraphs of two sizes, colours and sides": (
        paragraph('Dear <b>Anna</b>, <span style=" font-size:40pt; color:#ff4000;">big</span> news'),
        paragraph(f'<span style=" color:#ffd000;">{SMALL}</span>', align="right"),
    ),
    "centred": (paragraph("Dear <b>Anna</b>,", align="center"), paragraph(SMALL, align="center")),
    "bold and italic inside a line that wraps": (
        paragraph("The <b>quick brown</b> fox <i>jumps over</i> the <b><i>lazy dog</i></b> and runs away"),
    ),
    "justified": (paragraph(PANGRAM, align="justify"),),
    "devanagari": (paragraph("नमस्ते <b>प्रिया</b>, hello प्रिया"), paragraph("second")),
    "arabic from the right": (paragraph("مرحبا <b>فاطمة</b>", dir="rtl"), paragraph("Hello فاطمة!")),
    "hebrew that wraps": (paragraph("שלום שושנה, מה שלומך היום? ברוכה הבאה אלינו", dir="rtl"),),
    "underlined, struck, on a ground": (
        paragraph('<u>under</u> <s>strike</s> <span style=" background-color:#c00020;">ground</span>'),
    ),
    "headings": (
        *(f'<{tag}><span style="color:#ffffff;">Head</span></{tag}>' for tag in ("h1", "h2", "h3")),
        paragraph("text"),
    ),
    "margins and indents": (
        paragraph("Hello you", "margin-bottom:5px;"),
        paragraph("Hello you there, all of you", "margin-top:20px; margin-left:30px; text-indent:50px;"),
        paragraph("Hello", "-qt-block-indent:2;"),
    ),
    "lines one and a half apart": (
        paragraph("Hello<br />there", "line-height:150%;"),
        paragraph("you"),
    ),
    "lines of a fixed height": (
        paragraph("Hello<br />there", "line-height:30px; -qt-line-height-type: fixed;"),
        paragraph("you"),
    ),
    "lines of at least a height": (paragraph("Hello<br />there", "line-height:60px;"), paragraph("you")),
    "lines with a distance": (
        paragraph("Hello<br />there", "line-height:10px; -qt-line-height-type: line-distance;"),
        paragraph("you"),
    ),
    "empty lines": (paragraph("Hello"), EMPTY, "<p></p>", paragraph("there<br />"), paragraph("you")),
    "a word with no room": (paragraph("Donaudampfschifffahrtsgesellschaftskapitän says hello"),),
    "more than there is room for": (paragraph(PANGRAM), paragraph(PANGRAM), paragraph(PANGRAM)),
}
FILTERS: dict[str, dict[str, str]] = {
    "a background": {"bgcolour": "#ffa01010"},
    "goes on below": {"geometry": "40 40 400 100 1", "overflow-y": "1", "bgcolour": "#ff104010"},
    "as high as the canvas, begun above it": {"geometry": "40 -60 400 360 1"},
    "cut off": {"geometry": "40 40 400 100 1"},
    "faded and moved": {"geometry": "0=0 0 400 300 0.2;30=80 60 400 300 1"},
}


@pytest.mark.parametrize("case", CASES)
def test_melt_sets_the_same_lines(case: str, job: MakeJob, tmp_path: Path) -> None:
    check_alike(rich(*CASES[case], geometry=GEOMETRY), job, tmp_path)


@pytest.mark.parametrize("case", FILTERS)
def test_melt_shows_them_in_the_same_box(case: str, job: MakeJob, tmp_path: Path) -> None:
    words = (paragraph(PANGRAM), paragraph(PANGRAM, align="right"))
    check_alike(rich(*words, **{"geometry": GEOMETRY, **FILTERS[case]}), job, tmp_path)


def test_a_value_looks_as_if_it_had_been_typed(job: MakeJob, tmp_path: Path) -> None:
    words = "Dear <b>{name}</b>, in {city} &amp; <i>elsewhere</i>"
    ours = rich(paragraph(words.format(name="{{name}}", city="{{city}}")), geometry=GEOMETRY)
    theirs = rich(
        paragraph(words.format(name="&lt;b&gt;&quot;{{ &amp;amp;", city="पुणे")),
        geometry=GEOMETRY,
    )
    check_alike(ours, job, tmp_path, theirs, name='<b>"{{ &amp;', city="पुणे")


def check_alike(effect: str, job: MakeJob, folder: Path, theirs: str = "", **values: str) -> None:
    ours = job(scene(effect), **values).rgb(FRAME)
    drawn = melt(scene(theirs or effect), folder, desktop=True)
    assert ink_box(ours) == pytest.approx(ink_box(drawn), abs=4)
    assert ssim(ours, drawn) >= WHOLE_SSIM
    assert ssim(ours[BOX], drawn[BOX]) >= BOX_SSIM


def scene(effect: str) -> bytes:
    clip = clear("clip", 50, effect)
    return document(
        [STAGE, clip], [[("stage", 0, 0, 49)], [("clip", 0, 0, 49)]], frames=50, width=640, height=360
    )
