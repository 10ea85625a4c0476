"""Is a joined video what it should be? Cheaply always; fully for the first of each plan."""

import io
from collections.abc import Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.error import FFmpegError

from reelpress.studio.plan.model import Plan
from reelpress.studio.render.aac import as_played, encode_sound
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.join import Film, whole
from reelpress.studio.render.joined import Joined
from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.mp4.strict import strict_faults
from reelpress.studio.render.similarity import ssim
from reelpress.studio.render.sound import Samples

LEAST_SSIM = 0.90  # of any picture against what was composed; a wrong or broken one is far below
_EVERY = 5  # pictures of personal spans are compared
_SOUND_BLOCK = 4096  # samples whose level is compared
_LEVEL_SHARE, _LEVEL_FLOOR = 0.25, 0.01  # how far it may be off: of the level, and of full scale


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
    return faults + _own_sound_faults(film)


def full_faults(
    plan: Plan, film: Film, joined: Joined, composer: Composer, heard: Samples | None = None
) -> list[str]:
    """Every picture and sound decoded as strictly as FFmpeg can; personal pictures like what `composer`
    composes, the sound as loud as `heard`."""
    data = whole(film, joined)
    faults = strict_faults(data) + (_sound_faults(data, heard) if heard is not None else [])
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


def _own_sound_faults(film: Film) -> list[str]:
    """Frames of the customer's own that take the place of no frame, or two that take one's."""
    if film.own_sound is None:
        return []
    numbers, held = film.own_sound.segment.keys, film.own_sound.segment.sizes
    frames = len(film.sound.segment.sizes) if film.sound else 0
    ordered = bool((np.diff(numbers.astype(np.int64)) > 0).all())
    if len(numbers) != len(held) or not ordered or int(numbers[-1]) >= frames:
        return [f"{len(held)} sound frames of her own do not fit into {frames} that are shared"]
    return []


def _sound_faults(data: bytes, heard: Samples) -> list[str]:
    """Both as a player hears them, since an encoder leaves out what nobody hears."""
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as file:
            stream = file.streams.audio[0]
            stream.codec_context.options = {"err_detect": "explode"}
            played = _laid(file.decode(stream), heard.shape[1])
    except FFmpegError as fault:
        return [f"a decoder refuses its sound: {type(fault).__name__}"]
    levels, wanted = _levels(played), _levels(as_played(encode_sound(heard))[:, : heard.shape[1]])
    off = np.abs(levels - wanted) > _LEVEL_SHARE * wanted + _LEVEL_FLOOR
    first = int(np.argmax(off)) * _SOUND_BLOCK / SAMPLE_RATE
    return [f"the sound at {first:.1f} s is unlike what was mixed"] if off.any() else []


def _laid(frames: Iterator[AudioFrame], length: int) -> Samples:
    """Decoded frames at their times."""
    total = np.zeros((2, length), np.float32)
    for frame in frames:
        piece = frame.to_ndarray()
        first = round((frame.time or 0.0) * SAMPLE_RATE)
        low, high = max(first, 0), min(first + piece.shape[1], length)
        if low < high:
            total[:, low:high] = piece[:, low - first : high - first]
    return total


def _levels(samples: Samples) -> Samples:
    """Root mean square of every block."""
    blocks = samples.shape[1] // _SOUND_BLOCK
    whole = samples[:, : blocks * _SOUND_BLOCK].reshape(2, blocks, _SOUND_BLOCK)
    return np.sqrt((whole**2).mean(axis=(0, 2)))
