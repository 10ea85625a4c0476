"""MLT documents that attack their reader, point at what is not theirs, or never end."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

from tests.studio.hostile.cases import Case, Kept, Materials, Refused

HEAD = (
    '<profile width="320" height="180" progressive="1" sample_aspect_num="1" sample_aspect_den="1"'
    ' frame_rate_num="25" frame_rate_den="1" colorspace="709"/>'
)
ENDLESS_S = 2.0
TEMPLATE = Kept("mlt", None, (1.0, 1.0))
SEVERAL = "more than|levels"


def prop(name: str, value: str) -> str:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    return f'<property name="{name}">{escaped}</property>'


def producer(id_: str, service: str, resource: str, inner: str = "", bounds: str = 'in="0" out="24"') -> str:
    head = prop("mlt_service", service) + prop("resource", resource)
    return f'<producer id="{id_}" {bounds}>{head}{inner}</producer>'


def mlt(*body: str, head: str = "", root: str = "main") -> str:
    return f'{head}<mlt producer="{root}">{HEAD}{"".join(body)}</mlt>'


def shown(
    *body: str,
    service: str = "color",
    resource: str = "#ff000000",
    inner: str = "",
    bounds: str = 'in="0" out="24"',
) -> str:
    """A document of one track, after `body`."""
    return mlt(
        *body,
        producer("p", service, resource, inner, bounds),
        '<playlist id="list"><entry producer="p"/></playlist>',
        '<tractor id="main"><track producer="list"/></tractor>',
    )


def text(argument: str = "{{name}}", **values: str) -> str:
    named = {"argument": argument, "geometry": "10 10 200 60 1", "size": "20", **values}
    inner = "".join(prop(key, value) for key, value in named.items())
    return f"<filter>{prop('mlt_service', 'dynamictext')}{inner}</filter>"


GOOD = shown(service="qimage", resource="sample.png", inner=text()).encode()


def _case(
    name: str,
    document: str | bytes | Callable[[Materials], str],
    outcome: Kept | Refused,
    patience_s: float = 600.0,
) -> Case:
    def content(made: Materials) -> bytes:
        found = document(made) if callable(document) else document
        return found.encode() if isinstance(found, str) else found

    return Case(name, f"{name}.mlt", content, outcome, patience_s)


def _laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return mlt(prop("x", "").replace("></", ">&l9;</"), head=f'<!DOCTYPE mlt [<!ENTITY l0 "lol">{entities}]>')


def _doubling(kind: str, levels: int) -> str:
    """Each level shows the one before twice: 2^levels in all."""
    body = [producer("s0", "color", "#ff000000")]
    for level in range(1, levels):
        names = [f"s{level - 1}"] * 2
        inner = "".join(
            f'<{"entry" if kind == "playlist" else "track"} producer="{name}"/>' for name in names
        )
        body.append(f'<{kind} id="s{level}">{inner}</{kind}>')
    return mlt(*body, root=f"s{levels - 1}")


def _chain(levels: int) -> str:
    body = [producer("s0", "color", "#ff000000")]
    body += [f'<playlist id="s{n}"><entry producer="s{n - 1}"/></playlist>' for n in range(1, levels)]
    return mlt(*body, root=f"s{levels - 1}")


def _noise(length: int) -> str:
    return "".join(random.Random(7).choices(string.ascii_letters, k=length))


def _filters(count: int, one: str) -> str:
    return shown(inner=one * count)


READERS = [
    _case(
        "dtd",
        lambda m: mlt(head=f'<!DOCTYPE mlt SYSTEM "{m.canary}/evil.dtd">'),
        Refused("document types and entities"),
    ),
    _case(
        "outside-entity",
        lambda m: (
            shown(inner=prop("x", "E"))
            .replace(">E<", ">&e;<")
            .replace("<mlt", f'<!DOCTYPE mlt [<!ENTITY e SYSTEM "file://{m.secret}">]><mlt', 1)
        ),
        Refused("document types and entities"),
    ),
    _case(
        "parameter-entity",
        lambda m: mlt(head=f'<!DOCTYPE mlt [<!ENTITY % e SYSTEM "{m.canary}/e"> %e;]>'),
        Refused("document types and entities"),
    ),
    _case("billion-laughs", _laughs(), Refused("document types and entities")),
    _case(
        "xinclude",
        lambda m: shown(
            f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file://{m.secret}"/>'
        ),
        TEMPLATE,
    ),
    _case(
        "stylesheet",
        lambda m: f'<?xml-stylesheet href="{m.canary}/x.xsl" type="text/xsl"?>' + shown(),
        TEMPLATE,
    ),
    _case("50-megabytes", b"<mlt>" + bytes([32]) * 50_000_000 + b"</mlt>", Refused("larger than the 5 MB")),
    _case(
        "4-million-lines",
        b"<mlt><property name='x'>" + b"\n" * 4_500_000 + b"</property></mlt>",
        Refused("profile|longer than"),
        ENDLESS_S,
    ),
    _case("10000-levels", b"<mlt>" + b"<producer>" * 10_000, Refused(SEVERAL)),
    _case("200000-elements", b"<mlt>" + b"<a/>" * 200_000 + b"</mlt>", Refused(SEVERAL)),
    _case("not-closed", shown()[:-20], Refused("not well-formed")),
    _case("nothing-but-a-root", "<mlt/>", Refused("profile")),
    _case("byte-order-mark", b"\xef\xbb\xbf" + shown().encode(), TEMPLATE),
    _case("utf-16", shown().encode("utf-16"), Refused("UTF-8")),
    _case("utf-16-without-a-mark", shown().encode("utf-16-le"), Refused("UTF-8")),
    _case(
        "encoding-that-lies",
        b"<?xml version='1.0' encoding='utf-8'?>" + shown(inner=prop("x", "é")).encode("latin-1"),
        Refused("not well-formed"),
    ),
    _case(
        "encoding-unknown",
        b"<?xml version='1.0' encoding='klingon'?>" + shown().encode(),
        Refused("decoded|not well-formed|encoding"),
    ),
    _case(
        "utf-7",
        b"<?xml version='1.0' encoding='utf-7'?>" + shown().encode("utf-7"),
        Refused("decoded|not well-formed|encoding"),
    ),
    _case("empty", b"", Refused("empty")),
    _case("nul-bytes", shown().encode() + b"\0\0\0", Refused("not well-formed")),
    _case(
        "control-characters", shown(inner=prop("x", "a")).replace(">a<", ">&#1;<"), Refused("not well-formed")
    ),
    _case(
        "a-web-page", "<html><body><mlt/></body></html>", Refused("not an MLT document|without an <mlt> root")
    ),
]
NAMES = [
    _case("etc-passwd", shown(service="avformat", resource="/etc/passwd"), TEMPLATE),
    _case("up-and-away", shown(service="qimage", resource="../../../../root.key"), TEMPLATE),
    _case("an-address", lambda m: shown(service="avformat", resource=f"{m.canary}/a.mp4"), TEMPLATE),
    _case("a-file-address", lambda m: shown(service="qimage", resource=f"file://{m.secret}"), TEMPLATE),
    _case(
        "concat-protocol",
        lambda m: shown(service="avformat", resource=f"concat:{m.secret}|{m.secret}"),
        TEMPLATE,
    ),
    _case(
        "subfile-protocol",
        lambda m: shown(service="avformat", resource=f"subfile,,start,0,end,9,,:{m.secret}"),
        TEMPLATE,
    ),
    _case("picture-sequence", shown(service="qimage", resource="/etc/.all.png"), TEMPLATE),
    _case(
        "another-document",
        shown(service="xml", resource="xml:/etc/other.mlt"),
        Refused("'xml' is not supported"),
    ),
    _case(
        "melt-file",
        shown(service="melt_file", resource="/etc/passwd"),
        Refused("'melt_file' is not supported"),
    ),
    _case(
        "consumer-loader", shown(service="consumer", resource="x.mlt"), Refused("'consumer' is not supported")
    ),
    _case("capture-card", shown(service="decklink", resource=""), Refused("not supported")),
    _case(
        "kdenlive-proxy",
        shown(
            service="avformat",
            resource="/proxy/a.mkv",
            inner=prop("kdenlive:proxy", "/etc/passwd") + prop("kdenlive:originalurl", "/etc/shadow"),
        ),
        TEMPLATE,
    ),
    _case(
        "writes-a-file", lambda m: shown(f'<consumer mlt_service="avformat" target="{m.secret}"/>'), TEMPLATE
    ),
    _case(
        "script-filter",
        shown(
            inner=f"<filter>{prop('mlt_service', 'avfilter.movie')}{prop('av.filename', '/etc/x')}</filter>"
        ),
        Refused("not supported"),
    ),
    _case("text-from-a-file", shown(service="qtext", resource="/etc/passwd"), Refused("text from a file")),
    _case("text-of-a-keyword", shown(inner=text("#resource#")), Refused("keywords")),
    _case(
        "a-name-of-10000-letters",
        shown(service="qimage", resource=_noise(10_000) + ".png"),
        Refused("longer than"),
    ),
    _case("control-in-a-name", shown(service="qimage", resource="a\u0085\u202egnp.exe"), TEMPLATE),
]
ENDLESS = [
    _case(
        "list-of-itself",
        mlt('<playlist id="main"><entry producer="main"/></playlist>'),
        Refused("not defined before"),
    ),
    _case(
        "lists-of-each-other",
        mlt(
            '<playlist id="a"><entry producer="b"/></playlist>',
            '<playlist id="b"><entry producer="a"/></playlist>',
            root="b",
        ),
        Refused("not defined before"),
    ),
    _case(
        "tractor-of-itself",
        mlt('<tractor id="main"><track producer="main"/></tractor>'),
        Refused("not defined before"),
    ),
    _case("one-id-twice", mlt(producer("main", "color", "#ff000000") * 2), Refused("used twice")),
    _case("lists-doubling-30-times", _doubling("playlist", 30), Refused("longer than|more than")),
    _case("tractors-doubling-40-times", _doubling("tractor", 40), Refused("more than|longer than")),
    _case("3000-lists-in-a-row", _chain(3_000), Refused("nested more than 64 deep")),
    _case(
        "length-of-10^30", shown(bounds="", inner=prop("length", "9" * 30)), Refused("longer than|at most")
    ),
    _case(
        "length-of-5000-digits",
        shown(bounds="", inner=prop("length", "9" * 5_000)),
        Refused("line|time|integer|digits"),
    ),
    _case("length-negative", shown(bounds="", inner=prop("length", "-5")), Refused("is empty")),
    _case("in-after-out", shown(bounds='in="20" out="3"'), Refused("is empty")),
    _case("in-negative", shown(bounds='in="-20" out="3"'), Refused("is empty")),
    _case("in-not-a-number", shown(bounds='in="NaN" out="inf"'), Refused("is not a time")),
    _case(
        "tractor-out-before-in",
        shown().replace('<tractor id="main"', '<tractor id="main" in="20" out="3"'),
        Refused("from frame 20 to 3 is empty"),
    ),
    _case("tractor-without-tracks", mlt('<tractor id="main"/>'), Refused("has no tracks")),
    _case(
        "blank-of-10^12",
        shown().replace('<entry producer="p"/>', '<blank length="1000000000000"/><entry producer="p"/>'),
        Refused("longer than"),
    ),
    _case("a-million-hours", shown(bounds='in="0" out="1000000:00:00.000"'), Refused("longer than|at most")),
    _case(
        "rate-of-10^9",
        shown().replace('frame_rate_num="25"', 'frame_rate_num="1000000000"'),
        Refused("frames per second"),
    ),
    _case(
        "rate-over-zero",
        shown().replace('frame_rate_den="1"', 'frame_rate_den="0"'),
        Refused("lacks width, height or frame rate"),
    ),
    _case("100000-wide", shown().replace('width="320"', 'width="100000"'), Refused("not an even size")),
    _case("size-nan", shown(inner=text(size="nan")), Refused("is not a number")),
    _case("geometry-inf", shown(inner=text(geometry="inf nan 10 10 1")), Refused("out of range")),
    _case("geometry-of-10^6", shown(inner=text(geometry="-999999 -999999 9999999 9999999 1")), TEMPLATE),
    _case(
        "shadow-of-10^300",
        shown(inner=text(**{"reelpress:shadow_blur": "1e300"})),
        Refused("is not a number"),
    ),
    _case(
        "10000-filters",
        _filters(10_000, f"<filter>{prop('mlt_service', 'brightness')}{prop('level', '0.5')}</filter>"),
        TEMPLATE,
    ),
    _case("2000-layers-of-one-name", _filters(2_000, text()), TEMPLATE),
    _case(
        "100000-keyframes",
        shown(inner=text(geometry=";".join(f"{n}=0 0 10 10 1" for n in range(100_000)))),
        TEMPLATE,
    ),
    _case("keyframes-of-nothing", shown(inner=text(geometry="=;=;=")), Refused("not a keyframe")),
    _case("text-of-a-million", shown(inner=text("a" * 1_000_000)), TEMPLATE),
    _case("million-braces", shown(inner=text("{{" * 500_000)), TEMPLATE),
    _case(
        "half-an-hour-of-layers",
        shown(bounds='in="0" out="107999"', inner=text() * 200),
        Refused("longer than|more than"),
        ENDLESS_S,
    ),
    _case("text-of-10^7-pixels", shown(inner=text(size="9999999")), Refused("Choose a size")),
]
CASES = [*READERS, *NAMES, *ENDLESS]
