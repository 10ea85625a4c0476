"""A set of uploaded files becomes a set of prepared ones: alone, several, or a zip with its template."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from reelpress.platform.context import Platform
from reelpress.studio.assets.archive import unpack
from reelpress.studio.assets.faults import AssetRefusal, Detail, MediaFault, TemplateFault
from reelpress.studio.assets.intake import in_sandbox, prepare, sniffed
from reelpress.studio.assets.model import Prepared, Upload
from reelpress.studio.assets.templates import file_name_of

AT_ONCE = os.cpu_count() or 2


@dataclass(frozen=True, slots=True)
class Bundle:
    """Prepared files, templates last; `inside` says by which path a file was named in its zip."""

    files: tuple[Prepared, ...]
    inside: dict[str, Prepared]


async def prepare_bundle(platform: Platform, uploads: list[Upload], folder: Path) -> Bundle:
    """Check and normalise everything. Raises AssetRefusal that lists every fault found."""
    faults: list[Detail] = []
    opened: list[Upload] = []
    zipped: set[str] = set()
    for upload in uploads:
        try:
            if (await asyncio.to_thread(sniffed, upload.path)).kind == "zip":
                entries = await _unpacked(platform, upload, folder)
                opened += entries
                zipped |= {entry.name for entry in entries}
            else:
                opened.append(upload)
        except MediaFault as fault:
            faults.append(_detail(upload.name, fault))
    templates, media = await _sorted(platform, opened, zipped, folder, faults)
    if faults:
        raise AssetRefusal(_headline(faults), faults, fix="correct what is listed and upload again")
    return Bundle((*media.values(), *templates), media)


async def _unpacked(platform: Platform, upload: Upload, folder: Path) -> list[Upload]:
    inner = folder / f"{upload.path.name}.d"
    inner.mkdir()
    entries = await in_sandbox(platform, unpack, upload.path, inner)
    return [Upload(entry.name, entry.path) for entry in entries]


async def _sorted(
    platform: Platform, opened: list[Upload], zipped: set[str], folder: Path, faults: list[Detail]
) -> tuple[list[Prepared], dict[str, Prepared]]:
    """Templates first, because of a zip only what its template names is taken, and its fonts."""
    templates = await _prepared(platform, _of_kind(opened, template=True), folder, faults)
    if zipped and len(templates) != 1 and not faults:
        names = ", ".join(one.original_name for one in templates.values()) or "none"
        faults.append(
            Detail(", ".join(sorted(zipped))[:200], f"a zip holds one template, this one has: {names}")
        )
    wanted = {
        file_name_of(resource).lower() for one in templates.values() for resource in one.facts["resources"]
    }
    rest = [
        upload
        for upload in _of_kind(opened, template=False)
        if upload.name not in zipped or _is_wanted(upload, wanted)
    ]
    media = await _prepared(platform, rest, folder, faults)
    return list(templates.values()), media


def _of_kind(uploads: Iterable[Upload], *, template: bool) -> list[Upload]:
    return [upload for upload in uploads if _looks_like_template(upload) == template]


def _looks_like_template(upload: Upload) -> bool:
    try:
        return sniffed(upload.path).kind == "mlt"
    except MediaFault:
        return upload.name.lower().endswith((".mlt", ".kdenlive"))


def _is_wanted(upload: Upload, wanted: set[str]) -> bool:
    try:
        is_font = sniffed(upload.path).kind == "font"
    except MediaFault:
        is_font = False
    return is_font or file_name_of(upload.name).lower() in wanted


async def _prepared(
    platform: Platform, uploads: list[Upload], folder: Path, faults: list[Detail]
) -> dict[str, Prepared]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(upload: Upload) -> Prepared | Detail:
        async with turns:
            return await _prepared_or_fault(platform, upload, folder)

    outcomes = await asyncio.gather(*(one(upload) for upload in uploads))
    faults += [outcome for outcome in outcomes if isinstance(outcome, Detail)]
    pairs = zip(uploads, outcomes, strict=True)
    return {upload.name: outcome for upload, outcome in pairs if isinstance(outcome, Prepared)}


async def _prepared_or_fault(platform: Platform, upload: Upload, folder: Path) -> Prepared | Detail:
    try:
        return await prepare(platform, upload.path, upload.name, folder)
    except MediaFault as fault:
        return _detail(upload.name, fault)
    except TemplateFault as fault:
        return Detail(upload.name, fault.message, fault.element or None, fault.line or None)


def _detail(name: str, fault: MediaFault) -> Detail:
    return Detail(name, f"{fault.reason}: {fault.fix}" if fault.fix else fault.reason)


def _headline(faults: list[Detail]) -> str:
    first = faults[0]
    place = (
        first.file
        + (f":{first.line}" if first.line else "")
        + (f" <{first.element}>" if first.element else "")
    )
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return f"{place}: {first.message}{more}"
