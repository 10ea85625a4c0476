"""A medium: the files of one finished request under one public id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from reelpress.studio.media.negotiate import Kind, Variant

MEDIA_TYPES = {
    Variant.MP4: "video/mp4",
    Variant.JPEG: "image/jpeg",
    Variant.WEBP: "image/webp",
    Variant.GIF: "image/gif",
}


PREVIEWS = (Variant.JPEG, Variant.WEBP, Variant.GIF)  # of a video, made after it


class State(StrEnum):
    """Storing: not yet at its URL. Gone: the URL answers 410, the bytes are removed."""

    STORING = "storing"
    READY = "ready"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One representation. `etag` is strong: equal tags are equal bytes (RFC 9110, section 8.8.3).

    `joined`: what is stored is the list of its segments, and the file is assembled as it is read.
    """

    size: int
    etag: str
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """What a render hands over: local files and facts. Sizes in pixels, duration in seconds.

    `joined` is a video as a list of pieces of `segments` (by key), in place of an MP4 among the files.
    """

    kind: Kind
    files: Mapping[Variant, Path]
    width: int
    height: int
    duration_s: float
    joined: Path | None = None
    segments: Mapping[str, Path] = field(default_factory=dict[str, Path])


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium as it is kept; `title` is the campaign's name, never the customer's."""

    id: str
    workspace_id: str
    request_id: UUID
    state: State
    kind: Kind
    title: str
    width: int
    height: int
    duration_s: float
    files: Mapping[Variant, StoredFile]
    ready_at: datetime
    expires_at: datetime

    def over(self, now: datetime) -> bool:
        """Whether the time to live has ended."""
        return self.state is State.GONE or now >= self.expires_at

    def awaits(self, variant: Variant) -> bool:
        """Whether a representation is made after the medium is at its URL."""
        return self.kind is Kind.VIDEO and variant in PREVIEWS

    @property
    def main(self) -> Variant:
        """The representation the campaign is about."""
        return Variant.MP4 if self.kind is Kind.VIDEO else Variant.JPEG


@dataclass(frozen=True, slots=True)
class Addresses:
    """The public URLs of a medium: `url` is the one profiles receive, right for every client."""

    url: str
    page: str
    mp4: str | None
    image: str


def addresses(public_url: str, media_id: str, kind: Kind) -> Addresses:
    base = f"{public_url}/m/{media_id}"
    return Addresses(
        url=base,
        page=f"{public_url}/v/{media_id}",
        mp4=f"{base}.mp4" if kind is Kind.VIDEO else None,
        image=f"{base}.jpg",
    )


def object_key(media_id: str, variant: Variant) -> str:
    return f"media/{media_id}.{variant.value}"


def media_id_of(key: str) -> str:
    """The inverse of `object_key`."""
    return key.rsplit("/", 1)[-1].split(".", 1)[0]
