"""What a template says about itself: its frame, its resources, its layers. Runs in the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reelpress.studio.assets.faults import TemplateFault
from reelpress.studio.scene import Layer, SceneFault, layers, parse_scene, timeline
from reelpress.studio.scene.ops import Clip, ColourSource, Group, Node, Write

MAX_FILE_BYTES = 5_000_000
MAX_RESOURCE_BYTES = 2_000  # an index of the database holds it


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """Pixels, frames and seconds; `resources` as the document spells them; `fonts` are family names."""

    width: int
    height: int
    fps_num: int
    fps_den: int
    frames: int
    duration_s: float
    resources: tuple[str, ...]
    layers: tuple[dict[str, object], ...]
    fonts: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "width": self.width,
            "height": self.height,
            "fps": f"{self.fps_num}/{self.fps_den}",
            "frames": self.frames,
            "duration_s": self.duration_s,
            "layers": list(self.layers),
            "fonts": list(self.fonts),
        }


def read_template(path: Path, name: str) -> TemplateFacts:
    """Raises TemplateFault with element and line."""
    try:
        return _facts(path.read_bytes(), name)
    except SceneFault as fault:
        raise TemplateFault(f"{fault.message} {fault.fix}".strip(), fault.element, fault.line) from None
    except RecursionError:
        raise TemplateFault("tracks are nested too deeply. Simplify the project.", "", 0) from None


def file_name_of(resource: str) -> str:
    """The last part of a resource's path, whatever system it was saved on."""
    return PurePosixPath(resource.replace("\\", "/")).name


def _facts(document: bytes, name: str) -> TemplateFacts:
    scene = parse_scene(document, name)
    root = timeline(scene).root
    if root.frames < 1:
        raise TemplateFault("there is nothing to play. Put at least one clip on a track.", "", 0)
    rate = scene.profile.fps
    return TemplateFacts(
        width=scene.profile.width,
        height=scene.profile.height,
        fps_num=rate.numerator,
        fps_den=rate.denominator,
        frames=root.frames,
        duration_s=float(root.frames / rate),
        resources=tuple(dict.fromkeys(_checked(name) for name in _resources(root))),
        layers=tuple(_layer_json(layer) for layer in layers(scene)),
        fonts=tuple(dict.fromkeys(_fonts(root))),
    )


def _resources(node: Node) -> Iterator[str]:
    if isinstance(node, Group):
        for child in node.children:
            yield from _resources(child)
    elif not isinstance(node.source, ColourSource) and node.source.resource:
        yield node.source.resource


def _checked(resource: str) -> str:
    if len(resource.encode()) > MAX_RESOURCE_BYTES:
        raise TemplateFault(
            f"the file name {resource[:40]!r}... is longer than {MAX_RESOURCE_BYTES} bytes. Rename it.", "", 0
        )
    return resource


def _fonts(node: Node) -> Iterator[str]:
    yield from (effect.style.family for effect in node.effects if isinstance(effect, Write))
    if not isinstance(node, Clip):
        for child in node.children:
            yield from _fonts(child)


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
