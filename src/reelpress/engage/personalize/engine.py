"""Compile and render one template on minijinja, with the values placed by the destination's escaper.

The engine never writes a value itself: its finalizer collects each value and puts a mark in its place.
The escaper then walks the text between the marks, so it knows exactly where each value stands, whichever
branches were taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, cast

from minijinja import Environment, TemplateError

from reelpress.engage.personalize import source as text
from reelpress.engage.personalize.escape import Escaper, Unwritable, escaper_for
from reelpress.engage.personalize.filters import (
    FILTERS,
    STANDARD_FILTERS,
    AbsentInput,
    NotSendAsked,
    moe_not_send,
)
from reelpress.engage.personalize.guard import check_growth, guarded
from reelpress.engage.personalize.model import (
    ALIASES,
    OBJECTS,
    CampaignFacts,
    Category,
    Context,
    Destination,
    NotSent,
    ObjectName,
    Reference,
    Rendered,
    TemplateFault,
    Value,
)
from reelpress.engage.personalize.names import attribute_key, is_tracked, known_names
from reelpress.engage.personalize.run import Run, WorkedTooLong, require_time, running
from reelpress.engage.personalize.shown import plain, shown
from reelpress.engage.personalize.texts import BadInput

SOURCE_MAX_CHARS: Final = 512_000
OUTPUT_MAX_CHARS: Final = 1_000_000
FUEL: Final = 200_000  # engine steps; repetition and padding cost fuel by length
_SEMI_STRICT: Final = cast("Literal['strict']", "semi_strict")  # the engine knows it, its stub does not
MARK: Final = "\ufdd0"  # a noncharacter; a template that holds one is refused

KEPT_TEMPLATES: Final = 512
KEPT_MAX_CHARS: Final = 20_000  # longer templates are compiled each time they are asked for
TOO_MUCH_WORK: Final = NotSent("Unknown", "the template does too much work; shorten its loops")

_CATEGORY: Final[dict[ObjectName, Category]] = {
    "UserAttribute": "User Attribute",
    "EventAttribute": "Event Attribute",
    "BusinessEventAttribute": "Event Attribute",
    "Campaign": "Campaign Attribute",
    "ProductSet": "Undefined",
    "ContentBlock": "Undefined",
}
_UNDEFINED: Final = re.compile(
    rf"`({'|'.join([*OBJECTS, *ALIASES])})(?:\[(['\"])(.*)\2\]|\.([^`]+))` is undefined", re.DOTALL
)


def compile_template(source: str, destination: Destination) -> Template:
    """Raises TemplateFault, with the line where known, for whatever can be known before a customer is.

    What was compiled lately is not compiled again.
    """
    make = _compiled if len(source) <= KEPT_MAX_CHARS else Template
    return make(source, destination)


class Template:
    """Compiled once, rendered many times; immutable."""

    __slots__ = ("_engine", "_escaper", "_names_all", "_used", "destination", "references", "source")

    def __init__(self, source: str, destination: Destination) -> None:
        self.source: Final = source
        self.destination: Final = destination
        self._engine: Final = _engine(source)
        self._escaper: Final = escaper_for(destination)
        _check_places(self._escaper, source)
        self.references: Final = text.references(source)
        self._names_all: Final = text.names_every_attribute(source)
        self._used: Final = text.objects_used(source)

    @property
    def is_static(self) -> bool:
        return all(token.kind == "text" for token in text.tokens(self.source))

    def render(self, context: Context) -> Rendered | NotSent:
        run = Run(context)
        token = running.set(run)
        try:
            skeleton = self._engine.render_template("t", **self._shown(context))
            return self._place(skeleton, run.values, context)
        except NotSendAsked as asked:
            return self._asked(asked, context)
        except AbsentInput:
            return self._absent(context)
        except (BadInput, Unwritable) as refused:
            return NotSent("Unknown", str(refused))
        except RecursionError:
            return NotSent("Unknown", "a value is nested too deeply")
        except WorkedTooLong:
            return TOO_MUCH_WORK
        except AttributeError:
            return NotSent("Unknown", "an object or list has no methods in a template; use filters")
        except TemplateError as fault:
            return self._failed(fault, context)
        finally:
            running.reset(token)

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

    def _shown(self, context: Context) -> dict[str, Value]:
        """The objects the template mentions, under the names it gives them."""
        return {name: shown(self._object(text.object_of(name), context)) for name in self._used}

    def _object(self, name: ObjectName, context: Context) -> dict[str, Value]:
        match name:
            case "UserAttribute":
                return self._user(context)
            case "EventAttribute":
                return _present(context.event)
            case "BusinessEventAttribute":
                return _present(context.business_event)
            case "ProductSet":
                return _present(context.product_sets)
            case "ContentBlock":
                return _present(context.content_blocks)
            case "Campaign":
                return _facts(context.campaign)

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
        return next(
            (
                r
                for r in self.references
                if r.has_default is defaulted and r.name not in self._object(r.source, context)
            ),
            None,
        )

    def _failed(self, fault: TemplateError, context: Context) -> NotSent:
        detail = fault.detail or fault.kind
        if fault.kind == "OutOfFuel":
            return TOO_MUCH_WORK
        if fault.kind != "UndefinedError":
            return NotSent("Unknown", f"line {fault.line}: {detail}")
        named = _UNDEFINED.search(detail)
        if named is not None:
            return _missing(text.object_of(named[1]), named[3] or named[4])
        found = self._absent(context)
        return found if found.category != "Undefined" else NotSent("Undefined", detail)


def _attribute(name: str, context: Context) -> Value:
    value = context.user.get(attribute_key(name, context.display_names))
    return context.user.get(name) if value is None and not is_tracked(name) else value


def _present(values: Mapping[str, Value] | None) -> dict[str, Value]:
    return {name: value for name, value in (values or {}).items() if value is not None}


def _facts(campaign: CampaignFacts) -> dict[str, Value]:
    return {
        "ID": campaign.id,
        "id": campaign.id,
        "Name": campaign.name,
        "name": campaign.name,
        "Tags": list(campaign.tags),
        "tags": list(campaign.tags),
    }


def _missing(source: ObjectName, name: str, more: str = "") -> NotSent:
    return NotSent(_CATEGORY[source], f"{source} {name!r} is missing{more}", name)


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
    known = text.rewrite_not_send(source)
    _add(engine, "t", known)
    text.check_statements(known, STANDARD_FILTERS | FILTERS.keys())
    check_growth(known)
    _add(engine, "t", guarded(known))
    return engine


def _add(engine: Environment, name: str, source: str) -> None:
    try:
        engine.add_template(name, source)
    except TemplateError as fault:
        raise TemplateFault(fault.detail or fault.kind, fault.line) from fault


def _collect(value: Value) -> str:
    require_time().values.append(plain(value))
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


@lru_cache(maxsize=KEPT_TEMPLATES)
def _compiled(source: str, destination: Destination) -> Template:
    return Template(source, destination)
