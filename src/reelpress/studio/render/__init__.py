"""Plan and values become media. Synchronous and free of database and network; run it in a child process.

`files` maps every name of `plan.resources` to a local path, `field:<name>` (see `plan.mapping.image_key`) to
the picture of an image field, and, where a workspace has its own, `font:<anything>` to a font file.
"""

from reelpress.studio.render.checks import warnings_for
from reelpress.studio.render.model import RenderedImage, RenderedVideo, RenderFault
from reelpress.studio.render.still import render_image, render_still
from reelpress.studio.render.video import compose, render_video

__all__ = [
    "RenderFault",
    "RenderedImage",
    "RenderedVideo",
    "compose",
    "render_image",
    "render_still",
    "render_video",
    "warnings_for",
]
