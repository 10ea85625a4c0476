"""What a campaign costs before anything is rendered: distinct values per span over all its rows. Pure.

Rows are read once and forgotten; what is kept are 16 bytes for every distinct combination of values that
some span shows. Numbers of segments are exact for the plan's spans: they are counted by what decides a
segment's key. Seconds and bytes are estimates, by `Rates`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from reelpress.studio.plan.cost import file_bytes, own_sound_bytes
from reelpress.studio.plan.digest import Contents, digest, picture_digest, shown
from reelpress.studio.plan.mapping import FieldFault, Resolved, image_key, resolve
from reelpress.studio.plan.model import Plan, Span
from reelpress.studio.plan.prices import DEFAULT_RATES, Rates, macroblocks, once_cpu_s
from reelpress.studio.plan.spans import rows_in
from reelpress.studio.plan.trial import Trial

JOIN_BYTES = 20_000  # of a joined file's own list, for each 1,000 frames
NamePicture = Callable[[str], str]  # value of a field -> what it is the picture or clip of; equal is equal


class UnitCount(msgspec.Struct, frozen=True):
    """What is encoded at once for a customer: a span, or one band of it (`band` from 0; -1: whole pictures).

    `rendered`: segments that must be made; `twin`: an earlier unit has the same content, and so the segments.
    """

    span: int
    band: int
    layers: tuple[str, ...]
    first: int
    last: int
    rendered: int
    twin: bool
    cpu_s: float
    bytes: int


class FaultCount(msgspec.Struct, frozen=True):
    """A reason why rows cannot be rendered; `first_row` counts from 1."""

    field: str
    layer: str
    message: str
    rows: int
    first_row: int


class CampaignCount(msgspec.Struct, frozen=True):
    """`asked`: segments over all good rows; of these `rendered` must be made and the others are shared.

    `cpu_s`: encoding and joining all rows; `wall_s`: that on `cores`, with what is paid once (`once_cpu_s`).
    `straight_cpu_s`: every row drawn and encoded whole. `own_bytes`: distinct personal segments and the lists
    that join them; `shared_bytes`: stored once; `whole_bytes`: if every row's file were stored whole.
    """

    rows: int
    good: int
    units: tuple[UnitCount, ...]
    faults: tuple[FaultCount, ...]
    asked: int
    rendered: int
    encode_cpu_s: float
    join_cpu_s: float
    once_cpu_s: float
    cores: int
    wall_s: float
    straight_cpu_s: float
    straight_wall_s: float
    own_bytes: int
    shared_bytes: int
    whole_bytes: int

    @property
    def failed(self) -> int:
        return self.rows - self.good

    @property
    def shared(self) -> int:
        """Segments that some row needs and another row's render already made."""
        return self.asked - self.rendered

    @property
    def cpu_s(self) -> float:
        return self.once_cpu_s + self.encode_cpu_s + self.join_cpu_s


def count_rows(
    plan: Plan,
    rows: Iterable[Mapping[str, str]],
    *,
    cores: int = 1,
    rates: Rates = DEFAULT_RATES,
    contents: Contents | None = None,
    name_picture: NamePicture = lambda value: digest(value),
) -> CampaignCount:
    """`rows`: values by field. `contents`: digests of the plan's files, so that stretches of equal content
    are found to be equal; without them files are told apart by name, and pictures by their values."""
    tally = Tally(plan, contents or {name: name for name in plan.resources}, name_picture)
    for values in rows:
        tally.add(values)
    return tally.total(cores, rates)


