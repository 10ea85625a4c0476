"""Segments in the object store: stored once, kept while a live medium needs them, gone after their life."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from tests.conftest import TestWorkspace
from tests.studio.media.template import assembled, greeting, listed, ordered
from tests.studio.render.test_joined import example
from tests.support.receiver import Receiver
from tests.support.studio_kit import Studio, cpaas

from reelpress.platform.context import Platform
from reelpress.studio.media import routes, segments, service
from reelpress.studio.media.model import Variant, object_key
from reelpress.studio.render.joined import Joined
from reelpress.studio.requests import jobs

PAST = segments.UNUSED_LIFE + timedelta(minutes=5)


async def objects(platform: Platform) -> set[str]:
    return set(await platform.storage.list("segments"))


async def age(platform: Platform, by: timedelta = PAST) -> None:
    """As if nobody had used a segment for so long."""
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE studio_segments SET used_at = used_at - $1::interval", by)


async def end(platform: Platform, address: str) -> None:
    """The medium's time to live is over."""
    async with platform.db.connection() as conn:
        await conn.execute(
            "UPDATE studio_media SET expires_at = now() - interval '1 second' WHERE id = $1",
            address.rsplit("/", 1)[-1],
        )
    assert await service.remove_expired(platform) == 1


@pytest.fixture
async def use_case(studio: Studio, receiver: Receiver) -> str:
    return await studio.publish(cpaas(receiver), template=greeting())


@pytest.fixture
async def ada(studio: Studio, use_case: str) -> str:
    return await ordered(studio, use_case, "Ada")


async def test_two_customers_store_what_they_share_once(
    studio: Studio, platform: Platform, use_case: str, ada: str
) -> None:
    first = await objects(platform)
    bea = await ordered(studio, use_case, "Bea")
    hers, his = await listed(platform, ada), await listed(platform, bea)
    shared = {source.key for source in hers.sources} & {source.key for source in his.sources}
    assert {source.key for source in hers.sources if not source.own} == shared
    added = await objects(platform) - first
    assert added == {source.key for source in his.sources if source.own}
    assert len(added) == 1
    async with platform.db.connection() as conn:
        rows = await conn.fetch("SELECT object, key, bytes, stored FROM studio_segments")
    assert {row["object"] for row in rows} == await objects(platform)
    assert len({row["key"] for row in rows}) == len(rows)
    for row in rows:
        assert row["stored"]
        assert row["bytes"] == await platform.storage.size(row["object"])


async def test_the_same_order_again_stores_no_segment(
    studio: Studio, receiver: Receiver, platform: Platform, ada: str
) -> None:
    before = await objects(platform)
    other = await studio.publish(cpaas(receiver), template=greeting(), name="Another campaign")
    again = await ordered(studio, other, "Ada")
    assert await objects(platform) == before
    assert await assembled(platform, again) == await assembled(platform, ada)


async def test_a_segment_is_kept_while_a_live_medium_needs_it(
    studio: Studio, platform: Platform, use_case: str, ada: str
) -> None:
    bea = await ordered(studio, use_case, "Bea")
    whole = await assembled(platform, bea)
    hers = {source.key for source in (await listed(platform, ada)).sources if source.own}
    await end(platform, ada)
    await age(platform)
    assert await segments.remove_unused(platform) == len(hers) == 1
    assert not hers & await objects(platform)
    async with studio.http.get(f"{bea}.mp4") as answer:
        assert await answer.read() == whole
    await end(platform, bea)
    await segments.remove_unused(platform)
    assert await objects(platform) == set()
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM studio_segments") == 0
        assert await conn.fetchval("SELECT count(*) FROM studio_medium_segments") == 0


async def test_expiry_forgets_and_the_segments_wait_for_the_end_of_their_life(
    studio: Studio, platform: Platform, use_case: str, ada: str
) -> None:
    before = await objects(platform)
    await end(platform, ada)
    async with platform.db.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM studio_medium_segments") == 0
    await age(platform, segments.UNUSED_LIFE - timedelta(minutes=5))
    assert await segments.remove_unused(platform) == 0
    assert await objects(platform) == before
    again = await ordered(studio, use_case, "Ada again")
    await age(platform, timedelta(minutes=10))
    await segments.remove_unused(platform)
    needed = {source.key for source in (await listed(platform, again)).sources}
    assert needed <= await objects(platform), "who is found by a render is used anew"


async def test_segments_of_a_live_medium_stay_however_old(platform: Platform, ada: str) -> None:
    whole = await assembled(platform, ada)
    await age(platform, timedelta(days=365))
    assert await segments.remove_unused(platform) == 0
    assert await assembled(platform, ada) == whole


async def test_what_an_attempt_stored_and_could_not_publish_goes_with_its_life(
    platform: Platform, workspace: TestWorkspace, parts: tuple[Joined, dict[str, Path]]
) -> None:
    joined, files = parts
    stored = await segments.store_joined(platform, workspace.id, joined, files)
    names = {source.key for source in stored.sources}
    assert await objects(platform) == names
    assert await segments.remove_unused(platform) == 0
    await age(platform)
    assert await segments.remove_unused(platform) == len(names)
    assert await objects(platform) == set()


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Joined, dict[str, Path]]:
    """A video of five segments in files of a render."""
    film, joined, _ = example()
    files: dict[str, Path] = {}
    for part in film.parts:
        files[part.key] = tmp_path / f"{part.key}.segment"
        files[part.key].write_bytes(part.segment.encode())
    return joined, files


