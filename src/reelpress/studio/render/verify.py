"""Is a joined video what it should be? Cheaply always; fully for the first of each plan."""

import io

import av
import numpy as np
from av.error import FFmpegError

from reelpress.studio.plan.model import Plan
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.join import Film, whole
from reelpress.studio.render.joined import Joined
from reelpress.studio.render.mp4.strict import strict_faults
from reelpress.studio.render.quality import ssim

LEAST_SSIM = 0.90  # of any picture against what was composed; a wrong or broken one is far below
_EVERY = 5  # pictures of personal spans are compared


def cheap_faults(plan: Plan, film: Film, joined: Joined) -> list[str]:
    """From sizes and the head alone."""
    pictures = sum(len(stack[0].segment.sizes) for stack in film.stacks)
    faults = strict_faults(joined.head, joined.total)
    if pictures != plan.frames:
        faults.append(f"{pictures} pictures for a plan of {plan.frames} frames")
    if any(len({len(part.segment.sizes) for part in stack}) != 1 for stack in film.stacks):
        faults.append("pieces of one picture differ in number")
    if len(joined.head) + int(joined.extents[:, 2].sum()) != joined.total:
        faults.append("the pieces do not add up to the file")
    return faults


def full_faults(plan: Plan, film: Film, joined: Joined, composer: Composer) -> list[str]:
    """Every picture decoded as strictly as FFmpeg can; personal ones like what `composer` composes."""
    data = whole(film, joined)
    faults = strict_faults(data)
    personal = [n for span in plan.spans if span.layers for n in range(span.first, span.last + 1)]
    compared = frozenset(personal[::_EVERY])
    seen = 0
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as file:
            stream = file.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}
            for number, picture in enumerate(file.decode(stream)):
                seen += 1
                if number not in compared:
                    continue
                luma = np.asarray(picture.to_ndarray()[: picture.height], np.uint8)
                if (like := ssim(luma, composer.frame(number).y)) < LEAST_SSIM:
                    faults.append(f"picture {number} is unlike what was composed (SSIM {like:.3f})")
    except FFmpegError as fault:
        return [*faults, f"a decoder refuses it: {type(fault).__name__}"]
    if seen != plan.frames:
        faults.append(f"{seen} pictures decoded of {plan.frames}")
    return faults
