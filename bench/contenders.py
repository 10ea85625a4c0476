"""Who is measured: each takes a template and a customer's name and writes the customer's file."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import av

from bench.measure import Cost, run
from bench.people import Person
from bench.straight import CRF, PRESET
from bench.templates import Template, TextBox
from reelpress.studio.render.fonts import FOLDER


class Contender(Protocol):
    """A program that renders one customer's file from nothing but the template."""

    name: str
    settings: str
    stills: bool  # whether it is measured on single pictures as well

    def version(self) -> str: ...

    def render(self, template: Template, person: Person, folder: Path) -> Cost:
        """Raises CalledProcessError."""
        ...


MELT_TRIES = 3  # it ends without a readable file now and then; such a try does not count


def is_whole(path: Path) -> bool:
    """Whether a film can be opened."""
    try:
        with av.open(str(path)) as film:
            return bool(film.streams.video)
    except av.error.FFmpegError:
        return False


class Melt:
    """MLT's own renderer, on the template with the name filled in."""

    name = "melt"
    settings = f"libx264 {PRESET} crf {CRF} threads=1 real_time=-1, aac"
    stills = True

    def version(self) -> str:
        said = subprocess.run(["melt", "--version"], capture_output=True, text=True, check=False)
        return (said.stderr + said.stdout).strip().splitlines()[0]

    def render(self, template: Template, person: Person, folder: Path) -> Cost:
        still = template.case.still
        out = folder / ("melt.jpg" if still else "melt.mp4")
        consumer = f"avformat:{folder / 'melt%d.jpg' if still else out}"
        command = ["melt", str(template.filled(person, folder)), "-consumer", consumer, "real_time=-1"]
        if still:
            numbered = folder / "melt1.jpg"
            command += ["f=image2", "vcodec=mjpeg", "qscale=2", "an=1"]
            return run(command, numbered, _melt_environment(folder))
        command += ["vcodec=libx264", f"preset={PRESET}", f"crf={CRF}", "acodec=aac", "threads=1"]
        for _ in range(MELT_TRIES - 1):
            cost = run(command, out, _melt_environment(folder))
            if is_whole(out):
                return cost
        return run(command, out, _melt_environment(folder))


class FfmpegOnePass:
    """FFmpeg's drawtext on the film, one decode and one encode: a hand-made script, not a template."""

    name = "ffmpeg"
    settings = f"drawtext, libx264 {PRESET} crf {CRF}, -threads 1 for decoder and encoder, sound copied"
    stills = True

    def version(self) -> str:
        return subprocess.run(
            ["ffmpeg", "-version"], capture_output=True, text=True, check=True
        ).stdout.splitlines()[0]

    def render(self, template: Template, person: Person, folder: Path) -> Cost:
        case, footage = template.case, template.footage
        drawn = [
            _drawtext(box, case.first, case.last, person, folder / f"line{index}.txt")
            for index, box in enumerate(case.boxes)
        ]
        start = ["ffmpeg", "-nostdin", "-y", "-v", "error", "-threads", "1"]
        if case.still:
            out = folder / "ffmpeg.jpg"
            end = ["-frames:v", "1", "-q:v", "2", str(out)]
            return run([*start, "-i", str(footage.still), "-vf", ",".join(drawn), *end], out)
        out = folder / "ffmpeg.mp4"
        encoder = ["-c:v", "libx264", "-preset", PRESET, "-crf", str(CRF), "-threads", "1", "-c:a", "copy"]
        end = [*encoder, "-movflags", "+faststart", str(out)]
        return run([*start, "-i", str(footage.house), "-vf", ",".join(drawn), *end], out)


class Moviepy:
    """MoviePy 2 in the interpreter that REELPRESS_BENCH_MOVIEPY names (it wants older packages than ours)."""

    name = "moviepy"
    settings = f"TextClip over VideoFileClip, libx264 {PRESET} crf {CRF}, threads=1"
    stills = False

    def __init__(self, python: str) -> None:
        self._python = python

    def version(self) -> str:
        asked = [self._python, "-c", "import moviepy; print(moviepy.__version__)"]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()

    def render(self, template: Template, person: Person, folder: Path) -> Cost:
        out, case = folder / "moviepy.mp4", template.case
        boxes = [f"{person.name}|{box.x}|{box.y}|{box.width}|{box.height}|{box.size}" for box in case.boxes]
        program = str(Path(__file__).with_name("moviepy_program.py"))
        film = str(template.footage.house)
        times = [str(case.first), str(case.last + 1)]
        return run([self._python, program, film, str(out), str(person.font), *times, *boxes], out)


def rivals() -> list[Contender]:
    """Those this machine has. Raises SystemExit where melt or ffmpeg is missing."""
    for program in ("melt", "ffmpeg"):
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is not installed: run `make setup-dev`")
    python = os.environ.get("REELPRESS_BENCH_MOVIEPY")
    return [Melt(), FfmpegOnePass(), *([Moviepy(python)] if python else [])]


def _drawtext(box: TextBox, first: int, last: int, person: Person, file: Path) -> str:
    """The text comes from a file, so that no name can be read as filter syntax."""
    file.write_text(person.name, "utf-8")
    return (
        f"drawtext=fontfile={person.font}:textfile={file}:expansion=none:fontsize={box.size}:fontcolor=white"
        f":borderw=3:bordercolor=black:x={box.x}+({box.width}-text_w)/2:y={box.y}+({box.height}-text_h)/2"
        f":enable='between(n,{first},{last})'"
    )


def _melt_environment(folder: Path) -> dict[str, str]:
    """Without a display, and with our fonts: melt draws text by Qt, which asks fontconfig."""
    fonts = folder / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{FOLDER}</dir><cachedir>{folder / 'fonts'}</cachedir></fontconfig>")
    return {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0", "FONTCONFIG_FILE": str(fonts)}
