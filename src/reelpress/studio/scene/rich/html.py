"""HTML -> paragraphs of runs: what Qt's editor writes, and nothing that loads anything."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import msgspec

from reelpress.studio.scene.ops import Paragraph, Run
from reelpress.studio.scene.rich.faults import RichFault
from reelpress.studio.scene.rich.looks import BLOCKS, Block, Look, tag_block, tag_look
from reelpress.studio.scene.slots import SLOT

MAX_CHARACTERS = 100_000
MAX_DEPTH = 64
MAX_PARAGRAPHS = 500
MAX_RUNS = 1_000
_SIMPLER = "Simplify the text."
_INLINE = frozenset({"span", "font", "b", "strong", "i", "em", "u", "s"})
_HEAD = frozenset({"head", "meta", "title"})
_WORDS = {
    "img": ("a picture is not drawn.", "Put the picture on a track of its own."),
    "a": ("a link is not drawn.", "Write its words without the link."),
    **dict.fromkeys(("ul", "ol", "li"), ("a list is not drawn.", "Write its points as paragraphs.")),
    **dict.fromkeys(
        ("table", "tbody", "tr", "td", "th"),
        ("a table is not drawn.", "Use a text for each of its cells."),
    ),
}
# The style sheets that Qt writes into every document; those of lists and rules say nothing of what is drawn.
_PRESERVED = ("p, li", "white-space: pre-wrap;")
_STOCK = frozenset(
    {
        _PRESERVED,
        ("hr", "height: 1px; border-width: 0;"),
        ("li.unchecked::marker", 'content: "\\2610";'),
        ("li.checked::marker", 'content: "\\2612";'),
    }
)
_TAG = re.compile(r"<[^<>]*>")
_OPEN_TAG = re.compile(r"<[^<>]*(?:<|\Z)")
_BLANKS = re.compile(r"[ \t\r\n]+")
_LINE_ENDS = re.compile(r"\r\n|[\r\n]")


def read_paragraphs(html: str) -> tuple[Paragraph, ...]:
    """Raises RichFault for what is not drawn. A `{{slot}}` is whole in the run where it begins."""
    if len(html) > MAX_CHARACTERS:
        raise RichFault(f"more than {MAX_CHARACTERS} characters.", _SIMPLER)
    if has_open_tag(html):
        raise RichFault('a "<" without its ">" is not drawn.', "Write &lt; where it is a letter.")
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.paragraphs()


def plain_text(html: str) -> str:
    """What is written in HTML of any kind, tags left out."""
    return unescape(_TAG.sub("", html))


def has_open_tag(html: str) -> bool:
    """Whether a tag does not end before the next one, which Qt never writes and parsers are slow to read."""
    return _OPEN_TAG.search(html) is not None


def own_rules(sheet: str) -> str:
    """A style sheet without what Qt writes into every document."""
    *rules, rest = sheet.split("}")
    return "".join(rule + "}" for rule in rules if _said(rule) not in _STOCK) + rest


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    look: Look


class _Reader(HTMLParser):
    """Builds paragraphs as the tags come; text outside any block is a paragraph of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[_Open] = []
        self._block: Block | None = None
        self._block_look = Look()
        self._texts: list[tuple[Look, str]] = []
        self._done: list[Paragraph] = []
        self._runs = 0
        self._keeps_blanks = False

    def paragraphs(self) -> tuple[Paragraph, ...]:
        self._end_block()
        return tuple(self._done)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in reversed(attrs)}
        if tag == "br":
            self._break()
        elif tag in BLOCKS:
            self._close_blocks()
            self._push(tag, tag_look(self._look, tag, said))
            self._block, self._block_look = tag_block(tag, said), self._look
        elif tag in _INLINE or tag == "body":
            self._push(tag, tag_look(self._look, tag, said))
        elif tag in {"html", "style", *_HEAD}:
            if tag == "meta":
                self._keeps_blanks = self._keeps_blanks or said.get("name") == "qrichtext"
            else:
                self._push(tag, self._look)
        else:
            raise RichFault(*_WORDS.get(tag, (f"<{tag[:40]}> is not drawn.",)))

    def handle_endtag(self, tag: str) -> None:
        if not any(one.tag == tag for one in self._open):
            return
        if tag in BLOCKS or tag == "body":
            self._end_block()
        while self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {one.tag for one in self._open}
        if "style" in tags:
            self._sheet(data)
        elif not tags & _HEAD:
            self._write(data)

    def handle_pi(self, data: str) -> None:  # noqa: ARG002 - the signature of HTMLParser
        raise RichFault("a processing instruction is not drawn.")

    def unknown_decl(self, data: str) -> None:  # noqa: ARG002 - the signature of HTMLParser
        raise RichFault("a marked section is not drawn.")

    @property
    def _look(self) -> Look:
        return self._open[-1].look if self._open else Look()

    def _push(self, tag: str, look: Look) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise RichFault(f"tags nested more than {MAX_DEPTH} deep.", _SIMPLER)
        self._open.append(_Open(tag, look))

    def _sheet(self, data: str) -> None:
        if own_rules(data).strip():
            raise RichFault("a style sheet is not drawn.", "Set the style in Shotcut's editor.")
        self._keeps_blanks = self._keeps_blanks or _PRESERVED in map(_said, data.split("}"))

    def _break(self) -> None:
        if self._block is None:
            self._begin_unnamed()
        if self._block is not None and not self._block.is_empty:
            self._texts.append((self._look, "\n"))

    def _write(self, data: str) -> None:
        if self._block is None:
            data = data.lstrip()
            if not data:
                return
            self._begin_unnamed()
        if self._keeps_blanks:
            text = _LINE_ENDS.sub(" ", data)
            if "\t" in text:
                raise RichFault("a tab is not drawn.", "Use blanks, or an indent.")
        else:
            text = _BLANKS.sub(" ", data)
            if not self._texts or self._texts[-1][1][-1:] in {" ", "\n"}:
                text = text.removeprefix(" ")
        if text:
            self._texts.append((self._look, text))

    def _begin_unnamed(self) -> None:
        self._block, self._block_look = Block(), self._look

    def _close_blocks(self) -> None:
        self._end_block()
        at = next((at for at, one in enumerate(self._open) if one.tag in BLOCKS), len(self._open))
        del self._open[at:]

    def _end_block(self) -> None:
        """A paragraph without anything in it is none, unless Qt says that it is an empty line."""
        block, texts = self._block, self._texts
        self._block, self._texts = None, []
        if texts and not self._keeps_blanks:
            look, text = texts.pop()
            texts += [(look, text.rstrip(" "))] if text != " " else []
        if block is None or not (texts or block.is_empty):
            return
        runs = _whole_slots(_merged(texts)) if texts else (self._block_look.run(""),)
        self._runs += len(runs)
        if len(self._done) >= MAX_PARAGRAPHS or self._runs > MAX_RUNS:
            raise RichFault(
                f"more than {MAX_PARAGRAPHS} paragraphs or {MAX_RUNS} changes of style.",
                _SIMPLER,
            )
        self._done.append(block.paragraph(runs))


