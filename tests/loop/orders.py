"""Orders placed at a whole installation, and the proof that each was served exactly once."""

import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import asyncpg

from tests.conftest import TestWorkspace
from tests.loop.installation import Installation, wait_until
from tests.support.receiver import Receiver
from tests.support.studio_kit import Studio, text_template, webhook

ATTRIBUTE = "whilter_video_url"
READY_EVENT = "Media Ready"
SERVED_WITHIN_S = 240.0
JPEG = b"\xff\xd8"
LONG_FRAMES = 400  # rendering it lasts long enough to be killed in the middle


@dataclass(frozen=True)
class Order:
    """An accepted request and who it is for."""

    id: str
    customer: str
    by_webhook: bool

    @property
    def email(self) -> str:
        return f"{self.customer}@example.com"


@dataclass
class Desk:
    """A workspace of a running installation that orders media in two ways."""

    installation: Installation
    http: aiohttp.ClientSession
    workspace: TestWorkspace
    studio: Studio
    receiver: Receiver
    webhook_use_case: str
    profile_use_case: str
    campaign: str

    async def order(self, *, by_webhook: bool) -> Order:
        """Make a customer and order for her; the answer is an acceptance."""
        customer = f"cust-{os.urandom(5).hex()}"
        if not by_webhook:
            await self._make_profile(customer)
        use_case = self.webhook_use_case if by_webhook else self.profile_use_case
        status, answer = await self.studio.order(
            use_case, customer_id=customer, client_request_id=customer, user_config={"name": customer}
        )
        assert status == 200, answer
        return Order(answer["whilter-request-id"], customer, by_webhook)

    async def orders(self, number: int) -> list[Order]:
        """Half of them each way."""
        return [await self.order(by_webhook=bool(index % 2)) for index in range(number)]

    async def rendering(self, orders: Sequence[Order]) -> None:
        """Until one of them is in the middle of its render."""

        async def under_way() -> bool:
            rows = await self.installation.rows(
                "SELECT state FROM studio_requests WHERE id = ANY($1::uuid[])", [order.id for order in orders]
            )
            return any(row["state"] == "rendering" for row in rows)

        await wait_until(under_way, SERVED_WITHIN_S, "a render is under way")

    async def served(self, orders: Sequence[Order], within_s: float = SERVED_WITHIN_S) -> None:
        """Until all are rendered, told and mailed; then: each exactly once."""
        await wait_until(lambda: self._all_told(orders), within_s, "every order is served")
        await self.installation.ready()
        await self._assert_media(orders)
        self._assert_webhooks([order for order in orders if order.by_webhook])
        await self._assert_mails([order for order in orders if not order.by_webhook])
        held = await self.installation.rows(
            "SELECT entrypoint, status::text FROM pgqueuer WHERE status NOT IN ('queued', 'picked')"
        )
        assert held == []

    async def _all_told(self, orders: Sequence[Order]) -> bool:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            told = await self.installation.rows(
                """SELECT r.id FROM studio_requests r JOIN studio_callbacks c ON c.request_id = r.id
                   WHERE r.id = ANY($1::uuid[]) AND r.state = 'ready' AND c.state = 'delivered'""",
                [order.id for order in orders],
            )
            mailed = await self.installation.rows(
                "SELECT recipient FROM mailbox_messages WHERE workspace_id = $1", self.workspace.id
            )
            open_sends = await self.installation.rows(
                "SELECT id FROM engage_sends WHERE workspace_id = $1 AND state IN ('queued', 'sending')",
                self.workspace.id,
            )
            wanted = {order.email for order in orders if not order.by_webhook}
            have = {row["recipient"] for row in mailed}
            return len(told) == len(orders) and wanted <= have and not open_sends
        return False

    async def _assert_media(self, orders: Sequence[Order]) -> None:
        """One medium each, whole at its public address; one callback each."""
        ids = [order.id for order in orders]
        media = await self.installation.rows(
            """SELECT request_id::text, id FROM studio_media
               WHERE request_id = ANY($1::uuid[]) AND state = 'ready'""",
            ids,
        )
        callbacks = await self.installation.rows(
            "SELECT request_id::text FROM studio_callbacks WHERE request_id = ANY($1::uuid[])", ids
        )
        assert sorted(row["request_id"] for row in media) == sorted(ids)
        assert sorted(row["request_id"] for row in callbacks) == sorted(ids)
        for row in media:
            async with self.http.get(f"{self.installation.url}/m/{row['id']}") as answer:
                body = await answer.read()
                assert (answer.status, len(body)) == (200, answer.content_length)
                assert body.startswith(JPEG) or b"moov" in body

    def _assert_webhooks(self, orders: Sequence[Order]) -> None:
        """One id for each fact; what is sent twice is the same to the byte."""
        heard: dict[str, set[tuple[str, bytes]]] = defaultdict(set)
        for message in self.receiver.heard:
            for order in orders:
                if order.customer.encode() in message.body:
                    heard[order.id].add((message.headers["webhook-id"], message.body))
        assert {order.id: len(heard[order.id]) for order in orders} == {order.id: 1 for order in orders}

    async def _assert_mails(self, orders: Sequence[Order]) -> None:
        """The profile has the address, one send was made, one mail came."""
        sends = await self.installation.rows(
            """SELECT p.customer_id, p.attributes ->> $2 AS url, count(s.id) AS sends,
                      count(s.id) FILTER (WHERE s.state = 'sent') AS sent
               FROM profiles p LEFT JOIN engage_sends s
                 ON s.workspace_id = p.workspace_id AND s.profile_id = p.id AND s.campaign_id = $3
               WHERE p.workspace_id = $1 GROUP BY p.customer_id, p.attributes""",
            self.workspace.id,
            ATTRIBUTE,
            self.campaign,
        )
        found = {row["customer_id"]: (row["sends"], row["sent"]) for row in sends if row["url"]}
        assert {order.customer: found.get(order.customer) for order in orders} == {
            order.customer: (1, 1) for order in orders
        }
        mails = await self.installation.rows(
            "SELECT recipient, count(*) AS mails FROM mailbox_messages WHERE workspace_id = $1 GROUP BY 1",
            self.workspace.id,
        )
        counted = {row["recipient"]: row["mails"] for row in mails}
        assert {order.email: counted[order.email] for order in orders} == {order.email: 1 for order in orders}

    async def _make_profile(self, customer: str) -> None:
        await self._data_api(
            "customer",
            {
                "type": "customer",
                "customer_id": customer,
                "attributes": {"first_name": customer, "email": f"{customer}@example.com"},
            },
        )

    @property
    def _basic(self) -> dict[str, str]:
        return {"Authorization": aiohttp.encode_basic_auth(self.workspace.id, self.workspace.data_key)}

    async def _data_api(self, kind: str, body: dict[str, Any]) -> None:
        url = f"{self.installation.url}/v1/{kind}/{self.workspace.id}"
        async with self.http.post(url, json=body, headers=self._basic) as answer:
            assert answer.status == 200, await answer.text()


