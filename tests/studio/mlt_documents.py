"""Small MLT documents in the shape Shotcut writes them."""

from collections.abc import Sequence

PROFILE = (
    '<profile width="{width}" height="{height}" progressive="1" '
    'sample_aspect_num="1" sample_aspect_den="1" display_aspect_num="16" display_aspect_den="9" '
    'frame_rate_num="{fps}" frame_rate_den="1" colorspace="709"/>'
)
TEXT_DEFAULTS = {
    "geometry": "20 40 280 60 1",
    "family": "Noto Sans",
    "size": "32",
    "weight": "400",
    "style": "normal",
    "fgcolour": "#ffffffff",
    "bgcolour": "#00000000",
    "olcolour": "#00000000",
    "outline": "0",
    "pad": "0",
    "halign": "left",
    "valign": "middle",
}


def properties(values: dict[str, str]) -> str:
    escaped = {
        name: value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for name, value in values.items()
    }
    return "".join(f'<property name="{name}">{value}</property>' for name, value in escaped.items())


def filter_(service: str, values: dict[str, str], *, in_: int | None = None, out: int | None = None) -> str:
    bounds = "".join(f' {name}="{value}"' for name, value in (("in", in_), ("out", out)) if value is not None)
    return f"<filter{bounds}>{properties({'mlt_service': service, **values})}</filter>"


def text(argument: str, **values: str) -> str:
    named = {name.replace("reelpress_", "reelpress:"): value for name, value in values.items()}
    return filter_("dynamictext", {"argument": argument, **TEXT_DEFAULTS, **named})


RICH_HEAD = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0//EN" "http://www.w3.org/TR/REC-html40/strict.dtd">\n'
    '<html><head><meta name="qrichtext" content="1" /><meta charset="utf-8" /><style type="text/css">\n'
    "p, li { white-space: pre-wrap; }\n"
    "hr { height: 1px; border-width: 0; }\n"
    'li.unchecked::marker { content: "\\2610"; }\n'
    'li.checked::marker { content: "\\2612"; }\n'
    "</style></head><body style=\" font-family:'Noto Sans'; font-size:24pt; font-weight:400; "
    'font-style:normal;">\n'
)


def paragraph(words: str, style: str = "", **attributes: str) -> str:
    """A paragraph of white words as Shotcut's editor writes it."""
    head = "".join(f'{name}="{value}" ' for name, value in attributes.items())
    margins = "margin-top:0px; margin-bottom:0px; margin-left:0px; margin-right:0px; "
    plain = f"{margins}-qt-block-indent:0; text-indent:0px; {style}"
    return f'<p {head}style=" {plain}"><span style=" color:#ffffff;">{words}</span></p>\n'


def rich_html(*paragraphs: str) -> str:
    return RICH_HEAD + "".join(paragraphs) + "</body></html>"


def rich(*paragraphs: str, **values: str) -> str:
    """Shotcut's "Text: Rich"."""
    named = {name.replace("reelpress_", "reelpress:"): value for name, value in values.items()}
    own = {"geometry": "20 40 280 60 1", "bgcolour": "#00000000", "shotcut:filter": "richText", **named}
    return filter_("qtext", {"html": rich_html(*paragraphs), **own})


def place(rect: str, **values: str) -> str:
    named = {f"transition.{name}": value for name, value in values.items()}
    return filter_("affine", {"background": "color:#00000000", "transition.rect": rect, **named})


def producer(
    id_: str,
    service: str,
    resource: str,
    frames: int,
    inner: str = "",
    *,
    tag: str = "producer",
    **values: str,
) -> str:
    named = {name.replace("reelpress_", "reelpress:"): value for name, value in values.items()}
    head = properties({"length": str(frames), "resource": resource, "mlt_service": service, **named})
    return f'<{tag} id="{id_}" in="0" out="{frames - 1}">{head}{inner}</{tag}>'


def clear(id_: str, frames: int, inner: str) -> str:
    """A transparent clip that carries filters, as Shotcut makes for text."""
    return producer(id_, "color", "#00000000", frames, inner, mlt_image_format="rgba")


