"""What a plan shows where no customer is meant: by it is measured how coarsely her pictures may be coded."""

from reelpress.studio.plan.mapping import LayerFile, LayerText, Resolved
from reelpress.studio.plan.model import Mapping, Plan, PlanLayer
from reelpress.studio.plan.text import clean_value, fill_runs, fill_template

NAME, NUMBER = "Alexandra", "12,345"


def specimen(plan: Plan) -> Resolved:
    """Every text with its fallbacks, or else a name or a number; pictures and clips the template brings."""
    texts = [_text(plan, layer) for layer in plan.layers if layer.kind == "text"]
    brought = {
        kind: tuple(
            LayerFile(layer.name, "", "", layer.resource)
            for layer in plan.layers
            if layer.kind == kind and layer.resource
        )
        for kind in ("image", "video")
    }
    return Resolved(tuple(texts), brought["image"], brought["video"])


def _text(plan: Plan, layer: PlanLayer) -> LayerText:
    chosen = {entry.slot: entry for entry in plan.mappings if entry.layer == layer.name}
    shown = {slot: _shown(chosen[slot]) for slot in layer.slots}
    runs = fill_runs(layer.template, layer.runs, shown)
    return LayerText(layer.name, fill_template(layer.template, shown), runs)


def _shown(entry: Mapping) -> str:
    if fallback := clean_value(entry.fallback or ""):
        return fallback
    counted = any(transform.partition(":")[0] in {"number", "date"} for transform in entry.transforms)
    return NUMBER if counted else NAME
