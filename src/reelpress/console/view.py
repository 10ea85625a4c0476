"""Render a page or a part of one: Jinja2 with escaping on, one navigation, one content policy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reelpress.platform.auth import Principal
from reelpress.platform.errors import Refusal
from reelpress.platform.telemetry import current_request_id

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation."""

    label: str
    path: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the navigation with its lines."""

    label: str
    entries: tuple[Entry, ...]


NAVIGATION = (
    Group(
        "Studio",
        (
            Entry("Campaign", "/console/media-campaigns", "reel"),
            Entry("Assets", "/console/assets", "layers"),
            Entry("Requests", "/console/media-requests", "pulse"),
            Entry("API clients", "/console/clients", "key"),
        ),
    ),
    Group(
        "Engage",
        (
            Entry("Campaigns", "/console/campaigns", "send"),
            Entry("Business events", "/console/business-events", "bolt"),
            Entry("Content blocks", "/console/content-blocks", "block"),
            Entry("Product sets", "/console/product-sets", "bag"),
            Entry("Profiles", "/console/profiles", "people"),
            Entry("Segments", "/console/segments", "segment"),
            Entry("Mailbox", "/console/mailbox", "mail"),
        ),
    ),
    Group("", (Entry("Settings", "/console/settings", "gear"),)),
)


class PageFault(Exception):
    """A page cannot be shown; rendered as a page with the refusal's words."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def page(
    request: Request, template: str, principal: Principal | None = None, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A whole page, or the named part when the template is a part."""
    context = {
        "path": request.url.path,
        "principal": principal,
        "navigation": NAVIGATION,
        "asset_version": _asset_version(),
        **values,
    }
    html = _environment.get_template(template).render(context)
    headers = {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(html, status_code=status, headers=headers)


async def show_fault(request: Request, fault: Exception) -> HTMLResponse:
    """Exception handler of PageFault."""
    assert isinstance(fault, PageFault)
    return page(
        request,
        "fault.html",
        status=fault.refusal.status,
        fault=fault.refusal,
        request_id=current_request_id(),
    )


def _asset_version() -> str:
    newest = max(file.stat().st_mtime_ns for file in (Path(__file__).parent / "static").glob("*.*"))
    return f"{newest:x}"


def _moment(value: datetime | None) -> str:
    return value.astimezone(UTC).strftime("%d %b %Y, %H:%M:%S") if value else "–"


def _as_text(value: object) -> str:
    """A value of JSON as a person writes it."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _on_clock(value: datetime, zone: ZoneInfo) -> str:
    local = value.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def _ago(value: datetime | None) -> str:
    if value is None:
        return "never"
    seconds = max(0, int((datetime.now(UTC) - value).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now" if seconds < 5 else f"{seconds} s ago"


def _size(value: int | None) -> str:
    if value is None:
        return "–"
    number = float(value)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000 or unit == "GB":
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def _make_environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: Mapping[str, Any] = {
        "moment": _moment,
        "on_clock": _on_clock,
        "ago": _ago,
        "size": _size,
        "as_text": _as_text,
    }
    made.filters.update(filters)  # pyright: ignore[reportUnknownMemberType] - jinja2's filters are untyped
    return made


_environment = _make_environment()
