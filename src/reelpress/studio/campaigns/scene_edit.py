"""A template's scene with our resource keys and a campaign's settings in place of its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reelpress.studio.scene.dynamic import is_dynamic
from reelpress.studio.scene.model import (
    Entry,
    Filter,
    Playlist,
    Producer,
    Properties,
    Scene,
    Service,
    Tractor,
)

FILE_SERVICES = frozenset({"avformat", "avformat-novalidate", "qimage", "pixbuf"})
Overrides = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that the timeline shows and nobody uploaded."""

    resource: str
    element: str
    line: int


def edited(
    scene: Scene, keys: Mapping[str, str | None], overrides: Overrides
) -> tuple[Scene, tuple[Missing, ...]]:
    """`keys`: resource as spelled -> our key, None while missing. `overrides`: line of a layer -> properties.

    A missing sample of what comes with the request is left out; any other is reported.
    """
    services: dict[str, Service] = {}
    missing: list[Missing] = []
    for name, service in scene.services.items():
        if isinstance(service, Producer):
            services[name] = _producer(service, keys, overrides, missing)
        elif isinstance(service, Playlist):
            services[name] = _playlist(service, overrides)
        else:
            services[name] = _tractor(service, overrides)
    return replace(scene, services=services), tuple(missing)


def _producer(
    producer: Producer, keys: Mapping[str, str | None], overrides: Overrides, missing: list[Missing]
) -> Producer:
    resource = producer.properties.get("resource")
    changes: dict[str, str] = {}
    if producer.service in FILE_SERVICES and resource in keys:
        key = keys[resource]
        if key is None and not producer.properties.get("reelpress:field"):
            missing.append(Missing(resource, producer.where.element, producer.where.line))
        changes["resource"] = key or ""
    if is_dynamic(producer.properties):
        changes |= overrides.get(producer.where.line, {})
    return replace(
        producer,
        properties=_with(producer.properties, changes),
        filters=_filters(producer.filters, overrides),
    )


def _playlist(playlist: Playlist, overrides: Overrides) -> Playlist:
    items = tuple(
        replace(item, filters=_filters(item.filters, overrides)) if isinstance(item, Entry) else item
        for item in playlist.items
    )
    return replace(playlist, items=items, filters=_filters(playlist.filters, overrides))


def _tractor(tractor: Tractor, overrides: Overrides) -> Tractor:
    return replace(tractor, filters=_filters(tractor.filters, overrides))


def _filters(filters: tuple[Filter, ...], overrides: Overrides) -> tuple[Filter, ...]:
    return tuple(
        replace(one, properties=_with(one.properties, overrides.get(one.where.line, {})))
        if is_dynamic(one.properties)
        else one
        for one in filters
    )


def _with(properties: Properties, changes: Mapping[str, str]) -> Properties:
    if not changes:
        return properties
    kept = tuple(pair for pair in properties.pairs if pair[0] not in changes)
    return Properties((*kept, *changes.items()))
