from collections.abc import Mapping
from pathlib import Path

from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.model import RenderedImage
from reelpress.studio.render.planes import Converter
from reelpress.studio.render.previews import jpeg, representative_frame


def render_image(plan: Plan, resolved: Resolved, files: Mapping[str, Path], folder: Path) -> RenderedImage:
    """Write image.jpg into `folder`: the instant the output asks for. Raises RenderFault."""
    path = folder / "image.jpg"
    path.write_bytes(render_still(plan, resolved, files, plan.output.still_at_s))
    return RenderedImage(path, plan.output.width, plan.output.height, path.stat().st_size)


def render_still(plan: Plan, resolved: Resolved, files: Mapping[str, Path], at_s: float = -1.0) -> bytes:
    """One frame as JPEG; a negative time takes the frame that shows the layers best. Raises RenderFault."""
    number = representative_frame(plan) if at_s < 0 else min(plan.frames - 1, round(at_s * float(plan.fps)))
    with Composer(plan, resolved, files) as composer:
        return jpeg(Converter(), composer.frame(number))
