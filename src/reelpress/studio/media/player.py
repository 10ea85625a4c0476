"""Pages for people: the player, and the page that says why there is nothing to play."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from reelpress.platform.context import Platform
from reelpress.studio.media.answers import COMMON, PAGE_CACHE_S, cache_control
from reelpress.studio.media.model import Medium, addresses

STYLESHEET = (files("reelpress.studio.media") / "static" / "player.css").read_text(encoding="utf-8")
PAGE_HEADERS = {
    **COMMON,
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; "
    "base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

_pages = Environment(
    loader=PackageLoader("reelpress.studio.media", "pages"), autoescape=True, undefined=StrictUndefined
)


def player_page(platform: Platform, medium: Medium) -> HTMLResponse:
    """Plays a video or shows an image; its tags make a preview card wherever the address is shared."""
    html = _pages.get_template("player.html").render(
        medium=medium,
        at=addresses(platform.settings.public_url, medium.id, medium.kind),
        is_video=medium.kind.value == "video",
        until=f"{medium.expires_at:%-d %B %Y}",
    )
    cached = cache_control(platform.clock.now(), medium, PAGE_CACHE_S)
    return HTMLResponse(html, headers={**PAGE_HEADERS, "Cache-Control": cached})


def absence_page(status: int, title: str, text: str) -> HTMLResponse:
    """Says in a sentence why there is nothing here."""
    html = _pages.get_template("absence.html").render(title=title, text=text)
    return HTMLResponse(html, status_code=status, headers={**PAGE_HEADERS, "Cache-Control": "no-store"})
