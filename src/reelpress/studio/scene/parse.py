"""MLT XML bytes -> Scene. Reads the document's shape; what the services mean is decided in `services`."""

from collections.abc import Sequence
from fractions import Fraction

from reelpress.studio.scene.elements import Element, read_elements
from reelpress.studio.scene.lengths import Lengths
from reelpress.studio.scene.model import (
    Blank,
    Entry,
    Filter,
    Hide,
    Kept,
    Playlist,
    PlaylistTag,
    Producer,
    Profile,
    Properties,
    Rest,
    Scene,
    Service,
    Track,
    Tractor,
    Transition,
    Where,
    named_by,
)
from reelpress.studio.scene.timecode import parse_time

MAX_SIDE = 4096
MAX_FRAMES = 30 * 60 * 60
MAX_NESTING = 64
_LONGEST_NUMBER = 18  # digits of a side or a rate
DEFAULT_STILL_FRAMES = 15_000  # MLT's default length of a producer without one
PLAYED: tuple[PlaylistTag, ...] = ("producer", "chain", "playlist", "tractor", "multitrack")
_TAGS: dict[str, PlaylistTag] = {tag: tag for tag in PLAYED}
_BODY = ("property", "filter")


def parse_scene(data: bytes, file: str = "template.mlt") -> Scene:
    """Parse one MLT document. Raises SceneFault with file, element and line."""
    root = read_elements(data, file)
    if root.tag != "mlt":
        raise root.where(file).fault("this is not an MLT document.", "Upload the .mlt file of the project.")
    return _Reader(root, file).scene()


