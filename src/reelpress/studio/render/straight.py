"""The straight way: every frame composed, every frame encoded. The reference, and what is left when all else
fails."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from reelpress.studio.plan.mapping import Resolved
from reelpress.studio.plan.model import Plan
from reelpress.studio.render.aac import BITS_PER_S, sound_frames
from reelpress.studio.render.frames import Composer
from reelpress.studio.render.media_in import SAMPLE_RATE
from reelpress.studio.render.planes import Frame
from reelpress.studio.render.quality import STRAIGHT_CRF, STRAIGHT_PRESET
from reelpress.studio.render.sound import Samples, mix

THREADS = 2  # part of the result: x264 cuts its lookahead by threads
_BT709 = _LIMITED = 1


def render_straight(plan: Plan, resolved: Resolved, files: Mapping[str, Path], path: Path) -> None:
    """x264 veryfast, CRF 23, with the preset's B pictures; AAC; `moov` first. Raises RenderFault."""
    with Composer(plan, resolved, files) as composer:
        encode_straight(path, composer.frames(), mix(plan, files, resolved), plan.fps)


def encode_straight(path: Path, frames: Iterable[Frame], sound: Samples | None, fps: Fraction) -> None:
    """Pictures are those given; bytes may differ between runs, because x264's macroblock tree over B pictures
    depends on what lies in memory (core 165, in its code for AVX-512)."""
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    # PyAV leaves its Packet type open, which strict checking refuses; hence Any for the muxer.
    container: Any
    with av.open(str(path), "w", format="mp4", options=options) as container:
        video: Any = None
        audio: Any = _sound_stream(container) if sound is not None else None
        for number, frame in enumerate(frames):
            if video is None:
                video = _video_stream(container, frame.width, frame.height, fps)
            picture = frame.picture()
            picture.pts, picture.time_base = number, 1 / fps
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        if sound is not None:
            for piece in sound_frames(sound):
                container.mux(audio.encode(piece))
            container.mux(audio.encode(None))


def _sound_stream(container: Any) -> Any:
    stream = container.add_stream("aac", rate=SAMPLE_RATE)
    stream.layout = "stereo"
    stream.bit_rate = BITS_PER_S
    stream.options = {"aac_coder": "fast"}
    return stream


def _video_stream(container: Any, width: int, height: int, fps: Fraction) -> Any:
    stream = container.add_stream("libx264", rate=fps)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.time_base = 1 / fps
    context.sample_aspect_ratio = Fraction(1)
    context.color_range = _LIMITED
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.thread_count = THREADS
    stream.options = {
        "preset": STRAIGHT_PRESET,
        "profile": "high",
        "crf": str(STRAIGHT_CRF),
        "x264-params": f"threads={THREADS}:open-gop=0:force-cfr=1:range=tv",
    }
    return stream
