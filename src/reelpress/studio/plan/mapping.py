"""A request's values become what each layer shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from reelpress.studio.plan import model
from reelpress.studio.plan.text import clean_value, fill_runs, fill_template
from reelpress.studio.plan.transforms import TransformFault, apply_transforms


@dataclass(frozen=True, slots=True)
class FieldFault:
    """Why a value cannot be used; the message holds no value, so it may be stored and shown."""

    field: str
    layer: str
    message: str


class LayerText(msgspec.Struct, frozen=True):
    """`runs`: of rich text, what each of its runs says; together they say `text`, but for line ends."""

    layer: str
    text: str
    runs: tuple[str, ...] = ()


class LayerFile(msgspec.Struct, frozen=True):
    """`value` is what the request said (a URL, say); empty: the layer shows `resource` of the plan.

    The renderer looks for the picture or clip under `files["field:" + field]`.
    """

    layer: str
    field: str
    value: str
    resource: str


class Resolved(msgspec.Struct, frozen=True):
    texts: tuple[LayerText, ...]
    images: tuple[LayerFile, ...]
    clips: tuple[LayerFile, ...] = ()

    def text_of(self, layer: str) -> str:
        return next((entry.text for entry in self.texts if entry.layer == layer), "")

    def runs_of(self, layer: str) -> tuple[str, ...]:
        return next((entry.runs for entry in self.texts if entry.layer == layer), ())

    def file_of(self, layer: str) -> LayerFile | None:
        return next((entry for entry in (*self.images, *self.clips) if entry.layer == layer), None)

    @property
    def image_values(self) -> dict[str, str]:
        """Field -> value of the pictures to fetch; hand them to the renderer as `files["field:" + field]`."""
        return {entry.field: entry.value for entry in self.images if entry.value}

    @property
    def clip_values(self) -> dict[str, str]:
        """The same of clips."""
        return {entry.field: entry.value for entry in self.clips if entry.value}

    @property
    def file_values(self) -> dict[str, str]:
        """Pictures and clips; a field brings one or the other."""
        return self.image_values | self.clip_values


def image_key(field: str) -> str:
    """The key under which `files` holds what an image or video field brings."""
    return f"field:{field}"


def resolve(plan: model.Plan, values: Mapping[str, str]) -> Resolved | tuple[FieldFault, ...]:
    """Apply mappings, transforms and fallbacks; every fault is reported, not the first alone."""
    faults: list[FieldFault] = []
    texts: list[LayerText] = []
    files: dict[str, list[LayerFile]] = {"image": [], "video": []}
    for layer in plan.layers:
        chosen = {entry.slot: entry for entry in plan.mappings if entry.layer == layer.name}
        if layer.kind != "text":
            entry = chosen[layer.slots[0]]
            value = _value(entry, values, faults, own_content=bool(layer.resource))
            files[layer.kind].append(LayerFile(layer.name, entry.field, value, layer.resource))
        else:
            shown = {slot: _value(chosen[slot], values, faults, own_content=False) for slot in layer.slots}
            runs = fill_runs(layer.template, layer.runs, shown)
            texts.append(LayerText(layer.name, fill_template(layer.template, shown), runs))
    if faults:
        return tuple(faults)
    return Resolved(tuple(texts), tuple(files["image"]), tuple(files["video"]))


def positional_values(
    plan: model.Plan,
    *,
    texts: Sequence[str] = (),
    images: Sequence[str] = (),
    videos: Sequence[str] = (),
) -> dict[str, str]:
    """The positional arrays as named values: the n-th text fills the n-th text field, likewise the others.

    Raises ValueError, naming the kind, when there are more values than fields.
    """
    named: dict[str, str] = {}
    for kind, given in (("text", texts), ("image", images), ("video", videos)):
        names = [entry.name for entry in plan.fields if entry.kind == kind]
        if len(given) > len(names):
            raise ValueError(f"{len(given)} {kind} values for {len(names)} {kind} fields")
        named.update(zip(names, given, strict=False))
    return named


def _value(
    entry: model.Mapping, values: Mapping[str, str], faults: list[FieldFault], *, own_content: bool
) -> str:
    refuse: Callable[[str], None] = lambda why: faults.append(FieldFault(entry.field, entry.layer, why))  # noqa: E731 - a two-argument closure reads best inline
    given = clean_value(values.get(entry.field, ""))
    if not given:
        if entry.fallback is not None:
            return clean_value(entry.fallback)
        if entry.required and not own_content:
            refuse(f"field {entry.field!r} is missing or empty and layer {entry.layer!r} has no fallback")
        return ""
    try:
        return apply_transforms(given, entry.transforms)
    except TransformFault as fault:
        refuse(f"field {entry.field!r} on layer {entry.layer!r}: {fault}")
        return ""
