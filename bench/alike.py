"""A rival that draws nothing is quick: before its time counts, its film has to show what ours shows."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.templates import Case
from reelpress.studio.render.similarity import ssim

# A film that is missing scores far below these. Encoders differ in what they lose; on a personal frame
# another name is written over the whole height as well.
LEAST_SSIM, LEAST_SSIM_PERSONAL = 0.80, 0.55


class NotAlike(Exception):
    """The rival's file shows something else; says where."""


def check_alike(case: Case, ours: Path, rival: Path) -> None:
    """Compare one personal frame, and one that is the same for all. Raises NotAlike."""
    if case.still:
        return
    shared = case.last + case.first // 2
    looked_at = {case.first + case.frames // 2: LEAST_SSIM_PERSONAL}
    if case.first:
        looked_at[shared] = LEAST_SSIM
    for number, least in looked_at.items():
        found = ssim(luma_at(rival, number), luma_at(ours, number))
        if found < least:
            raise NotAlike(f"{case.name}: frame {number} of {rival.name} differs (SSIM {found:.2f})")


def luma_at(path: Path, number: int) -> NDArray[np.uint8]:
    """The Y plane of frame `number` by presentation time, counted from 0."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        rate, base = stream.average_rate, stream.time_base
        assert rate is not None
        assert base is not None
        wanted = (stream.start_time or 0) + number / rate / base
        container.seek(int(wanted), stream=stream)
        for frame in container.decode(stream):
            if frame.pts is not None and frame.pts >= wanted - 1 / rate / base / 2:
                return np.asarray(frame.to_ndarray()[: frame.height], np.uint8)
    raise NotAlike(f"{path.name} ends before frame {number}")
