"""Static clips that we do not draw are drawn once by melt; the rest of the template is ours."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.studio.mlt_documents import clear, document, filter_, producer, text
from tests.studio.render.conftest import Job, Samples
from tests.studio.render.test_oracle import BOX_SSIM, FRAME, WHOLE_SSIM, melt, ssim

from reelpress.platform.sandbox import Sandbox, leave_network
from reelpress.studio.films.drawing import draw_film
from reelpress.studio.plan import OutputSpec, PartSource, Resolved, compile_plan, resolve
from reelpress.studio.render import melt_door
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


RICH = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0//EN" "http://www.w3.org/TR/REC-html40/strict.dtd">\n'
    '<html><head><meta name="qrichtext" content="1" /><style type="text/css">\n'
    "p, li { white-space: pre-wrap; }\n"
    "</style></head><body style=\" font-family:'Noto Sans'; font-size:48pt;\">"
    '<p align="center"><b>Spring</b> <span style="color:#ffd000; font-style:italic;">sale</span></p>'
    '<ul><li><span style="font-size:30pt; color:#ffffff;">half price</span></li></ul>'
    "</body></html>"
)
OTHERS = {
    "rich text": clear("clip", 50, filter_("qtext", {"html": RICH, "geometry": "40 80 560 200 1"})),
    "film begun late": producer("clip", "avformat", "film.mp4", 50, SEPIA),
}


@pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
@pytest.mark.parametrize("case", OTHERS)
async def test_other_static_clips_look_as_in_melt(case: str, samples: Samples, tmp_path: Path) -> None:
    tracks = [[("stage", 0, 0, 39)], [("clip", 4, 9, 44)], [("words", 0, 0, 39)]]
    data = document([STAGE, OTHERS[case], WORDS], tracks, frames=40, width=640, height=360)
    changed, (part,) = split_static(parse_scene(data))
    assert part.first == 9
    film = await Sandbox(1).run(draw_film, part, samples.files, (), tmp_path / "film", limits=MELT_LIMITS)
    assert film == (tmp_path / "film").stat().st_size
    plan = compile_plan([PartSource("mlt", scene=changed)], [], OutputSpec())
    resolved = resolve(plan, {"name": "Ann"})
    assert isinstance(resolved, Resolved)
    ours = Job(plan, resolved, {part.name: tmp_path / "film"}).rgb(FRAME)
    file = str(samples.files["film.mp4"]).encode()
    theirs = melt(data.replace(b"{{name}}", b"Ann").replace(b"film.mp4", file), tmp_path, desktop=True)
    assert ssim(ours, theirs) >= WHOLE_SSIM
    inside = (slice(80, 280), slice(40, 600))
    assert ssim(ours[inside], theirs[inside]) >= BOX_SSIM
    assert np.abs(ours.astype(int) - theirs).mean() < 4
    assert ours[inside].std() > 10  # something is there


class TestWithAnother:
    """melt as it may behave: a program of that name in our path."""

    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setattr(melt_door, "leave_network", lambda: False)  # this process is to keep its own

    @pytest.mark.parametrize(
        ("does", "words"),
        [
            ("exec sleep 20", r"sepia.*melt took longer than 0.3 s to draw it\. Remove it"),
            (
                "echo '[producer_xml] failed to load filter' >&2; echo x > film.mkv",
                "could not draw it: .producer",
            ),
            ("exit 3", "it ended with 3"),
            ("true", "it ended with 0"),
        ],
    )
    def test_what_goes_wrong_is_said(
        self, does: str, words: str, samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(tmp_path, does)
        monkeypatch.setattr(melt_door, "MELT_SECONDS", 0.3 if "sleep" in does else 20.0)
        _, (part,) = split_static(parse_scene(scene(PICTURE, WORDS)))
        with pytest.raises(RenderFault, match=words):
            draw_by_melt(part, samples.files, FOLDER, tmp_path / "target")
        assert not (tmp_path / "target").exists()

    async def test_it_sees_no_path_of_ours_and_no_network(self, samples: Samples, tmp_path: Path) -> None:
        seen = tmp_path / "seen"
        program(tmp_path, f"cat part.mlt > {seen}; cut -s -d: -f1 /proc/net/dev > {seen}.net; exit 1")
        _, (part,) = split_static(parse_scene(scene(PICTURE, WORDS)))
        with pytest.raises(RenderFault):
            await Sandbox(1).run(
                draw_by_melt, part, samples.files, FOLDER, tmp_path / "x", limits=MELT_LIMITS
            )
        assert str(samples.folder) not in seen.read_text()
        if await Sandbox(1).run(leave_network):  # where the platform allows it
            assert Path(f"{seen}.net").read_text().split() == ["lo"]


def program(folder: Path, does: str) -> None:
    path = folder / "melt"
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)


async def test_without_melt_it_says_so(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    _, (part,) = split_static(parse_scene(scene(PICTURE, WORDS)))
    with pytest.raises(RenderFault, match=r"sepia.*melt, which is not installed"):
        await Sandbox(1).run(draw_by_melt, part, samples.files, FOLDER, tmp_path / "x", limits=MELT_LIMITS)
