"""What an encode loses: ours and the straight one, each against the uncompressed composed frames.

SSIM is FFmpeg's `ssim` filter (through PyAV) on luma: 8x8 windows that overlap by half, one figure a frame.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.footage import FPS
from bench.ours import Published, Values
from bench.straight import OTHER_THREADS
from reelpress.studio.render.blocks import ROUNDING_MSE, UNSEEN_MSE, Errors, block_errors
from reelpress.studio.render.similarity import ssim

Plane = NDArray[np.uint8]
APART_DB = 6.0  # a block that loses more than this is counted
WINDOW = FPS // 2


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one file. `gap`: straight minus ours, so that more than 0 is worse than the straight encode.

    `lasting_block_gap_db`: the 16x16 block that loses most over half a second, as long as a defect has to
    stand to be seen. `seen_block_gap_db`: the same where errors that nobody sees (`UNSEEN_MSE`) are all one,
    which is what the engine is steered by. `worst_block_gap_db`: the one of single pictures, where two
    encoders never err alike (docs/adr/0023). `other_block_gap_db`: the lasting one of the straight encode
    with another number of threads, looked at where ours is past `APART_DB`. `blocks_below` and `blocks_above`
    count those more than `APART_DB` away, of `blocks`.
    """

    ssim_mean: float
    ssim_worst: float
    straight_ssim_mean: float
    straight_ssim_worst: float
    lasting_block_gap_db: float
    seen_block_gap_db: float
    other_block_gap_db: float | None
    worst_block_gap_db: float
    worst_block_frame: int
    blocks: int
    blocks_below: int
    blocks_above: int
    bytes: int
    straight_bytes: int

    @property
    def ssim_mean_gap(self) -> float:
        return self.straight_ssim_mean - self.ssim_mean

    @property
    def ssim_worst_gap(self) -> float:
        return self.straight_ssim_worst - self.ssim_worst

    @property
    def bytes_vs_straight(self) -> float:
        return self.bytes / self.straight_bytes


def compare(document: Path, values: Values, folder: Path) -> Quality:
    """Render one customer both ways and look at every frame. Needs about three encodes' time, or four."""
    published = Published(document, folder)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        ours, straight = Path(scratch) / "ours.mp4", Path(scratch) / "straight.mp4"
        published.render(values, ours)
        published.straight(values, straight, ours)
        try:
            quality = _compared(published.frames(values), ours, straight)
            if quality.lasting_block_gap_db <= APART_DB:
                return quality
            other = Path(scratch) / "other.mp4"
            published.straight(values, other, ours, OTHER_THREADS)
            apart = blocks_of(published.frames(values), other, straight)
            return replace(quality, other_block_gap_db=apart.lasting_db)
        finally:
            published.close()


def blocks_of(frames: Iterator[Plane], one: Path, other: Path) -> "Blocks":
    """What one file loses against the other, block by block."""
    blocks = Blocks(WINDOW)
    for wanted, mine, theirs in zip(frames, luma(one), luma(other), strict=True):
        reference = wanted[: mine.shape[0]]
        blocks.add(block_errors(mine, reference), block_errors(theirs, reference))
    blocks.close()
    return blocks


def _compared(frames: Iterator[Plane], ours: Path, straight: Path) -> Quality:
    mine: list[float] = []
    theirs: list[float] = []
    blocks = Blocks(WINDOW)
    for wanted, one, other in zip(frames, luma(ours), luma(straight), strict=True):
        reference = wanted[: one.shape[0]]
        mine.append(ssim(one, reference))
        theirs.append(ssim(other, reference))
        blocks.add(block_errors(one, reference), block_errors(other, reference))
    blocks.close()
    return Quality(
        ssim_mean=float(np.mean(mine)),
        ssim_worst=min(mine),
        straight_ssim_mean=float(np.mean(theirs)),
        straight_ssim_worst=min(theirs),
        lasting_block_gap_db=blocks.lasting_db,
        seen_block_gap_db=blocks.seen_db,
        other_block_gap_db=None,
        worst_block_gap_db=blocks.worst_db,
        worst_block_frame=blocks.worst_frame,
        blocks=blocks.count,
        blocks_below=blocks.below,
        blocks_above=blocks.above,
        bytes=ours.stat().st_size,
        straight_bytes=straight.stat().st_size,
    )


def luma(path: Path) -> Iterator[Plane]:
    """The Y plane of every frame."""
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray()[: frame.height], np.uint8)


def psnr(errors: Errors, floor: float = ROUNDING_MSE) -> Errors:
    """In dB, at most 48.13, or what `floor` allows."""
    return 10 * np.log10(255.0**2 / np.maximum(errors, floor))


class Blocks:
    """What single blocks lose against the straight encode, picture by picture and over `window` of them."""

    def __init__(self, window: int) -> None:
        self.count = self.below = self.above = self.worst_frame = 0
        self.worst_db = self.lasting_db = self.seen_db = float("-inf")
        self._window = window
        self._frames = 0
        self._sums: tuple[Errors, Errors] | None = None

    def add(self, ours: Errors, straight: Errors) -> None:
        """Mean squared errors of the next picture's blocks."""
        gaps = psnr(straight) - psnr(ours)
        self.count += gaps.size
        self.below += int(np.count_nonzero(gaps > APART_DB))
        self.above += int(np.count_nonzero(gaps < -APART_DB))
        if (worst := float(gaps.max())) > self.worst_db:
            self.worst_db, self.worst_frame = worst, self._frames
        before = self._sums
        self._sums = (before[0] + ours, before[1] + straight) if before else (ours, straight)
        self._frames += 1
        if self._frames % self._window == 0:
            self._judge(self._window)

    def close(self) -> None:
        """Judge what is left of a window."""
        self._judge(self._frames % self._window)

    def _judge(self, frames: int) -> None:
        if self._sums is None:
            return
        ours, straight = (sums / frames for sums in self._sums)
        self._sums = None
        self.lasting_db = max(self.lasting_db, _most_lost(ours, straight, ROUNDING_MSE))
        self.seen_db = max(self.seen_db, _most_lost(ours, straight, UNSEEN_MSE))


def _most_lost(ours: Errors, straight: Errors, floor: float) -> float:
    return float((psnr(straight, floor) - psnr(ours, floor)).max())
