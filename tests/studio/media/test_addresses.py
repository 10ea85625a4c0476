"""A medium at its public address: who gets which bytes, in whole or in part, and until when."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from tests.studio.media.test_negotiate import (
    CHROME,
    CHROME_IMAGE,
    CHROME_PAGE,
    FACEBOOK,
    FIREFOX_78,
    FIREFOX_78_PAGE,
    FIREFOX_VIDEO,
    GMAIL,
    SAFARI_15,
    SAFARI_15_IMAGE,
    SAFARI_PAGE,
)
from tests.support.receiver import Receiver
from tests.support.studio_kit import PICTURE_TEMPLATE, Studio, cpaas, picture

from reelpress.platform.context import Platform
from reelpress.studio.media import service
from reelpress.studio.media.model import Variant, media_id_of, object_key
from reelpress.studio.media.negotiate import VARY

CLIENTS: dict[str, tuple[dict[str, str], str]] = {
    "Chrome, address bar": (
        {"User-Agent": CHROME, "Accept": CHROME_PAGE, "Sec-Fetch-Dest": "document"},
        "text/html",
    ),
    "Chrome, img": (
        {"User-Agent": CHROME, "Accept": CHROME_IMAGE, "Sec-Fetch-Dest": "image"},
        "image/webp",
    ),
    "Chrome, video": ({"User-Agent": CHROME, "Accept": "*/*", "Sec-Fetch-Dest": "video"}, "video/mp4"),
    "Firefox 78, address bar": ({"User-Agent": FIREFOX_78, "Accept": FIREFOX_78_PAGE}, "text/html"),
    "Firefox 78, img": ({"User-Agent": FIREFOX_78, "Accept": "image/webp,*/*"}, "image/webp"),
    "Firefox 78, video": ({"User-Agent": FIREFOX_78, "Accept": FIREFOX_VIDEO}, "video/mp4"),
    "Safari 15, address bar": ({"User-Agent": SAFARI_15, "Accept": SAFARI_PAGE}, "text/html"),
    "Safari 15, img": ({"User-Agent": SAFARI_15, "Accept": SAFARI_15_IMAGE}, "image/webp"),
    "Gmail": ({"User-Agent": GMAIL, "Accept": "image/webp,*/*"}, "image/gif"),
    "Facebook": ({"User-Agent": FACEBOOK, "Accept": "*/*"}, "text/html"),
    "curl": ({"User-Agent": "curl/8.9.1", "Accept": "*/*"}, "video/mp4"),
}
BROWSER = {"User-Agent": CHROME, "Accept": CHROME_PAGE, "Sec-Fetch-Dest": "document"}


@pytest.fixture
async def video(studio: Studio, receiver: Receiver) -> str:
    """The public address of a finished video."""
    use_case = await studio.publish(cpaas(receiver), name='Spring "welcome" <b>')
    _, accepted = await studio.order(use_case)
    found = await studio.finished(accepted["whilter-request-id"])
    return found["video-url"].removesuffix(".mp4")


async def test_one_url_is_right_for_every_client_and_seeks(studio: Studio, video: str) -> None:
    for name, (headers, expected) in CLIENTS.items():
        async with studio.http.get(video, headers=headers) as answer:
            assert answer.status == 200, name
            assert answer.content_type == expected, name
            assert answer.headers["Vary"] == VARY, name
            assert answer.headers["X-Content-Type-Options"] == "nosniff", name
            assert "noindex" in answer.headers["X-Robots-Tag"], name
            body = await answer.read()
            if expected.startswith("image/"):
                assert Image.open(BytesIO(body)).size[0] > 0, name
                assert len(body) <= 1_000_000, name
    async with studio.http.get(f"{video}.mp4") as answer:
        whole, etag = await answer.read(), answer.headers["ETag"]
        assert not etag.startswith("W/")
    await check_ranges(studio, video, whole, etag)


async def check_ranges(studio: Studio, video: str, whole: bytes, etag: str) -> None:
    size = len(whole)
    for asked, part, said in (
        ("bytes=0-99", whole[:100], f"bytes 0-99/{size}"),
        ("bytes=100-", whole[100:], f"bytes 100-{size - 1}/{size}"),
        ("bytes=-50", whole[-50:], f"bytes {size - 50}-{size - 1}/{size}"),
    ):
        async with studio.http.get(f"{video}.mp4", headers={"Range": asked, "If-Range": etag}) as answer:
            assert (answer.status, answer.headers["Content-Range"]) == (206, said)
            assert await answer.read() == part
    async with studio.http.get(f"{video}.mp4", headers={"Range": "bytes=0-9", "If-Range": '"old"'}) as answer:
        assert (answer.status, await answer.read()) == (200, whole)
    async with studio.http.get(f"{video}.mp4", headers={"Range": f"bytes={size}-"}) as answer:
        assert (answer.status, answer.headers["Content-Range"]) == (416, f"bytes */{size}")
    async with studio.http.get(f"{video}.mp4", headers={"If-None-Match": etag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with studio.http.head(f"{video}.mp4") as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(size))
    async with studio.http.get(video, headers={"Range": "bytes=0-9"}) as answer:
        assert (answer.status, await answer.read()) == (206, whole[:10])


async def test_the_page_makes_a_card_and_runs_no_script(studio: Studio, video: str) -> None:
    page = video.replace("/m/", "/v/")
    async with studio.http.get(page, headers={"Accept": "*/*"}) as answer:
        html = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "Spring &#34;welcome&#34; &lt;b&gt;" in html
    assert f'property="og:image" content="{video}.jpg"' in html
    assert f'property="og:video" content="{video}.mp4"' in html
    assert 'name="twitter:card" content="player"' in html
    assert "Ada" not in html
    assert "<script" not in html
    assert "style=" not in html
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    async with studio.http.get(f"{studio.url}/v/player.css") as answer:
        assert (answer.status, answer.content_type) == (200, "text/css")
    async with studio.http.get(f"{video}.jpg") as answer:
        assert answer.content_type == "image/jpeg"


async def test_after_its_time_the_address_says_gone_and_the_bytes_are_removed(
    studio: Studio, video: str, platform: Platform, settle: Callable[[], Awaitable[None]]
) -> None:
    await settle()  # its previews are there as well
    media_id = video.rsplit("/", 1)[-1]
    assert await platform.storage.size(object_key(media_id, Variant.MP4)) is not None
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE studio_media SET expires_at = now() + interval '20 seconds'")
    async with studio.http.get(f"{video}.mp4") as answer:
        longest = int(answer.headers["Cache-Control"].split("max-age=")[1].split(",")[0])
        assert longest <= 20
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE studio_media SET expires_at = now() - interval '1 second'")
    await check_gone(studio, video)
    assert await service.remove_expired(platform) == 1
    assert await platform.storage.list("media") == []
    await check_gone(studio, video)


async def check_gone(studio: Studio, video: str) -> None:
    for url in (video, f"{video}.mp4", f"{video}.jpg"):
        async with studio.http.get(url) as answer:
            assert answer.status == 410
            assert (await answer.json())["error"]["code"] == "gone"
    for url in (video, video.replace("/m/", "/v/")):
        async with studio.http.get(url, headers=BROWSER) as answer:
            assert (answer.status, answer.content_type) == (410, "text/html")
            assert "No longer available" in await answer.text()


async def test_unknown_addresses_are_404(studio: Studio) -> None:
    unknown = "A" * 22
    for name in (unknown, f"{unknown}.mp4", "short", f"{unknown}.exe", "..%2f..%2fetc"):
        async with studio.http.get(f"{studio.url}/m/{name}") as answer:
            assert answer.status == 404, name
    async with studio.http.get(f"{studio.url}/v/{unknown}", headers=BROWSER) as answer:
        assert (answer.status, answer.content_type) == (404, "text/html")


async def test_an_image_campaign_gives_its_picture_or_its_page(studio: Studio, receiver: Receiver) -> None:
    receiver.otherwise = type(receiver.otherwise)(body=picture("#30a050"))
    use_case = await studio.publish(
        cpaas(receiver),
        template=PICTURE_TEMPLATE.encode(),
        files={"photo.png": picture()},
        output={"kind": "image"},
    )
    _, accepted = await studio.order(use_case, user_config={"photo": f"{receiver.origin}/photo.png"})
    found = await studio.finished(accepted["whilter-request-id"])
    assert found["status"] == "SUCCESS", found
    assert found["video-url"] is None
    address = found["image-url"].removesuffix(".jpg")
    for accept in ("image/webp,*/*", "*/*"):
        async with studio.http.get(address, headers={"Accept": accept}) as answer:
            assert answer.content_type == "image/jpeg"
            red, green, _ = Image.open(BytesIO(await answer.read())).convert("RGB").getpixel((60, 60))
            assert green > red + 60
    async with studio.http.get(address, headers=BROWSER) as answer:
        assert answer.content_type == "text/html"
        assert "<video" not in await answer.text()
    async with studio.http.get(f"{address}.mp4") as answer:
        assert answer.status == 404


async def test_reconcile_removes_what_no_medium_points_to(
    studio: Studio, video: str, platform: Platform
) -> None:
    kept = set(await platform.storage.list("media"))
    await platform.storage.put(object_key("B" * 22, Variant.MP4), b"stray")
    async with platform.db.connection() as conn:
        request = await conn.fetchrow("SELECT id, workspace_id FROM studio_requests")
        long_ago = platform.clock.now() - timedelta(days=1)
        await conn.execute(
            """INSERT INTO studio_media (id, workspace_id, request_id, kind, title, created_at)
               VALUES ($1, $2, $3, 'video', 'x', $4)""",
            "C" * 22,
            request["workspace_id"],
            request["id"],
            long_ago,
        )
    await platform.storage.put(object_key("C" * 22, Variant.GIF), b"left by a killed attempt")
    assert await service.reconcile(platform) == 2
    left = set(await platform.storage.list("media"))
    assert kept <= left
    assert {media_id_of(key) for key in left} == {media_id_of(key) for key in kept}, (
        "more of the same video may have been drawn meanwhile, and nothing else is left"
    )
    assert await service.reconcile(platform) == 0
