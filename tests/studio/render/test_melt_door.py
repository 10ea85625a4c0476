"""Static clips that we do not draw are drawn once by melt; the rest of the template is ours."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.studio.mlt_documents import clear, document, filter_, producer, text
from tests.studio.render.conftest import Job, Samples
from tests.studio.render.test_oracle import BOX_SSIM, FRAME, WHOLE_SSIM, melt, ssim

from reelpress.platform.sandbox import Sandbox
from reelpress.studio.plan import OutputSpec, PartSource, Resolved, compile_plan, resolve
from reelpress.studio.render.fonts import FOLDER
from reelpress.studio.render.melt_door import MELT_LIMITS, draw_by_melt
from reelpress.studio.render.model import RenderFault
from reelpress.studio.scene import parse_scene
from reelpress.studio.scene.static_parts import split_static

STAGE = producer("stage", "color", "#ff204060", 50)
SEPIA = filter_("sepia", {"u": "75", "v": "150"})
PICTURE = producer(
    "clip", "qimage", "face.png", 50, SEPIA + filter_("affine", {"transition.rect": "100 50 320 250 1"})
)
WORDS = clear("words", 50, text("Hi {{name}}", geometry="20 300 600 50 1"))


def scene(*clips: str) -> bytes:
    tracks = [[(name, 0, 0, 39)] for name in ("stage", "clip", "words")]
    return document([STAGE, *clips], tracks, frames=40, width=640, height=360)


@pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
async def test_a_clip_drawn_by_melt_looks_as_in_melt(samples: Samples, tmp_path: Path) -> None:
    data = scene(PICTURE, WORDS)
    changed, (part,) = split_static(parse_scene(data))
    film = await Sandbox(1).run(
        draw_by_melt, part, samples.files, FOLDER, tmp_path / "part.mkv", limits=MELT_LIMITS
    )
    plan = compile_plan([PartSource("mlt", scene=changed)], [], OutputSpec())
    resolved = resolve(plan, {"name": "Ann"})
    assert isinstance(resolved, Resolved)
    ours = Job(plan, resolved, {part.name: film}).rgb(FRAME)
    filled = data.replace(b"{{name}}", b"Ann").replace(b"face.png", str(samples.files["face.png"]).encode())
    theirs = melt(filled, tmp_path)
    assert ssim(ours, theirs) >= WHOLE_SSIM
    inside = (slice(50, 300), slice(100, 420))
    assert ssim(ours[inside], theirs[inside]) >= BOX_SSIM
    assert np.abs(ours[:40].astype(int) - (0x20, 0x40, 0x60)).max() < 4  # transparent around the picture


async def test_without_melt_it_says_so(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    _, (part,) = split_static(parse_scene(scene(PICTURE, WORDS)))
    with pytest.raises(RenderFault, match=r"sepia.*melt, which is not installed"):
        await Sandbox(1).run(draw_by_melt, part, samples.files, FOLDER, tmp_path / "x", limits=MELT_LIMITS)