@dataclass(slots=True)
class Tally:
    """Rows counted one by one, for those who read them anyway."""

    plan: Plan
    contents: Contents
    name_picture: NamePicture
    rows: int = 0
    good: int = 0
    faults: dict[FieldFault, tuple[int, int]] = field(default_factory=dict[FieldFault, tuple[int, int]])
    seen: dict[tuple[str, ...], set[bytes]] = field(default_factory=dict[tuple[str, ...], set[bytes]])

    def add(self, values: Mapping[str, str]) -> Resolved | tuple[FieldFault, ...]:
        """Count one row; what it resolves to."""
        resolved = resolve(self.plan, values)
        if isinstance(resolved, Resolved):
            self.accept(resolved)
        else:
            self.refuse(resolved)
        return resolved

    def accept(self, resolved: Resolved) -> None:
        self.rows += 1
        self.good += 1
        if not self.seen:
            self.seen = {unit.layers: set() for unit in units_of(self.plan, self.contents)}
        pictures = {image_key(name): self.name_picture(value) for name, value in resolved.file_values.items()}
        contents = {**self.contents, **pictures}
        for layers, digests in self.seen.items():
            said = msgspec.json.encode(shown(resolved, contents, layers))
            digests.add(hashlib.blake2b(said, digest_size=16).digest())

    def refuse(self, faults: Iterable[FieldFault]) -> None:
        """Count a row that cannot be rendered."""
        self.rows += 1
        for fault in dict.fromkeys(faults):
            rows, first = self.faults.get(fault, (0, self.rows))
            self.faults[fault] = rows + 1, first

    def total(self, cores: int, rates: Rates = DEFAULT_RATES) -> CampaignCount:
        """What rendering all rows counted so far takes on `cores`."""
        plan, output = self.plan, self.plan.output
        trial = Trial.of(plan, rates)
        units = tuple(self._counted(unit, trial) for unit in units_of(plan, self.contents))
        spans = trial.priced(plan.spans)
        encode_s = sum(unit.rendered * unit.cpu_s for unit in units)
        join_s = self.good * rates.join_s * plan.frames / 1000
        once_s = once_cpu_s(plan.spans, output, rates) if self.good else 0.0
        straight_s = rates.straight_s * macroblocks(rows_in(output.height), plan.frames, output) * self.good
        file = file_bytes(plan, spans, rates)
        own_sound = own_sound_bytes(plan)
        own = own_sound + sum(span.bytes for span in spans if span.layers)
        return CampaignCount(
            rows=self.rows,
            good=self.good,
            units=units,
            faults=tuple(
                FaultCount(fault.field, fault.layer, fault.message, rows, first)
                for fault, (rows, first) in self.faults.items()
            ),
            asked=self.good * len(units),
            rendered=sum(unit.rendered for unit in units),
            encode_cpu_s=encode_s,
            join_cpu_s=join_s,
            once_cpu_s=once_s,
            cores=cores,
            wall_s=once_s + (encode_s + join_s) / cores,
            straight_cpu_s=straight_s,
            straight_wall_s=straight_s / cores,
            own_bytes=sum(unit.rendered * unit.bytes for unit in units)
            + self.good * own_sound
            + round(self.good * JOIN_BYTES * plan.frames / 1000),
            shared_bytes=file - own if self.good else 0,
            whole_bytes=file * self.good,
        )

    def _counted(self, unit: "Unit", trial: Trial) -> UnitCount:
        span = self.plan.spans[unit.span]
        cpu_s, size = _price(span, unit, trial)
        rendered = 0 if unit.twin else len(self.seen.get(unit.layers, ()))
        return UnitCount(
            unit.span, unit.band, unit.layers, span.first, span.last, rendered, unit.twin, cpu_s, size
        )


class Unit(msgspec.Struct, frozen=True):
    """What one segment of a customer's own holds: all rows of a personal span, or one of its bands."""

    span: int
    band: int
    layers: tuple[str, ...]
    twin: bool


def units_of(plan: Plan, contents: Contents) -> tuple[Unit, ...]:
    """In order of the video; a twin shows the same as a unit before it, whatever the values."""
    units: list[Unit] = []
    known: set[object] = set()
    for number, span in enumerate(plan.spans):
        if span.kind == "shared":
            continue
        picture = picture_digest(plan, contents, span.first, span.last)
        for band in range(len(span.bands)) if span.kind == "band" else (-1,):
            layers = span.bands[band].layers if band >= 0 else span.layers
            content = (picture, span.kind, span.bands, band, layers)
            units.append(Unit(number, band, layers, content in known))
            known.add(content)
    return tuple(units)


def _price(span: Span, unit: Unit, trial: Trial) -> tuple[float, int]:
    """CPU seconds and bytes of one segment: its own rows of the span."""
    if unit.band >= 0:
        band = span.bands[unit.band]
        span = msgspec.structs.replace(span, layers=band.layers, bands=(band,))
    cost = trial.priced_for(span, unit.layers)
    return cost.cpu_s, cost.bytes
