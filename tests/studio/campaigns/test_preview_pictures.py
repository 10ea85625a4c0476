"""The pictures of a preview: fetched once while somebody looks, for one workspace, and not kept for long."""

from __future__ import annotations

import os
import time

import pytest
from tests.support.receiver import Receiver, Scripted
from tests.support.studio_kit import picture, receiver, settings

from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.studio.campaigns import preview_pictures as module
from reelpress.studio.campaigns.preview_pictures import KEPT_S, preview_pictures

__all__ = ["receiver", "settings"]


@pytest.fixture
def face(receiver: Receiver) -> dict[str, str]:
    """Another picture each time it is asked for."""
    receiver.script = [Scripted(200, picture(colour)) for colour in ("#ff0000", "#00ff00", "#0000ff")]
    return {"photo": f"{receiver.origin}/face.png"}


async def test_a_picture_is_fetched_once_while_somebody_looks(
    platform: Platform, receiver: Receiver, face: dict[str, str]
) -> None:
    first = await preview_pictures(platform, "lantern", face)
    again = await preview_pictures(platform, "lantern", face)
    assert first == again
    assert list(first) == ["field:photo"]
    assert len(receiver.heard) == 1


async def test_another_workspace_fetches_for_itself(
    platform: Platform, receiver: Receiver, face: dict[str, str]
) -> None:
    own = await preview_pictures(platform, "lantern", face)
    other = await preview_pictures(platform, "harbour", face)
    assert own["field:photo"].read_bytes() != other["field:photo"].read_bytes()
    assert len(receiver.heard) == 2


async def test_after_some_minutes_it_is_fetched_anew_under_another_name_and_the_old_one_is_gone(
    platform: Platform, receiver: Receiver, face: dict[str, str]
) -> None:
    old = (await preview_pictures(platform, "lantern", face))["field:photo"]
    long_ago = time.time() - KEPT_S - 1
    os.utime(old, (long_ago, long_ago))
    fresh = (await preview_pictures(platform, "lantern", face))["field:photo"]
    assert fresh != old
    assert not old.exists()
    assert len(receiver.heard) == 2


async def test_what_is_kept_stays_below_its_cap(
    platform: Platform, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver.otherwise = Scripted(200, picture())
    monkeypatch.setattr(module, "MAX_KEPT_BYTES", 2 * len(picture()))
    kept = [
        (await preview_pictures(platform, "lantern", {"photo": f"{receiver.origin}/{at}.png"}))["field:photo"]
        for at in range(6)
    ]
    left = [path for path in kept if path.exists()]
    assert kept[-1] in left
    assert len(left) < len(kept)


async def test_a_server_that_has_no_picture_is_refused_by_field(
    platform: Platform, receiver: Receiver
) -> None:
    receiver.otherwise = Scripted(200, "no picture")
    with pytest.raises(Refusal) as refused:
        await preview_pictures(platform, "lantern", {"photo": f"{receiver.origin}/face.png"})
    assert refused.value.field == "values.photo"
