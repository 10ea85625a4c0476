"""Our copy of a video or sound: the house encoding, written anew from decoded frames.

Video: H.264 High, yuv420p, bt709 limited, square pixels, upright, constant frame rate, AAC 48 kHz,
MP4 with `moov` first. Sound: FLAC 48 kHz stereo, so that no encoder delay is ever in the way.
Runs in the sandbox.
"""

# PyAV's stubs leave out the parameter of Packet and the type of keyword arguments:
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container.input import InputContainer
from av.container.output import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.probe import (
    MAX_DURATION_S,
    MediaFacts,
    opened,
    picture_stream,
    probe,
    sound_lead_s,
    sound_stream,
)
from reelpress.studio.assets.upright import BT709, steady_frames

AUDIO_RATE = 48_000
AAC_FRAME = 1024
AAC_BIT_RATE = 192_000
LIMITED_RANGE = 1
DECODER_THREADS = 2
# A short GOP without CABAC: whoever looks for one frame decodes few, and those in half the time.
VIDEO_OPTIONS = {
    "preset": "superfast",
    "crf": "15",
    "profile": "high",
    "x264-params": "threads=2:rc-lookahead=10:keyint=12:open-gop=0:cabac=0",
}


def transcode_video(source: Path, demuxer: str, target: Path) -> MediaFacts:
    """Write the house copy and say what it holds. Raises MediaFault."""
    facts = probe(source, demuxer)
    if not facts.has_video:
        raise MediaFault("the file holds no picture", "send it as sound, or export it with its picture")
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output:
        with opened(source, demuxer) as container:
            sound = _aac_stream(output) if facts.has_audio else None
            size, frames = _write_picture(container, output, facts.fps)
        if sound is not None:
            with opened(source, demuxer) as container:
                _write_sound(container, output, sound, sound_lead_s(container))
    if frames == 0:
        raise MediaFault("no frame of its picture can be decoded", "export it again as MP4")
    return replace(facts, width=size[0], height=size[1], duration_s=float(frames / facts.fps))


def transcode_audio(source: Path, demuxer: str, target: Path) -> MediaFacts:
    """Write the house copy of a sound and say how long it is. Raises MediaFault."""
    facts = probe(source, demuxer)
    if not facts.has_audio:
        raise MediaFault("the file holds no sound", "send a file with sound")
    with opened(source, demuxer) as container, av.open(str(target), "w", format="flac") as output:
        stream = output.add_stream("flac", rate=AUDIO_RATE)
        assert isinstance(stream, AudioStream)
        stream.codec_context.layout = "stereo"
        stream.codec_context.format = "s16"
        samples = _write_sound(container, output, stream)
    return MediaFacts(samples / AUDIO_RATE, has_audio=True, codec=facts.codec)


def _write_picture(
    container: InputContainer, output: OutputContainer, rate: Fraction
) -> tuple[tuple[int, int], int]:
    source = picture_stream(container)
    assert source is not None
    source.thread_count = DECODER_THREADS
    stream: VideoStream | None = None
    count = 0
    for frame in steady_frames(container.decode(source), source, rate):
        if stream is None:
            stream = _h264_stream(output, frame, rate)
        if count > MAX_DURATION_S * rate:
            raise MediaFault(f"it is longer than {MAX_DURATION_S:.0f} s", "cut it into shorter pieces")
        frame.pts, frame.time_base, count = count, 1 / rate, count + 1
        output.mux(stream.encode(frame))
    if stream is None:
        return (0, 0), 0
    output.mux(stream.encode(None))
    return (stream.width, stream.height), count


def _h264_stream(output: OutputContainer, first: VideoFrame, rate: Fraction) -> VideoStream:
    stream = output.add_stream("libx264", rate=rate, options=VIDEO_OPTIONS)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
    stream.color_primaries = stream.color_trc = stream.colorspace = BT709
    stream.color_range = LIMITED_RANGE
    return stream


def _aac_stream(output: OutputContainer) -> AudioStream:
    stream = output.add_stream("aac", rate=AUDIO_RATE)
    assert isinstance(stream, AudioStream)
    stream.codec_context.layout = "stereo"
    stream.codec_context.bit_rate = AAC_BIT_RATE
    return stream


def _write_sound(
    container: InputContainer, output: OutputContainer, stream: AudioStream, lead_s: float = 0.0
) -> int:
    """Samples written. `lead_s`: how long after the picture the sound starts (negative: before it)."""
    source = sound_stream(container)
    assert source is not None
    context = stream.codec_context
    context.open(strict=False)
    resampler = AudioResampler(context.format, "stereo", AUDIO_RATE, context.frame_size or None)
    samples = _write_silence(output, stream, lead_s)
    dropped = max(round(-lead_s * AUDIO_RATE), 0)
    for decoded in _then_none(container.decode(source)):
        for frame in resampler.resample(decoded):
            if dropped >= frame.samples:
                dropped -= frame.samples
                continue
            samples = _write_samples(output, stream, frame, samples)
    output.mux(stream.encode(None))
    return samples


def _then_none(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame | None]:
    yield from frames
    yield None


def _write_silence(output: OutputContainer, stream: AudioStream, seconds: float) -> int:
    context, samples = stream.codec_context, 0
    size = context.frame_size or AAC_FRAME
    while samples + size <= min(seconds, MAX_DURATION_S) * AUDIO_RATE:
        silence = AudioFrame(context.format.name, "stereo", size)
        for plane in silence.planes:
            plane.update(bytes(plane.buffer_size))
        silence.sample_rate = AUDIO_RATE
        samples = _write_samples(output, stream, silence, samples)
    return samples


def _write_samples(output: OutputContainer, stream: AudioStream, frame: AudioFrame, at: int) -> int:
    if at > MAX_DURATION_S * AUDIO_RATE:
        raise MediaFault(f"it is longer than {MAX_DURATION_S:.0f} s", "cut it into shorter pieces")
    frame.pts, frame.time_base = at, Fraction(1, AUDIO_RATE)
    output.mux(stream.encode(frame))
    return at + frame.samples
