from collections.abc import Iterator, Mapping
from pathlib import Path

from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan
from reelpress.studio.render.encode import encode_mp4
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.model import RenderedVideo
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.previews import Previews
from reelpress.studio.render.sound import mix


def render_video(plan: Plan, resolved: Resolved, files: Mapping[str, Path], folder: Path) -> RenderedVideo:
    """Write video.mp4, poster.jpg, preview.webp and preview.gif into `folder`. Raises RenderFault."""
    video, poster = folder / "video.mp4", folder / "poster.jpg"
    webp, gif = folder / "preview.webp", folder / "preview.gif"
    size = (plan.output.width, plan.output.height)
    previews = Previews(plan)

    def seen() -> Iterator[Frame]:
        for number, frame in enumerate(compose(plan, resolved, files)):
            previews.see(number, frame)
            yield frame

    encode_mp4(video, seen(), mix(plan, files), size, plan.fps)
    previews.write(poster, webp, gif)
    return RenderedVideo(video, poster, webp, gif, *size, plan.duration_s, plan.frames, video.stat().st_size)


def compose(plan: Plan, resolved: Resolved, files: Mapping[str, Path]) -> Iterator[Frame]:
    """Every frame of the plan before encoding, in order."""
    with Composer(plan, resolved, files) as composer:
        yield from composer.frames()
