"""What taking in events starts."""

from datetime import timedelta
from typing import Any

import pytest

from reelpress.engage.campaigns import triggers
from reelpress.engage.data_api import service
from reelpress.engage.data_api.access import Workspace
from reelpress.engage.data_api.parse import parse_transition
from reelpress.platform.context import Platform


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the triggers were handed, in place of starting sends."""
    calls: list[dict[str, Any]] = []

    async def start(conn: Any, platform: Any, workspace_id: str, events: Any, profiles: Any) -> None:
        calls.append({event.name: dict(profiles[event.profile_id].attributes) for event in events})

    monkeypatch.setattr(triggers, "start", start)
    return calls


def bulk(*elements: dict[str, Any]) -> Any:
    return parse_transition({"type": "transition", "elements": list(elements)})


def acting(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"type": "event", "customer_id": "asha", "actions": list(actions)}


async def test_triggers_see_the_customer_as_the_same_call_leaves_her(
    platform: Platform, workspace: Any, started: list[dict[str, Any]]
) -> None:
    update = {"type": "customer", "customer_id": "asha", "attributes": {"tier": "gold"}}
    await service.accept(
        platform, Workspace(workspace.id, "UTC"), bulk(acting({"action": "Purchase"}), update)
    )
    assert started == [{"Purchase": {"tier": "gold"}}]


async def test_only_events_of_the_last_hour_start_something(
    platform: Platform, workspace: Any, started: list[dict[str, Any]]
) -> None:
    now = platform.clock.now()
    old, young = now - timedelta(minutes=61), now - timedelta(minutes=59)
    batch = bulk(
        acting(
            {"action": "Old", "current_time": old.isoformat()},
            {"action": "Young", "current_time": young.isoformat()},
        )
    )
    await service.accept(platform, Workspace(workspace.id, "UTC"), batch)
    assert [list(call) for call in started] == [["Young"]]


async def test_an_operator_may_ask_for_real_time_action(
    platform: Platform, workspace: Any, started: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    strict = replace(
        platform, settings=platform.settings.model_copy(update={"trigger_needs_real_time_action": True})
    )
    batch = bulk(acting({"action": "Marked", "real_time_action": "true"}, {"action": "Plain"}))
    await service.accept(strict, Workspace(workspace.id, "UTC"), batch)
    assert [list(call) for call in started] == [["Marked"]]


async def test_a_failure_of_a_trigger_leaves_nothing_of_the_call(
    platform: Platform, workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(triggers, "start", fail)
    with pytest.raises(RuntimeError):
        await service.accept(platform, Workspace(workspace.id, "UTC"), bulk(acting({"action": "Purchase"})))
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM profiles") == 0
        assert await conn.fetchval("SELECT count(*) FROM events") == 0
