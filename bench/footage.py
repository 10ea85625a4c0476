"""The film all contenders read: 30 s of 1080p30 with sound, in the house encoding, kept under bench/work.

A variant is a range of the clip (the clip starts again where it ends), with or without added grain.
"""

import os
import shutil
import subprocess
import wave
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench import generated
from reelpress.studio.assets.transcode import transcode_video

WORK = Path(__file__).parent / "work"
SECONDS = int(os.environ.get("REELPRESS_BENCH_SECONDS", "30"))  # shorter only to try the benchmark itself
FPS, WIDTH, HEIGHT = 30, 1920, 1080
FRAMES = SECONDS * FPS
GRAIN = 9  # strength of FFmpeg's noise filter: a fast film, visible at full size
_RECIPE = 1  # raise when what is made here changes


@dataclass(frozen=True, slots=True)
class Variant:
    """Where the range starts in the clip, in seconds, and whether grain is laid over it."""

    start_s: float
    grain: bool = False

    @property
    def name(self) -> str:
        return f"{self.start_s:g}s" + ("-grain" if self.grain else "")


VARIANTS = (Variant(0.0), Variant(8.0), Variant(17.0), Variant(4.0, grain=True))


@dataclass(frozen=True, slots=True)
class Footage:
    """`house` is the asset; `still` a frame of it, 1080x1080; the rest of its case lies in `folder`."""

    variant: Variant
    folder: Path
    house: Path
    still: Path


def prepare(clip: Path | None, variant: Variant) -> Footage:
    """Make or find a variant. Raises CalledProcessError where FFmpeg cannot read the clip."""
    source = clip or _generated_clip()
    folder = WORK / _key(clip) / f"{variant.name}-{SECONDS}s"
    footage = Footage(variant, folder, folder / "house.mp4", folder / "still.jpg")
    if footage.house.exists() and footage.still.exists():
        return footage
    folder.mkdir(parents=True, exist_ok=True)
    cut, house = folder / "cut.mkv", folder / "house.part.mp4"
    _cut(source, variant, cut)
    transcode_video(cut, "matroska", house)
    crop = f"crop={HEIGHT}:{HEIGHT}"
    _ffmpeg(
        "-ss",
        f"{SECONDS * 0.4:g}",
        "-i",
        str(house),
        "-frames:v",
        "1",
        "-vf",
        crop,
        "-q:v",
        "2",
        str(footage.still),
    )
    house.rename(footage.house)
    cut.unlink()
    return footage


def _cut(source: Path, variant: Variant, out: Path) -> None:
    """The range as 1080p30, nearly lossless, with sound (silence where the clip has none)."""
    seconds = f"start={variant.start_s:g}:duration={SECONDS}"
    grain = f",noise=c0s={GRAIN}:c0f=t:all_seed=11" if variant.grain else ""
    picture = (
        f"[0:v]fps={FPS},trim={seconds},setpts=PTS-STARTPTS,"
        f"scale={WIDTH}:{HEIGHT}:force_original_aspect_ratio=increase:flags=bicubic:out_color_matrix=bt709"
        f":out_range=tv,crop={WIDTH}:{HEIGHT},setsar=1,format=yuv420p{grain}[picture]"
    )
    heard = f"[0:a]atrim={seconds},asetpts=PTS-STARTPTS,apad[sound]"
    sound = heard if _has_sound(source) else "anullsrc=r=48000:cl=stereo[sound]"
    options = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "6", "-c:a", "flac", "-ar", "48000"]
    colours = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
    _ffmpeg(
        *("-stream_loop", "-1", "-i", str(source), "-filter_complex", f"{picture};{sound}"),
        *("-map", "[picture]", "-map", "[sound]", "-t", str(SECONDS), *options, *colours, str(out)),
    )


def _generated_clip() -> Path:
    clip = WORK / f"generated-{_RECIPE}.mkv"
    if clip.exists():
        return clip
    WORK.mkdir(parents=True, exist_ok=True)
    part, heard = WORK / "generated.part.mkv", WORK / "generated.wav"
    seconds = len(generated.SHOTS) * generated.SHOT_FRAMES / FPS
    with wave.open(str(heard), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(generated.SOUND_RATE)
        file.writeframes(generated.sound(seconds).tobytes())
    command = [
        *_command("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS)),
        *("-i", "-", "-i", str(heard), "-c:v", "libx264", "-preset", "ultrafast", "-crf", "6"),
        *("-colorspace", "bt709", "-color_range", "tv", "-c:a", "flac", str(part)),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        assert encoder.stdin is not None
        for frame in generated.clip():
            encoder.stdin.write(frame)
        encoder.stdin.close()
    if encoder.returncode:
        raise subprocess.CalledProcessError(encoder.returncode, command)
    heard.unlink()
    return part.rename(clip)


def _key(clip: Path | None) -> str:
    """Names the footage by what the clip holds, so that another clip under the same name is another one."""
    if clip is None:
        return f"generated-{_RECIPE}"
    return f"{clip.stem}-{sha256(clip.read_bytes()).hexdigest()[:10]}-{_RECIPE}"


def _has_sound(clip: Path) -> bool:
    asked = ["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "stream=index", str(clip)]
    return "index" in subprocess.run(asked, check=True, capture_output=True, text=True).stdout


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(_command(*arguments), check=True)


def _command(*arguments: str) -> list[str]:
    return [shutil.which("ffmpeg") or "ffmpeg", "-nostdin", "-y", "-v", "error", *arguments]
