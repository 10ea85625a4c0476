"""A client of the Data API for tests."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def error(self) -> dict[str, Any]:
        return self.body["error"]


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class DataApi:
    """Calls as a MoEngage client makes them; `call` bends every part of them."""

    def __init__(self, http: aiohttp.ClientSession, url: str, workspace: Any) -> None:
        self.http = http
        self.url = url
        self.workspace = workspace

    async def customer(
        self, customer_id: str, attributes: dict[str, Any] | None = None, **more: Any
    ) -> Answer:
        body = {"type": "customer", "customer_id": customer_id, "attributes": attributes or {}, **more}
        return await self.call(f"/v1/customer/{self.workspace.id}", body)

    async def event(self, customer_id: str, *actions: dict[str, Any], **more: Any) -> Answer:
        body = {"type": "event", "customer_id": customer_id, "actions": list(actions), **more}
        return await self.call(f"/v1/event/{self.workspace.id}", body)

    async def bulk(self, *elements: Any) -> Answer:
        return await self.call(
            f"/v1/transition/{self.workspace.id}", {"type": "transition", "elements": list(elements)}
        )

    async def call(
        self,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        headers: dict[str, str | None] | None = None,
    ) -> Answer:
        sent: dict[str, str | None] = {
            "Content-Type": "application/json",
            "Authorization": basic(self.workspace.id, self.workspace.data_key),
            **(headers or {}),
        }
        data = json.dumps(body).encode() if raw is None else raw
        async with self.http.post(
            self.url + path,
            data=data,
            headers={name: value for name, value in sent.items() if value is not None},
            skip_auto_headers=["Content-Type"],
        ) as answer:
            return Answer(answer.status, await answer.json(), answer.headers)

    async def device(self, customer_id: str | None, device_id: str, **attributes: Any) -> Answer:
        body = {
            "type": "device",
            "customer_id": customer_id,
            "device_id": device_id,
            "attributes": attributes,
        }
        return await self.call(f"/v1/device/{self.workspace.id}", body)

    async def named(self, call: str, body: Any) -> Answer:
        """A call whose query names the workspace."""
        return await self.call(f"/v1/{call}?app_id={self.workspace.id}", body)

    async def export(self, *customer_ids: str, fields: list[str] | None = None) -> Answer:
        identifiers = [{"identifier_type": "customer_id", "identifier": one} for one in customer_ids]
        data = {"identifiers": identifiers, **({} if fields is None else {"user_fields_to_export": fields})}
        return await self.named("customers/export", {"data": data})

    async def profile(self, customer_id: str) -> dict[str, Any] | None:
        """The profile with this customer id, with its timeline, through the management API."""
        async with self.http.get(
            f"{self.url}/api/v1/profiles", params={"query": customer_id}, headers=self.workspace.headers
        ) as answer:
            page = await answer.json()
        found = [one for one in page["profiles"] if one["customer_id"] == customer_id]
        if not found:
            return None
        async with self.http.get(
            f"{self.url}/api/v1/profiles/{found[0]['id']}", headers=self.workspace.headers
        ) as answer:
            return await answer.json()