def _said(rule: str) -> tuple[str, str]:
    """The selector of a rule without its closing brace, and what it says."""
    selector, _, says = rule.partition("{")
    return _squeezed(selector), _squeezed(says)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _merged(texts: list[tuple[Look, str]]) -> tuple[Run, ...]:
    """Neighbours of one look are one run."""
    pieces: list[tuple[Look, list[str]]] = []
    for look, text in texts:
        if pieces and pieces[-1][0] == look:
            pieces[-1][1].append(text)
        else:
            pieces.append((look, [text]))
    return tuple(look.run("".join(parts)) for look, parts in pieces)


def _whole_slots(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Every slot moved into the run where it begins, wherever its letters change their look."""
    whole = "".join(run.text for run in runs)
    found = [match.span() for match in SLOT.finditer(whole)]
    texts: list[str] = []
    start = 0
    for run in runs:
        end = start + len(run.text)
        first = next((stop for begin, stop in found if begin < start < stop), start)
        last = next((stop for begin, stop in found if begin < end < stop and begin >= start), end)
        texts.append(whole[first:last] if first < last else "")
        start = end
    named = (msgspec.structs.replace(run, text=text) for run, text in zip(runs, texts, strict=True))
    kept = tuple(run for run in named if run.text)
    return kept or runs[:1]
