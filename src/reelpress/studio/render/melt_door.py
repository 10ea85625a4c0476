"""The one door to melt: draws a clip, once, that we do not draw ourselves. Runs inside the sandbox.

The document is one that we wrote (`scene.static_parts.with_files`); the film keeps transparency, lossless.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from reelpress.platform.sandbox import Limits, ProgramMissing, SandboxTimeout, run_program
from reelpress.studio.render.model import RenderFault
from reelpress.studio.scene.static_parts import MeltPart, with_files

MELT_LIMITS = Limits(seconds=330, memory_mb=4096, file_mb=4096)
MELT_SECONDS = 300.0
FILM = "film.mkv"
_CONSUMER = (
    "f=matroska vcodec=ffv1 pix_fmt=bgra mlt_image_format=rgba g=1 acodec=pcm_s16le ar=48000 channels=2 "
    "real_time=-1 terminate_on_pause=1 progressive=1"
)
_FAILURE = re.compile(r"^.*\bfailed\b.*$", re.IGNORECASE | re.MULTILINE)


def draw_by_melt(part: MeltPart, files: Mapping[str, Path], fonts: Path, target: Path) -> Path:
    """Write the part's film to `target`. The current folder is the sandbox's private one.

    Raises RenderFault where melt is absent, fails or takes too long; SceneFault for a file that is missing.
    """
    folder = Path.cwd()
    paths = {name: str(path.resolve()) for name, path in files.items()}
    (folder / "part.mlt").write_bytes(with_files(part, paths))
    (folder / "fonts.conf").write_text(f"<fontconfig><dir>{fonts}</dir></fontconfig>")
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "DISPLAY": ":0",
        "FONTCONFIG_FILE": str(folder / "fonts.conf"),
        "XDG_CACHE_HOME": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    arguments = ["melt", "part.mlt", "-consumer", f"avformat:{FILM}", *_CONSUMER.split()]
    try:
        result = run_program(arguments, folder, environment, MELT_SECONDS)
    except ProgramMissing:
        message = f"{part.why} It could be drawn by melt, which is not installed."
        raise RenderFault(message, part.where.element) from None
    except SandboxTimeout:
        raise RenderFault(f"{part.why} melt took too long to draw it.", part.where.element) from None
    film = folder / FILM
    failure = _FAILURE.search(result.log)
    if result.code or failure or not film.is_file() or not film.stat().st_size:
        reason = failure[0].strip() if failure else f"it ended with {result.code}"
        raise RenderFault(f"{part.why} melt could not draw it: {reason}.", part.where.element)
    film.replace(target)
    return target
