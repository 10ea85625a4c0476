"""The interleaved run: for each range and template, ours, melt, ffmpeg, ours, melt, ffmpeg, ..."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench import templates
from bench.alike import check_alike
from bench.contenders import Contender
from bench.footage import Footage
from bench.loads import LOADS, Load, customers_of
from bench.measure import Cost
from bench.people import Person, people
from bench.quality import Quality, compare
from bench.templates import Template
from bench.warm import WarmWorker

Say = Callable[[str], None]


@dataclass(slots=True)
class LoadFigures:
    """One load on one range: ours by round, rivals by name and round."""

    load: Load
    ours: list[Cost] = field(default_factory=list[Cost])
    rivals: dict[str, list[Cost]] = field(default_factory=dict[str, list[Cost]])
    publication: Cost | None = None
    own_bytes: int = 0
    quality: Quality | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """How much to measure."""

    rounds: int
    budget_s: float
    loads: Sequence[Load] = LOADS
    quality: bool = True


def measure_range(
    footage: Footage, rivals: Sequence[Contender], scope: Scope, folder: Path, say: Say
) -> dict[str, LoadFigures]:
    """All loads over one footage, by name. Loads of one template share its warm process."""
    figures: dict[str, LoadFigures] = {}
    by_case: dict[str, list[Load]] = {}
    for load in scope.loads:
        by_case.setdefault(load.case, []).append(load)
    for case, loads in by_case.items():
        template = templates.write(templates.CASES[case], footage)
        figures |= _measure_case(template, loads, rivals, scope, folder, say)
        for load in loads:
            if scope.quality and load.quality:
                say(f"{footage.variant.name} {load.name}: quality")
                figures[load.name].quality = quality_apart(template, folder)
    return figures


def measured_on(load: Load, rivals: Sequence[Contender]) -> list[Contender]:
    """Who renders this load; nobody where figures of another load count."""
    if load.rival_of:
        return []
    return [rival for rival in rivals if rival.stills or not templates.CASES[load.case].still]


def steps(scope: Scope, ranges: int, rivals: Sequence[Contender]) -> int:
    """How often `say` is called."""
    renders = sum(1 + len(measured_on(load, rivals)) for load in scope.loads) * scope.rounds
    cases = len({load.case for load in scope.loads})
    return ranges * (renders + cases + (sum(load.quality for load in scope.loads) if scope.quality else 0))


def _measure_case(
    template: Template,
    loads: Sequence[Load],
    rivals: Sequence[Contender],
    scope: Scope,
    folder: Path,
    say: Say,
) -> dict[str, LoadFigures]:
    figures = {load.name: LoadFigures(load) for load in loads}
    fresh, where = people(), template.footage.variant.name
    out = folder / ("ours.jpg" if template.case.still else "ours.mp4")
    say(f"{where} {template.case.name}: publish")
    with WarmWorker(template, folder / "published") as worker:
        # The first one brings up what stays up (fonts, decoders, caches); so nobody counts it.
        seen = [next(fresh)]
        worker.render([seen[0].values], out, scope.budget_s)
        for _ in range(scope.rounds):
            for load in loads:
                say(f"{where} {load.name}: ours")
                figures[load.name].ours.append(_ours(worker, load, fresh, seen, out, scope.budget_s))
                for rival in measured_on(load, rivals):
                    say(f"{where} {load.name}: {rival.name}")
                    cost = rival.render(template, next(fresh), folder)
                    known = figures[load.name].rivals.setdefault(rival.name, [])
                    if not known:
                        check_alike(template.case, out, folder / f"{rival.name}.mp4")
                    known.append(cost)
        last = seen[-1].values
        worker.render([last], out, scope.budget_s)
        kept = worker.own_bytes(last, out)
        for load in loads:
            figures[load.name].publication = worker.publication
            figures[load.name].own_bytes = kept
            if load.rival_of:
                figures[load.name].rivals = figures[load.rival_of].rivals
    return figures


def _ours(
    worker: WarmWorker, load: Load, fresh: Iterator[Person], seen: list[Person], out: Path, budget_s: float
) -> Cost:
    customers = customers_of(load, fresh, seen)
    cost = worker.render([person.values for person in customers], out, budget_s)
    if load.who == "distinct":
        seen[:] = customers[: cost.videos][-5:]
    return cost


def quality_apart(template: Template, folder: Path) -> Quality:
    """`compare` in a process of its own: an engine's caches and threads end with it."""
    scratch = folder / "quality"
    scratch.mkdir(exist_ok=True)
    person = next(people())
    pipe, theirs = get_context("spawn").Pipe(duplex=False)
    child = get_context("spawn").Process(target=_compare, args=(theirs, template, person, scratch))
    child.start()
    theirs.close()
    try:
        kind, value = pipe.recv()
    except EOFError:
        kind, value = "fault", "the process died"
    child.join()
    if kind == "fault":
        raise RuntimeError(f"{template.case.name}: quality: {value}")
    return value


def _compare(pipe: Any, template: Template, person: Person, folder: Path) -> None:
    try:
        pipe.send(("value", compare(template.document, person.values, folder)))
    except Exception as fault:
        pipe.send(("fault", f"{type(fault).__name__}: {fault}"))
        raise
