"""Which representation of a medium a client gets at its one public URL.

Pure: headers in, `Variant` out. The order of the questions is the contract:
what the browser says the bytes are for, who is known to be asking, what is accepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

VARY = "Accept, Sec-Fetch-Dest, User-Agent"


class Kind(StrEnum):
    """What a media campaign puts out."""

    VIDEO = "video"
    IMAGE = "image"


class Variant(StrEnum):
    """One representation of a medium; all but `PAGE` are stored files."""

    PAGE = "page"
    MP4 = "mp4"
    JPEG = "jpg"
    WEBP = "webp"
    GIF = "gif"


@dataclass(frozen=True, slots=True)
class Asker:
    """The request headers that say who asks, and for what."""

    accept: str = ""
    sec_fetch_dest: str = ""
    user_agent: str = ""


# Where a navigation shows its answer (Fetch Metadata, section 2.1).
PAGE_DESTINATIONS = frozenset({"document", "iframe", "frame", "embed", "object", "fencedframe"})
PLAYBACK_DESTINATIONS = frozenset({"video", "audio"})

# They fetch once on behalf of all readers and hand the bytes to any program: GIF is what all of them show.
IMAGE_PROXIES = (
    "googleimageproxy",
    "yahoomailproxy",
    "ms-office",
    "msoffice",
    "microsoft outlook",
    "outlook-ios",
    "outlook-android",
    "slack-imgproxy",
)
# Apple Mail's privacy proxy sends this and nothing more.
APPLE_MAIL_PROXY = "mozilla/5.0"

LINK_PREVIEWERS = (
    "facebookexternalhit",
    "facebookcatalog",
    "facebot",
    "whatsapp",
    "twitterbot",
    "slackbot",
    "telegrambot",
    "linkedinbot",
    "discordbot",
    "pinterestbot",
    "redditbot",
    "skypeuripreview",
    "viber",
    "vkshare",
    "embedly",
    "iframely",
    "mastodon/",
    "bluesky cardyb",
    "applebot",
    "googlebot",
    "google-pagerenderer",
    "bingbot",
    "bingpreview",
    "duckduckbot",
    "yandexbot",
)


def choose(kind: Kind, asker: Asker) -> Variant:
    """The variant of a medium of `kind` that suits `asker`."""
    variant = _by_destination(asker) or _by_agent(asker) or _by_accept(asker)
    return variant if kind is Kind.VIDEO else _for_image(variant)


def _by_destination(asker: Asker) -> Variant | None:
    destination = asker.sec_fetch_dest.strip().lower()
    if destination in PAGE_DESTINATIONS:
        return Variant.PAGE
    if destination == "image":
        return _preview(asker)
    if destination in PLAYBACK_DESTINATIONS:
        return Variant.MP4
    return None


def _by_agent(asker: Asker) -> Variant | None:
    agent = asker.user_agent.strip().lower()
    if _mentions(agent, IMAGE_PROXIES):
        return Variant.GIF
    if agent == APPLE_MAIL_PROXY and "text/html" not in _accepted(asker.accept):
        return Variant.GIF
    if _mentions(agent, LINK_PREVIEWERS):
        return Variant.PAGE
    return None


def _by_accept(asker: Asker) -> Variant:
    accepted = _accepted(asker.accept)
    if "text/html" in accepted:
        return Variant.PAGE
    # Safari's <img> lists video/* as well, so a picture is offered before a film.
    if any(name.startswith("image/") for name in accepted):
        return _preview(asker)
    return Variant.MP4


def _preview(asker: Asker) -> Variant:
    return Variant.WEBP if "image/webp" in _accepted(asker.accept) else Variant.GIF


def _for_image(variant: Variant) -> Variant:
    """An image campaign has one picture: whatever is not the page is that picture."""
    return Variant.PAGE if variant is Variant.PAGE else Variant.JPEG


def _accepted(accept: str) -> frozenset[str]:
    """Media types a client takes: those it lists with a weight above zero (RFC 9110, section 12.5.1)."""
    items = (item.split(";") for item in accept.split(","))
    return frozenset(
        name.strip().lower() for name, *parameters in items if name.strip() and not _refused(parameters)
    )


def _refused(parameters: Iterable[str]) -> bool:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return value.strip() in {"0", "0.", "0.0", "0.00", "0.000"}
    return False


def _mentions(agent: str, names: Iterable[str]) -> bool:
    return any(name in agent for name in names)
