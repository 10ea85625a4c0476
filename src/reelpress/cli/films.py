"""The clips of a template that melt draws: drawn when a render needs them, kept in the data directory."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.markup import escape

from reelpress.platform.config import Settings
from reelpress.platform.errors import StartupFault
from reelpress.platform.sandbox import Sandbox, SandboxCrash, SandboxTimeout
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.films.drawing import draw_film
from reelpress.studio.films.model import FilmFault, order_of, without_melt
from reelpress.studio.plan.digest import digest
from reelpress.studio.render import RenderFault
from reelpress.studio.render.melt_door import MELT_LIMITS, is_installed
from reelpress.studio.scene import SceneFault
from reelpress.studio.scene.static_parts import MeltPart


def film_contents(parts: Sequence[MeltPart], contents: Mapping[str, str]) -> dict[str, str]:
    """Resource of the plan -> what stands for a film; `contents` are digests of the files it shows."""
    return {
        part.name: digest(order_of(part, ()).digest, [contents[name] for name in part.resources])
        for part in parts
    }


def film_path(content: str) -> Path:
    """Where a film is kept on this machine."""
    return (Settings().data_dir / "cache" / "drawn" / content).resolve()


def draw_missing(
    template: Path, parts: Sequence[MeltPart], films: Mapping[str, Path], files: Mapping[str, Path]
) -> None:
    """Draw the films that are not there yet. Raises StartupFault with the element and the line."""
    for part in parts:
        film = films[part.name]
        if not film.exists():
            _draw(template, part, film, {name: files[name] for name in part.resources})


def _draw(template: Path, part: MeltPart, film: Path, files: Mapping[str, Path]) -> None:
    if not is_installed():
        raise StartupFault(_said(template, without_melt(part)))
    told = f"melt draws <{part.where.element}>, {part.frames} frames, once"
    Console(stderr=True).print(escape(told), highlight=False)
    film.parent.mkdir(parents=True, exist_ok=True)
    draft = film.with_name(f"{film.name}.{uuid4().hex}.part")
    try:
        asyncio.run(Sandbox(1).run(draw_film, part, files, (), draft, limits=MELT_LIMITS))
        draft.replace(film)
    except (RenderFault, SceneFault) as fault:
        raise StartupFault(_said(template, FilmFault(fault.message, part.where.element, part.line))) from None
    except (MediaFault, SandboxCrash, SandboxTimeout) as fault:
        why = f"{part.why} melt could not draw it: {fault}. {part.fix}"
        raise StartupFault(_said(template, FilmFault(why, part.where.element, part.line))) from None
    finally:
        draft.unlink(missing_ok=True)


def _said(template: Path, fault: FilmFault) -> str:
    return f"{template.name}:{fault.line} <{fault.element}>: {fault.message}"
