"""A customer's clip: taken under tighter limits than an upload, copied to house form once for its content.

A copy is a customer's film perhaps: nothing here outlives `KEPT_S` unused, and no name says whose it is.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from reelpress.platform.context import Platform
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.intake import in_sandbox, limits_of, sniffed
from reelpress.studio.assets.probe import MediaFacts, probe
from reelpress.studio.assets.sniff import Sniffed
from reelpress.studio.assets.transcode import transcode_audio, transcode_video

MAX_FILE_BYTES = 100_000_000
MAX_DURATION_S = 60.0
KEPT_S = 6 * 3600.0
MAX_KEPT_BYTES = 2_000_000_000


async def house_clip(platform: Platform, workspace_id: str, source: Path, target: Path) -> None:
    """Put our copy of an untrusted file at `target`. Raises MediaFault for what cannot be used."""
    kept = clips_folder(platform) / await asyncio.to_thread(_name, workspace_id, source)
    if await asyncio.to_thread(_taken, kept, target):
        return
    found = _film_or_sound(source)
    facts = await in_sandbox(platform, probe, source, found.format)
    _check(facts)
    await in_sandbox(platform, copy_of(facts), source, found.format, target, limits=limits_of(facts))
    await asyncio.to_thread(_keep, target, kept)


def copy_clip(source: Path, target: Path) -> None:
    """The same for a file of the caller's own, here and now. Raises MediaFault."""
    found = _film_or_sound(source)
    facts = probe(source, found.format)
    _check(facts)
    copy_of(facts)(source, found.format, target)


def copy_of(facts: MediaFacts) -> Callable[[Path, str, Path], MediaFacts]:
    """Who makes our copy: source, demuxer and target are its arguments. Runs in the sandbox."""
    return transcode_video if facts.has_video else transcode_audio


def clips_folder(platform: Platform) -> Path:
    """Where copies are kept for those who bring the same clip, and for another attempt."""
    return platform.settings.data_dir.resolve() / "cache" / "clips"


def sweep_clips(folder: Path) -> int:
    """Remove what nobody used for long, then the least recently used while there is too much."""
    found = sorted(((path.stat(), path) for path in folder.glob("*")), key=lambda one: -one[0].st_mtime)
    room, removed = MAX_KEPT_BYTES, 0
    for facts, path in found:
        room -= facts.st_size
        if room < 0 or time.time() - facts.st_mtime > KEPT_S:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _film_or_sound(source: Path) -> Sniffed:
    if source.stat().st_size > MAX_FILE_BYTES:
        raise MediaFault(
            f"it is larger than the {MAX_FILE_BYTES // 1_000_000} MB taken for a clip", "make it smaller"
        )
    found = sniffed(source)
    if found.kind not in ("video", "audio"):
        raise MediaFault(f"the file is not a clip but {found.kind}", "send a video, MP4 say")
    return found


def _check(facts: MediaFacts) -> None:
    if facts.duration_s > MAX_DURATION_S:
        raise MediaFault(
            f"it is {facts.duration_s:.0f} s long, at most {MAX_DURATION_S:.0f} s are taken for a clip",
            "cut it shorter",
        )


def _name(workspace_id: str, source: Path) -> str:
    """Equal files of one workspace have one copy."""
    with source.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{workspace_id}\n{content}".encode()).hexdigest()


def _taken(kept: Path, target: Path) -> bool:
    """A name of the attempt's own for a copy that is kept, so that it outlives a sweep."""
    try:
        os.link(kept, target)
        os.utime(kept)
    except OSError:
        return False
    return True


def _keep(copy: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(copy, kept)
    except OSError:
        return  # another was first, or the disks differ: it is made again next time
