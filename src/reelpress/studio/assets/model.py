"""Assets: our own normalised copies of what was uploaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from reelpress.studio.assets.sniff import AssetKind

MEDIA_KINDS = ("video", "image", "audio")


@dataclass(frozen=True, slots=True)
class Asset:
    """`facts` depend on the kind: size and duration of media, layers of a template, names of a font."""

    workspace_id: str
    id: UUID
    kind: AssetKind
    name: str
    original_name: str
    media_type: str
    sha256: str
    size_bytes: int
    facts: dict[str, Any]
    created_at: datetime

    @property
    def key(self) -> str:
        return storage_key(self.sha256)


@dataclass(frozen=True, slots=True)
class Link:
    """A resource a template names, and the asset that stands for it (None: missing)."""

    template_id: UUID
    resource: str
    file_name: str
    asset_id: UUID | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in: its claimed name and where it lies for now."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that passed: our copy on local disk and what is known about it."""

    kind: AssetKind
    original_name: str
    path: Path
    media_type: str
    sha256: str
    size_bytes: int
    facts: dict[str, Any]


def storage_key(sha256: str) -> str:
    """Where content lies in the object store."""
    return f"assets/{sha256}"
