"""The plain-text twin of an HTML mail."""

import re
from html.parser import HTMLParser

_SILENT = frozenset({"head", "style", "script", "title", "template"})
_BREAKING = frozenset(
    {"p", "div", "br", "tr", "table", "ul", "ol", "li", "blockquote", "section", "article", "hr"}
    | {f"h{level}" for level in range(1, 7)}
)


def html_to_text(html: str) -> str:
    """Words, line breaks, link targets and picture descriptions; at least one line."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._silent = 0
        self._links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BREAKING:
            self._pieces.append("\n")
        elif tag == "img":
            self._pieces.append(f" {values.get('alt') or ''} ")
        elif tag == "a":
            self._links.append(values.get("href"))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKING:
            self._pieces.append("\n")
        elif tag == "a" and self._links and (target := self._links.pop()):
            self._pieces.append(f" ({target})")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._pieces.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._pieces).split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
