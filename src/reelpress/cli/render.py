"""`reelpress render`: one template, one customer, one file, without a server."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from reelpress.cli.template import template_plan
from reelpress.platform.errors import StartupFault
from reelpress.studio.plan import Plan, Resolved, resolve
from reelpress.studio.plan.mapping import image_key
from reelpress.studio.render import (
    PressOrder,
    RenderFault,
    Stockroom,
    file_digest,
    render_still,
    write_video,
)

STILLS = {".jpg", ".jpeg"}


def render(
    path: Annotated[Path, typer.Argument(help="The .mlt file; its media are looked for beside it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Where to write: .mp4, or .jpg for a still.")],
    data: Annotated[
        str, typer.Option("--data", "-d", help='Values as JSON, {"name": "Asha"}, or @file.json.')
    ] = "{}",
    at: Annotated[float, typer.Option("--at", help="For a still: the second to show; -1 chooses.")] = -1.0,
) -> None:
    """Render a template for one customer."""
    render_template(path, _values(data), out, at_s=at)
    Console().print(f"{out}  {out.stat().st_size:,} bytes", highlight=False)


def render_template(path: Path, data: Mapping[str, str], out: Path, *, at_s: float = -1.0) -> None:
    """Render to `out`; image values are paths of local files. Raises StartupFault in the user's words."""
    plan = template_plan(path)
    resolved = resolve(plan, data)
    if not isinstance(resolved, Resolved):
        raise StartupFault("; ".join(fault.message for fault in resolved))
    files = _files(plan, resolved, path.parent)
    try:
        if out.suffix.lower() in STILLS:
            out.write_bytes(render_still(plan, resolved, files, at_s))
            return
        own = {name: file_digest(path) for name, path in files.items() if not name.startswith("field:")}
        with tempfile.TemporaryDirectory() as folder:
            write_video(PressOrder(plan.encode(), resolved, files, own, Stockroom(Path(folder))), out)
    except RenderFault as fault:
        raise StartupFault(f"{path.name}: {fault}") from None
    except OSError as problem:
        raise StartupFault(f"{out}: {problem.strerror or 'cannot be written'}") from None


def _files(plan: Plan, resolved: Resolved, folder: Path) -> dict[str, Path]:
    files = {name: folder / name for name in plan.resources}
    return files | {image_key(field): Path(value) for field, value in resolved.image_values.items()}


def _values(data: str) -> dict[str, str]:
    try:
        text = Path(data[1:]).read_text("utf-8") if data.startswith("@") else data
        values = json.loads(text)
    except (OSError, ValueError) as problem:
        raise StartupFault(f"--data is not readable JSON: {problem}") from None
    if not isinstance(values, dict):
        raise StartupFault('--data has to be a JSON object such as {"name": "Asha"}')
    return {str(name): str(value) for name, value in cast("dict[object, object]", values).items()}
