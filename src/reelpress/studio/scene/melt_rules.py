"""What melt may read: services and values that open no file but the resources which the caller replaces.

Pure. Everything that is not known to be harmless is refused: MLT builds producers from the values of many
properties, and a producer can open files and addresses.
"""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TypeVar

from reelpress.studio.scene.errors import SceneFault
from reelpress.studio.scene.model import (
    NOTHING,
    Blank,
    Filter,
    Playlist,
    Producer,
    Properties,
    Service,
    Transition,
)
from reelpress.studio.scene.rich import MAX_CHARACTERS, has_open_tag, own_rules
from reelpress.studio.scene.services import FILTERS, PRODUCERS, TRANSITIONS
from reelpress.studio.scene.services.text_parameters import KEYWORD
from reelpress.studio.scene.timeline import HOUSEKEEPING

E = TypeVar("E", Filter, Transition)

FILE_SERVICES = frozenset({"avformat", "avformat-novalidate", "qimage", "pixbuf"})
_FILE_PROPERTIES = frozenset(
    {
        "length",
        "resource",
        "mlt_service",
        "eof",
        "ttl",
        "aspect_ratio",
        "mlt_image_format",
        "audio_index",
        "video_index",
        "astream",
        "vstream",
        "mute_on_pause",
        "autorotate",
        "rotate",
        "force_aspect_ratio",
        "force_progressive",
        "force_tff",
        "force_full_range",
        "force_colorspace",
        "seekable",
        "video_delay",
        "begin",
        "loop",
    }
)
_FREI0R_WITH_FILES = frozenset({"frei0r.facebl0r", "frei0r.facedetect"})
_MORE_PRODUCERS = frozenset({"blipflash", "count", "noise", "tone"})
_MORE_FILTERS = frozenset(
    {
        "boxblur",
        "charcoal",
        "chroma",
        "chroma_hold",
        "dust",
        "gamma",
        "grain",
        "grayscale",
        "greyscale",
        "invert",
        "lift_gamma_gain",
        "lines",
        "lumakey",
        "mirror",
        "obscure",
        "oldfilm",
        "sepia",
        "spot_remover",
        "strobe",
        "tcolor",
        "threshold",
        "timer",
        "vignette",
        "wave",
    }
)
_MORE_TRANSITIONS = frozenset({"affine"})
_TEXT_SERVICES = frozenset({"dynamictext", "qtext", "pango", "kdenlivetitle"})
_WORDS = frozenset({"text", "argument", "templatetext"})
_MARKED_UP = frozenset({"html", "markup", "xmldata"})
_NUMBERS = re.compile(r"[\d\s%./:x,;=~|!$+-]*")
_SCIENTIFIC = re.compile(r"[\d\s.e;=+-]*", re.IGNORECASE)
_PLAIN = re.compile(r"[\w\s%,;=~|!$#+-]*")  # without the stop of a file's name and the colon of an address
_COLOUR = re.compile(r"colou?r:[#\w]*", re.IGNORECASE)
_WIPE = re.compile(r"%?luma\d\d\.pgm")
_OPENS = re.compile(r"\b(?:url|src)\s*=|<!|&#", re.IGNORECASE)
_TAGS = frozenset(
    {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "p",
        "span",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "s",
        "br",
        "div",
        "center",
        "font",
        "sub",
        "sup",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
    }
)
_SAID_IN_TAGS = frozenset(
    {"style", "align", "dir", "name", "content", "charset", "type", "color", "face", "size"}
)
_STYLE_OPENS = re.compile(r"url|@|\\|image|<!", re.IGNORECASE)


