"""A video stored as segments answers as the file it stands for, whole and in any part."""

import random
from io import BytesIO

import av
import pytest
from tests.studio.media.template import assembled, greeting, listed, ordered
from tests.studio.render.mp4_boxes import check_strict
from tests.support.receiver import Receiver
from tests.support.studio_kit import Studio, cpaas

from reelpress.platform.context import Platform
from reelpress.studio.media import reading

pytestmark = pytest.mark.usefixtures("small_chunks")
CHUNK_BYTES = 700


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small file comes in many chunks."""
    monkeypatch.setattr(reading, "CHUNK_BYTES", CHUNK_BYTES)


@pytest.fixture
async def video(studio: Studio, receiver: Receiver) -> str:
    use_case = await studio.publish(cpaas(receiver), template=greeting())
    return await ordered(studio, use_case, "Ada")


@pytest.fixture
async def whole(platform: Platform, video: str) -> bytes:
    return await assembled(platform, video)


async def test_the_file_is_what_its_segments_add_up_to_and_plays(
    studio: Studio, platform: Platform, video: str, whole: bytes
) -> None:
    joined = await listed(platform, video)
    assert len({source.key for source in joined.sources}) >= 2
    assert len(whole) > 3 * CHUNK_BYTES
    async with studio.http.get(f"{video}.mp4") as answer:
        assert answer.status == 200
        assert answer.content_type == "video/mp4"
        assert answer.headers["Content-Length"] == str(len(whole))
        assert answer.headers["ETag"] == f'"{joined.etag}"'
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert await answer.read() == whole
    assert check_strict(whole) == []
    with av.open(BytesIO(whole)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 75


async def test_head_says_the_same_and_sends_nothing(studio: Studio, video: str, whole: bytes) -> None:
    async with studio.http.get(f"{video}.mp4") as answer:
        said = {name: answer.headers[name] for name in ("ETag", "Last-Modified", "Content-Length")}
    async with studio.http.head(f"{video}.mp4") as answer:
        assert (answer.status, await answer.read()) == (200, b"")
        assert {name: answer.headers[name] for name in said} == said
    async with studio.http.head(f"{video}.mp4", headers={"Range": "bytes=10-19"}) as answer:
        assert answer.status == 206
        assert answer.headers["Content-Length"] == "10"
        assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"


def spans(joined_head: int, size: int) -> list[tuple[int, int]]:
    """First and last bytes: around the head's end, of one byte, of chunks, at random, and all."""
    chosen = random.Random(1)
    at_random = [sorted((chosen.randrange(size), chosen.randrange(size))) for _ in range(40)]
    return [
        (0, 0),
        (size - 1, size - 1),
        (0, size - 1),
        (joined_head - 1, joined_head),
        (joined_head, joined_head),
        (joined_head - 10, joined_head + CHUNK_BYTES + 10),
        (3, 3 + CHUNK_BYTES - 1),
        (3, 3 + CHUNK_BYTES),
        (3, 3 + 2 * CHUNK_BYTES),
        *((one, other) for one, other in at_random),
    ]


async def test_every_range_is_that_part_of_the_file(
    studio: Studio, platform: Platform, video: str, whole: bytes
) -> None:
    head, size = len((await listed(platform, video)).head), len(whole)
    for first, last in spans(head, size):
        async with studio.http.get(f"{video}.mp4", headers={"Range": f"bytes={first}-{last}"}) as answer:
            assert answer.status == 206
            assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
            assert answer.headers["Content-Length"] == str(last - first + 1)
            assert await answer.read() == whole[first : last + 1], (first, last)


async def test_open_ranges_suffixes_and_ends_beyond_the_file(
    studio: Studio, video: str, whole: bytes
) -> None:
    size = len(whole)
    asked = {
        f"bytes={size - 9}-": whole[-9:],
        "bytes=-9": whole[-9:],
        f"bytes=-{size + 5}": whole,
        f"bytes=100-{size + 5000}": whole[100:],
        "bytes=5-": whole[5:],
    }
    for given, part in asked.items():
        async with studio.http.get(f"{video}.mp4", headers={"Range": given}) as answer:
            assert (answer.status, await answer.read()) == (206, part), given
    for given in (f"bytes={size}-", f"bytes={size}-{size + 9}", "bytes=-0"):
        async with studio.http.get(f"{video}.mp4", headers={"Range": given}) as answer:
            assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{size}"), given
    for given in ("bytes=0-1,4-5", "bytes=9-3", "pages=1-2", "bytes=x-"):
        async with studio.http.get(f"{video}.mp4", headers={"Range": given}) as answer:
            assert (answer.status, await answer.read()) == (200, whole), given


async def test_a_part_is_continued_only_of_the_same_file(studio: Studio, video: str, whole: bytes) -> None:
    async with studio.http.head(f"{video}.mp4") as answer:
        etag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]
    cases = {
        etag: 206,
        modified: 206,
        '"another"': 200,
        f"W/{etag}": 200,
        "Thu, 01 Jan 1970 00:00:00 GMT": 200,
    }
    for given, status in cases.items():
        headers = {"Range": "bytes=50-99", "If-Range": given}
        async with studio.http.get(f"{video}.mp4", headers=headers) as answer:
            assert answer.status == status, given
            assert await answer.read() == (whole[50:100] if status == 206 else whole)


async def test_who_holds_the_file_is_told_so(studio: Studio, video: str) -> None:
    async with studio.http.head(f"{video}.mp4") as answer:
        etag = answer.headers["ETag"]
    for given, status in ((etag, 304), (f'"x", {etag}', 304), (f"W/{etag}", 304), ("*", 304), ('"x"', 200)):
        async with studio.http.get(f"{video}.mp4", headers={"If-None-Match": given}) as answer:
            assert answer.status == status, given


async def test_equal_videos_have_equal_tags_and_others_do_not(
    studio: Studio, receiver: Receiver, video: str
) -> None:
    use_case = await studio.publish(cpaas(receiver), template=greeting(), name="Again")
    tags = []
    for address in (video, await ordered(studio, use_case, "Ada"), await ordered(studio, use_case, "Bea")):
        async with studio.http.head(f"{address}.mp4") as answer:
            tags.append(answer.headers["ETag"])
    assert tags[0] == tags[1]
    assert tags[0] != tags[2]


async def test_a_missing_segment_is_told_before_the_answer_begins(
    studio: Studio, platform: Platform, video: str
) -> None:
    joined = await listed(platform, video)
    await platform.storage.delete([source.key for source in joined.sources])
    async with studio.http.get(f"{video}.mp4", headers={"Range": f"bytes={len(joined.head)}-"}) as answer:
        assert answer.status == 503
        assert answer.headers["Retry-After"]
    async with studio.http.get(f"{video}.mp4", headers={"Range": "bytes=0-9"}) as answer:
        assert (answer.status, await answer.read()) == (206, joined.head[:10])


async def test_lists_in_memory_are_few(
    platform: Platform, video: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MAX_LISTS", 2)
    for number in range(4):
        await platform.storage.put(f"media/copy{number}.mp4", (await listed(platform, video)).encode())
        await reading._list(platform, f"media/copy{number}.mp4")
    assert list(reading._lists)[-2:] == ["media/copy2.mp4", "media/copy3.mp4"]
    assert len(reading._lists) == 2
