"""One condition as SQL over a jsonb document: the attributes of `profiles p` or of `events e`.

Every fragment is true or false, never NULL.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from reelpress.engage.audiences.model import Condition
from reelpress.engage.audiences.times import ALWAYS, Moment, bounds

MOST_INDEXED_VALUES = 100
_Test: TypeAlias = Callable[[str], str]
"""From the SQL of a value to the SQL of its comparison."""

_JSON_TYPES: Mapping[str, tuple[str, str]] = {
    "string": ("string", "text"),
    "double": ("number", "float8"),
    "bool": ("boolean", "boolean"),
}
_FIRST_MILLISECOND_EPOCH = "1e11"


@dataclass(slots=True)
class Arguments:
    """What the parameters of a statement stand for, in their order; `$1` is the workspace."""

    values: list[Any] = field(default_factory=list[Any])

    def add(self, value: Any, sql_type: str) -> str:
        """The parameter that holds the value."""
        self.values.append(value)
        return f"${len(self.values)}::{sql_type}"


@dataclass(frozen=True, slots=True)
class Document:
    """Where attributes are read: the jsonb column, its derived columns if it has any, and which
    attributes are columns of their own."""

    attributes: str
    folded: str | None = None
    moments: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict[str, str])
    seen: Mapping[str, str] = field(default_factory=dict[str, str])


def holds(condition: Condition, document: Document, moment: Moment, arguments: Arguments) -> str:
    """The condition before its negation."""
    return _Comparison(condition, document, arguments).holds(moment)


class _Comparison:
    def __init__(self, condition: Condition, document: Document, arguments: Arguments) -> None:
        self.condition = condition
        self.document = document
        self.arguments = arguments

    def holds(self, moment: Moment) -> str:
        if self.condition.operator == "exists":
            return self._exists()
        if self.condition.operator == "within":
            return self._within(moment)
        column = self.document.ids.get(self.condition.key)
        if column is not None:
            return self._compared_id(column)
        if self._is_indexed():
            return self._contained()
        return self._compared()

    def _exists(self) -> str:
        key = self.condition.key
        if key in self.document.ids:
            return f"({self.document.ids[key]} IS NOT NULL)"
        if key in self.document.seen:
            return "true"
        attributes = self.document.attributes
        found = f"({attributes} ? {self._key()})"
        return f"({found} OR {attributes} @? {self._path()})" if self.condition.path else found

    def _compared_id(self, column: str) -> str:
        """An id is a text of its own column; only the customer id is kept folded as well."""
        if self._folds() and self.condition.key == "uid":
            column = f"({self.document.folded} ->> 'uid')"
        if self.condition.data_type != "string":
            return "false"
        return f"coalesce({self._test('text')(column)}, false)"

    def _is_indexed(self) -> bool:
        condition = self.condition
        return (
            self._folds()
            and self.document.folded is not None
            and condition.operator == "in"
            and not condition.every
            and not condition.path
            and len(condition.values) <= MOST_INDEXED_VALUES
        )

    def _contained(self) -> str:
        """Equality that the index of `folded` answers: the value, or one of a list, is one of these."""
        wanted = " || ".join(
            f"@ == {json.dumps(value, ensure_ascii=False)}" for value in self.condition.values
        )
        key = json.dumps(self.condition.key, ensure_ascii=False)
        path = self.arguments.add(f"$.{key}[*] ? ({wanted})", "text")
        return f"({self.document.folded} @? {path}::jsonpath)"

    def _compared(self) -> str:
        """The value, or elements of a list, have the JSON type and compare as asked."""
        kind, sql_type = _JSON_TYPES[self.condition.data_type]
        test = self._test(sql_type)
        together = "bool_and" if self.condition.every else "bool_or"
        source = self._source()

        def fits(value: str) -> str:
            text = self._fold(f"({value} #>> '{{}}')")
            compared = test(f"{text}::{sql_type}")
            return f"CASE WHEN jsonb_typeof({value}) = '{kind}' THEN {compared} ELSE false END"

        value = f"({source} -> {self._key()})"
        fitting = f"{together}({fits('v')})"
        elements = f"(SELECT {fitting} FROM jsonb_array_elements({value}) AS v)"  # noqa: S608 - parameters only
        of_list = f"jsonb_typeof({value}) = 'array' THEN coalesce({elements}, false)"
        literal = f"CASE WHEN {of_list} ELSE {fits(value)} END"
        if not self.condition.path:
            return f"({literal})"
        walked = f"(SELECT {fitting} FROM jsonb_path_query({source}, {self._path('[*]')}) AS v)"  # noqa: S608 - as above
        return (
            f"(CASE WHEN {self.document.attributes} ? {self._key()} THEN {literal} "
            f"ELSE coalesce({walked}, false) END)"
        )

    def _within(self, moment: Moment) -> str:
        """A date-time as text or as a number of seconds or milliseconds lies in the window."""
        low, high = bounds(self.condition.window or ALWAYS, moment)

        def lies(at: str) -> str:
            ends = [f"{at} IS NOT NULL"]
            ends += [] if low is None else [f"{at} >= {self.arguments.add(low, 'float8')}"]
            ends += [] if high is None else [f"{at} < {self.arguments.add(high, 'float8')}"]
            return " AND ".join(ends)

        # Without the derived column a date-time is read from text: once, not for each end of the window.
        once = "" if self.document.moments else " OFFSET 0"
        held = f"(SELECT {lies('at')} FROM (SELECT {self._literal_moment()} AS at{once}) AS m)"  # noqa: S608 - parameters only
        if not self.condition.path:
            return held
        named = f"{self.document.attributes} ? {self._key()}"
        return f"(CASE WHEN {named} THEN {held} ELSE {self._walked(lies)} END)"

    def _literal_moment(self) -> str:
        """The attribute of exactly that name, or the column that stands for it."""
        identity = self.document.ids.get(self.condition.key)
        if identity:
            return f"engage_moment({identity})"
        key, attributes = self._key(), self.document.attributes
        found = self._moment(f"({attributes} -> {key})", f"{self.document.moments} ->> {key}")
        column = self.document.seen.get(self.condition.key)
        if column is None:
            return found
        seen = f"(floor(extract(epoch FROM {column})) * 1000)::float8"
        return f"CASE WHEN {attributes} ? {key} THEN {found} ELSE {seen} END"

    def _walked(self, lies: _Test) -> str:
        """Some value at the end of the path lies in the window."""
        path = self._path()
        numbers = self._moment("v", "NULL")
        found = f"(SELECT bool_or({lies('at')}) FROM (SELECT {numbers} AS at "  # noqa: S608 - parameters only
        once = "" if self.document.moments else " OFFSET 0"
        found += f"FROM jsonb_path_query({self.document.attributes}, {path}) AS v{once}) AS m)"
        if self.document.moments is None:
            return f"coalesce({found}, false)"
        dated = (
            f"(SELECT bool_or({lies('at')}) FROM (SELECT (v #>> '{{}}')::float8 AS at "  # noqa: S608 - as above
            f"FROM jsonb_path_query({self.document.moments}, {path}) AS v "
            "WHERE jsonb_typeof(v) = 'number') AS m)"
        )
        return f"(coalesce({found}, false) OR coalesce({dated}, false))"

    def _moment(self, value: str, derived: str) -> str:
        """Epoch milliseconds of a JSON value, NULL for what is no date-time."""
        number = f"({value} #>> '{{}}')::float8"
        epoch = f"CASE WHEN abs({number}) > {_FIRST_MILLISECOND_EPOCH} THEN {number} ELSE {number} * 1000 END"
        text = f"({derived})::float8" if self.document.moments else f"engage_moment({value} #>> '{{}}')"
        return f"(CASE jsonb_typeof({value}) WHEN 'number' THEN {epoch} WHEN 'string' THEN {text} END)"

    def _folds(self) -> bool:
        return self.condition.data_type == "string" and not self.condition.case_sensitive

    def _source(self) -> str:
        """Folded text has a column of its own, but without what is no text, as `every` needs it."""
        derived = self.document.folded if self._folds() and not self.condition.every else None
        return derived or self.document.attributes

    def _fold(self, text: str) -> str:
        is_raw = self._source() == self.document.attributes
        return f"engage_fold({text})" if self._folds() and is_raw else text

    def _key(self) -> str:
        return self.arguments.add(self.condition.key, "text")

    def _path(self, last: str = "") -> str:
        names = "".join(f".{json.dumps(name, ensure_ascii=False)}" for name in self.condition.path)
        return f"{self.arguments.add(f'${names}{last}', 'text')}::jsonpath"

    def _test(self, sql_type: str) -> _Test:
        values = list(self.condition.values)
        match self.condition.operator:
            case "in":
                wanted = self.arguments.add(values, f"{sql_type}[]")
                return lambda value: f"{value} = ANY({wanted})"
            case "contains" | "startsWith" | "endsWith":
                return _text_test(self.condition.operator, self.arguments.add(values, "text[]"))
            case "empty" | "filled":
                sign = "=" if self.condition.operator == "empty" else "<>"
                return lambda value: f"{value} {sign} ''"
            case "lessThan" | "greaterThan":
                bound = self.arguments.add(values[0], sql_type)
                sign = "<" if self.condition.operator == "lessThan" else ">"
                return lambda value: f"{value} {sign} {bound}"
            case "between":
                low, high = (self.arguments.add(end, sql_type) for end in values)
                return lambda value: f"{value} BETWEEN {low} AND {high}"
            case "exists" | "within":
                raise AssertionError("asked of the attribute, not of a value")


def _text_test(operator: str, texts: str) -> _Test:
    tests: Mapping[str, _Test] = {
        "contains": lambda value: f"strpos({value}, t) > 0",
        "startsWith": lambda value: f"starts_with({value}, t)",
        "endsWith": lambda value: f"right({value}, length(t)) = t",
    }
    test = tests[operator]
    return lambda value: f"(SELECT bool_or({test(value)}) FROM unnest({texts}) AS t)"  # noqa: S608 - parameters only
