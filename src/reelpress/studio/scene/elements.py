"""XML bytes -> plain elements that know their line. Entities, DTDs and outside references are refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from reelpress.studio.scene.errors import SceneFault
from reelpress.studio.scene.model import Where

MAX_BYTES = 10_000_000
MAX_ELEMENTS = 100_000
MAX_DEPTH = 40


@dataclass(slots=True)
class Element:
    tag: str
    attributes: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list["Element"])
    text: str = ""

    def find_all(self, *tags: str) -> Iterator["Element"]:
        return (child for child in self.children if child.tag in tags)

    def where(self, file: str) -> Where:
        id_ = self.attributes.get("id", "")
        return Where(file, f"{self.tag} {id_}".strip(), self.line)


def read_elements(data: bytes, file: str) -> Element:
    """The root element. Raises SceneFault."""
    if len(data) > MAX_BYTES:
        raise SceneFault(
            f"the file has {len(data)} bytes; a template may have {MAX_BYTES}.",
            file=file,
            fix="Save it without embedded data.",
        )
    tree = _Tree(file)
    try:
        defusedxml.sax.parseString(data, tree, forbid_dtd=True)
    except DefusedXmlException as problem:
        raise SceneFault(
            f"document types and entities are refused ({type(problem).__name__}).",
            file=file,
            line=1,
            fix="Save the project again from Shotcut or Kdenlive; they write none.",
        ) from None
    except SAXParseException as problem:
        raise SceneFault(
            f"not well-formed XML: {problem.getMessage()}.",
            file=file,
            line=problem.getLineNumber() or 0,
            fix="Upload the .mlt file as the editor saved it.",
        ) from None
    except (ValueError, LookupError) as problem:
        raise SceneFault(
            f"the XML cannot be decoded: {problem}.", file=file, line=1, fix="Save it as UTF-8."
        ) from None
    assert tree.root is not None
    return tree.root


class _Tree(ContentHandler):
    def __init__(self, file: str) -> None:
        super().__init__()
        self.root: Element | None = None
        self._file = file
        self._open: list[Element] = []
        self._text: list[list[str]] = []  # of each open element, in the pieces the parser hands over
        self._count = 0
        self._place: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - the SAX interface's name
        self._place = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the SAX interface's name
        attributes = dict(attrs.items())
        element = Element(name, attributes, self._line())
        self._count += 1
        if self._count > MAX_ELEMENTS or len(self._open) >= MAX_DEPTH:
            raise SceneFault(
                f"more than {MAX_ELEMENTS} elements or {MAX_DEPTH} levels.",
                file=self._file,
                element=name,
                line=element.line,
                fix="Simplify the project.",
            )
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)
        self._text.append([])

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002 - the SAX interface's name and signature
        self._open.pop().text = "".join(self._text.pop())

    def characters(self, content: str) -> None:
        self._text[-1].append(content)

    def _line(self) -> int:
        return (self._place.getLineNumber() or 0) if self._place is not None else 0
