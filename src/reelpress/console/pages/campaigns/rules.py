"""Rules as rows of a form: attribute, comparison, value. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from reelpress.console.typed import Typed

Json = dict[str, Any]
Kind = Literal["user_attributes", "event_attributes"]

OPERATORS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("Any value", (("exists", "is set"), ("!exists", "is not set"))),
    (
        "Text",
        (
            ("string.is", "equals"),
            ("!string.is", "does not equal"),
            ("string.contains", "contains"),
            ("!string.contains", "does not contain"),
            ("string.startsWith", "starts with"),
            ("string.endsWith", "ends with"),
        ),
    ),
    (
        "Number",
        (
            ("double.is", "is the number"),
            ("double.greaterThan", "is greater than"),
            ("double.lessThan", "is less than"),
        ),
    ),
    ("Yes or no", (("bool.is.true", "is true"), ("bool.is.false", "is false"))),
    ("Date", (("datetime.on", "is on"), ("datetime.before", "is before"), ("datetime.after", "is after"))),
)
_WORDS = {code: words for _, group in OPERATORS for code, words in group}
_WITHOUT_VALUE = frozenset({"exists", "!exists", "bool.is.true", "bool.is.false"})
_ALIASES = {
    "isSet": "exists",
    "is_set": "exists",
    "equals": "is",
    "containsInTheFollowing": "contains",
    "startWithInTheFollowing": "startsWith",
    "endsWithInTheFollowing": "endsWith",
}
_TYPES = {"number": "double", "boolean": "bool"}
_DATE_OPERATORS = {"is": "on", "lessThan": "before", "greaterThan": "after"}
_KNOWN_KEYS = frozenset(
    {"filter_type", "name", "data_type", "operator", "value", "negate", "case_sensitive", "category"}
)


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as the form has it."""

    name: str
    operator: str
    value: str

    @property
    def words(self) -> str:
        """`Town equals Pune`."""
        said = f"{self.name} {_WORDS.get(self.operator, self.operator)}"
        return said if self.operator in _WITHOUT_VALUE else f"{said} {self.value}"


@dataclass(frozen=True, slots=True)
class RuleForm:
    """A rule as the form shows it: rows, one custom segment, or JSON where neither can say it.

    `segment` is the id of the segment.
    """

    kind: Literal["all", "rows", "segment", "json"]
    match: Literal["and", "or"] = "and"
    rows: tuple[Row, ...] = ()
    document: str = ""
    segment: str = ""

    @property
    def words(self) -> str | None:
        """In a sentence, None where rows cannot say it."""
        if self.kind in ("json", "segment"):
            return None
        return f" {self.match} ".join(row.words for row in self.rows)


def typed_rule(typed: Typed, prefix: str, default: Literal["all", "rows"]) -> RuleForm:
    """The rule as typed."""
    names = (f"{prefix}.name", f"{prefix}.operator", f"{prefix}.value")
    rows = [
        Row(name.strip(), operator, value)
        for name, operator, value in zip(*(typed.every(one) for one in names), strict=False)
        if name.strip() or value.strip()
    ]
    kind = typed.line(f"{prefix}.kind", default)
    return RuleForm(
        kind=kind if kind in ("json", "all", "segment") else "rows",
        match="or" if typed.line(f"{prefix}.match") == "or" else "and",
        rows=tuple(rows),
        document=typed.text(f"{prefix}.document"),
        segment=typed.line(f"{prefix}.segment"),
    )


def shown_rule(rule: Json | None) -> RuleForm:
    """A stored rule as the form shows it; nothing means everybody."""
    if not rule or rule.get("is_all_user_campaign") is True or rule.get("filter_type") == "all_users":
        return RuleForm("all")
    rows, segment = _rows(rule), _segment(rule)
    if segment:
        return RuleForm("segment", segment=segment)
    if rows is None:
        return RuleForm("json", document=json.dumps(rule, indent=2, ensure_ascii=False))
    return RuleForm("rows", "or" if rule.get("filter_operator") == "or" else "and", rows)


def rule_document(form: RuleForm, kind: Kind) -> Json | None:
    """The rule as services take it; None for everybody. Raises ValueError for what is not JSON."""
    if form.kind == "all":
        return None
    if form.kind == "json":
        return json.loads(form.document)
    if form.kind == "segment":
        return {"filter_operator": "and", "filters": [{"filter_type": "custom_segments", "id": form.segment}]}
    return {"filter_operator": form.match, "filters": [_condition(row, kind) for row in form.rows]}


def _condition(row: Row, kind: Kind) -> Json:
    code = row.operator
    condition: Json = {"filter_type": kind, "name": row.name}
    if code.startswith("!"):
        condition["negate"] = True
        code = code[1:]
    if code == "exists":
        return {**condition, "operator": "exists"}
    data_type, _, rest = code.partition(".")
    operator, _, fixed = rest.partition(".")
    value: object = row.value
    if data_type == "bool":
        value = fixed == "true"
    elif data_type == "double":
        value = _number(row.value)
    return {**condition, "data_type": data_type, "operator": operator, "value": value}


def _rows(rule: Json) -> tuple[Row, ...] | None:
    filters = rule.get("filters")
    if not isinstance(filters, list) or set(rule) - {"filter_operator", "filters"}:
        return None
    rows = [_row(one) for one in cast("Sequence[object]", filters)]
    found = tuple(row for row in rows if row is not None)
    return found if len(found) == len(rows) else None


def _segment(rule: Json) -> str:
    """The id where the rule is one custom segment and nothing else."""
    match rule:
        case {"filters": [{"filter_type": "custom_segments", "id": str(segment), **others}], **more}:
            plain = others.keys() <= {"name"} and more.keys() <= {"filter_operator"}
            return segment if plain else ""
        case _:
            return ""


def _row(condition: object) -> Row | None:
    if not isinstance(condition, dict):
        return None
    fields = cast("Json", condition)
    if set(fields) - _KNOWN_KEYS or fields.get("case_sensitive") or not isinstance(fields.get("name"), str):
        return None
    operator = _ALIASES.get(str(fields.get("operator")), str(fields.get("operator")))
    value: object = fields.get("value")
    negate = bool(fields.get("negate")) != (operator == "exists" and value is False)
    code, text = _code(operator, fields.get("data_type"), value)
    code = f"!{code}" if negate else code
    return Row(fields["name"], code, text) if code in _WORDS else None


def _code(operator: str, data_type: object, value: object) -> tuple[str, str]:
    """The form's code of a comparison and its value as text; a code the form lacks when it has none."""
    if operator == "exists":
        return "exists", ""
    if isinstance(value, list):
        values = cast("list[object]", value)
        operator, value = ("is" if operator == "in" else operator), values[0] if len(values) == 1 else None
    known = _TYPES.get(str(data_type), str(data_type)) if data_type else _type_of(value)
    if known == "bool" and isinstance(value, bool):
        return f"bool.{operator}.{str(value).lower()}", ""
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        return "", ""
    if known == "datetime":
        operator = _DATE_OPERATORS.get(operator, operator)
    return f"{known}.{operator}", f"{value:g}" if isinstance(value, float) else str(value)


def _type_of(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    return "double" if isinstance(value, (int, float)) else "string"


def _number(text: str) -> object:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
