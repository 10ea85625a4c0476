"""A template most of which everybody shares, and what becomes of an order for it."""

from collections.abc import Mapping

from tests.studio.mlt_documents import clear, document, producer, text
from tests.support.studio_kit import Studio

from reelpress.platform.context import Platform
from reelpress.studio.media.model import Variant, object_key
from reelpress.studio.render.joined import Joined


def greeting() -> bytes:
    """Three seconds; a name over the middle one."""
    ground = producer("ground", "color", "#ff203a5f", 75)
    title = clear("title", 25, text("Hello {{name}}"))
    return document([ground, title], [[("ground", 0, 0, 74)], [("title", 25, 0, 24)]], frames=75)


async def ordered(studio: Studio, use_case: str, name: str) -> str:
    """The public address of a finished video for one customer."""
    fields = {"customer_id": name, "client_request_id": f"order-{name}", "user_config": {"name": name}}
    _, accepted = await studio.order(use_case, **fields)
    found = await studio.finished(accepted["whilter-request-id"])
    assert found["status"] == "SUCCESS", found
    return found["video-url"].removesuffix(".mp4")


async def listed(platform: Platform, address: str) -> Joined:
    """What is stored in place of the file."""
    return Joined.decode(await platform.storage.get(object_key(address.rsplit("/", 1)[-1], Variant.MP4)))


async def assembled(platform: Platform, address: str) -> bytes:
    """The file, put together from whole stored segments."""
    joined = await listed(platform, address)
    objects: Mapping[str, bytes] = {
        source.key: await platform.storage.get(source.key) for source in joined.sources
    }
    pieces = [
        objects[joined.sources[source].key][offset : offset + length]
        for source, offset, length in joined.extents.tolist()
    ]
    return b"".join([joined.head, *pieces])
