"""The demo as one coroutine: wait for the server, build the workspace, play, report."""

import asyncio
import time
from pathlib import Path

from rich.console import Console

from reelpress.demo import report
from reelpress.demo.api import Api, DemoFault, bearer
from reelpress.demo.customers import CUSTOMERS
from reelpress.demo.play import Served, play
from reelpress.demo.workspace import build
from reelpress.platform.config import Settings
from reelpress.platform.http_out import HttpOut
from reelpress.platform.progress import bar

READY_TIMEOUT_S = 60.0
BUILDING_STEPS = 2 + 2 * 3


async def run_demo(settings: Settings, examples: Path, say: Console) -> bool:
    """Whether every customer got her message. Raises DemoFault when a call is refused."""
    async with HttpOut(settings.http_allow) as http:
        operator = Api(http, settings.public_url, bearer(await _operator_token(settings, http)))
        with bar(say) as progress:
            building = progress.add_task("building the workspace", total=BUILDING_STEPS)
            workspace = await build(
                operator,
                examples / "templates",
                f"{int(time.time()):x}",
                lambda step: progress.update(building, advance=1, description=step),
            )
            report.write_access(settings.data_dir, workspace)
            progress.update(building, completed=BUILDING_STEPS, description="workspace built")
            serving = progress.add_task("serving customers", total=len(CUSTOMERS))

            def served_one(one: Served) -> None:
                progress.update(serving, advance=1, description=f"served {one.name}")

            started = time.monotonic()
            served = await play(workspace, CUSTOMERS, served_one)
            loop_s = time.monotonic() - started
            progress.update(serving, description="customers served")
    report.print_table(say, served)
    path = report.write_figures(settings.data_dir, workspace, served, loop_s)
    say.print(
        f"{sum(one.delivered for one in served)} of {len(served)} served in {loop_s:.1f} s; figures in {path}"
    )
    report.print_where(say, settings, workspace)
    return all(one.delivered for one in served)


async def _operator_token(settings: Settings, http: HttpOut) -> str:
    deadline = time.monotonic() + READY_TIMEOUT_S
    probe = Api(http, settings.public_url, "")
    while not await probe.is_ready():
        if time.monotonic() > deadline:
            raise DemoFault(f"the server did not get ready; see {settings.data_dir}/logs")
        await asyncio.sleep(0.1)
    if settings.operator_token is not None:
        return settings.operator_token.get_secret_value()
    return _read(settings.data_dir / "operator.token")


def _read(path: Path) -> str:
    return path.read_text().strip()
