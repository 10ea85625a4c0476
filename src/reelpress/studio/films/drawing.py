"""One film from melt's picture of it. Runs in the sandbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import av

from reelpress.studio.assets.probe import STANDARD_RATES
from reelpress.studio.assets.transcode import transcode_video
from reelpress.studio.render.fonts import FOLDER
from reelpress.studio.render.melt_door import draw_by_melt
from reelpress.studio.render.model import RenderFault
from reelpress.studio.scene.static_parts import MeltPart

MAX_FILM_BYTES = 1_000_000_000
_OPAQUE = 255


def draw_film(part: MeltPart, files: Mapping[str, Path], fonts: Sequence[Path], target: Path) -> int:
    """Write the film to `target`; its bytes.

    What covers the whole canvas is kept in the house encoding, a tenth of the size; the rest is lossless
    with its transparency. Raises RenderFault, SceneFault, MediaFault.
    """
    drawn = draw_by_melt(part, files, FOLDER, Path.cwd() / "drawn.mkv", fonts)
    if part.scene.profile.fps in STANDARD_RATES and _is_opaque(drawn):
        transcode_video(drawn, "matroska", target)
    else:
        drawn.replace(target)
    size = target.stat().st_size
    if size > MAX_FILM_BYTES:
        target.unlink()
        raise RenderFault(
            f"{part.why} The film that melt drew of it has {size // 1_000_000} MB, and "
            f"{MAX_FILM_BYTES // 1_000_000} MB are kept. {part.fix}",
            part.where.element,
        )
    return size


def _is_opaque(film: Path) -> bool:
    with av.open(str(film), format="matroska") as container:
        return all(
            int(frame.to_ndarray(format="bgra")[..., 3].min()) == _OPAQUE
            for frame in container.decode(video=0)
        )
