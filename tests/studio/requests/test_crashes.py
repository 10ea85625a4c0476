"""What dies in the middle is done again, and counts once."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from tests.support.receiver import Receiver, Scripted
from tests.support.studio_kit import PICTURE_TEMPLATE, Studio, cpaas, picture, text_template
from tests.support.waiting import until

from reelpress.platform.context import Platform
from reelpress.studio.requests import rendering
from reelpress.studio.requests.workroom import STALE_S, sweep


async def test_a_render_child_killed_in_the_middle_is_replaced_and_the_request_finishes_once(
    studio: Studio, receiver: Receiver, platform: Platform, settle: Callable[..., Awaitable[None]]
) -> None:
    use_case = await studio.publish(cpaas(receiver), template=text_template(frames=1500))
    await settle()
    _, accepted = await studio.order(use_case)
    request_id = accepted["whilter-request-id"]
    folder = platform.settings.data_dir / "renders"
    await until(lambda: making_a_segment(platform.settings.data_dir / "cache" / "segments"), bool)
    kill_render_children(platform)
    found = await studio.finished(request_id)
    assert found["status"] == "SUCCESS", found
    detail = await studio.told(request_id, "delivered")
    assert detail["render_attempts"] == 2
    await settle()
    await check_counts_once(platform, receiver)
    assert list(folder.iterdir()) == []


async def test_attempts_side_by_side_make_one_medium_and_one_callback(
    studio: Studio, receiver: Receiver, platform: Platform
) -> None:
    use_case = await studio.publish(cpaas(receiver))
    _, accepted = await studio.order(use_case)
    request_id = accepted["whilter-request-id"]
    await asyncio.gather(
        *(rendering.render(platform, studio.workspace.id, UUID(request_id)) for _ in range(3))
    )
    await studio.told(request_id, "delivered")
    await check_counts_once(platform, receiver)


async def test_a_picture_server_that_recovers_is_waited_for(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    monkeypatch.setattr(rendering, "WAITS_S", (0.05, 0.05, 0.05, 0.05))
    receiver.script = [Scripted(503, ""), Scripted(429, ""), Scripted(200, picture())]
    use_case = await studio.publish(
        cpaas(receiver), template=PICTURE_TEMPLATE.encode(), files={"photo.png": picture()}
    )
    _, accepted = await studio.order(use_case, user_config={"photo": f"{receiver.origin}/a.png"})
    assert (await studio.finished(accepted["whilter-request-id"]))["status"] == "SUCCESS"


async def test_faults_that_do_not_pass_end_in_failure_with_the_reason(
    studio: Studio, receiver: Receiver, monkeypatch
) -> None:
    monkeypatch.setattr(rendering, "WAITS_S", (0.05, 0.05))
    receiver.otherwise = Scripted(503, "")
    use_case = await studio.publish(
        cpaas(receiver), template=PICTURE_TEMPLATE.encode(), files={"photo.png": picture()}
    )
    _, accepted = await studio.order(use_case, user_config={"photo": f"{receiver.origin}/a.png"})
    found = await studio.finished(accepted["whilter-request-id"])
    assert found["status"] == "FAILURE"
    assert "503" in found["message"]
    assert len(receiver.heard) == 3


async def test_a_request_that_kills_its_workers_ends(
    studio: Studio, receiver: Receiver, platform: Platform
) -> None:
    use_case = await studio.publish(cpaas(receiver, failed_event="Media Failed"))
    async with platform.db.connection() as conn:
        await conn.execute(
            f"ALTER TABLE studio_requests ALTER COLUMN fence SET DEFAULT {rendering.MAX_ATTEMPTS}"
        )
    _, accepted = await studio.order(use_case)
    found = await studio.finished(accepted["whilter-request-id"])
    assert found["status"] == "FAILURE"
    await receiver.wait_for(1)


def test_folders_of_killed_attempts_are_swept_and_live_ones_kept(tmp_path) -> None:
    old, live = tmp_path / "attempt-old", tmp_path / "attempt-live"
    old.mkdir()
    live.mkdir()
    (old / "0.img").write_bytes(b"somebody's face")
    long_ago = time.time() - STALE_S - 60
    os.utime(old, (long_ago, long_ago))
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == [live]


async def making_a_segment(cache: Path) -> bool:
    """Whoever makes what a key stands for holds its lock."""
    return any(cache.glob("*/*.lock"))


def kill_render_children(platform: Platform) -> None:
    pool = platform.sandbox._pool
    assert pool is not None
    for child in list(pool._processes.values()):
        child.kill()


async def check_counts_once(platform: Platform, receiver: Receiver) -> None:
    async with platform.db.connection() as conn:
        media = await conn.fetch("SELECT id, state FROM studio_media")
        callbacks = await conn.fetchval("SELECT count(*) FROM studio_callbacks")
    assert [row["state"] for row in media] == ["ready"]
    assert callbacks == 1
    assert len(receiver.heard) == 1
    stored = await platform.storage.list("media")
    assert {key.rsplit("/", 1)[-1].split(".")[0] for key in stored} == {media[0]["id"]}
