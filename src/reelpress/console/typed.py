"""What a person typed into a form, and what is wrong with it, by the name of the field."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData

from reelpress.platform.errors import Detail, Refusal, Refusals
from reelpress.platform.storable import require_storable

MAX_FORM_BYTES = 4_000_000

Faults = dict[str, str]
"""What to say, by field; field "" stands for the form as a whole."""

_PLAIN_WORDS = (
    (re.compile(r"String should have at least 1 character"), "This is needed."),
    (re.compile(r"String should have at least (\d+) characters?"), r"Write at least \1 characters."),
    (re.compile(r"String should have at most (\d+) characters?"), r"Write at most \1 characters."),
    (re.compile(r"Tuple should have at most (\d+) items?.*"), r"Give at most \1."),
    (re.compile(r"Field required"), "This is needed."),
    (re.compile(r"Input should be a valid integer.*"), "Write a whole number."),
    (re.compile(r"Input should be a valid number.*"), "Write a number."),
    (re.compile(r"Input should be greater than or equal to (\d+)"), r"Write a number from \1 on."),
    (re.compile(r"Input should be less than or equal to (\d+)"), r"Write a number up to \1."),
)

_ITEM_OF_A_LINE = re.compile(r"\b(tags|error_codes|reattempt_codes)\.\d+$")


@dataclass(frozen=True, slots=True)
class Typed:
    """The values of a posted form as plain text, lines ended by a line feed."""

    data: FormData

    def text(self, name: str, default: str = "") -> str:
        """One value, blanks around it kept; `default` where the form had no such field."""
        value = self.data.get(name)
        return _clean(value) if isinstance(value, str) else default

    def line(self, name: str, default: str = "") -> str:
        """One value without the blanks around it."""
        return self.text(name, default).strip()

    def every(self, name: str) -> list[str]:
        """All values of a repeated field in the order of the page."""
        return [_clean(value) for value in self.data.getlist(name) if isinstance(value, str)]

    def flag(self, name: str) -> bool:
        """Whether a checkbox was ticked."""
        return bool(self.line(name))

    def rows(self, *names: str) -> list[tuple[str, ...]]:
        """Fields repeated together, row by row; rows in which nothing was typed are left out."""
        columns = [self.every(name) for name in names]
        return [row for row in zip(*columns, strict=False) if any(cell.strip() for cell in row)]

    def pairs(self, name: str) -> list[dict[str, str]]:
        """The rows of `name.key` and `name.value`, as services take them."""
        rows = self.rows(f"{name}.key", f"{name}.value")
        return [{"key": key.strip(), "value": value} for key, value in rows]


async def read_form(request: Request) -> Typed:
    """The posted form.

    Raises Refusal: 413 when it is larger than any page of ours sends, 400 when a text cannot be kept.
    """
    declared = request.headers.get("content-length", "")
    if not declared.isdigit() or int(declared) > MAX_FORM_BYTES:
        raise Refusal(
            413, "too_large", f"a form has at most {MAX_FORM_BYTES // 1_000_000} MB", fix="shorten the text"
        )
    return storable_form(await request.form())


def storable_form(data: FormData) -> Typed:
    """A form that was read. Raises Refusal (400) when a text cannot be kept."""
    for name, value in data.multi_items():
        require_storable(value, name)
    return Typed(data)


def faults_of(fault: Refusal | ValidationError) -> Faults:
    """The words beside each field, paths written `headers.0.value`."""
    found: Faults = {}
    if isinstance(fault, Refusals) and len(fault.details) > 1:
        for detail in fault.details:
            found.setdefault(place_of(detail.field or ""), _without_path(detail.message, detail.field))
        return found
    if isinstance(fault, Refusal):
        return {place_of(fault.field or ""): words_of(fault)}
    for one in fault.errors(include_input=False, include_url=False, include_context=False):
        place = place_of(".".join(str(part) for part in one["loc"]))
        found.setdefault(place, plain(one["msg"]))
    return found


def words_of(refusal: Refusal) -> str:
    """Messages and remedy as sentences, without the paths: the words stand beside the field."""
    told = refusal.details if isinstance(refusal, Refusals) else [Detail(refusal.field, refusal.message)]
    sentences = [_without_path(one.message, one.field) for one in told]
    if refusal.fix and len(told) == 1:
        sentences.append(_sentence(refusal.fix))
    return " ".join(sentences)


def below(faults: Faults, prefix: str) -> Faults:
    """The faults with `prefix.` in front of their fields."""
    return {f"{prefix}.{place}" if place else prefix: words for place, words in faults.items()}


def place_of(field: str) -> str:
    """`audience.filters[1].value` as `audience.filters.1.value`; a list typed on one line is one field."""
    return _ITEM_OF_A_LINE.sub(r"\1", re.sub(r"\[(\d+)\]", r".\1", field))


def plain(message: str) -> str:
    """A parser's words as a person would say them."""
    for pattern, words in _PLAIN_WORDS:
        if pattern.fullmatch(message):
            return pattern.sub(words, message)
    return _sentence(message)


def numbers(text: str) -> list[Any]:
    """`401, 403` as numbers; what is none stays text, for the service to refuse."""
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    return [int(word) if word.isascii() and word.isdigit() and len(word) < 10 else word for word in words]


def _without_path(message: str, field: str | None) -> str:
    if field and message.startswith(field):
        message = message.removeprefix(field).lstrip(":, ")
    return plain(message)


def _sentence(text: str) -> str:
    text = text.strip()
    end = "" if text.endswith((".", "!", "?")) else "."
    return text[:1].upper() + text[1:] + end


def _clean(value: str) -> str:
    # Browsers end lines with CR LF (HTML, 4.10.21.4).
    return value.replace("\r\n", "\n").replace("\r", "\n")
