"""A customer's own sound in the stream that all share: the AAC frames it changes are encoded, no other.

The encoder hears the real sound before them (priming) and after them; what it makes of that is dropped. AAC
frames overlap by half (ISO/IEC 14496-3, 4.6.11), so a stream may only pass into another where both shape the
overlap alike: the places are moved outwards until they do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from reelpress.studio.render.aac import FRAME_SAMPLES, PRIMING, encode_sound
from reelpress.studio.render.aac_head import overlap_of
from reelpress.studio.render.segment import Segment
from reelpress.studio.render.sound import Heard, Samples, limited

PRIMING_FRAMES = 16  # after which the encoder's levels and block switching are those of one that ran on
_LOOKAHEAD_FRAMES = 2  # a sound to come makes the encoder choose shorter blocks this early
_SLACK_FRAMES = 32  # how far a place to pass may be looked for; further away, all is encoded to the end


@dataclass(frozen=True, slots=True)
class Stretch:
    """AAC frames `first .. end - 1` of the stream."""

    first: int
    end: int


def own_frames(shared: Samples, sounds: Sequence[Heard], stream: Sequence[bytes]) -> Segment:
    """The frames that `sounds` change; `keys` are the numbers of the frames they take the place of.

    `shared` is what everyone hears before it is limited, read where it is needed; `stream` its AAC frames.
    """
    frames: dict[int, bytes] = {}
    for stretch in _apart(_changed(shared, sounds), len(stream)):
        frames |= _encoded(stretch, shared, sounds, stream)
    numbers = sorted(frames)
    return Segment.of_samples([frames[number] for number in numbers], numbers)


def _changed(shared: Samples, sounds: Sequence[Heard]) -> Iterator[Stretch]:
    """The frames whose samples are not those everyone hears; silence changes nothing."""
    for sound in sounds:
        before = limited(shared[:, sound.start : sound.end])
        after = limited(_summed(shared, sounds, sound.start, sound.end))
        blocks = np.unique(np.flatnonzero((before != after).any(axis=0)) + sound.start) // FRAME_SAMPLES
        for run in _runs(np.unique(blocks)):
            # Frame n holds samples (n - 1) * 1024 .. (n + 1) * 1024.
            yield Stretch(run.first - _LOOKAHEAD_FRAMES, run.end + 1 + _LOOKAHEAD_FRAMES)


def _runs(blocks: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> Iterator[Stretch]:
    """Block numbers as runs; a pause shorter than priming twice is encoded with them."""
    edges = np.flatnonzero(np.diff(blocks) > 2 * PRIMING_FRAMES) + 1
    for run in np.split(blocks, edges):
        if len(run):
            yield Stretch(int(run[0]), int(run[-1]) + 1)


def _apart(stretches: Iterator[Stretch], count: int) -> list[Stretch]:
    """In order, inside the stream, no two near enough to meet."""
    merged: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda one: one.first):
        held = Stretch(max(0, stretch.first), min(count, stretch.end))
        if merged and held.first <= merged[-1].end + 2 * PRIMING_FRAMES:
            merged[-1] = Stretch(merged[-1].first, max(merged[-1].end, held.end))
        else:
            merged.append(held)
    return merged


def _encoded(
    stretch: Stretch, shared: Samples, sounds: Sequence[Heard], stream: Sequence[bytes]
) -> dict[int, bytes]:
    """Frame number -> bytes."""
    begin = max(0, stretch.first - _SLACK_FRAMES - PRIMING_FRAMES)
    end = min(len(stream), stretch.end + _SLACK_FRAMES)
    fresh = _run(shared, sounds, begin, end)
    first = _passing_before(stretch.first, begin, fresh, stream)
    last = _passing_after(stretch.end, end, fresh, stream)
    if first is None or last is None:
        fresh = _run(shared, sounds, 0 if first is None else begin, len(stream) if last is None else end)
        first, last = first or 0, last or len(stream)
    return {number: fresh[number] for number in range(first, last)}


def _run(shared: Samples, sounds: Sequence[Heard], begin: int, end: int) -> dict[int, bytes]:
    """What an encoder makes of the real sound around frames `begin .. end - 1`, by frame number.

    At the start of the stream it stands where the stream's own encoder stood.
    """
    low = begin * FRAME_SAMPLES
    high = min(shared.shape[1], (end + _LOOKAHEAD_FRAMES) * FRAME_SAMPLES)
    packets = encode_sound(limited(_summed(shared, sounds, low, high)))
    return {begin + at: packet for at, packet in enumerate(packets) if begin + at < end}


def _summed(shared: Samples, sounds: Sequence[Heard], low: int, high: int) -> Samples:
    total = np.array(shared[:, low:high], np.float32)
    for sound in sounds:
        first, last = max(low, sound.start), min(high, sound.end)
        if first < last:
            total[:, first - low : last - low] += sound.samples[:, first - sound.start : last - sound.start]
    return total


def _passing_before(wanted: int, begin: int, fresh: dict[int, bytes], stream: Sequence[bytes]) -> int | None:
    """The last frame at or before `wanted` where the stream may pass into ours; None where there is none.

    An encoder that begins where the stream does needs no priming.
    """
    least = begin + PRIMING_FRAMES if begin else 0
    found = next((at for at in range(wanted, least, -1) if _alike(fresh[at - 1], stream[at - 1])), None)
    return 0 if found is None and begin == 0 else found


def _passing_after(wanted: int, end: int, fresh: dict[int, bytes], stream: Sequence[bytes]) -> int | None:
    """The first frame at or after `wanted` where ours may pass back into the stream."""
    if wanted >= len(stream):
        return len(stream)
    return next((at for at in range(wanted, end) if _alike(fresh[at - 1], stream[at - 1])), None)


def _alike(one: bytes, other: bytes) -> bool:
    known = overlap_of(one)
    return known is not None and known == overlap_of(other)


assert PRIMING == FRAME_SAMPLES, "packet n begins one frame before sample n * 1024"