class _Reader:
    def __init__(self, root: Element, file: str) -> None:
        self._root = root
        self._file = file
        self._services: dict[str, Service] = {}
        self._lengths = Lengths(self._services)
        self._nesting: dict[str, int] = {}
        self._retained: set[str] = set()
        self._anonymous = 0
        self._fps = Fraction(25)

    def scene(self) -> Scene:
        profile = self._profile()
        self._fps = profile.fps
        last = ""
        for element in self._root.children:
            if element.tag in PLAYED:
                last = self._service(element) or last
        wanted = self._root.attributes.get("producer", "")
        root = wanted if wanted in self._services and wanted not in self._retained else last
        if not root:
            raise self._root.where(self._file).fault(
                "there is nothing to play.", "Put at least one clip on a track."
            )
        return Scene(profile, self._services, root, self._file, _rest(self._root, (), (*PLAYED, "profile")))

    def _profile(self) -> Profile:
        element = next(self._root.find_all("profile"), None)
        if element is None:
            raise self._root.where(self._file).fault("no <profile>.", "Save the project with a video mode.")
        where = element.where(self._file)
        try:
            width, height = (_small(element.attributes[side]) for side in ("width", "height"))
            rate = (
                _small(element.attributes["frame_rate_num"]),
                _small(element.attributes.get("frame_rate_den", "1")),
            )
            fps = Fraction(*rate)
            sample = {element.attributes.get(f"sample_aspect_{end}", "1") for end in ("num", "den")}
        except (KeyError, ValueError, ZeroDivisionError):
            raise where.fault(
                "the profile lacks width, height or frame rate.", "Choose a video mode in the editor."
            ) from None
        if not (16 <= width <= MAX_SIDE and 16 <= height <= MAX_SIDE and width % 2 == height % 2 == 0):
            raise where.fault(
                f"{width}x{height} is not an even size from 16 to {MAX_SIDE}.", "Choose another video mode."
            )
        if not 1 <= fps <= 120:
            raise where.fault(f"{float(fps):g} frames per second.", "Choose a rate from 1 to 120.")
        if len(sample) != 1:
            raise where.fault("the pixels are not square.", "Choose a video mode with square pixels.")
        sides = ("width", "height", "frame_rate_num", "frame_rate_den")
        return Profile(width, height, fps, _rest(element, sides, ()))

    def _service(self, element: Element) -> str:
        id_ = element.attributes.get("id", "")
        if not id_:
            self._anonymous += 1
            id_ = f"{element.tag}-{self._anonymous}"
        if id_ in self._services:
            raise element.where(self._file).fault(f"the id {id_!r} is used twice.", "Save the project again.")
        properties = self._properties(element)
        if properties.get("xml_retain") == "1" or id_ in {"main_bin", "main bin"}:
            self._retained.add(id_)
            rest = _rest(element, ("id",), ("property",))
            where = element.where(self._file)
            self._services[id_] = Playlist(
                id_, (), properties, (), where, rest, retained=True, tag=_TAGS[element.tag]
            )
            return ""
        builders = {"playlist": self._playlist, "tractor": self._tractor, "multitrack": self._tractor}
        service = builders.get(element.tag, self._producer)(id_, element, properties)
        self._services[id_] = service
        self._nesting[id_] = self._nested(service)
        return id_

    def _nested(self, service: Service) -> int:
        """Levels of playlists and tractors in a service. Raises SceneFault above the limit."""
        inner = (self._nesting.get(id_, 0) for id_ in named_by(service))
        levels = max(inner, default=0) + 1
        if levels > MAX_NESTING:
            raise service.where.fault(
                f"playlists and tracks are nested more than {MAX_NESTING} deep.",
                "Export the inner ones as a video and use it.",
            )
        return levels

    def _properties(self, element: Element) -> Properties:
        named = [
            (
                child.attributes.get("name", ""),
                (child.text or child.attributes.get("value", "")).strip("\r\n"),
            )
            for child in element.find_all("property")
        ]
        return Properties(tuple(named))

    def _producer(self, id_: str, element: Element, properties: Properties) -> Producer:
        where = element.where(self._file)
        service = properties.get("mlt_service") or element.attributes.get("mlt_service", "")
        if not service:
            raise where.fault("a producer without mlt_service.", "Save the project again from the editor.")
        link = next(element.find_all("link"), None)
        if link is not None and not self._properties(link).flag("disable"):
            raise link.where(self._file).fault(
                "changes of speed are not supported.", "Export that clip first."
            )
        length = self._time(properties.get("length"), where, DEFAULT_STILL_FRAMES)
        in_ = self._bound(element, properties, "in", 0, where)
        out = self._bound(element, properties, "out", length - 1, where)
        return Producer(
            id_,
            service,
            properties,
            in_,
            self._checked(in_, out, where),
            self._filters(element),
            where,
            _rest(element, ("id", "in", "out"), _BODY),
            "chain" if element.tag == "chain" else "producer",
        )

    def _playlist(self, id_: str, element: Element, properties: Properties) -> Playlist:
        where = element.where(self._file)
        items: list[Entry | Blank] = []
        total = 0
        for child in element.find_all("entry", "blank"):
            place = child.where(self._file)
            if child.tag == "blank":
                length = max(0, self._time(child.attributes.get("length", ""), place, 0))
                blank = Blank(length, _rest(child, ("length",), ()))
                items.append(blank)
                total += blank.length
            else:
                entry = self._entry(child, place)
                items.append(entry)
                total += entry.out - entry.in_ + 1
            if total > MAX_FRAMES:
                raise place.fault(f"the track is longer than {MAX_FRAMES} frames.", "Shorten the project.")
        rest = _rest(element, ("id",), (*_BODY, "entry", "blank"))
        return Playlist(id_, tuple(items), properties, self._filters(element), where, rest)

    def _entry(self, element: Element, where: Where) -> Entry:
        id_ = self._reference(element, where)
        producer = self._services[id_]
        first, last = self._extent(producer)
        in_ = self._bound(element, Properties(), "in", first, where)
        out = self._bound(element, Properties(), "out", last, where)
        rest = _rest(element, ("producer", "in", "out"), ("filter", *PLAYED))
        return Entry(id_, in_, self._checked(in_, out, where), self._filters(element), where, rest)

    def _tractor(self, id_: str, element: Element, properties: Properties) -> Tractor:
        where = element.where(self._file)
        bodies = [element, *element.find_all("multitrack")]
        tracks = [self._track(child) for body in bodies for child in body.find_all("track")]
        transitions = [self._transition(child) for body in bodies for child in body.find_all("transition")]
        if not tracks:
            raise where.fault("it has no tracks.", "Delete it, or put a clip on it and save again.")
        in_ = self._bound(element, properties, "in", 0, where)
        out = self._bound(element, properties, "out", -1, where)
        self._checked(in_, max(in_, out) if out < 0 else out, where)
        return Tractor(
            id_,
            tuple(tracks),
            tuple(transitions),
            self._filters(element),
            properties,
            in_,
            out if out >= 0 else None,
            where,
            _tractor_rest(element),
        )

    def _track(self, element: Element) -> Track:
        where = element.where(self._file)
        hide = element.attributes.get("hide", "")
        known: dict[str, Hide] = {"video": "video", "audio": "audio", "both": "both"}
        read = ("producer", "hide") if hide in known else ("producer",)
        return Track(
            self._reference(element, where), known.get(hide, ""), where, _rest(element, read, PLAYED)
        )

    def _transition(self, element: Element) -> Transition:
        where = element.where(self._file)
        properties = self._properties(element)
        numbers: list[int] = []
        for name in ("a_track", "b_track"):
            try:
                numbers.append(int(properties.get(name) or element.attributes.get(name, "0")))
            except ValueError:
                raise where.fault(f"{name} is not a number.", "Save the project again.") from None
        in_ = self._bound(element, properties, "in", 0, where)
        out = self._bound(element, properties, "out", 0, where)
        service = properties.get("mlt_service") or element.attributes.get("mlt_service", "")
        rest = _rest(element, ("in", "out"), ("property",))
        return Transition(service, properties, in_, out or None, numbers[0], numbers[1], where, rest)

    def _filters(self, element: Element) -> tuple[Filter, ...]:
        return tuple(self._filter(child) for child in element.find_all("filter"))

    def _filter(self, element: Element) -> Filter:
        where = element.where(self._file)
        properties = self._properties(element)
        in_ = self._bound(element, properties, "in", 0, where)
        out = self._bound(element, properties, "out", 0, where)
        service = properties.get("mlt_service") or element.attributes.get("mlt_service", "")
        rest = _rest(element, ("in", "out"), ("property",))
        return Filter(service, properties, in_, out or None, where, rest)

    def _reference(self, element: Element, where: Where) -> str:
        """The id an entry or track names; a producer written inside it is taken in as well."""
        for child in element.find_all(*PLAYED):
            return self._service(child)
        id_ = element.attributes.get("producer", "")
        if id_ not in self._services:
            raise where.fault(
                f"the producer {id_!r} is not defined before its use.", "Save the project again."
            )
        return id_

    def _extent(self, service: Service) -> tuple[int, int]:
        if isinstance(service, Producer):
            return service.in_, service.out
        return 0, self._lengths.of(service.id) - 1

    def _bound(self, element: Element, properties: Properties, name: str, default: int, where: Where) -> int:
        return self._time(element.attributes.get(name) or properties.get(name), where, default)

    def _time(self, text: str, where: Where, default: int) -> int:
        if not text:
            return default
        try:
            return parse_time(text, self._fps)
        except ValueError as problem:
            raise where.fault(f"{problem}.", "Save the project again from the editor.") from None

    def _checked(self, in_: int, out: int, where: Where) -> int:
        if in_ < 0 or out < in_:
            raise where.fault(
                f"the stretch from frame {in_} to {out} is empty.",
                "Give the clip a length of at least 1 frame.",
            )
        return out


def _small(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("a number of that many digits")
    return int(text)


def _rest(element: Element, attributes: Sequence[str], tags: Sequence[str]) -> Rest:
    """What an element says beside the attributes and children that were read."""
    return Rest(
        tuple(pair for pair in element.attributes.items() if pair[0] not in attributes),
        tuple(_kept(child) for child in element.children if child.tag not in tags),
    )


def _tractor_rest(element: Element) -> Rest:
    """Tracks and transitions of an inner multitrack belong to the tractor; the rest is kept in it."""
    rest = _rest(element, ("id", "in", "out"), (*_BODY, "track", "transition", "multitrack"))
    inner = (_rest(child, (), ("track", "transition")) for child in element.find_all("multitrack"))
    kept = tuple(Kept("multitrack", own.attributes, children=own.children) for own in inner if own.children)
    return Rest(rest.attributes, rest.children + kept)


def _kept(element: Element) -> Kept:
    children = tuple(_kept(child) for child in element.children)
    text = element.text if element.text.strip() or not children else ""
    return Kept(element.tag, tuple(element.attributes.items()), text, children)
