"""The layers of a scene: what depends on data, when it is seen and where."""

from dataclasses import dataclass

from reelpress.studio.scene.geometry import marks, unite
from reelpress.studio.scene.model import Scene
from reelpress.studio.scene.ops import Box
from reelpress.studio.scene.timeline import Draft, LayerKind, Timeline, timeline


@dataclass(frozen=True, slots=True)
class Layer:
    """`ranges` are pairs of first and last frame (inclusive) in which the layer can be seen.

    `box` is in pixels of the canvas, the union over all of them; `fields` are the names in `{{ }}`;
    `runs` are the texts of rich text, look by look.
    """

    name: str
    kind: LayerKind
    fields: tuple[str, ...]
    template: str
    runs: tuple[str, ...]
    fallback: str | None
    fit: str
    font: str
    resource: str
    ranges: tuple[tuple[int, int], ...]
    box: Box
    line: int


def layers(scene: Scene) -> tuple[Layer, ...]:
    """In drawing order as the document declares them. Raises SceneFault."""
    return layers_of(timeline(scene), (scene.profile.width, scene.profile.height))


def layers_of(drawn: Timeline, canvas: tuple[int, int]) -> tuple[Layer, ...]:
    seen: dict[str, list[int]] = {draft.name: [] for draft in drawn.drafts}
    boxes: dict[str, Box] = {}
    if seen:
        for frame in range(drawn.root.frames):
            for mark in marks(drawn.root, frame, canvas):
                if mark.layer:
                    seen[mark.layer].append(frame)
                    boxes[mark.layer] = unite(boxes.get(mark.layer, mark.box), mark.box)
    return tuple(_layer(draft, seen[draft.name], boxes.get(draft.name)) for draft in drawn.drafts)


def _layer(draft: Draft, frames: list[int], box: Box | None) -> Layer:
    return Layer(
        name=draft.name,
        kind=draft.kind,
        fields=draft.fields,
        template=draft.template,
        runs=draft.runs,
        fallback=draft.fallback,
        fit=draft.fit,
        font=draft.font,
        resource=draft.resource,
        ranges=runs(frames),
        box=box or Box(0, 0, 0, 0),
        line=draft.where.line,
    )


def runs(frames: list[int]) -> tuple[tuple[int, int], ...]:
    """Sorted frame numbers as inclusive ranges."""
    ranges: list[tuple[int, int]] = []
    for frame in frames:
        if ranges and frame <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], frame)
        else:
            ranges.append((frame, frame))
    return tuple(ranges)
