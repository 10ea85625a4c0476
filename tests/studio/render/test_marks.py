"""What a layer may touch holds every pixel that its value changes."""

from pathlib import Path

import numpy as np
import pytest
from tests.studio.mlt_documents import (
    clear,
    document,
    filter_,
    place,
    producer,
    properties,
    text,
    title,
    title_text,
)
from tests.studio.render.conftest import MakeJob
from tests.studio.render.media_samples import make_picture

STAGE = producer("stage", "color", "#ff204060", 50)
FRAME = 20
CHROMA = 4  # pixels that the colour of one pixel reaches, at half the resolution
BLUR = filter_("box_blur", {"hradius": "0=0;40=20", "vradius": "10"})
PICTURE = {"reelpress_field": "photo"}


def titled(**values: str) -> str:
    return producer("clip", "kdenlivetitle", "", 50, xmldata=title(title_text("{{name}}", 80, 90, **values)))


CLIPS = {
    "cropped": clear("clip", 50, text("{{name}}", size="60") + filter_("qtcrop", {"rect": "60 50 90 40 1"})),
    "cropped over a colour": clear(
        "clip",
        50,
        text("{{name}}", size="60", geometry="200 150 280 60 1")
        + filter_("qtcrop", {"circle": "1", "radius": "0=0.1;40=0.4", "color": "#ff00ff00"}),
    ),
    "blurred": clear("clip", 50, text("{{name}}", size="60") + BLUR),
    "blurred and placed": clear(
        "clip", 50, text("{{name}}") + BLUR + place("300 100 200 150 1", fix_rotate_x="30")
    ),
    "a title": titled(),
    "a title with outline and shadow": titled(
        font_outline="12", shadow="1;#ff000000;6;14;9", letter_spacing="6", line_spacing="9"
    ),
    "a title in the middle": titled(alignment="4", box_width="200"),
    "a picture cropped": producer(
        "clip", "qimage", "", 50, filter_("qtcrop", {"rect": "100 50 200 150 1"}), **PICTURE
    ),
    "a picture cropped and placed": producer(
        "clip",
        "qimage",
        "",
        50,
        filter_("qtcrop", {"rect": "25%/25%:50%x50%:1"}) + place("350 150 200 150 1"),
        **PICTURE,
    ),
    "a picture blurred and placed": producer(
        "clip", "qimage", "", 50, BLUR + place("350 150 200 150 1"), **PICTURE
    ),
}


@pytest.mark.parametrize("case", CLIPS)
def test_a_value_changes_nothing_outside_its_layers_box(case: str, job: MakeJob, tmp_path: Path) -> None:
    scene = document(
        [STAGE, CLIPS[case]], [[("stage", 0, 0, 49)], [("clip", 0, 0, 49)]], frames=50, width=640, height=360
    )
    more = {"field:photo": make_picture(tmp_path / "one.png")}
    if "photo" in CLIPS[case]:
        one = job(scene, None, more, photo="one")
        other = job(scene, None, {"field:photo": make_picture(tmp_path / "two.png", (90, 200))}, photo="two")
    else:
        one, other = job(scene, name="WWW"), job(scene, name="jig")
    changed = np.abs(one.rgb(FRAME).astype(int) - other.rgb(FRAME)).max(axis=-1) > 2
    assert changed.any()
    box = one.plan.layers[0].box
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert box.x - CHROMA <= columns[0]
    assert columns[-1] <= box.x + box.width + CHROMA
    assert box.y - CHROMA <= rows[0]
    assert rows[-1] <= box.y + box.height + CHROMA


def test_a_wipe_shows_a_layer_bit_by_bit(job: MakeJob) -> None:
    luma = properties({"a_track": "0", "b_track": "1", "mlt_service": "luma", "resource": "%luma01.pgm"})
    inner = (
        '<tractor id="wipe" in="0" out="39"><track producer="stage" in="0" out="39"/>'
        f'<track producer="clip" in="0" out="39"/><transition in="0" out="39">{luma}</transition></tractor>'
    )
    clip = producer("clip", "color", "#ffc0c0c0", 50, text("{{name}}", geometry="300 0 340 360 1", size="90"))
    scene = document(
        [STAGE, clip, inner], [[("wipe", 0, 0, 39)]], frames=40, width=640, height=360, transitions=""
    )
    one, other = job(scene, name="WWWW"), job(scene, name="....")
    early, late = (np.abs(one.rgb(at).astype(int) - other.rgb(at)).max(axis=-1) > 2 for at in (10, 30))
    assert not early.any()
    assert late.any()
    assert np.flatnonzero(late.any(axis=0))[-1] < 640 * 30 / 40 + 2
