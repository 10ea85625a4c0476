"""Profiles: the list, and one customer with attributes, media and what happened."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response

from reelpress.console.access import Viewer
from reelpress.console.route import PageRoute
from reelpress.console.view import page
from reelpress.engage.profiles import catalog, service
from reelpress.engage.profiles.model import Profile
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/console/profiles", route_class=PageRoute)

PAGE_SIZE = 50
MEDIA_PREFIX = "/m/"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One line of the attribute table."""

    key: str
    label: str
    value: Any
    link: str | None


@dataclass(frozen=True, slots=True)
class Medium:
    """A medium of ours that the profile has; `base` is its URL path without extension."""

    label: str
    base: str
    is_video: bool


@router.get("")
async def index(
    request: Request,
    platform: PlatformDep,
    principal: Viewer,
    query: Annotated[str, Query(max_length=200)] = "",
    cursor: str | None = None,
) -> Response:
    """The youngest profiles, or those that hold the query."""
    async with platform.db.connection() as conn:
        found = await service.find(conn, principal.workspace_id, query.replace("\0", ""), PAGE_SIZE, cursor)
    template = "profiles/rows.html" if request.headers.get("hx-request") else "profiles/index.html"
    return page(request, template, principal, found=found, query=query, name_of=name_of)


@router.get("/{profile_id}")
async def detail(request: Request, platform: PlatformDep, principal: Viewer, profile_id: str) -> Response:
    """One customer."""
    async with platform.db.connection() as conn:
        profile = await service.get(conn, principal.workspace_id, profile_id.replace("\0", ""))
        timeline = await service.timeline(conn, principal.workspace_id, profile.id)
        labels = {
            entry.key: entry.display_name for entry in await catalog.entries(conn, principal.workspace_id)
        }
    attributes = [
        Attribute(key, labels.get(key, key), value, _link(value))
        for key, value in sorted(profile.attributes.items())
    ]
    return page(
        request,
        "profiles/detail.html",
        principal,
        profile=profile,
        name=name_of(profile),
        attributes=attributes,
        media=_media(attributes, platform.settings.own_origin),
        timeline=timeline,
        labels=labels,
    )


def name_of(profile: Profile) -> str:
    """What to call a customer."""
    names = [str(profile.attributes[key]) for key in ("u_fn", "u_ln") if profile.attributes.get(key)]
    return " ".join(names) or str(profile.attributes.get("u_n") or profile.customer_id or profile.id)


def _link(value: object) -> str | None:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def _media(attributes: list[Attribute], own_origin: str) -> list[Medium]:
    """Media of this installation, each once, shown from our own origin."""
    found: dict[str, Medium] = {}
    for attribute in attributes:
        if attribute.link is None or not attribute.link.startswith(own_origin + MEDIA_PREFIX):
            continue
        path = urlsplit(attribute.link).path
        base, _, extension = path.partition(".")
        is_video = extension == "mp4" or (base in found and found[base].is_video)
        label = found[base].label if base in found and extension else attribute.label
        found[base] = Medium(label, base, is_video)
    return list(found.values())
