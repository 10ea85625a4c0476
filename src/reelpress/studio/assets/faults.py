"""Faults of uploaded media: raised where a file is opened, told to the caller as a refusal."""

from __future__ import annotations

from dataclasses import dataclass

from reelpress.platform.errors import Refusal


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong and where: file, element (for a template) and line."""

    file: str
    message: str
    element: str | None = None
    line: int | None = None

    def as_json(self) -> dict[str, object]:
        return {"file": self.file, "element": self.element, "line": self.line, "message": self.message}


class MediaFault(Exception):
    """A file that cannot be used. Crosses the sandbox, so its arguments are plain and positional."""

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason, fix)
        self.reason = reason
        self.fix = fix


class TemplateFault(Exception):
    """A template that cannot be drawn, with the element and the line. Crosses the sandbox as well."""

    def __init__(self, message: str, element: str, line: int) -> None:
        super().__init__(message, element, line)
        self.message = message
        self.element = element
        self.line = line


class AssetRefusal(Refusal):
    """422 with every fault of an upload listed under `details`."""

    def __init__(self, message: str, details: list[Detail], *, fix: str | None = None) -> None:
        super().__init__(422, "unusable_asset", message, field="file", fix=fix)
        self.details = details

    def body(self, request_id: str | None) -> dict[str, object]:
        body = super().body(request_id)
        error = body["error"]
        assert isinstance(error, dict)
        return {"error": {**error, "details": [detail.as_json() for detail in self.details]}}
