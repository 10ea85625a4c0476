"""Trying a change on a plan before anybody makes it: the spans are computed anew with and without it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from reelpress.studio.plan.model import Plan, Span
from reelpress.studio.plan.prices import MILLION, Rates, SpanCost, span_cost
from reelpress.studio.plan.sights import Change, Sights, changed, sights_of, spanned


@dataclass(frozen=True, slots=True)
class Outcome:
    """The spans after a change, priced for one customer, and their CPU seconds together."""

    spans: tuple[SpanCost, ...]
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A plan as it is (`now`), against which changes are measured. The join is the same in all of them."""

    plan: Plan
    rates: Rates
    sights: Sights
    now: Outcome

    @classmethod
    def of(cls, plan: Plan, rates: Rates) -> "Trial":
        sights = sights_of(plan)
        return cls(plan, rates, sights, _outcome(plan, sights, rates))

    def priced(self, spans: Sequence[Span]) -> tuple[SpanCost, ...]:
        """Any spans of the plan with its layers as they are."""
        return _priced(self.plan, spans, self.sights, self.rates)

    def priced_for(self, span: Span, layers: Sequence[str]) -> SpanCost:
        """A span of which only some layers are drawn."""
        frames = self.sights[span.first : span.last + 1]
        drawn = sum(sight.macroblocks for frame in frames for sight in frame if sight.layer in layers)
        return span_cost(span, self.plan.output, drawn / MILLION, self.rates)

    def after(self, layers: Sequence[str], change: Change) -> Outcome:
        return _outcome(self.plan, changed(self.sights, frozenset(layers), change), self.rates)

    def cost_alone(self, layer: str) -> float:
        """CPU seconds of a customer if only this layer depended on data."""
        others = [other.name for other in self.plan.layers if other.name != layer]
        return self.after(others, lambda _number, _sight: None).cpu_s

    def saved_without(self, layer: str) -> float:
        return self.saved(self.after([layer], lambda _number, _sight: None))

    def saved(self, outcome: Outcome) -> float:
        """Share of a customer's CPU seconds that a change saves; below 0 where it costs more."""
        return 1 - outcome.cpu_s / self.now.cpu_s if self.now.cpu_s else 0.0


def _outcome(plan: Plan, sights: Sights, rates: Rates) -> Outcome:
    spans = _priced(plan, spanned(plan, sights), sights, rates)
    return Outcome(spans, sum(span.cpu_s for span in spans))


def _priced(plan: Plan, spans: Sequence[Span], sights: Sights, rates: Rates) -> tuple[SpanCost, ...]:
    drawn = [0.0, *accumulate(sum(sight.macroblocks for sight in frame) / MILLION for frame in sights)]
    return tuple(
        span_cost(span, plan.output, drawn[span.last + 1] - drawn[span.first], rates) for span in spans
    )


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A change a designer can make to `layers`. `said` leads up to "save 12 %"."""

    layers: tuple[str, ...]
    change: Change
    said: str


def clock(frame: int, fps: float) -> str:
    """The time at which a frame begins, as editors show it: 00:12.0."""
    tenths = round(frame / fps * 10)
    return f"{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"


def listed(layers: Sequence[str]) -> str:
    """*Name*, *Tier* and *Photo*"""
    names = [f"*{layer}*" for layer in layers]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
