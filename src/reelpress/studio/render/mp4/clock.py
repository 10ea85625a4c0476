"""Time scales in which every time of the file is a whole number."""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from reelpress.studio.render.mp4.model import AudioTrack, VideoTrack

_FINE_ENOUGH = 10_000  # ticks per second below which some players round picture times
_INT32_MAX = 0x7FFF_FFFF


@dataclass(frozen=True, slots=True)
class Clock:
    """`movie` and `video`: ticks per second; `frame`: ticks of `video` per picture.

    The sound counts in its own samples.
    """

    movie: int
    video: int
    frame: int

    def movie_ticks(self, duration_s: Fraction) -> int:
        return round(duration_s * self.movie)


def clock_for(video: VideoTrack, audio: AudioTrack | None) -> Clock:
    """The movie's scale is exact for both tracks, or the picture's where a common one takes over 31 bits."""
    finer = 1
    while video.fps.numerator * finer < _FINE_ENOUGH:
        finer *= 2
    ticks = video.fps.numerator * finer
    common = lcm(video.fps.numerator, audio.sample_rate) if audio else ticks
    return Clock(common if common <= _INT32_MAX else ticks, ticks, video.fps.denominator * finer)


def picture_s(video: VideoTrack) -> Fraction:
    return len(video.sizes) / video.fps


def sound_s(audio: AudioTrack) -> Fraction:
    return Fraction(audio.samples, audio.sample_rate)
