"""What one customer of a plan costs, which layer costs most, and how to make it cheaper. Pure."""

from collections.abc import Sequence

import msgspec

from reelpress.studio.plan.advice import Advice, advice_for
from reelpress.studio.plan.model import Plan
from reelpress.studio.plan.prices import (
    DEFAULT_RATES,
    SOUND_BYTES_PER_S,
    Rates,
    SpanCost,
    macroblocks,
    once_cpu_s,
)
from reelpress.studio.plan.sights import Sights
from reelpress.studio.plan.spans import rows_in
from reelpress.studio.plan.trial import Trial
from reelpress.studio.plan.voices import personal_s


class LayerCost(msgspec.Struct, frozen=True):
    """`f`: share of the frames in which it can be seen; `g`: share of the rows it can change in those.

    `alone_cpu_s`: of a customer if no other layer depended on data; `saves`: share of the customer's CPU
    seconds that go when this layer does.
    """

    name: str
    kind: str
    f: float
    g: float
    alone_cpu_s: float
    saves: float


class CostReport(msgspec.Struct, frozen=True):
    """Estimates for one customer; CPU seconds of one machine, bytes as stored.

    `cpu_s`: of a customer nobody else equals in any span; `known_cpu_s`: of one whose segments are all known;
    `straight_cpu_s`: the same video drawn and encoded whole; `once_cpu_s`: paid at publication.
    `own_bytes`: stored for her alone; `file_bytes`: her video as one file. `f`: share of the frames that
    depend on data; `g`: share of the rows encoded for her in those. `costliest`: a layer's name, or "".
    """

    frames: int
    duration_s: float
    spans: tuple[SpanCost, ...]
    layers: tuple[LayerCost, ...]
    cpu_s: float
    known_cpu_s: float
    straight_cpu_s: float
    once_cpu_s: float
    own_bytes: int
    file_bytes: int
    f: float
    g: float
    costliest: str
    advice: tuple[Advice, ...]

    def encode(self) -> bytes:
        """JSON; equal reports give equal bytes."""
        return msgspec.json.encode(self, order="deterministic")


def cost_report(plan: Plan, rates: Rates = DEFAULT_RATES) -> CostReport:
    """The cost of a plan's customer. `rates` are the machine's."""
    trial = Trial.of(plan, rates)
    spans = trial.priced(plan.spans)
    layers = _layers(plan, trial)
    output, rows = plan.output, rows_in(plan.output.height)
    join_s = rates.join_s * plan.frames / 1000
    own = sum(span.bytes for span in spans if span.layers)
    personal = sum(span.frames for span in spans if span.layers)
    encoded = sum(span.encoded * span.frames for span in spans if span.layers)
    return CostReport(
        frames=plan.frames,
        duration_s=plan.duration_s,
        spans=spans,
        layers=layers,
        cpu_s=join_s + sum(span.cpu_s for span in spans),
        known_cpu_s=join_s,
        straight_cpu_s=rates.straight_s * macroblocks(rows, plan.frames, output),
        once_cpu_s=once_cpu_s(plan.spans, output, rates),
        own_bytes=own + own_sound_bytes(plan),
        file_bytes=file_bytes(plan, spans, rates),
        f=personal / plan.frames,
        g=encoded / personal if personal else 0.0,
        costliest=max(layers, key=lambda layer: (layer.saves, layer.alone_cpu_s)).name if layers else "",
        advice=advice_for(trial),
    )


def own_sound_bytes(plan: Plan) -> int:
    """Of the sound in a customer's file, what her clips may change."""
    return round(SOUND_BYTES_PER_S * min(personal_s(plan.parts), plan.duration_s))


def file_bytes(plan: Plan, spans: Sequence[SpanCost], rates: Rates) -> int:
    """A customer's whole file: what is hers, the rows kept beside her bands, shared spans and sound."""
    rows = rows_in(plan.output.height)
    kept = sum(
        rates.shared_bytes * macroblocks(rows * (1 - span.encoded), span.frames, plan.output)
        for span in spans
        if span.kind == "band"
    )
    return round(sum(span.bytes for span in spans) + kept + SOUND_BYTES_PER_S * plan.duration_s)


def _layers(plan: Plan, trial: Trial) -> tuple[LayerCost, ...]:
    return tuple(
        LayerCost(
            name=layer.name,
            kind=layer.kind,
            f=_frames_seen(trial.sights, layer.name) / plan.frames,
            g=_rows_share(trial.sights, layer.name, rows_in(plan.output.height)),
            alone_cpu_s=trial.cost_alone(layer.name),
            saves=trial.saved_without(layer.name),
        )
        for layer in plan.layers
    )


def _frames_seen(sights: Sights, layer: str) -> int:
    return sum(any(sight.layer == layer for sight in frame) for frame in sights)


def _rows_share(sights: Sights, layer: str, rows: int) -> float:
    """Mean over the frames that show it."""
    counts = [
        len({row for first, last in touched for row in range(first, last + 1)})
        for frame in sights
        if (touched := [sight.rows for sight in frame if sight.layer == layer])
    ]
    return sum(counts) / len(counts) / rows if counts else 0.0
