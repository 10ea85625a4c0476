"""Compile and render one template on minijinja, with the values placed by the destination's escaper.

The engine never writes a value itself: its finalizer collects each value and puts a mark in its place.
The escaper then walks the text between the marks, so it knows exactly where each value stands, whichever
branches were taken.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Final, Literal, cast

from minijinja import Environment, TemplateError

from reelpress.engage.personalize import source as text
from reelpress.engage.personalize.escape import Escaper, Unwritable, escaper_for
from reelpress.engage.personalize.filters import (
    FILTERS,
    STANDARD_FILTERS,
    AbsentInput,
    BadInput,
    NotSendAsked,
    moe_not_send,
)
from reelpress.engage.personalize.model import (
    Category,
    Context,
    Destination,
    NotSent,
    Reference,
    Rendered,
    TemplateFault,
    Value,
)
from reelpress.engage.personalize.names import attribute_key, is_tracked, known_names
from reelpress.engage.personalize.shown import plain, shown

SOURCE_MAX_CHARS: Final = 512_000
OUTPUT_MAX_CHARS: Final = 1_000_000
FUEL: Final = 200_000  # engine steps; repetition and padding cost fuel by length
_SEMI_STRICT: Final = cast("Literal['strict']", "semi_strict")  # the engine knows it, its stub does not
MARK: Final = "\ufdd0"  # a noncharacter; a template that holds one is refused

_CATEGORY: Final[dict[str, Category]] = {
    "UserAttribute": "User Attribute",
    "EventAttribute": "Event Attribute",
    "Campaign": "Campaign Attribute",
}
_UNDEFINED: Final = re.compile(
    r"`(UserAttribute|EventAttribute|Campaign)(?:\[(['\"])(.*)\2\]|\.([^`]+))` is undefined", re.DOTALL
)
_collected: ContextVar[list[Value]] = ContextVar("personalize_values")


def compile_template(source: str, destination: Destination) -> Template:
    """Raises TemplateFault, with the line where known, for whatever can be known before a customer is."""
    return Template(source, destination)


class Template:
    """Compiled once, rendered many times; immutable."""

    __slots__ = ("_engine", "_escaper", "_names_all", "destination", "references", "source")

    def __init__(self, source: str, destination: Destination) -> None:
        self.source: Final = source
        self.destination: Final = destination
        self._engine: Final = _engine(source)
        self._escaper: Final = escaper_for(destination)
        _check_places(self._escaper, source)
        self.references: Final = text.references(source)
        self._names_all: Final = text.names_every_attribute(source)

    @property
    def is_static(self) -> bool:
        return all(token.kind == "text" for token in text.tokens(self.source))

    def render(self, context: Context) -> Rendered | NotSent:
        values: list[Value] = []
        token = _collected.set(values)
        try:
            skeleton = self._engine.render_template(
                "t", **{k: shown(v) for k, v in self._objects(context).items()}
            )
            return self._place(skeleton, values, context)
        except NotSendAsked as asked:
            return self._asked(asked, context)
        except AbsentInput:
            return self._absent(context)
        except (BadInput, Unwritable) as refused:
            return NotSent("Unknown", str(refused))
        except AttributeError:
            return NotSent("Unknown", "an object or list has no methods in a template; use filters")
        except TemplateError as fault:
            return self._failed(fault, context)
        finally:
            _collected.reset(token)

    def _place(self, skeleton: str, values: list[Value], context: Context) -> Rendered | NotSent:
        pieces = skeleton.split(MARK)
        if len(pieces) != len(values) + 1:
            return NotSent("Unknown", "a value was captured inside the template; print it directly")
        if any(value is None for value in values):
            return self._absent(context)
        escaper = self._escaper
        written = [pieces[0]]
        length = len(skeleton)
        state = escaper.advance(escaper.start, pieces[0])
        for value, piece in zip(values, pieces[1:], strict=True):
            placed, state = escaper.write(state, value)
            length += len(placed)
            if length > OUTPUT_MAX_CHARS:
                return NotSent("Unknown", f"the rendered text is longer than {OUTPUT_MAX_CHARS} characters")
            written += (placed, piece)
            state = escaper.advance(state, piece)
        return Rendered(escaper.finish("".join(written)))

    def _objects(self, context: Context) -> dict[str, dict[str, Value]]:
        campaign = context.campaign
        facts: dict[str, Value] = {
            "ID": campaign.id,
            "id": campaign.id,
            "Name": campaign.name,
            "name": campaign.name,
            "Tags": list(campaign.tags),
            "tags": list(campaign.tags),
        }
        event: dict[str, Value] = {
            name: value for name, value in (context.event or {}).items() if value is not None
        }
        return {"UserAttribute": self._user(context), "EventAttribute": event, "Campaign": facts}

    def _user(self, context: Context) -> dict[str, Value]:
        if self._names_all:
            named = [r.name for r in self.references if r.source == "UserAttribute"]
        else:
            named = [*context.user, *known_names(context.display_names)]
        found = {name: _attribute(name, context) for name in named}
        return {name: value for name, value in found.items() if value is not None}

    def _asked(self, asked: NotSendAsked, context: Context) -> NotSent:
        if asked.reason is not None:
            return NotSent("Custom error message", asked.reason)
        missing = self._first_missing(context, defaulted=True)
        if missing is None:
            return NotSent("Undefined", "a value is missing and its fallback is not to send")
        return _missing(missing.source, missing.name, "; its fallback is not to send")

    def _absent(self, context: Context) -> NotSent:
        missing = self._first_missing(context, defaulted=False)
        if missing is None:
            return NotSent("Undefined", "a value is missing")
        return _missing(missing.source, missing.name)

    def _first_missing(self, context: Context, *, defaulted: bool) -> Reference | None:
        objects = self._objects(context)
        return next(
            (r for r in self.references if r.has_default is defaulted and r.name not in objects[r.source]),
            None,
        )

    def _failed(self, fault: TemplateError, context: Context) -> NotSent:
        detail = fault.detail or fault.kind
        if fault.kind == "OutOfFuel":
            return NotSent("Unknown", "the template does too much work; shorten its loops")
        if fault.kind != "UndefinedError":
            return NotSent("Unknown", f"line {fault.line}: {detail}")
        named = _UNDEFINED.search(detail)
        if named is not None:
            return _missing(named[1], named[3] or named[4])
        found = self._absent(context)
        return found if found.category != "Undefined" else NotSent("Undefined", detail)


def _attribute(name: str, context: Context) -> Value:
    value = context.user.get(attribute_key(name, context.display_names))
    return context.user.get(name) if value is None and not is_tracked(name) else value


def _missing(source: str, name: str, more: str = "") -> NotSent:
    return NotSent(_CATEGORY[source], f"{source} {name!r} is missing{more}")


def _engine(source: str) -> Environment:
    if len(source) > SOURCE_MAX_CHARS:
        raise TemplateFault(f"the template is longer than {SOURCE_MAX_CHARS} characters")
    if MARK in source:
        raise TemplateFault("the template holds the noncharacter U+FDD0; remove it")
    engine = Environment(
        finalizer=_collect,
        fuel=FUEL,
        undefined_behavior=_SEMI_STRICT,
        filters=FILTERS,
        globals={"moe_not_send": moe_not_send},
        keep_trailing_newline=True,
    )
    engine.remove_global("debug")
    try:
        engine.add_template("t", text.rewrite_not_send(source))
    except TemplateError as fault:
        raise TemplateFault(fault.detail or fault.kind, fault.line) from fault
    text.check_statements(text.rewrite_not_send(source), STANDARD_FILTERS | FILTERS.keys())
    return engine


def _collect(value: Value) -> str:
    _collected.get().append(plain(value))
    return MARK


def _check_places(escaper: Escaper, source: str) -> None:
    """Walk the source itself, all branches one after another, and refuse values where none may stand."""
    state = escaper.start
    skeleton: list[text.Token] = []
    for token in text.tokens(source):
        skeleton.append(token)
        if token.kind == "text":
            state = escaper.advance(state, token.text)
        elif token.kind == "output":
            reason = escaper.refusal(state)
            if reason is not None:
                raise TemplateFault(reason, token.line)
    escaper.check_source(skeleton)