def title(*items: str, width: int = 640, height: int = 360, colour: str = "0,0,0,0") -> str:
    """The XML of a Kdenlive title."""
    return (
        f'<kdenlivetitle LC_NUMERIC="C" duration="50" width="{width}" height="{height}" out="49">'
        + "".join(items)
        + f'<startviewport rect="0,0,{width},{height}"/><endviewport rect="0,0,{width},{height}"/>'
        + f'<background color="{colour}"/></kdenlivetitle>'
    )


def title_text(words: str, x: int, y: int, **more: str) -> str:
    content = {
        "font": "Noto Sans",
        "font-pixel-size": "48",
        "font-weight": "50",
        "font-italic": "0",
        "font-underline": "0",
        "letter-spacing": "0",
        "line-spacing": "0",
        "font-color": "255,255,255,255",
        "font-outline": "0",
        "font-outline-color": "0,0,0,255",
        "alignment": "1",
        "box-width": "300",
        "box-height": "65",
    } | {name.replace("_", "-"): value for name, value in more.items()}
    head = "".join(f' {name}="{value}"' for name, value in content.items())
    return (
        f'<item type="QGraphicsTextItem" z-index="1"><position x="{x}" y="{y}">'
        f"<transform>1,0,0,0,1,0,0,0,1</transform></position><content{head}>{words}</content></item>"
    )


def title_shape(rect: str, x: int, y: int, *, kind: str = "Rect", **more: str) -> str:
    content = {"rect": rect, "brushcolor": "200,40,40,255", "penwidth": "0", "pencolor": "0,0,0,255", **more}
    head = "".join(f' {name}="{value}"' for name, value in content.items())
    return (
        f'<item type="QGraphics{kind}Item" z-index="0"><position x="{x}" y="{y}">'
        f"<transform>1,0,0,0,1,0,0,0,1</transform></position><content{head}/></item>"
    )


def document(
    clips: Sequence[str],
    tracks: Sequence[Sequence[tuple[str, int, int, int]]],
    *,
    frames: int,
    width: int = 320,
    height: int = 180,
    fps: int = 25,
    transitions: str | None = None,
    extra: str = "",
) -> bytes:
    """`tracks`, bottom to top, hold (producer id, blank frames before, in, out)."""
    black = producer("black", "color", "0", frames)
    playlists = [f'<playlist id="background"><entry producer="black" in="0" out="{frames - 1}"/></playlist>']
    for index, entries in enumerate(tracks):
        body = "".join(
            (f'<blank length="{blank}"/>' if blank else "")
            + f'<entry producer="{id_}" in="{first}" out="{last}"/>'
            for id_, blank, first, last in entries
        )
        playlists.append(f'<playlist id="playlist{index}">{body}</playlist>')
    names = ["background", *(f"playlist{index}" for index in range(len(tracks)))]
    joined = transitions if transitions is not None else "".join(map(_blend, range(1, len(names))))
    return (
        '<?xml version="1.0" standalone="no"?>\n'
        '<mlt LC_NUMERIC="C" version="7.24.0" producer="main_bin">\n'
        + PROFILE.format(width=width, height=height, fps=fps)
        + '\n<playlist id="main_bin"><property name="xml_retain">1</property></playlist>\n'
        + "\n".join([black, *clips, *playlists])
        + f'\n<tractor id="tractor0" in="0" out="{frames - 1}"><property name="shotcut">1</property>\n'
        + "".join(f'<track producer="{name}"/>' for name in names)
        + joined
        + extra
        + "</tractor>\n</mlt>\n"
    ).encode()


def _blend(track: int) -> str:
    mix = {"a_track": "0", "b_track": str(track), "mlt_service": "mix", "always_active": "1", "sum": "1"}
    over = {"a_track": "0", "b_track": str(track), "mlt_service": "qtblend"}
    return f"<transition>{properties(mix)}</transition><transition>{properties(over)}</transition>"
