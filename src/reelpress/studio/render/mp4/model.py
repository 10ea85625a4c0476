"""What is joined: one picture track and, maybe, one sound track, of which only the sample sizes are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelpress.studio.render.mp4.boxes import U32_MAX, Table
from reelpress.studio.render.mp4.h264 import PPS, SPS, H264Fault, parse_sps, unit_type

VIDEO, AUDIO = 1, 2  # the numbers of the tracks in the file
Sizes = NDArray[np.integer[Any]]
SLOWEST_FPS, FASTEST_FPS = Fraction(1, 100), 1000
_INT32_MAX = 0x7FFF_FFFF


class TrackFault(ValueError):
    """Tracks that no MP4 file can hold as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoTrack:
    """H.264 at a constant rate, shown in the order of decoding.

    `sizes`: bytes of each sample, its NAL units with lengths of four bytes; `keyframes`: numbers of the IDR
    samples, from 0, rising. `sps` and `pps` are NAL units without start code. Raises TrackFault.
    """

    width: int
    height: int
    fps: Fraction
    sps: bytes
    pps: bytes
    sizes: Sizes
    keyframes: Sizes

    def __post_init__(self) -> None:
        _demand(1 <= self.width <= 65_535 and 1 <= self.height <= 65_535, "the picture's size")
        _demand(SLOWEST_FPS <= self.fps <= FASTEST_FPS, "its rate")
        _demand(max(self.fps.numerator, self.fps.denominator) <= _INT32_MAX, "its rate")
        _demand(_are_sizes(self.sizes), "the sizes of the pictures")
        _demand(_are_keyframes(self.keyframes, len(self.sizes)), "the key frames")
        _demand(bool(self.pps) and unit_type(self.pps) == PPS and len(self.pps) <= 65_535, "the PPS")
        _demand(bool(self.sps) and unit_type(self.sps) == SPS and len(self.sps) <= 65_535, "the SPS")
        try:
            said = parse_sps(self.sps)
        except H264Fault as fault:
            raise TrackFault(f"the SPS cannot be read: {fault}") from fault
        _demand((said.width, said.height) == (self.width, self.height), "the size in the SPS")


@dataclass(frozen=True, slots=True, eq=False)
class AudioTrack:
    """AAC-LC: of the decoded samples `priming` are skipped, then `samples` play.

    `sizes`: bytes of each frame; `asc`: the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). Raises
    TrackFault.
    """

    asc: bytes
    sizes: Sizes
    priming: int
    samples: int
    sample_rate: int = 48_000
    channels: int = 2
    frame_samples: int = 1024

    def __post_init__(self) -> None:
        _demand(2 <= len(self.asc) <= 64, "the AudioSpecificConfig")
        _demand(1 <= self.sample_rate <= 65_535 and 1 <= self.channels <= 8, "the sound's format")
        _demand(1 <= self.frame_samples <= 4096, "the samples per frame")
        _demand(_are_sizes(self.sizes), "the sizes of the sound's frames")
        _demand(self.priming >= 0 and self.samples > 0, "the samples to skip and to play")
        held = len(self.sizes) * self.frame_samples
        _demand(self.priming + self.samples <= held, f"the samples to play beyond the {held} held")


@dataclass(frozen=True, slots=True, eq=False)
class Chunks:
    """The stretches of the media data in file order, one entry of each array per chunk.

    `track`: VIDEO or AUDIO; `first`: its first sample, from 0; `count`: its samples; `offset`: bytes from the
    start of the file; `size`: bytes.
    """

    track: Table
    first: Table
    count: Table
    offset: Table
    size: Table

    def __len__(self) -> int:
        return len(self.track)

    def of(self, track: int) -> "Chunks":
        """The chunks of one track."""
        own = self.track == track
        return Chunks(self.track[own], self.first[own], self.count[own], self.offset[own], self.size[own])

    def stretches(self) -> Iterator[tuple[int, int, int]]:
        """Track, first sample and count of each chunk."""
        return zip(self.track.tolist(), self.first.tolist(), self.count.tolist(), strict=True)

    def moved(self, by: int) -> "Chunks":
        """The same, `by` bytes later in the file."""
        return Chunks(self.track, self.first, self.count, self.offset + by, self.size)


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise TrackFault(f"an MP4 file cannot hold this: {what}")


def _are_sizes(sizes: Sizes) -> bool:
    return sizes.ndim == 1 and len(sizes) > 0 and int(sizes.min()) > 0 and int(sizes.max()) <= U32_MAX


def _are_keyframes(numbers: Sizes, samples: int) -> bool:
    if numbers.ndim != 1 or not len(numbers) or numbers[0] != 0 or int(numbers[-1]) >= samples:
        return False
    return bool((numbers[1:] > numbers[:-1]).all())
