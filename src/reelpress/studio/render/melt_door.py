"""The one door to melt: draws a clip, once, that we do not draw ourselves. Runs inside the sandbox.

The document is one that we wrote (`scene.static_parts.with_files`); the film keeps transparency, lossless.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from reelpress.platform.sandbox import (
    Limits,
    ProgramMissing,
    SandboxTimeout,
    has_program,
    leave_network,
    run_program,
)
from reelpress.studio.render.model import RenderFault
from reelpress.studio.scene.static_parts import MeltPart, with_files

MELT = "melt"
MELT_SECONDS = 300.0
# A film and what is made of it: melt's own time, then a look at each frame and a copy.
MELT_LIMITS = Limits(seconds=2 * MELT_SECONDS, memory_mb=4096, file_mb=4096)
FILM = "film.mkv"
_CONSUMER = (
    "f=matroska vcodec=ffv1 pix_fmt=bgra mlt_image_format=rgba g=1 acodec=flac ar=48000 channels=2 "
    "real_time=-1 terminate_on_pause=1 progressive=1"
)
# As a desktop on Linux has it, so that text has the places and sizes it has in Shotcut.
_SCREEN_DPI = "96"
_SLIGHT_HINTING = (
    '<match target="pattern"><edit name="hintstyle" mode="append"><const>hintslight</const></edit></match>'
)
_FAILURE = re.compile(r"^.*\bfailed\b.*$", re.IGNORECASE | re.MULTILINE)


def is_installed() -> bool:
    """Whether this machine has melt."""
    return has_program(MELT)


def draw_by_melt(
    part: MeltPart, files: Mapping[str, Path], fonts: Path, target: Path, own_fonts: Sequence[Path] = ()
) -> Path:
    """Write the part's film to `target`. The current folder is the sandbox's private one.

    `own_fonts` are font files beside the folder `fonts`. melt sees files by names of ours, and no network
    where the platform allows that. Raises RenderFault where melt is absent, fails or takes too long;
    SceneFault for a file that is missing.
    """
    folder = Path.cwd()
    linked = {name: _linked(path, folder / f"file-{at}") for at, (name, path) in enumerate(files.items())}
    (folder / "part.mlt").write_bytes(with_files(part, linked))
    own = folder / "fonts"
    own.mkdir(exist_ok=True)
    for at, path in enumerate(own_fonts):
        _linked(path, own / f"font-{at}.otf")
    (folder / "fonts.conf").write_text(
        f"<fontconfig><dir>{fonts}</dir><dir>{own}</dir>{_SLIGHT_HINTING}</fontconfig>"
    )
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "DISPLAY": ":0",
        "QT_FONT_DPI": _SCREEN_DPI,
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "XDG_CACHE_HOME": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    consumer = [f"avformat:{FILM}", *_CONSUMER.split(), *(() if part.is_heard else ("an=1",))]
    leave_network()
    try:
        result = run_program([MELT, "part.mlt", "-consumer", *consumer], folder, environment, MELT_SECONDS)
    except ProgramMissing:
        message = f"{part.why} It could be drawn by melt, which is not installed."
        raise RenderFault(message, part.where.element) from None
    except SandboxTimeout:
        raise RenderFault(
            f"{part.why} melt took longer than {MELT_SECONDS:g} s to draw it. {part.fix}", part.where.element
        ) from None
    film = folder / FILM
    failure = _FAILURE.search(result.log)
    if result.code or failure or not film.is_file() or not film.stat().st_size:
        reason = failure[0].strip()[:200] if failure else f"it ended with {result.code}"
        raise RenderFault(f"{part.why} melt could not draw it: {reason}.", part.where.element)
    film.replace(target)
    return target


def _linked(path: Path, name: Path) -> str:
    name.unlink(missing_ok=True)
    name.symlink_to(path.resolve())
    return str(name)
