"""From an uploaded file to our copy of it: sniff, probe under limits, normalise, each in the sandbox."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from reelpress.platform.context import Platform
from reelpress.platform.sandbox import Limits, SandboxCrash, SandboxTimeout
from reelpress.platform.telemetry import log
from reelpress.studio.assets import fonts, images, templates
from reelpress.studio.assets.faults import MediaFault, TemplateFault
from reelpress.studio.assets.model import Prepared
from reelpress.studio.assets.probe import MediaFacts, probe
from reelpress.studio.assets.sniff import HEAD_BYTES, AssetKind, Sniffed, Unwanted, sniff
from reelpress.studio.assets.transcode import transcode_audio, transcode_video
from reelpress.studio.render.melt_door import is_installed

T = TypeVar("T")

MAX_VIDEO_BYTES = 500_000_000
MAX_AUDIO_BYTES = 50_000_000
MEMORY_MB = 512
MEMORY_MB_ABOVE_FULL_HD = 1024
FULL_HD_PX = 1920 * 1088
PROBE_LIMITS = Limits(seconds=20, memory_mb=MEMORY_MB)
SLOWEST_PX_PER_S = 8_000_000
SOUND_SPEED = 5
_FONT_TYPES = {"ttf": "font/ttf", "otf": "font/otf"}


@dataclass(frozen=True, slots=True)
class _Copy:
    kind: AssetKind
    media_type: str
    facts: dict[str, Any]


def sniffed(path: Path) -> Sniffed:
    """What the file really is. Raises MediaFault for what is never taken."""
    with path.open("rb") as file:
        found = sniff(file.read(HEAD_BYTES))
    if isinstance(found, Unwanted):
        raise MediaFault(found.reason, found.fix)
    return found


async def prepare(platform: Platform, path: Path, name: str, folder: Path) -> Prepared:
    """Our copy of one media file, font or template, written into `folder`.

    Raises MediaFault, or TemplateFault for a template.
    """
    found = sniffed(path)
    if found.kind == "zip":
        raise MediaFault("a zip inside a zip is not opened", "put its files in directly")
    _check_size(path, found.kind)
    target = folder / f"{path.name}.ours"
    copy = await _copied(platform, found, path, target, name)
    written = target if target.exists() else path
    digest = await asyncio.to_thread(_sha256, written)
    return Prepared(copy.kind, name, written, copy.media_type, digest, written.stat().st_size, copy.facts)


async def in_sandbox(
    platform: Platform, function: Callable[..., T], *arguments: object, limits: Limits = PROBE_LIMITS
) -> T:
    """Run over one untrusted file. Raises MediaFault when it takes too much time or memory."""
    try:
        return await platform.sandbox.run(function, *arguments, limits=limits)
    except SandboxTimeout as fault:
        raise MediaFault(
            f"reading it took longer than {limits.seconds:.0f} s", "make it shorter or smaller"
        ) from fault
    except SandboxCrash as fault:
        raise MediaFault(
            "it cannot be read within the memory allowed, or it is damaged", "export it again"
        ) from fault
    except (MediaFault, TemplateFault):
        raise
    except Exception as fault:
        # A reader stumbled over what it did not foresee: the file is refused, and we want to know.
        log.exception("untrusted_file_not_foreseen", reader=function.__name__)
        raise MediaFault("it is damaged in a way that is not known", "export it again") from fault


async def _copied(platform: Platform, found: Sniffed, source: Path, target: Path, name: str) -> _Copy:
    if found.kind == "image":
        image = await in_sandbox(platform, images.normalise_image, source, target)
        return _Copy("image", image.media_type, asdict(image))
    if found.kind == "font":
        font = await in_sandbox(platform, fonts.sanitise_font, source, target)
        return _Copy("font", _FONT_TYPES[found.format], asdict(font))
    if found.kind == "mlt":
        reader = templates.read_template if is_installed() else templates.read_template_without_melt
        template = await in_sandbox(platform, reader, source, name)
        facts = template.as_json() | {"resources": list(template.resources)}
        return _Copy("mlt", "application/xml", facts)
    return await _transcoded(platform, found, source, target)


async def _transcoded(platform: Platform, found: Sniffed, source: Path, target: Path) -> _Copy:
    facts = await in_sandbox(platform, probe, source, found.format)
    transcode = transcode_video if facts.has_video else transcode_audio
    ours = await in_sandbox(platform, transcode, source, found.format, target, limits=limits_of(facts))
    if facts.has_video:
        return _Copy("video", "video/mp4", _facts_json(ours))
    return _Copy("audio", "audio/flac", _facts_json(ours))


def limits_of(facts: MediaFacts) -> Limits:
    """Time by the work there is: what claims to be short may not take long."""
    pixels = facts.width * facts.height * float(facts.fps) * facts.duration_s
    seconds = 20 + facts.duration_s / SOUND_SPEED + pixels / SLOWEST_PX_PER_S
    large = facts.width * facts.height > FULL_HD_PX
    return Limits(seconds=seconds, memory_mb=MEMORY_MB_ABOVE_FULL_HD if large else MEMORY_MB)


def _facts_json(facts: MediaFacts) -> dict[str, Any]:
    common = {
        "duration_s": round(facts.duration_s, 6),
        "has_audio": facts.has_audio,
        "source_codec": facts.codec,
    }
    if not facts.has_video:
        return common
    return common | {
        "width": facts.width,
        "height": facts.height,
        "fps": f"{facts.fps.numerator}/{facts.fps.denominator}",
    }


def _check_size(path: Path, kind: str) -> None:
    most = {
        "image": images.MAX_FILE_BYTES,
        "font": fonts.MAX_FILE_BYTES,
        "mlt": templates.MAX_FILE_BYTES,
        "audio": MAX_AUDIO_BYTES,
        "video": MAX_VIDEO_BYTES,
    }[kind]
    if path.stat().st_size > most:
        raise MediaFault(
            f"it is larger than the {most // 1_000_000} MB taken for this kind", "make it smaller"
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
