"""Studio as a processor of OpenGDPR: a customer's orders, media and callbacks go, everybody else's stay."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.receiver import Receiver, Scripted
from tests.support.studio_kit import Studio, receiver, settings, studio, webhook
from tests.support.waiting import until

from reelpress.platform.context import Platform
from reelpress.studio.egress import store as egress
from reelpress.studio.erasures import store as erasures
from reelpress.studio.erasures.jobs import erase
from reelpress.studio.erasures.service import ERASE_JOB, LATE_S
from reelpress.studio.requests import seal
from reelpress.studio.requests.model import NOTHING

__all__ = ["receiver", "settings", "studio"]

CUSTOMER, PHONE = "cust-77", "+91 98000-00077"


def asking(*identities: tuple[str, str], **fields: Any) -> dict[str, Any]:
    return {
        "subject_request_id": str(uuid4()),
        "subject_request_type": "erasure",
        "submitted_time": "2026-11-26T10:00:00Z",
        "subject_identities": [
            {"identity_type": kind, "identity_value": value, "identity_format": "raw"}
            for kind, value in identities
        ],
        "api_version": "1.0",
    } | fields


async def ask(studio: Studio, body: object) -> tuple[int, dict[str, Any]]:
    async with studio.http.post(
        f"{studio.url}/opengdpr_requests", json=body, headers=studio.caller
    ) as answer:
        return answer.status, await answer.json()


async def done(studio: Studio, request_id: str) -> dict[str, Any]:
    async def state() -> dict[str, Any]:
        url = f"{studio.url}/opengdpr_requests/{request_id}"
        async with studio.http.get(url, headers=studio.caller) as answer:
            assert answer.status == 200
            return await answer.json()

    return await until(state, lambda found: found["request_status"] == "completed")


async def code_of(studio: Studio, url: str) -> int:
    async with studio.http.get(url) as answer:
        return answer.status


@pytest.fixture
async def objects(platform: Platform) -> Callable[[], Awaitable[set[str]]]:
    """What is stored of media."""

    async def media() -> set[str]:
        return set(await platform.storage.list("media"))

    return media


async def test_a_customers_media_and_callbacks_go_and_others_stay(
    studio: Studio, receiver: Receiver, objects: Any, settle: Any
) -> None:
    use_case = await studio.publish(webhook(receiver))
    _, hers = await studio.order(use_case, customer_id=CUSTOMER, user_config={"name": "Ashalata"})
    _, his = await studio.order(use_case, customer_id="neighbour", user_config={"name": "Ravi"})
    finished = [await studio.finished(one["whilter-request-id"]) for one in (hers, his)]
    await receiver.wait_for(2)
    await settle()
    before = await objects()
    body = asking(("controller_customer_id", CUSTOMER))
    status, answer = await ask(studio, body)
    assert status == 201
    assert answer["subject_request_id"] == body["subject_request_id"]
    assert answer["controller_id"] == studio.workspace.id
    await done(studio, body["subject_request_id"])
    assert [await code_of(studio, one["video-url"]) for one in finished] == [410, 200]
    page = finished[0]["video-url"].removesuffix(".mp4")
    assert [await code_of(studio, page + end) for end in (".jpg", ".webp", ".gif", "")] == [410] * 4
    hers_in_store = {key for key in before if page.rpartition("/")[2] in key}
    assert len(hers_in_store) == 4
    assert await objects() == before - hers_in_store
    told = await studio.detail(hers["whilter-request-id"])
    assert told["customer_id"] == ""
    assert told["callback_state"] is None
    assert (await studio.detail(his["whilter-request-id"]))["customer_id"] == "neighbour"
    assert (await studio.status(hers["whilter-request-id"]))["status"] == "SUCCESS"


async def test_orders_without_a_customer_are_found_by_the_phone_they_go_to(
    studio: Studio, receiver: Receiver
) -> None:
    use_case = await studio.publish(webhook(receiver))
    _, made = await studio.order(use_case, customer_id="", user_id="+919800000077")
    finished = await studio.finished(made["whilter-request-id"])
    body = asking(("phone", PHONE))
    await ask(studio, body)
    await done(studio, body["subject_request_id"])
    assert await code_of(studio, finished["video-url"]) == 410


async def test_a_render_under_way_publishes_nothing(
    studio: Studio, receiver: Receiver, objects: Any, settle: Any, platform: Platform
) -> None:
    use_case = await studio.publish(webhook(receiver))
    orders = [
        await studio.order(use_case, customer_id=CUSTOMER, user_config={"name": f"Asha {number}"})
        for number in range(4)
    ]
    body = asking(("controller_customer_id", CUSTOMER))
    await asyncio.sleep(0.3)  # some are rendering by now
    await ask(studio, body)
    await done(studio, body["subject_request_id"])
    await settle()
    for _, made in orders:
        found = await studio.status(made["whilter-request-id"])
        assert found["status"] in ("FAILURE", "SUCCESS")
        assert found["video-url"] is None
    assert await objects() == set()
    async with platform.db.connection() as conn:
        assert not await conn.fetchval("SELECT count(*) FROM studio_media WHERE state <> 'gone'")
        assert not await conn.fetchval("SELECT count(*) FROM studio_medium_segments")


async def test_a_callback_being_sent_meanwhile_ends_without_a_fault(
    studio: Studio, receiver: Receiver, settle: Any, platform: Platform
) -> None:
    receiver.otherwise = Scripted(after_s=0.5)
    use_case = await studio.publish(webhook(receiver))
    _, made = await studio.order(use_case, customer_id=CUSTOMER)
    await receiver.wait_for(1)
    async with platform.db.transaction() as conn:  # an erasure that is slow to end
        request = UUID(made["whilter-request-id"])
        nothing = seal.seal_content(platform.keys, NOTHING)
        await erasures.empty_requests(conn, studio.workspace.id, [request], nothing, platform.clock.now())
        await egress.delete_of_requests(conn, studio.workspace.id, [request])
        await asyncio.sleep(1.0)  # the endpoint has answered by now
    await settle()
    assert (await studio.detail(made["whilter-request-id"]))["callback_state"] is None
    async with platform.db.connection() as conn:
        assert not await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'studio.callback'")


async def test_an_order_that_was_on_its_way_goes_as_well(
    studio: Studio, receiver: Receiver, settle: Any, platform: Platform
) -> None:
    use_case = await studio.publish(webhook(receiver))
    body = asking(("controller_customer_id", CUSTOMER))
    await ask(studio, body)
    await done(studio, body["subject_request_id"])
    _, made = await studio.order(use_case, customer_id=CUSTOMER)
    finished = await studio.finished(made["whilter-request-id"])
    await settle()
    async with platform.db.connection() as conn:
        job = await conn.fetchrow(
            "SELECT payload, execute_after - created AS wait FROM pgqueuer WHERE entrypoint = $1", ERASE_JOB
        )
    assert job is not None
    assert job["wait"] == timedelta(seconds=LATE_S)
    await erase(platform, json.loads(job["payload"]))
    assert await code_of(studio, finished["video-url"]) == 410
    assert (await studio.detail(made["whilter-request-id"]))["customer_id"] == ""
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT subjects FROM studio_erasures") == []
    _, made = await studio.order(use_case, customer_id=CUSTOMER)  # she is a customer again
    finished = await studio.finished(made["whilter-request-id"])
    await erase(platform, json.loads(job["payload"]))
    assert await code_of(studio, finished["video-url"]) == 200


async def test_the_same_request_again_is_the_first_one(studio: Studio) -> None:
    body = asking(("controller_customer_id", "nobody"))
    first, again = await ask(studio, body), await ask(studio, body)
    assert first[0] == again[0] == 201
    assert first[1]["received_time"] == again[1]["received_time"]
    await done(studio, body["subject_request_id"])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject_request_id": "7"}, "subject_request_id"),
        ({"subject_request_type": "access"}, "subject_request_type"),
        ({"submitted_time": "yesterday"}, "submitted_time"),
        ({"subject_identities": []}, "subject_identities"),
        ({"subject_identities": [7]}, "subject_identities[0]"),
        ({"subject_identities": [{"identity_type": "email"}]}, "subject_identities[0].identity_value"),
        (
            {
                "subject_identities": [
                    {"identity_type": "email", "identity_value": "0f", "identity_format": "sha256"}
                ]
            },
            "subject_identities[0].identity_format",
        ),
    ],
)
async def test_what_cannot_be_done_is_refused_by_name(
    studio: Studio, fields: dict[str, Any], field: str
) -> None:
    status, answer = await ask(studio, asking(("email", "a@example.com"), **fields))
    assert (status, answer["field"]) == (400, field)


async def test_it_is_a_clients_call_about_its_own_workspace(studio: Studio) -> None:
    async with studio.http.post(f"{studio.url}/opengdpr_requests", json=asking(("email", "x"))) as answer:
        assert answer.status == 401
    async with studio.http.get(f"{studio.url}/opengdpr_requests/{uuid4()}", headers=studio.caller) as answer:
        assert answer.status == 404
