"""One frame of a plan as a picture file, by itself; a worker keeps more warm (see `glance`, `stillroom`)."""

from collections.abc import Mapping
from pathlib import Path

from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.planes import Converter
from reelpress.studio.render.previews import jpeg, still_number


def render_still(plan: Plan, resolved: Resolved, files: Mapping[str, Path], at_s: float = -1.0) -> bytes:
    """One frame as JPEG; a negative time takes the frame that shows the layers best. Raises RenderFault."""
    with Composer(plan, resolved, files) as composer:
        return jpeg(Converter(), composer.frame(still_number(plan, at_s)))
