"""How far long work is, in the terminal."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


def bar(say: Console) -> Progress:
    """A line for each task: what is done now, so many of so many, and for how long.

    Where no person looks on, only the last state is printed, and no spinner with it.
    """
    counted = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*((SpinnerColumn(),) if say.is_terminal else ()), *counted, console=say)
