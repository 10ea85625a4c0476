"""What a plan and a campaign cost, in tables and sentences."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reelpress.studio.plan.cost import CostReport
from reelpress.studio.plan.count import CampaignCount

FAULTS_SHOWN = 20


def print_cost(report: CostReport, out: Console) -> None:
    """The spans, the layers and what would be cheaper."""
    out.print(_spans(report))
    if report.layers:
        out.print(_layers(report))
    out.print(
        f"One customer: about {_seconds(report.cpu_s)} of CPU and {_bytes(report.own_bytes)} of her own "
        f"(of a file of {_bytes(report.file_bytes)}); {_seconds(report.known_cpu_s)} when all her segments "
        f"are known; {_seconds(report.straight_cpu_s)} drawn and encoded whole. "
        f"Paid once: {_seconds(report.once_cpu_s)}.",
        highlight=False,
    )
    if report.costliest:
        costs = next(layer for layer in report.layers if layer.name == report.costliest)
        out.print(
            f"*{escape(costs.name)}* costs most: without it a customer would cost {costs.saves:.0%} less.",
            highlight=False,
        )
    for advice in report.advice:
        out.print(f"[green]cheaper:[/] {escape(advice.text)}", highlight=False)


def print_count(count: CampaignCount, out: Console) -> None:
    """The planner's numbers for all rows."""
    out.print(_units(count))
    lines = (
        ("rows", f"{count.rows:,}, of which {count.good:,} can be rendered"),
        ("segments", f"{count.rendered:,} to encode, {count.shared:,} shared, of {count.asked:,} asked for"),
        (
            "CPU",
            f"{_seconds(count.cpu_s)}: {_seconds(count.once_cpu_s)} once, {_seconds(count.encode_cpu_s)} "
            f"encoding, {_seconds(count.join_cpu_s)} joining; whole: {_seconds(count.straight_cpu_s)}",
        ),
        (
            "wall time",
            f"{_seconds(count.wall_s)} on {count.cores} cores; whole: {_seconds(count.straight_wall_s)}",
        ),
        (
            "stored",
            f"{_bytes(count.own_bytes + count.shared_bytes)} as segments; "
            f"{_bytes(count.whole_bytes)} as whole files",
        ),
    )
    for name, said in lines:
        out.print(f"{name:>10}  {said}", highlight=False)
    for fault in count.faults[:FAULTS_SHOWN]:
        where = f"row {fault.first_row}" + (f" and {fault.rows - 1:,} more" if fault.rows > 1 else "")
        out.print(f"[red]refused:[/] {where}: {escape(fault.message)}", highlight=False)
    if len(count.faults) > FAULTS_SHOWN:
        out.print(f"... and {len(count.faults) - FAULTS_SHOWN} other reasons", highlight=False)


def _spans(report: CostReport) -> Table:
    names = (
        "span",
        "from (s)",
        "to (s)",
        "frames",
        "rows touched",
        "rows encoded",
        "CPU (s)",
        "bytes",
        "layers",
    )
    table = Table(*names)
    for span in report.spans:
        table.add_row(
            span.kind,
            f"{span.start_s:.2f}",
            f"{span.end_s:.2f}",
            str(span.frames),
            f"{span.touched:.0%}",
            f"{span.encoded:.0%}",
            f"{span.cpu_s:.3f}" if span.layers else "once",
            _bytes(span.bytes),
            escape(", ".join(span.layers)) or "-",
        )
    table.caption = f"{report.f:.0%} of the frames depend on data, {report.g:.0%} of the rows in those"
    return table


def _layers(report: CostReport) -> Table:
    table = Table("layer", "kind", "f: frames", "g: rows", "alone, CPU (s)", "saves without it")
    for layer in sorted(report.layers, key=lambda layer: -layer.saves):
        table.add_row(
            escape(layer.name),
            layer.kind,
            f"{layer.f:.0%}",
            f"{layer.g:.0%}",
            f"{layer.alone_cpu_s:.3f}",
            f"{layer.saves:.0%}",
        )
    return table


def _units(count: CampaignCount) -> Table:
    table = Table("span", "rows", "layers", "distinct", "shared", "CPU each (s)", "bytes each")
    for unit in count.units:
        table.add_row(
            f"{unit.span + 1}",
            f"band {unit.band + 1}" if unit.band >= 0 else "all",
            escape(", ".join(unit.layers)),
            "as before" if unit.twin else f"{unit.rendered:,}",
            f"{count.good - unit.rendered:,}",
            f"{unit.cpu_s:.3f}",
            _bytes(unit.bytes),
        )
    return table


def _seconds(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:,.1f} h"
    return (
        f"{seconds / 60:.1f} min"
        if seconds >= 90
        else f"{seconds:.2g} s"
        if seconds < 10
        else f"{seconds:.0f} s"
    )


def _bytes(size: int) -> str:
    for unit, scale in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= scale:
            return f"{size / scale:,.1f} {unit}"
    return f"{size} bytes"
