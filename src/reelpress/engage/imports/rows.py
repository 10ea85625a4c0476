"""From the rows of a CSV file to elements of the Data API (pure)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.model import CustomerElement, EventElement
from reelpress.engage.data_api.parse import parse_customer, parse_event
from reelpress.engage.imports.model import Columns, FileImport
from reelpress.engage.profiles.standard import STANDARD_ATTRIBUTES, key_of

Element = CustomerElement | EventElement

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?\Z", re.ASCII)
_TEXT_KEYS = frozenset(one.key for one in STANDARD_ATTRIBUTES if one.type == "string")


class UnusableRow(Exception):
    """Why a row fails; never quotes the row."""


def missing_columns(header: list[str], columns: Columns) -> list[str]:
    """The columns an import needs that a file does not have."""
    needed = [columns.customer_id, *columns.attributes]
    if columns.event_in_column and columns.event:
        needed.append(columns.event)
    if columns.time:
        needed.append(columns.time)
    return [name for name in needed if name not in header]


def element_of(row: Mapping[str, str], one: FileImport) -> Element:
    """What a row asks for. Raises UnusableRow."""
    try:
        if one.kind == "USERS":
            (customer,) = parse_customer(_customer(row, one.columns)).customers
            return customer
        (event,) = parse_event(_event(row, one.columns)).events
        return event
    except DataApiFault as fault:
        raise UnusableRow(fault.message) from fault


def value_of(name: str, text: str) -> Any:
    """A cell as a value: numbers and truth are read, standard attributes that are text stay text."""
    if key_of(name) in _TEXT_KEYS:
        return text
    if _NUMBER.match(text):
        return float(text) if "." in text else int(text)
    return {"true": True, "false": False}.get(text.lower(), text)


def _customer(row: Mapping[str, str], columns: Columns) -> dict[str, Any]:
    return {
        "type": "customer",
        "customer_id": row.get(columns.customer_id, "").strip() or None,
        "attributes": dict(_attributes(row, columns)),
        "update_existing_only": columns.existing_only,
    }


def _event(row: Mapping[str, str], columns: Columns) -> dict[str, Any]:
    name = row.get(columns.event or "") if columns.event_in_column else columns.event
    return {
        "type": "event",
        "customer_id": row.get(columns.customer_id, "").strip() or None,
        "update_existing_only": columns.existing_only,
        "actions": [
            {
                "action": name,
                "attributes": dict(_attributes(row, columns)),
                "current_time": row.get(columns.time) if columns.time else None,
            }
        ],
    }


def _attributes(row: Mapping[str, str], columns: Columns) -> Iterator[tuple[str, Any]]:
    special = {columns.customer_id, columns.time, columns.event if columns.event_in_column else None}
    chosen = columns.attributes or {name: name for name in row if name not in special}
    for column, name in chosen.items():
        text = row.get(column, "").strip()
        if text:
            yield name, value_of(name, text)
