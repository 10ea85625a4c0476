"""Layers that stand far apart: how near each other they must be for their rows to become a band."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from reelpress.studio.plan.sights import Change, moved
from reelpress.studio.plan.spans import MACROBLOCK_PX, NEAR_ROWS
from reelpress.studio.plan.trial import Outcome, Suggestion, Trial, clock, listed


def closer(trial: Trial) -> Iterator[Suggestion]:
    """For every stretch of whole pictures with rows between its layers that nobody touches."""
    said: set[tuple[str, ...]] = set()
    for stretch in _stretches(trial):
        clusters = _clusters(trial, stretch)
        if len(clusters) < 2 or stretch.layers in said:
            continue
        said.add(stretch.layers)
        found = _largest_gap(trial, stretch, clusters)
        if found is not None:
            yield _suggestion(trial, stretch, *found)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Neighbouring spans of one kind with the same layers; `touched` is a share of the rows."""

    first: int
    last: int
    layers: tuple[str, ...]
    touched: float


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Layers whose rows (of macroblocks, inclusive) meet."""

    first: int
    last: int
    layers: frozenset[str]

    @property
    def rows(self) -> int:
        return self.last - self.first + 1


def _stretches(trial: Trial) -> Iterator[_Stretch]:
    for (kind, layers), group in groupby(trial.now.spans, key=lambda span: (span.kind, span.layers)):
        spans = list(group)
        if kind == "full":
            touched = max(span.touched for span in spans)
            yield _Stretch(spans[0].first, spans[-1].last, layers, touched)


def _clusters(trial: Trial, stretch: _Stretch) -> list[_Cluster]:
    """Top to bottom."""
    rows: dict[str, tuple[int, int]] = {}
    for frame in trial.sights[stretch.first : stretch.last + 1]:
        for sight in frame:
            first, last = sight.rows
            known = rows.get(sight.layer, (first, last))
            rows[sight.layer] = (min(known[0], first), max(known[1], last))
    clusters: list[_Cluster] = []
    for layer, (first, last) in sorted(rows.items(), key=lambda item: item[1]):
        if clusters and first <= clusters[-1].last + 1:
            met = clusters[-1]
            clusters[-1] = _Cluster(met.first, max(met.last, last), met.layers | {layer})
        else:
            clusters.append(_Cluster(first, last, frozenset({layer})))
    return clusters


def _largest_gap(
    trial: Trial, stretch: _Stretch, clusters: Sequence[_Cluster]
) -> tuple[int, Change, Outcome] | None:
    """The most rows between the clusters with which the whole stretch is no longer encoded whole."""
    for gap in range(NEAR_ROWS, -1, -1):
        change = _packed(clusters, gap)
        outcome = trial.after(stretch.layers, change)
        if all(span.kind != "full" for span in outcome.spans if _within(stretch, span.first, span.last)):
            return gap, change, outcome
    return None


def _packed(clusters: Sequence[_Cluster], gap: int) -> Change:
    """All clusters moved towards the tallest one; none moves away from it."""
    anchor = max(range(len(clusters)), key=lambda at: clusters[at].rows)
    down: dict[str, int] = {}
    edge = clusters[anchor].first
    for cluster in reversed(clusters[:anchor]):
        rows = max(0, edge - 1 - gap - cluster.last)
        edge = cluster.first + rows
        down |= dict.fromkeys(cluster.layers, rows * MACROBLOCK_PX)
    edge = clusters[anchor].last
    for cluster in clusters[anchor + 1 :]:
        rows = max(0, cluster.first - gap - 1 - edge)
        edge = cluster.last - rows
        down |= dict.fromkeys(cluster.layers, -rows * MACROBLOCK_PX)
    return lambda _number, sight: moved(sight, down.get(sight.layer, 0))


def _suggestion(trial: Trial, stretch: _Stretch, gap: int, change: Change, outcome: Outcome) -> Suggestion:
    fps = float(trial.plan.fps)
    ratio = _cost_within(stretch, trial.now) / _cost_within(stretch, outcome)
    near = f"within {gap * MACROBLOCK_PX} px" if gap else "without rows between them"
    return Suggestion(
        stretch.layers,
        change,
        f"{listed(stretch.layers)} touch {stretch.touched * 100:.0f} % of the rows from "
        f"{clock(stretch.first, fps)} to {clock(stretch.last + 1, fps)}: put them closer together ({near}) "
        f"and the span becomes a band, {ratio:.1f}x cheaper; over the whole video that would",
    )


def _cost_within(stretch: _Stretch, outcome: Outcome) -> float:
    return sum(span.cpu_s for span in outcome.spans if _within(stretch, span.first, span.last))


def _within(stretch: _Stretch, first: int, last: int) -> bool:
    return stretch.first <= first and last <= stretch.last
