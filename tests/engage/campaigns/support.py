"""A connector endpoint and a caller of the APIs, both real."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from tests.conftest import TestWorkspace

NAMED = """{"name": "{{UserAttribute['First Name']}}"}"""
ASHA = {"first_name": "Asha", "email": "asha@example.com"}


@dataclass
class Endpoint:
    """What a connector calls; answers `status` and keeps what came. With `echo` it repeats its headers."""

    origin: str
    status: int = 200
    echo: bool = False
    queries: list[str] = field(default_factory=list)
    received: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.received.append((dict(request.headers), await request.text()))
        self.queries.append(request.query_string)
        answer = dict(request.headers) if self.echo else {"taken": len(self.received)}
        return web.json_response(answer, status=self.status)

    @property
    def bodies(self) -> list[str]:
        return [body for _, body in self.received]


@asynccontextmanager
async def serve_endpoint(port: int) -> AsyncGenerator[Endpoint]:
    endpoint = Endpoint(f"http://127.0.0.1:{port}")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", endpoint.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield endpoint
    finally:
        await runner.cleanup()


@dataclass
class Api:
    """The management API and the Data API of one workspace."""

    url: str
    workspace: TestWorkspace
    http: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, body: object = None, *, expect: int | None = None
    ) -> dict[str, Any]:
        async with self.http.request(
            method, f"{self.url}/api/v1{path}", json=body, headers=self.workspace.headers
        ) as answer:
            text = await answer.text()
            assert answer.status == (expect or (201 if (method, path) == ("POST", "/campaigns") else 200)), (
                text
            )
            return await answer.json()

    async def customer(self, customer_id: str, attributes: dict[str, Any]) -> None:
        body = {"type": "customer", "customer_id": customer_id, "attributes": attributes}
        await self._data("customer", body)

    async def event(
        self, customer_id: str, name: str, attributes: dict[str, Any] | None = None, *, key: str | None = None
    ) -> None:
        action = {"action": name, "attributes": attributes or {}}
        body = {"type": "event", "customer_id": customer_id, "actions": [action]}
        await self._data("event", body, {"Idempotency-Key": key} if key else {})

    async def active(self, **fields: Any) -> str:
        """A campaign that runs; its id."""
        campaign = await self.call("POST", "/campaigns", fields)
        await self.call("POST", f"/campaigns/{campaign['id']}/activate")
        return campaign["id"]

    async def sends(self, campaign_id: str) -> list[dict[str, Any]]:
        return (await self.call("GET", f"/campaigns/{campaign_id}/sends"))["sends"]

    async def mail(self) -> list[dict[str, Any]]:
        """Every message of the mailbox, parsed, oldest first."""
        page = await self.call("GET", "/mailbox/messages")
        found = [await self.call("GET", f"/mailbox/messages/{one['id']}") for one in page["messages"]]
        return found[::-1]

    async def _data(self, noun: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        async with self.http.post(
            f"{self.url}/v1/{noun}/{self.workspace.id}", json=body, auth=self.workspace.basic, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()


def connector(
    endpoint: Endpoint, body: str = '{"name": "{{UserAttribute[\'First Name\']}}"}'
) -> dict[str, Any]:
    """Content of a connector campaign."""
    return {
        "method": "POST",
        "url": f"{endpoint.origin}/video/request",
        "headers": [{"key": "Content-Type", "value": "application/json"}],
        "body_type": "RAW",
        "body": body,
    }


def email(html: str = "<p>Hi {{UserAttribute['First Name']}}</p>", **fields: Any) -> dict[str, Any]:
    """Content of an e-mail campaign."""
    return {
        "subject": "For {{UserAttribute['First Name']}}",
        "sender_name": "Lantern",
        "from_address": "hello@lantern.example",
        "html": html,
        **fields,
    }


def is_set(name: str) -> dict[str, Any]:
    """An audience of those who have an attribute."""
    condition = {"filter_type": "user_attributes", "name": name, "data_type": "string", "operator": "exists"}
    return {"filter_operator": "and", "filters": [condition]}


def equals(name: str, value: str) -> dict[str, Any]:
    """A rule of one equality."""
    return {
        "filter_operator": "and",
        "filters": [{"name": name, "data_type": "string", "operator": "is", "value": value}],
    }
