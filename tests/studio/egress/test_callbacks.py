"""Callbacks to a real endpoint that fails in every documented way: one id, the same bytes, every try kept."""

import json
from datetime import timedelta

from standardwebhooks import Webhook
from tests.support.receiver import Receiver, Scripted
from tests.support.studio_kit import PICTURE_TEMPLATE, Studio, cpaas, picture, webhook

from reelpress.platform.context import Platform
from reelpress.studio.egress import schedule

FAIL = '{"status":"fail","error":{"message":"customer_id is not found in the payload"}}'


def hurry(monkeypatch) -> None:
    """The real schedule in milliseconds."""
    monkeypatch.setattr(schedule, "WAITS_S", tuple(0.05 for _ in schedule.WAITS_S))
    monkeypatch.setattr(schedule, "FIRST_PAUSE", timedelta(seconds=0.05))
    monkeypatch.setattr(schedule, "LONGEST_PAUSE", timedelta(seconds=0.1))


async def test_a_failing_data_api_gets_the_same_update_until_it_accepts(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    hurry(monkeypatch)
    receiver.script = [
        Scripted(500, "oops"),
        Scripted(429, "slow down", {"Retry-After": "1"}),
        Scripted(200, FAIL),
        Scripted(200, "no JSON"),
    ]
    use_case = await studio.publish(cpaas(receiver, ready_event="Media Ready"))
    _, accepted = await studio.order(use_case)
    detail = await studio.told(accepted["whilter-request-id"], "delivered")
    updates = [heard for heard in receiver.heard if heard.path.startswith("/v1/customer/")]
    events = [heard for heard in receiver.heard if heard.path.startswith("/v1/event/")]
    assert len(updates) == 5
    assert len({heard.body for heard in updates}) == 1
    assert len({heard.headers["Idempotency-Key"] for heard in updates}) == 1
    assert len(events) == 1
    attempts = detail["callback"]["attempts"]
    assert [(one["step"], one["code"]) for one in attempts] == [
        ("profile", 500),
        ("profile", 429),
        ("profile", 200),
        ("profile", 200),
        ("profile", 200),
        ("event", 200),
    ]
    assert attempts[0]["answer"] == "oops"
    assert "without" in attempts[2]["fault"]


async def test_an_event_that_fails_is_sent_again_without_a_second_update(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    hurry(monkeypatch)
    receiver.script = [Scripted(), Scripted(503, ""), Scripted(503, "")]
    use_case = await studio.publish(cpaas(receiver, ready_event="Media Ready"))
    _, accepted = await studio.order(use_case)
    await studio.told(accepted["whilter-request-id"], "delivered")
    paths = [heard.path.split("/")[2] for heard in receiver.heard]
    assert paths == ["customer", "event", "event", "event"]
    assert len({heard.body for heard in receiver.heard[1:]}) == 1


async def test_a_webhook_is_signed_and_has_the_three_documented_keys(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    hurry(monkeypatch)
    secrets = [
        "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "whsec_" + "QUJDREVGR0hJSktMTU5P" * 2,
    ]
    receiver.script = [Scripted(500, "oops")]
    use_case = await studio.publish(webhook(receiver, signing_secrets=secrets))
    _, accepted = await studio.order(use_case)
    found = await studio.finished(accepted["whilter-request-id"])
    first, second = await receiver.wait_for(2)
    assert json.loads(first.body) == {
        "client-request-id": "MoEngage_64f0c3a1b2c3d4e5f6a7b8c9",
        "user-id": "+14155550123",
        "video-url": found["video-url"],
    }
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    for heard in (first, second):
        for secret in secrets:
            Webhook(secret).verify(heard.body, dict(heard.headers))
    detail = await studio.told(accepted["whilter-request-id"], "delivered")
    assert detail["callback"]["id"] == first.headers["webhook-id"]


async def test_410_disables_the_endpoint_until_somebody_replays(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    hurry(monkeypatch)
    receiver.script = [Scripted(410, "")]
    use_case = await studio.publish(webhook(receiver))
    _, first = await studio.order(use_case)
    await studio.told(first["whilter-request-id"], "disabled")
    _, second = await studio.order(use_case, customer_id="another")
    await studio.told(second["whilter-request-id"], "disabled")
    assert len(receiver.heard) == 1
    await replay(studio, first["whilter-request-id"])
    await studio.told(first["whilter-request-id"], "delivered")
    assert receiver.heard[1].body == receiver.heard[0].body
    assert receiver.heard[1].headers["webhook-id"] == receiver.heard[0].headers["webhook-id"]


async def test_ten_failures_exhaust_a_callback_and_a_replay_delivers_it(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    hurry(monkeypatch)
    receiver.otherwise = Scripted(500, "")
    use_case = await studio.publish(webhook(receiver))
    _, accepted = await studio.order(use_case)
    detail = await studio.told(accepted["whilter-request-id"], "exhausted", 120)
    assert len(detail["callback"]["attempts"]) == 10
    assert detail["callback"]["reason"] == "the endpoint answered 500"
    assert detail["timings"]["callback_done_at"] is None
    receiver.otherwise = Scripted()
    await replay(studio, accepted["whilter-request-id"])
    await studio.told(accepted["whilter-request-id"], "delivered")
    assert len({heard.body for heard in receiver.heard}) == 1


async def test_a_failed_render_writes_no_attribute_and_sends_the_chosen_event(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    files = {"photo.png": picture()}
    use_case = await studio.publish(
        cpaas(receiver, ready_event="Media Ready", failed_event="Media Failed"),
        template=PICTURE_TEMPLATE.encode(),
        files=files,
    )
    receiver.script = [Scripted(404, "no such picture")]
    _, accepted = await studio.order(use_case, user_config={"photo": f"{receiver.origin}/secret-name.png"})
    found = await studio.finished(accepted["whilter-request-id"])
    assert found["status"] == "FAILURE"
    assert "photo" in found["message"]
    assert "404" in found["message"]
    assert "secret-name" not in found["message"]
    _, event = await receiver.wait_for(2)
    action = json.loads(event.body)["actions"][0]
    assert event.path == "/v1/event/ENGAGEWORKSPACE"
    assert action["action"] == "Media Failed"
    assert action["real_time_action"] == "true"
    assert action["attributes"]["reason"] == found["message"]
    await studio.told(accepted["whilter-request-id"], "delivered")
    assert len(receiver.heard) == 2


async def test_a_picture_that_is_no_picture_fails_the_request_at_once(
    studio: Studio, receiver: Receiver
) -> None:
    use_case = await studio.publish(
        cpaas(receiver), template=PICTURE_TEMPLATE.encode(), files={"photo.png": picture()}
    )
    receiver.otherwise = Scripted(200, b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    _, accepted = await studio.order(use_case, user_config={"photo": f"{receiver.origin}/a.png"})
    found = await studio.finished(accepted["whilter-request-id"])
    assert found["status"] == "FAILURE"
    assert len(receiver.heard) == 1
    detail = await studio.detail(accepted["whilter-request-id"])
    assert detail["callback_state"] is None


async def test_answers_of_endpoints_are_sealed_at_rest(
    studio: Studio, receiver: Receiver, platform: Platform
) -> None:
    receiver.otherwise = Scripted(200, '{"status":"success","echo":"+14155550123"}')
    use_case = await studio.publish(cpaas(receiver))
    _, accepted = await studio.order(use_case)
    detail = await studio.told(accepted["whilter-request-id"], "delivered")
    assert "+14155550123" in detail["callback"]["attempts"][0]["answer"]
    async with platform.db.connection() as conn:
        rows = await conn.fetch("SELECT answer FROM studio_callback_attempts")
    assert all(b"4155550123" not in row["answer"] for row in rows)


async def replay(studio: Studio, request_id: str) -> None:
    url = f"{studio.url}/api/v1/media-requests/{request_id}/callbacks/replay"
    async with studio.http.post(url, headers=studio.workspace.headers) as answer:
        assert answer.status == 202, await answer.text()
