"""Let every customer do her thing, and watch until her message is there."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from reelpress.demo.api import Api, basic
from reelpress.demo.customers import Customer
from reelpress.demo.use_cases import RECIPES
from reelpress.demo.workspace import SampleWorkspace

LONGEST_WAIT_S = 240.0
POLL_S = 0.4
RECIPE_OF = {recipe.use_case: recipe for recipe in RECIPES}


@dataclass(frozen=True, slots=True)
class Served:
    """What one customer got; seconds count from the moment her event was sent."""

    customer: str
    name: str
    use_case: str
    delivered: bool
    url: str | None = None
    bytes: int | None = None
    seconds_to_url: float | None = None
    seconds_to_mail: float | None = None
    mail_id: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def play(
    workspace: SampleWorkspace, customers: Sequence[Customer], on_served: Callable[[Served], None]
) -> list[Served]:
    """Profiles first, then the events; each customer is reported as soon as she is served."""
    data = Api(workspace.api.http, workspace.api.origin, basic(workspace.id, workspace.data_key))
    for customer in customers:
        await data.call("POST", f"/v1/customer/{workspace.id}", _profile(customer, data.origin))
    sent: dict[str, datetime] = {}
    for customer in customers:
        sent[customer.id] = datetime.now(UTC)
        await data.call("POST", f"/v1/event/{workspace.id}", _event(customer, data.origin))
    return await _watch(workspace.api, customers, sent, on_served)


def _profile(customer: Customer, origin: str) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "first_name": customer.first_name,
        "email": customer.email,
        "mobile": customer.phone,
    }
    if customer.photo:
        attributes["photo_url"] = f"{origin}/samples/{customer.photo}"
    return {"type": "customer", "customer_id": customer.id, "attributes": attributes}


def _event(customer: Customer, origin: str) -> dict[str, Any]:
    attributes = dict(customer.event)
    if "product_image" in attributes:
        attributes["product_image"] = f"{origin}/samples/{attributes['product_image']}"
    action = {
        "action": RECIPE_OF[customer.use_case].starts_on,
        "attributes": attributes,
        "platform": "web",
        "real_time_action": "true",
    }
    return {"type": "event", "customer_id": customer.id, "actions": [action]}


async def _watch(
    api: Api, customers: Sequence[Customer], sent: dict[str, datetime], on_served: Callable[[Served], None]
) -> list[Served]:
    waiting = {customer.email: customer for customer in customers}
    served: dict[str, Served] = {}
    deadline = time.monotonic() + LONGEST_WAIT_S
    while waiting and time.monotonic() < deadline:
        mails = (await api.call("GET", "/api/v1/mailbox/messages?limit=200"))["messages"]
        for mail in mails:
            customer = waiting.pop(mail["recipient"], None)
            if customer is not None:
                served[customer.id] = await _outcome(api, customer, sent[customer.id], mail)
                on_served(served[customer.id])
        await asyncio.sleep(POLL_S)
    for customer in waiting.values():
        served[customer.id] = Served(
            customer.id, customer.first_name, customer.use_case, delivered=False, reason="no message in time"
        )
        on_served(served[customer.id])
    return [served[customer.id] for customer in customers]


async def _outcome(api: Api, customer: Customer, sent: datetime, mail: dict[str, Any]) -> Served:
    attribute = RECIPE_OF[customer.use_case].attribute
    profile = await _profile_of(api, customer)
    url = profile["attributes"].get(attribute)
    updated = next(
        (
            entry["at"]
            for entry in profile["timeline"]
            if entry["kind"] == "update" and attribute in entry["attributes"]["keys"]
        ),
        None,
    )
    return Served(
        customer=customer.id,
        name=customer.first_name,
        use_case=customer.use_case,
        delivered=url is not None,
        url=url,
        bytes=await api.size(url) if url else None,
        seconds_to_url=_seconds(sent, updated),
        seconds_to_mail=_seconds(sent, mail["received_at"]),
        mail_id=mail["id"],
        reason=None if url else "the mail came but the profile has no URL",
    )


async def _profile_of(api: Api, customer: Customer) -> dict[str, Any]:
    found = (await api.call("GET", f"/api/v1/profiles?query={customer.id}"))["profiles"]
    return await api.call("GET", f"/api/v1/profiles/{found[0]['id']}")


def _seconds(start: datetime, end: str | None) -> float | None:
    return None if end is None else round((datetime.fromisoformat(end) - start).total_seconds(), 2)
