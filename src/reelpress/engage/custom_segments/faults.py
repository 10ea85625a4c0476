"""Errors of the Segments API: the bodies of version 3 (filters) and of version 2 (files)."""

from collections.abc import Mapping
from typing import cast

from reelpress.platform import ids

BAD_FORMAT = (
    "Invalid request format. Please check the documentation to ensure that the request has been formed "
    "correctly."
)
BAD_CONTENT = (
    "Invalid request. Please ensure that the filters are correct and the custom-segment name doesn't "
    "contain HTML characters/only whitespaces."
)
NO_UPDATE = (
    "Update isn't supported for file-segments, internally created custom-segments, custom-segments "
    "imported from Analyze and archived custom-segments."
)


class SegmentFault(Exception):
    """A refused call: HTTP status, the contract's `code` and `message`, and what else its body tells."""

    def __init__(
        self, status: int, code: str, message: str, more: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.more = more or {}

    def body(self) -> dict[str, object]:
        return {
            "response_id": ids.response_id(),
            "type": "custom_segment",
            "error": {"code": self.code, "message": self.message, **self.more},
        }

    @property
    def detail(self) -> tuple[str, str]:
        """The field at fault and what is wrong with it; without a field the whole."""
        details = cast("list[dict[str, str]]", self.more.get("details") or [])
        return (details[0]["target"], details[0]["message"]) if details else ("", self.message)

    def file_body(self) -> dict[str, object]:
        """The same fault as version 2 of the API writes it."""
        return {"title": self.code, "description": self.message}


def bad_format(target: str | None = None, message: str | None = None) -> SegmentFault:
    """The request is no JSON of the documented form; says which field, where it is one."""
    return SegmentFault(400, "Invalid request", BAD_FORMAT, _details(target, message))


def bad_content(target: str, message: str) -> SegmentFault:
    """A name or a filter that cannot be used; says which and why."""
    return SegmentFault(400, "Invalid Request", BAD_CONTENT, _details(target, message))


def bad_file_request(message: str) -> SegmentFault:
    return SegmentFault(400, "Invalid Request", message)


def unknown_client() -> SegmentFault:
    return SegmentFault(
        400,
        "Request Error",
        "MoEngage Client not found. Please check values for headers - MOE-APPKEY or MOE-DBNAME",
    )


def unauthorized(message: str) -> SegmentFault:
    return SegmentFault(401, "Authentication required", message)


def forbidden() -> SegmentFault:
    return SegmentFault(403, "Forbidden operation", NO_UPDATE)


def unknown_id(segment_id: str) -> SegmentFault:
    return SegmentFault(404, "Entity Not Found", f"Custom segment not found with the given id: {segment_id}")


def unknown_name(name: str) -> SegmentFault:
    return SegmentFault(404, "Entity Not Found", f"Segment not found with the given name: {name}")


def name_exists(name: str) -> SegmentFault:
    return SegmentFault(
        409,
        "Resource not created",
        f"Another custom-segment already exists with the same name: {name}. "
        "Please change the custom-segment name.",
    )


def file_name_exists(name: str) -> SegmentFault:
    return SegmentFault(409, "Resource not created", f"Name already exists : {name}")


def filters_exist(name: str, segment_id: str) -> SegmentFault:
    return SegmentFault(
        409,
        "Resource not created",
        f"Another custom-segment already exists containing the given filters: {name}. "
        "Please reuse the same or update the filters",
        {"existing_cs_name": name, "existing_cs_id": segment_id},
    )


def cyclic() -> SegmentFault:
    return SegmentFault(412, "Cyclic Entity", "Circular reference detected in the custom segment definition.")


def too_deep(most: int) -> SegmentFault:
    return SegmentFault(
        413,
        "Query has too many nesting levels",
        f"The query has more than {most} levels of nesting. Please reduce the segment nesting.",
    )


def too_many_segments(most: int) -> SegmentFault:
    return SegmentFault(
        413,
        "Too many segments in a query",
        f"The query has more than {most} custom segments. Please reduce the custom segments.",
    )


def too_long() -> SegmentFault:
    return SegmentFault(
        413, "Query length limit exceeded", "The query is too large to execute. Please reduce the filters."
    )


def too_many_calls(calls: int, minutes: int) -> SegmentFault:
    return SegmentFault(
        429, "Too Many Requests", f"API rate limit breached. Current limit: {calls}/{minutes} mins"
    )


def too_many_active(count: int, most: int) -> SegmentFault:
    return SegmentFault(
        429,
        "Too Many Requests",
        "Total active segments limit breached. Request rejected!",
        {"actual_count": count, "limit": most},
    )


def too_many_users(most: int) -> SegmentFault:
    return SegmentFault(
        429, "Too Many Requests", f"file-segments took in {most} users within 24 hours, which is the limit"
    )


def unexpected() -> SegmentFault:
    return SegmentFault(
        500,
        "Internal Server Error",
        "An unexpected error was encountered while processing this request. Please contact MoEngage Team",
    )


def _details(target: str | None, message: str | None) -> Mapping[str, object]:
    return {"details": [{"target": target, "message": message}]} if target else {}