async def open_desk(
    installation: Installation,
    http: aiohttp.ClientSession,
    receiver: Receiver,
    *,
    frames: int = LONG_FRAMES,
    output: str = "video",
) -> Desk:
    """Two published media campaigns and the mail that follows one of them."""
    workspace = await installation.workspace(http)
    studio = await installation.studio(http, workspace)
    shape = {"template": text_template(frames), "output": {"kind": output}}
    by_webhook = await studio.publish(webhook(receiver, extra_keys=True), name="By webhook", **shape)
    cpaas = {
        "type": "CPAAS",
        "base_url": installation.url,
        "workspace_id": workspace.id,
        "data_api_key": workspace.data_key,
        "video_attribute": ATTRIBUTE,
        "mp4_attribute": None,
        "ready_event": READY_EVENT,
    }
    by_profile = await studio.publish(cpaas, name="By profile", **shape)
    campaign = await _deliver_by_mail(installation, http, workspace)
    return Desk(installation, http, workspace, studio, receiver, by_webhook, by_profile, campaign)


async def _deliver_by_mail(
    installation: Installation, http: aiohttp.ClientSession, workspace: TestWorkspace
) -> str:
    body = {
        "name": "Deliver what is ready",
        "channel": "EMAIL",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": READY_EVENT},
        "content": {
            "subject": "It is ready",
            "sender_name": "Lantern",
            "from_address": "hello@lantern.example",
            "html": f"<a href=\"{{{{UserAttribute['{ATTRIBUTE}']}}}}\">Watch</a>",
        },
    }
    url = f"{installation.url}/api/v1/campaigns"
    async with http.post(url, json=body, headers=workspace.headers) as answer:
        assert answer.status in (200, 201), await answer.text()
        campaign = (await answer.json())["id"]
    async with http.post(f"{url}/{campaign}/activate", headers=workspace.headers) as answer:
        assert answer.status == 200, await answer.text()
    return campaign
