"""Plan and values become media. Synchronous and free of database and network; run it in a child process.

`files` maps every name of `plan.resources` to a local path, `field:<name>` (see `plan.mapping.image_key`) to
the picture of an image field, and, where a workspace has its own, `font:<anything>` to a font file.

The fast way: `press` makes a customer's segments of what the plan shares, `join` puts them into one file.
The straight way, `render_straight`, is the reference.
"""

from reelpress.studio.render.checks import warnings_for
from reelpress.studio.render.glance import render_image, render_previews
from reelpress.studio.render.model import PressedVideo, RenderedImage, RenderedPreviews, RenderFault
from reelpress.studio.render.pressroom import PressOrder, Stockroom, file_digest
from reelpress.studio.render.still import render_still
from reelpress.studio.render.straight import render_straight
from reelpress.studio.render.video import compose, prepare_plan, press_video, write_video

__all__ = [
    "PressOrder",
    "PressedVideo",
    "RenderFault",
    "RenderedImage",
    "RenderedPreviews",
    "Stockroom",
    "compose",
    "file_digest",
    "prepare_plan",
    "press_video",
    "render_image",
    "render_previews",
    "render_still",
    "render_straight",
    "warnings_for",
    "write_video",
]
