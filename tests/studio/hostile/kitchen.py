"""Takes the whole corpus in as the upload route does, and looks at everything around it."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.studio.hostile.cases import SECRET, Case, Materials

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.platform.auth import Principal, Role
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform, open_platform
from reelpress.platform.errors import Refusal
from reelpress.platform.sandbox import Limits, Sandbox
from reelpress.studio.assets import service
from reelpress.studio.assets.model import Upload

AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case: our copies, or the refusal; a fault of ours is neither.

    `limits`: what its processes were allowed. `left`: what lay in its folder, beside the file itself.
    """

    copies: tuple[tuple[str, dict[str, Any], bytes], ...]
    refusal: Refusal | None
    fault: BaseException | None
    limits: tuple[Limits, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the corpus did outside of its own folders."""

    written: dict[str, str]
    calls: int
    processes: list[str]


class WatchedSandbox(Sandbox):
    """The real one; it notes which limits were set, and waits `patience_s` at most."""

    def __init__(self, patience_s: float) -> None:
        super().__init__(1)
        self.limits: list[Limits] = []
        self._patience_s = patience_s

    async def run(self, function, *arguments, limits=None, folder=None):
        limits = limits or Limits()
        self.limits.append(limits)
        limits = replace(limits, seconds=min(limits.seconds, self._patience_s))
        return await super().run(function, *arguments, limits=limits, folder=folder)


def take_in(cases: Sequence[Case], database_url: str, root: Path) -> tuple[dict[str, Outcome], Surroundings]:
    """Outcomes by name of case."""
    with _canary() as (listener, address), _temporary(root / "tmp"):
        materials = _materials(root, address)
        outcomes, before = asyncio.run(_all(cases, database_url, root, materials))
        after = _tree(root)
        return outcomes, Surroundings(
            {path: after.get(path, "gone") for path in before | after if before.get(path) != after.get(path)},
            _calls(listener),
            _processes_in(root),
        )


def _materials(root: Path, address: str) -> Materials:
    secret = root / "secret.txt"
    secret.write_text(SECRET * 50)
    scratch = root / "scratch"
    scratch.mkdir()
    return Materials(scratch, secret, address)


async def _all(
    cases: Sequence[Case], database_url: str, root: Path, materials: Materials
) -> tuple[dict[str, Outcome], dict[str, str]]:
    """Outcomes, and what was there before the first of them."""
    turns = asyncio.Semaphore(AT_ONCE)
    settings = Settings(
        _env_file=None, data_dir=root / "data", database_url=database_url, log_level="WARNING"
    )
    async with open_platform(settings) as platform:
        workspace = await make_workspace(
            platform,
            NewWorkspace(name="Trial", admin_email="a@example.com", admin_password="long enough"),
        )
        principal = Principal(workspace.workspace_id, Role.marketer, "test")
        service.uploads_folder(platform).mkdir()
        before = _tree(root)

        async def one(case: Case) -> tuple[str, Outcome]:
            async with turns:
                return case.name, await _taken(case, platform, principal, materials)

        return dict(await asyncio.gather(*(one(case) for case in cases))), before


async def _taken(case: Case, platform: Platform, principal: Principal, materials: Materials) -> Outcome:
    sandbox = WatchedSandbox(case.patience_s)
    watched = replace(platform, sandbox=sandbox)
    content = await asyncio.to_thread(case.content, materials)
    refusal = fault = None
    made = []
    async with service.private_folder(watched) as folder:
        upload = Upload(case.file, folder / "000.in")
        upload.path.write_bytes(content)
        try:
            made = await service.upload(watched, principal, [upload], folder)
        except Refusal as refused:
            refusal = refused
        except Exception as unforeseen:
            fault = unforeseen
        left = tuple(sorted(path.name for path in folder.iterdir()))
    copies = [(asset.kind, asset.facts, await platform.storage.get(asset.key)) for asset in made]
    return Outcome(tuple(copies), refusal, fault, tuple(sandbox.limits), left)


@contextmanager
def _canary() -> Iterator[tuple[socket.socket, str]]:
    """Who calls is counted, although nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def _calls(listener: socket.socket) -> int:
    calls = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return calls
        calls += 1


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Temporary folders of this process are made inside ours, so that what stays there is seen."""
    folder.mkdir()
    kept, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = kept


def _tree(root: Path) -> dict[str, str]:
    """Every path outside of the store and the scratch folder, with what a change of it would change."""
    ours = (root / "data" / "objects", root / "scratch")
    return {
        str(path.relative_to(root)): "folder" if path.is_dir() else path.read_bytes().hex()
        for path in root.rglob("*")
        if not any(path == folder or folder in path.parents for folder in ours)
    }


def _processes_in(root: Path) -> list[str]:
    """Processes that work in a folder of ours: those of the sandbox do."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            where = str((entry / "cwd").readlink())
        except OSError:
            continue
        if where.startswith(str(root)):
            found.append((entry / "cmdline").read_text())
    return found
