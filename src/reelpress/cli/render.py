"""`reelpress render`: one template for one customer or a CSV of them, without a server."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from reelpress.cli.batch import Batch, Summary
from reelpress.cli.explain import print_count
from reelpress.cli.job import Job
from reelpress.cli.ledger import FILE, Ledger
from reelpress.cli.table import Table, open_table
from reelpress.cli.template import inspect_template, template_plan
from reelpress.cli.work import How, make
from reelpress.platform.config import Settings
from reelpress.platform.errors import StartupFault
from reelpress.studio.plan import FieldFault, Resolved
from reelpress.studio.plan.count import CampaignCount, Tally
from reelpress.studio.render import RenderFault, Stockroom

STILLS = {".jpg", ".jpeg"}
INTERRUPTED = 130  # what shells say of a command that Ctrl-C ended


def render(
    path: Annotated[Path, typer.Argument(help="The .mlt file; its media are looked for beside it.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where to write: .mp4, or .jpg for a still; with --csv a folder."),
    ] = None,
    data: Annotated[
        str, typer.Option("--data", "-d", help='Values as JSON, {"name": "Asha"}, or @file.json.')
    ] = "{}",
    rows: Annotated[
        Path | None,
        typer.Option("--csv", help="One medium a row; columns are the template's fields. Resumable."),
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="With --csv: the column that names the files; else row numbers do.")
    ] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="With --csv: the first rows only.")
    ] = None,
    still: Annotated[bool, typer.Option("--still", help="With --csv: one JPEG a row.")] = False,
    at: Annotated[float, typer.Option("--at", help="For a still: the second to show; -1 chooses.")] = -1.0,
    straight: Annotated[
        bool, typer.Option("--straight", help="Draw and encode every frame; no segments, no cache.")
    ] = False,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Where segments are kept; else in the data directory.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what it would cost, and render nothing.")
    ] = False,
) -> None:
    """Render a template for one customer, or for every row of a CSV."""
    if explain:
        explain_template(path, rows, name=name, limit=limit)
        return
    if out is None:
        raise StartupFault("where to? give -o FILE, or -o FOLDER with --csv (or --explain to render nothing)")
    if rows is None:
        render_template(path, _values(data), out, at_s=at, straight=straight, cache=cache)
        Console().print(f"{escape(str(out))}  {out.stat().st_size:,} bytes", highlight=False)
        return
    how = _how(still=still, straight=straight)
    job = Job.of(path, stockroom(cache), rows.parent, how, at)
    summary = render_rows(job, open_table(rows, job.plan, name), out, limit=limit)
    if summary.failed:
        raise typer.Exit(1)


def render_template(
    path: Path,
    data: Mapping[str, str],
    out: Path,
    *,
    at_s: float = -1.0,
    straight: bool = False,
    cache: Path | None = None,
) -> None:
    """Render to `out`; values of files are paths on this machine. Raises StartupFault in the user's words."""
    how = _how(still=out.suffix.lower() in STILLS, straight=straight)
    job = Job.of(path, stockroom(cache), Path(), how, at_s)
    resolved = job.resolved(data)
    if not isinstance(resolved, Resolved):
        raise StartupFault("; ".join(dict.fromkeys(fault.message for fault in resolved)))
    try:
        make(job.work(resolved, out, out.with_name(f".{out.name}.part")))
    except RenderFault as fault:
        raise StartupFault(f"{path.name}: {fault}") from None
    except OSError as problem:
        raise StartupFault(f"{out}: {problem.strerror or 'cannot be written'}") from None


def render_rows(job: Job, table: Table, folder: Path, *, limit: int | None = None) -> Summary:
    """Render a CSV into a folder, with a progress bar. Raises StartupFault, typer.Exit after Ctrl-C."""
    say, settings = Console(stderr=True), Settings()
    for note in table.notes:
        say.print(f"[yellow]note:[/] {escape(note)}", highlight=False)
    try:
        with Ledger(folder) as ledger, _progress(say) as bar:
            shown = bar.add_task("rendering", total=table.count(limit), rate="", failed="")
            times = (settings.prepare_timeout_s, settings.render_timeout_s)
            batch = Batch(job, table, folder, cores(), *times, limit)
            batch.seen = lambda summary: _advance(bar, shown, summary)
            batch.preparing = lambda on: _preparing(bar, shown, batch.summary, on=on)
            summary = asyncio.run(batch.run(ledger))
    except KeyboardInterrupt:
        say.print("Stopped. What is done is kept; the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None
    except OSError as problem:
        raise StartupFault(f"{folder}: {problem.strerror or 'cannot be written'}") from None
    say.print(
        f"{summary.done:,} rendered, {summary.skipped:,} were there already, {summary.failed:,} failed; "
        f"every row is in {escape(str(folder / FILE))}",
        highlight=False,
    )
    return summary


def explain_template(path: Path, rows: Path | None, *, name: str = "", limit: int | None = None) -> None:
    """Print the plan, its cost and, with a CSV, the planner's numbers. Renders nothing."""
    inspect_template(path)
    if rows is None:
        return
    table = open_table(rows, template_plan(path), name)
    job = Job.of(path, stockroom(), rows.parent, "press", draws=False)
    for note in table.notes:
        Console().print(f"[yellow]note:[/] {escape(note)}", highlight=False)
    print_count(count_table(job, table, limit), Console())


def count_table(job: Job, table: Table, limit: int | None = None) -> CampaignCount:
    """The planner over a CSV, its pictures told apart by content."""
    tally = Tally(job.plan, job.contents, job.name_picture)
    for row in table.rows(limit):
        found = (FieldFault("", "", row.fault),) if row.fault else job.resolved(row.values)
        if isinstance(found, Resolved):
            tally.accept(found)
        else:
            tally.refuse(found)
    return tally.total(cores())


def stockroom(cache: Path | None = None) -> Stockroom:
    """Where segments are kept: in the data directory, unless the user chose a folder."""
    settings = Settings()
    folder = cache or settings.data_dir / "cache" / "segments"
    return Stockroom(folder.resolve(), settings.segment_cache_mb * 1024 * 1024)


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0))


def _how(*, still: bool, straight: bool) -> How:
    return "still" if still else "straight" if straight else "press"


def _progress(say: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
        console=say,
    )


def _preparing(bar: Progress, shown: TaskID, summary: Summary, *, on: bool) -> None:
    """The clock starts anew afterwards, so that rate and time left are those of rows."""
    said = "preparing the template" if on else "rendering"
    bar.reset(shown, completed=summary.rows, description=said)


def _advance(bar: Progress, shown: TaskID, summary: Summary) -> None:
    elapsed_s = bar.tasks[0].elapsed or 0.0
    rate = summary.done / elapsed_s if elapsed_s else 0.0
    bar.update(
        shown,
        completed=summary.rows,
        rate=f"{rate:.1f} a second" if rate else "",
        failed=f"{summary.failed:,} failed" if summary.failed else "",
    )


def _values(data: str) -> dict[str, str]:
    try:
        text = Path(data[1:]).read_text("utf-8") if data.startswith("@") else data
        values = json.loads(text)
    except (OSError, ValueError) as problem:
        raise StartupFault(f"--data is not readable JSON: {problem}") from None
    if not isinstance(values, dict):
        raise StartupFault('--data has to be a JSON object such as {"name": "Asha"}')
    return {str(name): str(value) for name, value in cast("dict[object, object]", values).items()}