def cleaned(service: Service, fault: SceneFault) -> Service:
    """The service with nothing in it but what melt may read. Raises `fault` where it may not."""
    filters = tuple(_allowed(one, fault) for one in service.filters if is_on(one))
    if isinstance(service, Producer):
        if service.service not in {*PRODUCERS, *_MORE_PRODUCERS} and not _is_frei0r(service.service):
            raise fault
        properties = _readable(service.properties, service.service, fault)
        return replace(service, properties=properties, filters=filters, rest=NOTHING, tag="producer")
    if isinstance(service, Playlist):
        items = tuple(
            replace(item, rest=NOTHING)
            if isinstance(item, Blank)
            else replace(
                item, filters=tuple(_allowed(one, fault) for one in item.filters if is_on(one)), rest=NOTHING
            )
            for item in service.items
        )
        return Playlist(service.id, items, Properties(), filters, service.where)
    return replace(
        service,
        tracks=tuple(replace(track, rest=NOTHING) for track in service.tracks),
        transitions=tuple(_allowed(one, fault) for one in service.transitions if is_on(one)),
        filters=filters,
        properties=Properties(),
        rest=NOTHING,
    )


def is_on(effect: Filter | Transition) -> bool:
    """Whether the editor's switch of an effect is on."""
    return not effect.properties.flag("disable")


def _allowed(effect: E, fault: SceneFault) -> E:
    if isinstance(effect, Filter):
        known = {*FILTERS, *_MORE_FILTERS, *HOUSEKEEPING}
    else:
        known = {*TRANSITIONS, *_MORE_TRANSITIONS}
    if effect.service not in known and not _is_frei0r(effect.service):
        raise fault
    properties = _readable(effect.properties, effect.service, fault)
    return replace(effect, properties=properties, rest=NOTHING)


def _is_frei0r(service: str) -> bool:
    return service.startswith("frei0r.") and service not in _FREI0R_WITH_FILES


def _readable(properties: Properties, service: str, fault: SceneFault) -> Properties:
    """Without what only editors read, and every name once: melt takes the last of a name, we the first."""
    kept: dict[str, str] = {}
    for name, value in properties.pairs:
        if ":" in name or name[:1] == "_" or name in kept or name == "mlt_service":
            continue
        if service in FILE_SERVICES:
            if name not in _FILE_PROPERTIES:
                continue
            if name == "resource":
                kept[name] = value
                continue
        if not _is_harmless(name, value, service):
            raise fault
        kept[name] = value
    return Properties((*kept.items(), ("mlt_service", service)))


def _is_harmless(name: str, value: str, service: str) -> bool:
    """Whether no producer, file or address can be named by a value."""
    if service in _TEXT_SERVICES:
        if name in _WORDS:
            return not KEYWORD.search(value)  # the hour and the name of a file are no still picture's
        if name in _MARKED_UP:
            return _is_plain_html(value) if name == "html" else not _OPENS.search(value)
        if name == "resource":
            return not value
    return any(form.fullmatch(value) for form in (_NUMBERS, _SCIENTIFIC, _PLAIN, _COLOUR, _WIPE))


def _is_plain_html(value: str) -> bool:
    if len(value) > MAX_CHARACTERS or has_open_tag(value):
        return False
    reader = _PlainHtml()
    reader.feed(value)
    reader.close()
    return reader.is_plain


class _PlainHtml(HTMLParser):
    """Knows the tags, attributes and style sheets that can load nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.is_plain = True
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        said = (name in _SAID_IN_TAGS and not _STYLE_OPENS.search(value or "") for name, value in attrs)
        self.is_plain = self.is_plain and tag in _TAGS and all(said)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the signature of HTMLParser
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style and _STYLE_OPENS.search(own_rules(data)):
            self.is_plain = False

    def handle_comment(self, data: str) -> None:  # noqa: ARG002 - the signature of HTMLParser
        self.is_plain = False

    def handle_pi(self, data: str) -> None:  # noqa: ARG002 - the signature of HTMLParser
        self.is_plain = False

    def handle_decl(self, decl: str) -> None:
        """A document type names an address, which Qt does not open; one with entities is refused."""
        self.is_plain = self.is_plain and "[" not in decl

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002 - the signature of HTMLParser
        self.is_plain = False
