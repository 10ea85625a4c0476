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
