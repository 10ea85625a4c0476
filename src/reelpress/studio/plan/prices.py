"""What a span costs a customer, estimated from its macroblocks. Pure.

`Rates` are one machine's; the defaults were measured on two cores over 1080p and 720p film.
"""

from collections.abc import Iterable

import msgspec

from reelpress.studio.plan.model import OutputSpec, Span
from reelpress.studio.plan.spans import MACROBLOCK_PX, guarded_rows, rows_in

MILLION = 1_000_000


class Rates(msgspec.Struct, frozen=True):
    """CPU seconds and bytes per million macroblocks of 16x16 pixels, unless it says otherwise.

    `full_s`, `band_s`: encoded for one customer as whole pictures, as bands with their guards. `draw_s`:
    under the boxes of layers. `shared_s`: frames that are the same for everyone, composed and encoded once.
    `base_s`: a personal span made ready once; `prove_s`: bands proven, besides. `straight_s`: composed and
    encoded whole, as without a plan. `join_s`: per 1,000 frames of the whole video. `own_bytes` and
    `shared_bytes`: of the encoded picture.
    """

    full_s: float = 1.6
    band_s: float = 2.2
    draw_s: float = 0.5
    shared_s: float = 12.0
    base_s: float = 3.5
    prove_s: float = 30.0
    straight_s: float = 4.5
    join_s: float = 0.02
    own_bytes: float = 1_800_000.0
    shared_bytes: float = 900_000.0


DEFAULT_RATES = Rates()
SOUND_BYTES_PER_S = 20_000  # AAC at 160 kbit/s


class SpanCost(msgspec.Struct, frozen=True):
    """One span of the plan for one customer. Times in seconds of the video, shares from 0 to 1.

    `touched`: of the rows, what layers can change; `encoded`: with guards. A shared span costs
    a customer nothing; its `bytes` are stored once for all.
    """

    kind: str
    first: int
    last: int
    start_s: float
    end_s: float
    layers: tuple[str, ...]
    touched: float
    encoded: float
    cpu_s: float
    bytes: int

    @property
    def frames(self) -> int:
        return self.last - self.first + 1


def encoded_rows(span: Span, height: int) -> int:
    """Rows of macroblocks encoded for a customer in each frame of a span: bands with guards."""
    total = rows_in(height)
    if span.kind == "shared":
        return 0
    if span.kind == "full":
        return total
    return min(total, sum(guarded_rows(band, height) for band in span.bands))


def macroblocks(rows: float, frames: int, output: OutputSpec) -> float:
    """In millions."""
    return rows * columns_in(output.width) * frames / MILLION


def columns_in(width: int) -> int:
    return -(-width // MACROBLOCK_PX)


def span_cost(span: Span, output: OutputSpec, drawn: float, rates: Rates = DEFAULT_RATES) -> SpanCost:
    """`drawn`: macroblocks under the boxes of its layers, in millions, over all its frames."""
    rows, total = encoded_rows(span, output.height), rows_in(output.height)
    if span.kind == "shared":
        size = rates.shared_bytes * macroblocks(total, span.frames, output)
    elif span.kind == "full":
        size = rates.own_bytes * macroblocks(total, span.frames, output)
    else:
        own = sum(band.rows for band in span.bands)
        size = rates.own_bytes * macroblocks(own, span.frames, output)
    fps = output.fps_num / output.fps_den
    encode_s = rates.band_s if span.kind == "band" else rates.full_s
    return SpanCost(
        kind=span.kind,
        first=span.first,
        last=span.last,
        start_s=span.first / fps,
        end_s=(span.last + 1) / fps,
        layers=span.layers,
        touched=span.share,
        encoded=rows / total,
        cpu_s=encode_s * macroblocks(rows, span.frames, output) + rates.draw_s * drawn,
        bytes=round(size),
    )


def once_cpu_s(spans: Iterable[Span], output: OutputSpec, rates: Rates = DEFAULT_RATES) -> float:
    """CPU seconds to make all that no customer decides."""
    each = {"shared": rates.shared_s, "full": rates.base_s, "band": rates.base_s + rates.prove_s}
    rows = rows_in(output.height)
    return sum(macroblocks(rows, span.frames, output) * each[span.kind] for span in spans)
