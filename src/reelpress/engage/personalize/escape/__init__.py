"""How values are written at each destination.

An escaper walks the text the author wrote and knows, at each point, what may stand there.
"""

from __future__ import annotations

from typing import Final

from reelpress.engage.personalize.escape.base import Escaper, Unwritable
from reelpress.engage.personalize.escape.html import HtmlEscaper
from reelpress.engage.personalize.escape.json_text import JsonEscaper
from reelpress.engage.personalize.escape.lines import (
    FormEscaper,
    HeaderEscaper,
    ParameterEscaper,
    PlainEscaper,
    TextEscaper,
    WhatsAppEscaper,
)
from reelpress.engage.personalize.escape.url import UrlEscaper
from reelpress.engage.personalize.model import Destination

_ESCAPERS: Final[dict[Destination, Escaper]] = {
    Destination.JSON: JsonEscaper(),
    Destination.URL: UrlEscaper(),
    Destination.HEADER: HeaderEscaper(),
    Destination.HTML: HtmlEscaper(),
    Destination.WHATSAPP: WhatsAppEscaper(),
    Destination.TEXT: TextEscaper(),
    Destination.FORM: FormEscaper(),
    Destination.PARAMETER: ParameterEscaper(),
    Destination.PLAIN: PlainEscaper(),
}


def escaper_for(destination: Destination) -> Escaper:
    return _ESCAPERS[destination]


__all__ = ["Escaper", "Unwritable", "escaper_for"]
