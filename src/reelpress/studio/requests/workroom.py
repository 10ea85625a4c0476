"""Private folders for attempts; what a killed worker left behind is swept, for it shows customers."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from reelpress.platform.context import Platform

STALE_S = 3600.0


@asynccontextmanager
async def workroom(platform: Platform) -> AsyncGenerator[Path]:
    """A folder of this attempt alone, gone afterwards."""
    folder = await asyncio.to_thread(_make, platform.settings.data_dir.resolve() / "renders")
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def sweep(root: Path) -> int:
    """Remove folders no attempt can be using any more. Returns how many there were."""
    stale = [path for path in root.glob("attempt-*") if _age_s(path) > STALE_S]
    for path in stale:
        shutil.rmtree(path, ignore_errors=True)
    return len(stale)


def _make(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    sweep(root)
    return Path(tempfile.mkdtemp(prefix="attempt-", dir=root))


def _age_s(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
