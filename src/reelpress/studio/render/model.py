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
class RenderedVideo:
    """MP4, poster JPEG and the animated previews, all in the folder given to `render_video`."""

    video: Path
    poster: Path
    webp: Path
    gif: Path
    width: int
    height: int
    duration_s: float
    frames: int
    bytes: int


@dataclass(frozen=True, slots=True)
class RenderedImage:
    path: Path
    width: int
    height: int
    bytes: int
