"""A zip of a template with its media: read entry by entry, counted while it unpacks.

Names inside are only names: every entry is written to a numbered file, so no name can point anywhere.
Runs in the sandbox.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reelpress.studio.assets.faults import MediaFault

MAX_ENTRIES = 200
MAX_ENTRY_BYTES = 500_000_000
MAX_TOTAL_BYTES = 1_000_000_000
MAX_RATIO = 200
RATIO_FLOOR_BYTES = 1_000_000
MAX_NAME_CHARS = 300
CHUNK_BYTES = 1 << 20
_IGNORED = ("__MACOSX/",)
_IGNORED_FILES = (".ds_store", "thumbs.db", "desktop.ini")
_STORED_OR_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive: its name there, and the numbered file that holds it."""

    name: str
    path: Path


def unpack(source: Path, folder: Path) -> list[Entry]:
    """Write every file of the archive into `folder`. Raises MediaFault."""
    try:
        with zipfile.ZipFile(source) as archive:
            infos = [info for info in archive.infolist() if not _ignored(info)]
            _check_listing(infos)
            return _extract(archive, infos, folder, source.stat().st_size)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
    ) as fault:
        raise MediaFault("the zip is damaged or of a kind that is not known", "make it again") from fault
    except (ValueError, RuntimeError) as fault:
        raise MediaFault("the zip cannot be read", "make it again, without a password") from fault


def _ignored(info: zipfile.ZipInfo) -> bool:
    leaf = PurePosixPath(info.filename).name.lower()
    return info.is_dir() or info.filename.startswith(_IGNORED) or leaf in _IGNORED_FILES


def _check_listing(infos: list[zipfile.ZipInfo]) -> None:
    if not infos:
        raise MediaFault("the zip is empty", "put the template and its media into it")
    if len(infos) > MAX_ENTRIES:
        raise MediaFault(
            f"the zip holds {len(infos)} files, at most {MAX_ENTRIES} are taken", "leave out the rest"
        )
    seen: set[str] = set()
    for info in infos:
        _check_entry(info)
        name = info.filename.casefold()
        if name in seen:
            raise MediaFault(f"the zip holds {_shown(info)} twice", "make it again with one of them")
        seen.add(name)


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    mode = info.external_attr >> 16
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or ":" in name or ".." in parts or len(name) > MAX_NAME_CHARS:
        raise MediaFault(
            f"the zip's entry {_shown(info)} points outside of the zip", "make it again with plain names"
        )
    if not name.isprintable():
        raise MediaFault("the zip holds a name with control characters", "make it again with plain names")
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        raise MediaFault(
            f"the zip's entry {_shown(info)} is a link or a device", "put the file itself into it"
        )
    if info.flag_bits & 0x1:
        raise MediaFault("the zip is encrypted", "make it again without a password")
    if info.compress_type not in _STORED_OR_DEFLATED:
        raise MediaFault(
            "the zip is packed in a way that is not known", "make it again with the usual method"
        )
    if info.file_size > MAX_ENTRY_BYTES:
        raise _too_large(info)


def _extract(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], folder: Path, packed_bytes: int
) -> list[Entry]:
    """The declared sizes may lie, so the written bytes are counted."""
    total, entries = 0, list[Entry]()
    allowed = min(MAX_TOTAL_BYTES, max(packed_bytes * MAX_RATIO, RATIO_FLOOR_BYTES))
    for number, info in enumerate(infos):
        path = folder / f"{number:03}.bin"
        written = 0
        with archive.open(info) as packed, path.open("wb") as file:
            while chunk := packed.read(CHUNK_BYTES):
                written += len(chunk)
                if written > MAX_ENTRY_BYTES:
                    raise _too_large(info)
                if total + written > allowed:
                    raise MediaFault(
                        "the zip unpacks to far more than it should", "send the media separately"
                    )
                file.write(chunk)
        total += written
        entries.append(Entry(info.filename, path))
    return entries


def _too_large(info: zipfile.ZipInfo) -> MediaFault:
    return MediaFault(
        f"the zip's entry {_shown(info)} is larger than {MAX_ENTRY_BYTES // 1_000_000} MB", "make it smaller"
    )


def _shown(info: zipfile.ZipInfo) -> str:
    return repr(info.filename[:80])
