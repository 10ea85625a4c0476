"""An order becomes a medium at a public URL, and a callback says so."""

import base64
import json

import av
from tests.support.receiver import Receiver
from tests.support.studio_kit import Studio, cpaas


async def test_an_order_becomes_a_video_and_the_profile_receives_its_url(
    studio: Studio, receiver: Receiver, tmp_path
) -> None:
    use_case = await studio.publish(cpaas(receiver, ready_event="Media Ready"))
    status, accepted = await studio.order(use_case)
    assert status == 200
    assert accepted["status"] == "SUCCESS"
    assert accepted["message"] == "Request accepted"
    assert accepted["client-request-id"] == "MoEngage_64f0c3a1b2c3d4e5f6a7b8c9"
    finished = await studio.finished(accepted["whilter-request-id"])
    assert finished["status"] == "SUCCESS", finished
    profile, event = await receiver.wait_for(2)
    update = json.loads(profile.body)
    assert profile.path == "/v1/customer/ENGAGEWORKSPACE"
    assert (
        profile.headers["Authorization"] == "Basic " + base64.b64encode(b"ENGAGEWORKSPACE:data-key").decode()
    )
    assert profile.headers["MOE-APPKEY"] == "ENGAGEWORKSPACE"
    assert update["type"] == "customer"
    assert update["customer_id"] == "64f0c3a1b2c3d4e5f6a7b8c9"
    url = update["attributes"]["whilter_video_url"]
    assert update["attributes"]["whilter_video_mp4_url"] == f"{url}.mp4" == finished["video-url"]
    assert event.path == "/v1/event/ENGAGEWORKSPACE"
    action = json.loads(event.body)["actions"][0]
    assert action["action"] == "Media Ready"
    assert action["real_time_action"] == "true"
    assert action["attributes"]["media_url"] == url
    async with studio.http.get(f"{url}.mp4") as answer:
        (tmp_path / "video.mp4").write_bytes(await answer.read())
    with av.open(tmp_path / "video.mp4") as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
    told = await studio.told(accepted["whilter-request-id"], "delivered")
    assert (
        told["timings"]["accepted_at"] <= told["timings"]["render_started_at"] <= told["timings"]["ready_at"]
    )
    assert told["timings"]["callback_done_at"] is not None


async def test_the_data_api_of_the_same_server_takes_the_update_and_the_event(studio: Studio) -> None:
    egress = {
        "type": "CPAAS",
        "base_url": studio.url,
        "workspace_id": studio.workspace.id,
        "data_api_key": studio.workspace.data_key,
        "ready_event": "Media Ready",
    }
    _, accepted = await studio.order(await studio.publish(egress), customer_id="ada@example.com")
    told = await studio.told(accepted["whilter-request-id"], "delivered")
    assert [attempt["code"] for attempt in told["callback"]["attempts"]] == [200, 200]


async def test_requests_are_listed_newest_first_in_pages_and_found_by_customer(
    studio: Studio, receiver: Receiver
) -> None:
    use_case = await studio.publish(cpaas(receiver))
    orders = [await studio.order(use_case, customer_id=f"customer-{number}") for number in range(5)]
    ids = [body["whilter-request-id"] for _, body in orders]
    url, headers = f"{studio.url}/api/v1/media-requests", studio.workspace.headers
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        async with studio.http.get(url, params=query, headers=headers) as answer:
            page = await answer.json()
        seen += [line["id"] for line in page["media_requests"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ids[::-1]
    async with studio.http.post(
        f"{url}/search", json={"customer_id": "customer-3"}, headers=headers
    ) as answer:
        found = (await answer.json())["media_requests"]
    assert [line["id"] for line in found] == [ids[3]]
    assert found[0]["customer_id"] == "customer-3"
    async with studio.http.get(url, params={"cursor": "nonsense"}, headers=headers) as answer:
        assert answer.status == 400
