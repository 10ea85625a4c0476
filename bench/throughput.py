"""Many rows on all cores: one warm process per core, each with its share of the rows."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import templates
from bench.footage import Footage
from bench.measure import Cost
from bench.people import first_people
from bench.warm import WarmWorker
from reelpress.platform.progress import bar

BUDGET_S = 1800.0
CASE = "f10"
TURN = 5  # rows between two looks at the bar


def measure_throughput(footage: Footage, rows: int, say: Console) -> dict[str, Any]:
    """Rows a second at f = 10 % with distinct values; ends early, and says so, when the budget is spent."""
    cores = os.cpu_count() or 1
    template = templates.write(templates.CASES[CASE], footage)
    customers = [person.values for person in first_people(rows + cores)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="reelpress-bench-")))
        workers = [
            stack.enter_context(WarmWorker(template, folder / f"worker-{index}")) for index in range(cores)
        ]
        with bar(say) as progress, ThreadPoolExecutor(cores) as pool:
            task = progress.add_task(f"rows on {cores} processes", total=rows)
            deadline = time.monotonic() + BUDGET_S

            def work(index: int, share: list[dict[str, str]]) -> list[Cost]:
                costs: list[Cost] = []
                for first in range(0, len(share), TURN):
                    if (left_s := deadline - time.monotonic()) <= 0:
                        break
                    turn = share[first : first + TURN]
                    costs.append(workers[index].render(turn, folder / f"out-{index}.mp4", left_s))
                    progress.advance(task, costs[-1].videos)
                return costs

            list(pool.map(work, range(cores), [[values] for values in customers[:cores]]))
            progress.update(task, completed=0)  # the first of each process brings up what stays up
            shares = [customers[cores + index :: cores] for index in range(cores)]
            started = time.monotonic()
            costs = [cost for some in pool.map(work, range(cores), shares) for cost in some]
            wall_s = time.monotonic() - started
    done = sum(cost.videos for cost in costs)
    return {
        "rows_asked": rows,
        "rows_done": done,
        "wall_s": round(wall_s, 2),
        "rows_per_s": round(done / wall_s, 3),
        "cpu_s_per_row": round(sum(cost.cpu_s for cost in costs) / done, 4),
        "processes": cores,
        "peak_pss_mb_per_process": round(max(cost.peak_mb for cost in costs), 1),
    }
