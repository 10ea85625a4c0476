"""`reelpress template`: what a designer wants to know before uploading."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from reelpress.cli.explain import print_cost
from reelpress.platform.errors import StartupFault
from reelpress.studio.plan import OutputSpec, PartSource, Plan, PlanFault, compile_plan
from reelpress.studio.plan.cost import cost_report
from reelpress.studio.plan.model import FrameRange, PlanLayer
from reelpress.studio.render import warnings_for
from reelpress.studio.render.melt_door import is_installed
from reelpress.studio.scene import SceneFault, parse_scene
from reelpress.studio.scene.static_parts import MeltPart, split_static

app = typer.Typer(help="Look into templates (MLT XML).", no_args_is_help=True)


@app.callback()
def template() -> None:
    """Look into templates (MLT XML)."""


@app.command("inspect")
def inspect(
    path: Annotated[Path, typer.Argument(help="The .mlt file, as Shotcut or Kdenlive saved it.")],
) -> None:
    """Show the layers that depend on data, what that costs, and what melt draws once."""
    inspect_template(path)


def inspect_template(path: Path) -> None:
    """Print what is personal in a template and why. Raises StartupFault with file, element and line."""
    plan, films = plan_with_films(path)
    out = Console()
    output = plan.output
    rate = output.fps_num / output.fps_den
    out.print(
        f"[bold]{path.name}[/]  {output.width}x{output.height}, {rate:g} frames/s, "
        f"{plan.duration_s:.2f} s, {plan.frames} frames",
        highlight=False,
    )
    out.print(_layers(plan, rate))
    print_cost(cost_report(plan), out)
    if films:
        out.print(_films(films))
    for note in (*plan.notes, *warnings_for(plan), *_melt_notes(films)):
        out.print(f"[yellow]note:[/] {note}", highlight=False)


def template_plan(path: Path) -> Plan:
    """Compile one .mlt file with its own mappings. Raises StartupFault."""
    return plan_with_films(path)[0]


def plan_with_films(path: Path) -> tuple[Plan, tuple[MeltPart, ...]]:
    """The plan, and those of its resources that melt draws first.

    Raises StartupFault for anything that neither we nor melt draw.
    """
    try:
        scene, films = split_static(parse_scene(path.read_bytes(), path.name))
        return compile_plan([PartSource("mlt", path.stem, scene=scene)], (), OutputSpec()), films
    except OSError as problem:
        raise StartupFault(f"{path}: {problem.strerror or 'cannot be read'}") from None
    except (SceneFault, PlanFault) as fault:
        raise StartupFault(str(fault)) from None


def _films(films: Sequence[MeltPart]) -> Table:
    table = Table("drawn by melt", "line", "frames", "files", "why")
    for film in films:
        files = ", ".join(film.resources) or "-"
        table.add_row(film.where.element, str(film.where.line), f"0-{film.frames - 1}", files, film.why)
    return table


def _melt_notes(films: Sequence[MeltPart]) -> Iterator[str]:
    if films and not is_installed():
        yield "melt is not installed here, and this template needs it."


def _layers(plan: Plan, rate: float) -> Table:
    table = Table("layer", "kind", "fields", "seen (s)", "box (x y w h)", "font", "fit", "why", "line")
    for layer in plan.layers:
        box = layer.box
        table.add_row(
            layer.name,
            layer.kind,
            ", ".join(layer.slots),
            _times(layer.ranges, rate),
            f"{box.x:g} {box.y:g} {box.width:g} {box.height:g}",
            layer.font,
            layer.fit,
            _why(layer),
            str(layer.line),
        )
    return table


def _why(layer: PlanLayer) -> str:
    return f"its text holds {layer.template!r}" if layer.kind == "text" else "reelpress:field names its file"


def _times(ranges: tuple[FrameRange, ...], rate: float) -> str:
    return (
        ", ".join(f"{stretch.first / rate:.2f}-{(stretch.last + 1) / rate:.2f}" for stretch in ranges)
        or "never"
    )
