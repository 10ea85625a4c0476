"""Sample entries (`stsd`): how the pictures and the sound are coded."""

import numpy as np

from reelpress.studio.render.mp4.boxes import U32_MAX, box, full_box, u16, u32
from reelpress.studio.render.mp4.h264 import decoder_configuration
from reelpress.studio.render.mp4.model import AudioTrack, Sizes, VideoTrack

_DATA_REFERENCE = bytes(6) + u16(1)
_72_DPI = 72 << 16
_BT709 = 1
_ES, _DECODER, _DECODER_SPECIFIC, _SL = 3, 4, 5, 6  # descriptor tags (ISO/IEC 14496-1, 7.2.2.1)
_AAC, _AUDIO_STREAM = 0x40, 0x15
_AAC_BUFFER_BYTES = 768  # per channel (ISO/IEC 14496-3, 4.5.3)


def avc1(video: VideoTrack) -> bytes:
    """ISO/IEC 14496-12, 12.1.3 and 14496-15, 5.4.2."""
    picture = u16(video.width) + u16(video.height) + u32(_72_DPI) * 2 + u32(0) + u16(1)
    average, peak = bit_rates(video.sizes, float(video.fps))
    entry = box(
        b"avc1",
        _DATA_REFERENCE,
        bytes(16),
        picture,
        bytes(32),  # no compressor name
        u16(24) + b"\xff\xff",  # 24 bits of colour, no colour table
        box(b"avcC", decoder_configuration(video.sps, video.pps)),
        box(b"colr", b"nclx", u16(_BT709) * 3, b"\0"),  # limited range
        box(b"pasp", u32(1), u32(1)),
        box(b"btrt", u32(0), u32(peak), u32(average)),
    )
    return full_box(b"stsd", 0, 0, u32(1), entry)


def mp4a(audio: AudioTrack) -> bytes:
    """ISO/IEC 14496-12, 12.2.3 and 14496-14, 5.6."""
    sound = bytes(8) + u16(audio.channels) + u16(16) + u32(0) + u32(audio.sample_rate << 16)
    entry = box(b"mp4a", _DATA_REFERENCE, sound, full_box(b"esds", 0, 0, _elementary_stream(audio)))
    return full_box(b"stsd", 0, 0, u32(1), entry)


def bit_rates(sizes: Sizes, samples_per_s: float) -> tuple[int, int]:
    """The average and the most in any one second, in bits per second."""
    upto = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])
    second = min(len(sizes), max(1, round(samples_per_s)))
    peak = 8 * int((upto[second:] - upto[:-second]).max())
    average = round(8 * int(upto[-1]) * samples_per_s / len(sizes))
    return min(average, U32_MAX), min(max(peak, average), U32_MAX)


def _elementary_stream(audio: AudioTrack) -> bytes:
    average, peak = bit_rates(audio.sizes, audio.sample_rate / audio.frame_samples)
    decoder = _descriptor(
        _DECODER,
        bytes([_AAC, _AUDIO_STREAM]),
        (_AAC_BUFFER_BYTES * audio.channels).to_bytes(3, "big"),
        u32(peak),
        u32(average),
        _descriptor(_DECODER_SPECIFIC, audio.asc),
    )
    return _descriptor(_ES, u16(0), b"\0", decoder, _descriptor(_SL, b"\2"))


def _descriptor(tag: int, *parts: bytes) -> bytes:
    """With a length of four bytes, as QuickTime writes it."""
    body = b"".join(parts)
    return bytes([tag, 0x80, 0x80, 0x80, len(body)]) + body
