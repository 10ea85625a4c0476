"""The sandbox: limits hold, faults come back, nothing of the environment leaks in."""

import multiprocessing
import os
import resource
import threading
import time
from pathlib import Path

import pytest

from reelpress.platform.sandbox import (
    Limits,
    ProgramMissing,
    ProgramResult,
    Sandbox,
    SandboxCrash,
    SandboxTimeout,
    die_with_parent,
    give_back_memory,
    run_program,
)


def give_back(value: int) -> tuple[int, str]:
    return value, str(Path.cwd())


def sleep_long() -> None:
    time.sleep(60)


def take_memory() -> int:
    return len(bytearray(2 * 1024**3))


def environment_names() -> list[str]:
    return sorted(os.environ)


def refuse() -> None:
    raise ValueError("the third frame is broken")


def die() -> None:
    os._exit(3)


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def write_much() -> None:
    Path("much").write_bytes(b"x" * (3 * 1024 * 1024))


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.getenv, ("HOME",)


def answer_with_a_trap() -> object:
    return Evil()


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(render_processes=1)


async def test_it_runs_in_a_private_folder_that_is_gone_afterwards(sandbox: Sandbox) -> None:
    value, folder = await sandbox.run(give_back, 7)
    assert value == 7
    assert folder != str(Path.cwd())
    assert not Path(folder).exists()


async def test_work_that_takes_too_long_is_killed(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxTimeout):
        await sandbox.run(sleep_long, limits=Limits(seconds=1.5))


async def test_work_that_takes_too_much_memory_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxCrash):
        await sandbox.run(take_memory, limits=Limits(memory_mb=256))


async def test_a_file_over_the_cap_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises((SandboxCrash, OSError)):
        await sandbox.run(write_much, limits=Limits(file_mb=1))


async def test_secrets_of_the_environment_do_not_get_in(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REELPRESS_ROOT_KEY", "secret")
    assert not [name for name in await sandbox.run(environment_names) if "REELPRESS" in name]


async def test_what_the_work_raised_comes_back(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="third frame"):
        await sandbox.run(refuse)


async def test_a_process_that_dies_is_a_crash_not_a_hang(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxCrash):
        await sandbox.run(die)


async def test_an_answer_cannot_run_code_in_the_parent(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxCrash, match="not to be trusted"):
        await sandbox.run(answer_with_a_trap)


async def test_the_render_pool_heals_after_a_crash(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxCrash):
        await sandbox.render(die, timeout_s=30)
    value, _ = await sandbox.render(give_back, 8, timeout_s=30)
    assert value == 8
    sandbox.close()


async def test_a_closed_sandbox_starts_no_process_any_more(sandbox: Sandbox) -> None:
    sandbox.close()
    with pytest.raises(SandboxCrash, match="ending"):
        await sandbox.render(give_back, 8, timeout_s=30)


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    orphan = multiprocessing.get_context("spawn").Process(target=die_with_parent, args=(9, 1))
    orphan.start()
    orphan.join(30)
    assert orphan.exitcode == 1


def run_shell(command: str, seconds: float) -> ProgramResult:
    return run_program(["sh", "-c", command], Path.cwd(), {"SAID": "yes"}, seconds)


async def test_a_program_runs_in_the_folder_and_sees_only_what_it_is_given(sandbox: Sandbox) -> None:
    result = await sandbox.run(run_shell, 'echo "$SAID $HOME"; env | cut -d= -f1 | sort; exit 3', 20.0)
    assert result.code == 3
    first, *names = result.log.split("\n")
    assert first.startswith("yes /")
    assert {name for name in names if name} <= {"HOME", "PATH", "SAID", "PWD", "OLDPWD", "SHLVL", "_"}


async def test_a_program_that_takes_too_long_is_ended(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxTimeout, match="sh took longer"):
        await sandbox.run(run_shell, "exec sleep 60", 0.2)


async def test_a_program_that_is_not_installed_is_said_to_be(sandbox: Sandbox) -> None:
    with pytest.raises(ProgramMissing, match="no-such-program"):
        await sandbox.run(run_program, ["no-such-program"], Path.cwd(), {}, 1.0)


async def test_yielding_work_has_a_low_priority_and_what_follows_in_its_process_has_not(
    sandbox: Sandbox,
) -> None:
    before = await sandbox.render(niceness, timeout_s=30)
    assert await sandbox.render(niceness, timeout_s=30, yielding=True) > before
    assert await sandbox.render(niceness, timeout_s=30) == before


def resident_mb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 2**20


def freed_under_something_that_stays() -> tuple[int, int]:
    """Resident MB before and after memory is given back, of 200 MB of freed pieces below one in use."""
    pieces = [bytearray(100_000) for _ in range(2000)]
    stays = pieces.pop()
    pieces.clear()
    before = resident_mb()
    give_back_memory()
    assert stays is not None
    return before, resident_mb()


async def test_what_a_process_freed_is_given_back(sandbox: Sandbox) -> None:
    before, after = await sandbox.render(freed_under_something_that_stays, timeout_s=30)
    assert before > 200
    assert after < before - 150
