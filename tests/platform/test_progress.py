"""The bar of long work, where a person looks on and where none does."""

import io

from rich.console import Console

from reelpress.platform.progress import bar


def shown(*, terminal: bool) -> str:
    say = Console(file=io.StringIO(), force_terminal=terminal, width=100)
    with bar(say) as progress:
        task = progress.add_task("serving", total=3)
        for _ in range(2):  # it ends early, as after a fault
            progress.advance(task)
    assert isinstance(say.file, io.StringIO)
    return say.file.getvalue()


def test_a_log_has_the_last_state_once_and_nothing_that_spins() -> None:
    line = shown(terminal=False).strip()
    assert line.startswith("serving ")
    assert "2/3" in line
    assert not set(line) & {"\n", "\x1b"}


def test_a_terminal_is_told_again_as_it_goes() -> None:
    assert shown(terminal=True).count("serving") > 1