async def test_what_is_stored_is_named_and_its_bytes_are_the_files(
    platform: Platform, workspace: TestWorkspace, parts: tuple[Joined, dict[str, Path]]
) -> None:
    joined, files = parts
    stored = await segments.store_joined(platform, workspace.id, joined, files)
    assert stored.etag == joined.etag
    for source, was in zip(stored.sources, joined.sources, strict=True):
        assert source.key.startswith(f"segments/{workspace.id}/{was.key}-")
        assert await platform.storage.get(source.key) == files[was.key].read_bytes()


async def test_two_at_once_each_name_objects_that_are_there_and_later_ones_share(
    platform: Platform, workspace: TestWorkspace, parts: tuple[Joined, dict[str, Path]]
) -> None:
    joined, files = parts
    both = await asyncio.gather(
        *(segments.store_joined(platform, workspace.id, joined, files) for _ in range(2))
    )
    there = await objects(platform)
    for stored in both:
        assert {source.key for source in stored.sources} <= there
    third = await segments.store_joined(platform, workspace.id, joined, files)
    assert {source.key for source in third.sources} <= there
    assert await objects(platform) == there


async def test_a_segment_that_is_only_announced_is_nobodys_yet(
    platform: Platform, workspace: TestWorkspace, parts: tuple[Joined, dict[str, Path]]
) -> None:
    joined, files = parts
    half = f"segments/{workspace.id}/one-half"
    await segments._announce(platform, workspace.id, {"one": half})
    await platform.storage.put(half, b"its first bytes")
    stored = await segments.store_joined(platform, workspace.id, joined, files)
    assert half not in {source.key for source in stored.sources}
    await segments.remove_unused(platform)
    assert half in await objects(platform), "whoever announced it may still be writing"


async def test_strays_without_a_row_are_removed_and_the_rest_stays(platform: Platform, ada: str) -> None:
    kept = await objects(platform)
    await platform.storage.put("segments/nobody/stray", b"left by a killed worker")
    assert await segments.remove_unused(platform) == 1
    assert await objects(platform) == kept
    assert await segments.remove_unused(platform) == 0
    assert len(await assembled(platform, ada)) > 0


async def test_workspaces_do_not_find_each_others_segments(
    platform: Platform, workspace: TestWorkspace, parts: tuple[Joined, dict[str, Path]]
) -> None:
    from reelpress.app.workspaces import NewWorkspace, make_workspace

    joined, files = parts
    other = await make_workspace(
        platform, NewWorkspace(name="Next door", admin_email="b@example.com", admin_password="long enough")
    )
    one = await segments.store_joined(platform, workspace.id, joined, files)
    two = await segments.store_joined(platform, other.workspace_id, joined, files)
    assert not {source.key for source in one.sources} & {source.key for source in two.sources}


class Held:
    """The job that makes previews, held back until it is let go."""

    def __init__(self) -> None:
        self._gate = asyncio.Event()
        self._real = jobs.make_previews

    async def make(self, *what: object) -> None:
        await self._gate.wait()
        await self._real(*what)  # pyright: ignore[reportArgumentType] - passed on as it came

    def let_go(self) -> None:
        self._gate.set()


@pytest.fixture
async def held(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Held]:
    """Let go at the latest before the worker stops."""
    held = Held()
    monkeypatch.setattr(jobs, "make_previews", held.make)
    yield held
    held.let_go()


async def stored_variants(platform: Platform, address: str) -> set[str]:
    async with platform.db.connection() as conn:
        files = await conn.fetchval(
            "SELECT files FROM studio_media WHERE id = $1", address.rsplit("/", 1)[-1]
        )
    return set(files if isinstance(files, dict) else msgspec.json.decode(files))


async def test_previews_follow_the_video_and_whoever_asks_early_waits(
    studio: Studio, platform: Platform, use_case: str, held: Held
) -> None:
    address = await ordered(studio, use_case, "Ada")
    assert await stored_variants(platform, address) == {"mp4"}
    async with studio.http.get(f"{address}.mp4") as answer:
        assert answer.status == 200

    async def picture() -> tuple[int, str, int]:
        async with studio.http.get(f"{address}.jpg") as answer:
            return answer.status, answer.content_type, len(await answer.read())

    waiting = asyncio.create_task(picture())
    done, _ = await asyncio.wait([waiting], timeout=3 * routes.POLL_S)
    assert not done, "there is no picture yet"
    held.let_go()
    status, kind, size = await waiting
    assert (status, kind) == (200, "image/jpeg")
    assert size > 1000
    assert await stored_variants(platform, address) == {"mp4", "jpg", "webp", "gif"}


async def test_who_asks_for_a_preview_that_does_not_come_is_told_to_come_again(
    studio: Studio, use_case: str, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "LONGEST_WAIT_S", 0.2)
    address = await ordered(studio, use_case, "Ada")
    async with studio.http.get(f"{address}.gif") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_previews_of_a_medium_that_is_gone_leave_nothing(
    platform: Platform, workspace: TestWorkspace, ada: str, tmp_path: Path
) -> None:
    await end(platform, ada)
    picture = tmp_path / "poster.jpg"
    picture.write_bytes(b"jpeg")
    media_id = ada.rsplit("/", 1)[-1]
    assert not await service.add_previews(platform, workspace.id, media_id, {Variant.JPEG: picture})
    assert await platform.storage.size(object_key(media_id, Variant.JPEG)) is None
