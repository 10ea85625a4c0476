"""What partners send: cohorts, and the two private bodies of Segment's destination (pure)."""

from typing import Any, cast

from reelpress.engage.cohorts.model import Sync
from reelpress.engage.data_api import faults
from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.data_api.model import Batch
from reelpress.engage.data_api.parse import is_true, parse_customer, parse_event, plain_text, read_object
from reelpress.engage.profiles.values import LONGEST_NAME, LONGEST_STRING

FORBIDDEN_IN_COHORT_NAMES = frozenset('|*?\\:<>=$"')
TRAITS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "phone": "mobile",
    "createdAt": "created_time",
}
"""Segment's reserved traits whose names differ from those of Track User."""


def parse_sync(document: dict[str, Any]) -> Sync:
    """A cohort sync. Raises DataApiFault."""
    action = document.get("action")
    if action is None:
        raise faults.missing("action")
    if action not in ("add_members", "remove_members"):
        message = "action can only be in ['add_members', 'remove_members']"
        raise DataApiFault(400, "ValueError", message, "action")
    parameters = document.get("parameters")
    if parameters is None:
        raise faults.missing("parameters")
    fields = read_object(parameters, "parameters")
    name = _required(fields, "cohort_name")
    if len(name) > LONGEST_NAME or name.startswith(".") or FORBIDDEN_IN_COHORT_NAMES & set(name):
        raise DataApiFault(400, "ValueError", "cohort_name is not a valid cohort name", "cohort_name")
    return Sync(
        partner=_required(document, "partner")[:LONGEST_NAME],
        cohort_id=_required(fields, "cohort_id")[:LONGEST_STRING],
        name=name,
        description=(plain_text(fields.get("cohort_description")) or "")[:LONGEST_STRING],
        join=action == "add_members",
        members=_members(fields.get("members")),
    )


def parse_segment(document: dict[str, Any]) -> Batch:
    """An identify or track body. Raises DataApiFault."""
    user = document.get("user_id")
    customer_id = document.get("anonymous_id") if user is None or user == "" else user
    # A workspace may let Segment send traits with a track call: then there is no event.
    if document.get("type") == "identify" or ("traits" in document and "event" not in document):
        return parse_customer(
            {
                "type": "customer",
                "customer_id": customer_id,
                "update_existing_only": document.get("update_existing_only"),
                "attributes": _traits(read_object(document.get("traits"), "traits")),
            }
        )
    if document.get("type") != "track":
        raise DataApiFault(400, "AttributeError", "type should be identify/track", "type")
    if document.get("event") is None:
        raise faults.missing("event")
    context = read_object(document.get("context"), "context")
    app, system = read_object(context.get("app"), "context"), read_object(context.get("os"), "context")
    return parse_event(
        {
            "type": "event",
            "customer_id": customer_id,
            "update_existing_only": is_true(document.get("update_existing_only")),
            "actions": [
                {
                    "action": document["event"],
                    "attributes": document.get("properties"),
                    "platform": system.get("name"),
                    "app_version": app.get("version"),
                    "current_time": document.get("timestamp"),
                    "real_time_action": True,
                }
            ],
        }
    )


def _traits(traits: dict[str, Any]) -> dict[str, Any]:
    return {TRAITS.get(name, name): value for name, value in traits.items()}


def _required(fields: dict[str, Any], name: str) -> str:
    text = plain_text(fields.get(name))
    if not text or not text.strip():
        raise faults.missing(name)
    return text


def _members(given: object) -> tuple[str, ...]:
    if given is None:
        raise faults.missing("members")
    if not isinstance(given, list):
        raise faults.malformed("members")
    members: list[str] = []
    for item in cast("list[object]", given):
        fields = cast("dict[str, Any]", item) if isinstance(item, dict) else {}
        text = plain_text(fields.get("uid"))
        if text and len(text) <= LONGEST_STRING:
            members.append(text)
    return tuple(dict.fromkeys(members))
