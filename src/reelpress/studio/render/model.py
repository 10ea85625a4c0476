from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class RenderFault(Exception):
    """A medium cannot be made: `resource` is the name (never a path) of what is missing or broken.

    The message holds no personal value, so it may be stored with the request.
    """

    def __init__(self, message: str, resource: str = "") -> None:
        super().__init__(message, resource)
        self.message = message
        self.resource = resource

    def __str__(self) -> str:
        return f"{self.resource}: {self.message}" if self.resource else self.message


@dataclass(frozen=True, slots=True)
class PressedVideo:
    """A video as `joined` (see `render.joined`), and its segments by key, all in the folder of the render.

    `made` of the segments were encoded for it, the others were known. `straight`: why the fast way was not
    taken; then `whole` is the file and there are no segments.
    """

    joined: Path | None
    segments: Mapping[str, Path]
    whole: Path | None
    width: int
    height: int
    duration_s: float
    frames: int
    bytes: int
    made: int = 0
    straight: str = ""


@dataclass(frozen=True, slots=True)
class RenderedPreviews:
    """Poster and moving previews, in the folder of the render."""

    poster: Path
    webp: Path
    gif: Path


@dataclass(frozen=True, slots=True)
class RenderedImage:
    path: Path
    width: int
    height: int
    bytes: int
