"""What a template says about itself: its frame, its resources, its layers. Runs in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reelpress.studio.assets.faults import TemplateFault
from reelpress.studio.films.model import is_film, without_melt
from reelpress.studio.scene import Layer, SceneFault, layers, parse_scene, timeline
from reelpress.studio.scene.ops import Clip, ColourSource, Group, Node, Write
from reelpress.studio.scene.static_parts import MeltPart, split_static

MAX_FILE_BYTES = 5_000_000
MAX_RESOURCE_BYTES = 2_000  # an index of the database holds it


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """Pixels, frames and seconds; `resources` as the document spells them; `fonts` are family names.

    `drawn_by_melt`: static clips that we do not draw, and why.
    """

    width: int
    height: int
    fps_num: int
    fps_den: int
    frames: int
    duration_s: float
    resources: tuple[str, ...]
    layers: tuple[dict[str, object], ...]
    fonts: tuple[str, ...]
    drawn_by_melt: tuple[dict[str, object], ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "width": self.width,
            "height": self.height,
            "fps": f"{self.fps_num}/{self.fps_den}",
            "frames": self.frames,
            "duration_s": self.duration_s,
            "layers": list(self.layers),
            "fonts": list(self.fonts),
            "drawn_by_melt": list(self.drawn_by_melt),
        }


def read_template(path: Path, name: str) -> TemplateFacts:
    """What we do not draw is allowed where melt can. Raises TemplateFault with element and line."""
    return _read(path, name, has_melt=True)


def read_template_without_melt(path: Path, name: str) -> TemplateFacts:
    """Raises TemplateFault with element and line, for whatever we do not draw ourselves too."""
    return _read(path, name, has_melt=False)


def _read(path: Path, name: str, *, has_melt: bool) -> TemplateFacts:
    try:
        return _facts(path.read_bytes(), name, has_melt=has_melt)
    except SceneFault as fault:
        raise TemplateFault(f"{fault.message} {fault.fix}".strip(), fault.element, fault.line) from None
    except RecursionError:
        raise TemplateFault("tracks are nested too deeply. Simplify the project.", "", 0) from None


def file_name_of(resource: str) -> str:
    """The last part of a resource's path, whatever system it was saved on."""
    return PurePosixPath(resource.replace("\\", "/")).name


def _facts(document: bytes, name: str, *, has_melt: bool) -> TemplateFacts:
    scene, films = split_static(parse_scene(document, name))
    root = timeline(scene).root
    if root.frames < 1:
        raise TemplateFault("there is nothing to play. Put at least one clip on a track.", "", 0)
    if films and not has_melt:
        fault = without_melt(films[0])
        raise TemplateFault(fault.message, fault.element, fault.line)
    rate = scene.profile.fps
    resources = (*_resources(root), *(name for film in films for name in film.resources if name))
    return TemplateFacts(
        width=scene.profile.width,
        height=scene.profile.height,
        fps_num=rate.numerator,
        fps_den=rate.denominator,
        frames=root.frames,
        duration_s=float(root.frames / rate),
        resources=tuple(dict.fromkeys(_checked(name) for name in resources)),
        layers=tuple(_layer_json(layer) for layer in layers(scene)),
        fonts=tuple(dict.fromkeys((*_fonts(root), *(name for film in films for name in film.families)))),
        drawn_by_melt=tuple(_film_json(film) for film in films),
    )


def _resources(node: Node) -> Iterator[str]:
    if isinstance(node, Group):
        for child in node.children:
            yield from _resources(child)
    elif not isinstance(node.source, ColourSource):
        resource = node.source.resource
        if resource and not is_film(resource):
            yield resource


def _checked(resource: str) -> str:
    if len(resource.encode()) > MAX_RESOURCE_BYTES:
        raise TemplateFault(
            f"the file name {resource[:40]!r}... is longer than {MAX_RESOURCE_BYTES} bytes. Rename it.", "", 0
        )
    return resource


def _fonts(node: Node) -> Iterator[str]:
    for effect in node.effects:
        if isinstance(effect, Write) and effect.rich is not None:
            yield from (run.family for run in effect.rich.runs if run.family)
        elif isinstance(effect, Write):
            yield effect.style.family
    if not isinstance(node, Clip):
        for child in node.children:
            yield from _fonts(child)


def _film_json(film: MeltPart) -> dict[str, object]:
    return {"element": film.where.element, "line": film.line, "frames": film.frames, "why": film.why}


def _layer_json(layer: Layer) -> dict[str, object]:
    box = layer.box
    return {
        "name": layer.name,
        "kind": layer.kind,
        "fields": list(layer.fields),
        "template": layer.template,
        "fallback": layer.fallback,
        "fit": layer.fit,
        "font": layer.font,
        "resource": layer.resource,
        "ranges": [list(span) for span in layer.ranges],
        "box": {"x": box.x, "y": box.y, "width": box.width, "height": box.height},
        "line": layer.line,
    }
