"""Scene -> MLT XML bytes. What we do not draw is written as it was read; comments and white space are not.

`parse_scene(write_scene(scene))` equals `scene` but for line numbers: times become whole frames, producers
written inside an entry come before it, and every service has an id.
"""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from reelpress.studio.scene.model import (
    Attributes,
    Blank,
    Entry,
    Filter,
    Kept,
    Playlist,
    Producer,
    Profile,
    Properties,
    Rest,
    Scene,
    Service,
    Track,
    Tractor,
    Transition,
)

_INDENT = "  "


def write_scene(scene: Scene) -> bytes:
    """UTF-8 XML that melt, Shotcut and Kdenlive open."""
    body = [_profile(scene.profile), *scene.rest.children]
    body += [_service(service) for service in scene.services.values()]
    root = Kept("mlt", _root_attributes(scene), children=tuple(body))
    lines = ['<?xml version="1.0" encoding="utf-8" standalone="no"?>', *_lines(root, "")]
    return ("\n".join(lines) + "\n").encode()


def _root_attributes(scene: Scene) -> Attributes:
    """Names the root where a reader would take another service for it, which is the last one."""
    played = [id_ for id_, service in scene.services.items() if not _is_retained(service)]
    named = dict(scene.rest.attributes).get("producer", "")
    if (named if named in played else played[-1]) == scene.root:
        return scene.rest.attributes
    others = (pair for pair in scene.rest.attributes if pair[0] != "producer")
    return (*others, ("producer", scene.root))


def _is_retained(service: Service) -> bool:
    return isinstance(service, Playlist) and service.retained


def _profile(profile: Profile) -> Kept:
    sides = {
        "width": profile.width,
        "height": profile.height,
        "frame_rate_num": profile.fps.numerator,
        "frame_rate_den": profile.fps.denominator,
    }
    return _element("profile", sides, profile.rest)


def _service(service: Service) -> Kept:
    if isinstance(service, Producer):
        bounds = {"id": service.id, "in": service.in_, "out": service.out}
        return _element(
            service.tag,
            bounds,
            service.rest,
            *_properties(service.properties),
            *map(_filter, service.filters),
        )
    if isinstance(service, Playlist):
        items = (_blank(item) if isinstance(item, Blank) else _entry(item) for item in service.items)
        body = (*_properties(service.properties), *items, *map(_filter, service.filters))
        return _element(service.tag, {"id": service.id}, service.rest, *body)
    return _tractor(service)


def _tractor(tractor: Tractor) -> Kept:
    bounds: dict[str, object] = {"id": tractor.id}
    if tractor.in_ or tractor.out is not None:
        bounds["in"] = tractor.in_
    if tractor.out is not None:
        bounds["out"] = tractor.out
    return _element(
        "tractor",
        bounds,
        tractor.rest,
        *_properties(tractor.properties),
        *map(_track, tractor.tracks),
        *map(_transition, tractor.transitions),
        *map(_filter, tractor.filters),
    )


def _entry(entry: Entry) -> Kept:
    bounds = {"producer": entry.producer, "in": entry.in_, "out": entry.out}
    return _element("entry", bounds, entry.rest, *map(_filter, entry.filters))


def _blank(blank: Blank) -> Kept:
    return _element("blank", {"length": blank.length}, blank.rest)


def _track(track: Track) -> Kept:
    named: dict[str, object] = {"producer": track.producer}
    if track.hide:
        named["hide"] = track.hide
    return _element("track", named, track.rest)


def _transition(transition: Transition) -> Kept:
    return _element(
        "transition",
        _bounds(transition.in_, transition.out),
        transition.rest,
        *_properties(transition.properties),
    )


def _filter(filter_: Filter) -> Kept:
    bounds = _bounds(filter_.in_, filter_.out)
    return _element("filter", bounds, filter_.rest, *_properties(filter_.properties))


def _bounds(in_: int, out: int | None) -> dict[str, object]:
    if out is None:
        return {"in": in_} if in_ else {}
    return {"in": in_, "out": out}


def _properties(properties: Properties) -> Iterator[Kept]:
    return (Kept("property", (("name", name),), value) for name, value in properties.pairs)


def _element(tag: str, named: Mapping[str, object], rest: Rest, *children: Kept) -> Kept:
    attributes = tuple((name, str(value)) for name, value in named.items())
    return Kept(tag, attributes + rest.attributes, children=children + rest.children)


def _lines(element: Kept, indent: str) -> Iterator[str]:
    head = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes)
    text = escape(element.text, {"\r": "&#13;"})
    if text and element.children:  # white space would become part of the text
        inner = "".join(line for child in element.children for line in _lines(child, ""))
        yield f"{indent}<{element.tag}{head}>{text}{inner}</{element.tag}>"
    elif element.children:
        yield f"{indent}<{element.tag}{head}>"
        for child in element.children:
            yield from _lines(child, indent + _INDENT)
        yield f"{indent}</{element.tag}>"
    elif text:
        yield f"{indent}<{element.tag}{head}>{text}</{element.tag}>"
    else:
        yield f"{indent}<{element.tag}{head}/>"
