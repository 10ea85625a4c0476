"""A clip that comes with a request: by address or as an asset, seen and heard in her video, or refused."""

import io
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
from PIL import Image
from tests.studio.mlt_documents import document, place, producer
from tests.studio.render.media_samples import make_clip
from tests.support.receiver import Receiver, Scripted
from tests.support.studio_kit import Studio, cpaas, picture

from reelpress.platform.context import Platform
from reelpress.studio.assets import clips
from reelpress.studio.assets.clips import clips_folder, house_clip, sweep_clips
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.render.media_in import Film, read_sound
from reelpress.studio.render.planes import Converter

GROUND = producer("ground", "color", "#ff203a5f", 25)
CLIP = producer("clip", "avformat", "{{clip}}", 25, place("100 40 120 90 1"))
TEMPLATE = document([GROUND, CLIP], [[("ground", 0, 0, 19)], [("clip", 5, 0, 14)]], frames=20)
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def green(tmp_path: Path) -> bytes:
    """0.4 s, with a tone."""
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(10 * 1920) / 48_000)
    sound = np.stack([tone, tone]).astype(np.float32)
    return make_clip(tmp_path / "green.mkv", [(20, 200, 20)] * 10, sound=sound).read_bytes()


async def uploaded(studio: Studio, data: bytes) -> str:
    form = aiohttp.FormData()
    form.add_field("file", data, filename="green.mkv")
    url = f"{studio.url}/api/v1/assets"
    async with studio.http.post(url, data=form, headers=studio.workspace.headers) as answer:
        assert answer.status == 201, await answer.text()
        return (await answer.json())["id"]


async def video(studio: Studio, use_case: str, path: Path, **order: Any) -> Path:
    _, accepted = await studio.order(use_case, **order)
    found = await studio.finished(accepted["whilter-request-id"])
    assert found["status"] == "SUCCESS", found
    async with studio.http.get(found["video-url"]) as answer:
        path.write_bytes(await answer.read())
    return path


def check_green_and_heard(path: Path) -> None:
    film = Film(path, "video")
    pixels = [Converter().film_to_bgra(film.at(number / 25))[85, 160] for number in (2, 8, 18)]
    film.close()
    levels = [float(np.abs(read_sound(path, "video", at, 0.15)).max()) for at in (0.0, 0.3, 0.65)]
    assert [bool(green > 150 and blue < 60) for blue, green, _, _ in pixels] == [False, True, True]
    assert [level > 0.2 for level in levels] == [False, True, False]


async def test_a_clip_comes_by_address_or_as_an_asset_and_what_is_none_is_refused(
    studio: Studio, receiver: Receiver, green: bytes, tmp_path: Path
) -> None:
    use_case = await studio.publish(cpaas(receiver), template=TEMPLATE)
    asset = await uploaded(studio, green)
    receiver.otherwise = Scripted(200, green)
    address = f"{receiver.origin}/hello.mkv"
    by_address = await video(studio, use_case, tmp_path / "one.mp4", user_config={"clip": address})
    by_array = await video(studio, use_case, tmp_path / "two.mp4", user_config={}, video_urls=[asset])
    check_green_and_heard(by_address)
    check_green_and_heard(by_array)

    mapping = {"part": 0, "layer": "clip", "kind": "video", "field": "film", "fallback": asset}
    with_fallback = await studio.publish(cpaas(receiver), template=TEMPLATE, mappings=[mapping])
    check_green_and_heard(await video(studio, with_fallback, tmp_path / "three.mp4", user_config={}))

    receiver.otherwise = Scripted(200, picture())
    _, accepted = await studio.order(use_case, user_config={"clip": f"{receiver.origin}/other"})
    failed = await studio.finished(accepted["whilter-request-id"])
    assert failed["status"] == "FAILURE"
    assert failed["message"] == "the clip of field 'clip' cannot be used: the file is not a clip but image"

    for value in (NOBODY, "http://10.0.0.1/hello.mp4", "hello.mp4"):
        status, refused = await studio.order(use_case, user_config={"clip": value})
        assert status == 400
        assert "user-config.clip" in str(refused)


@pytest.mark.parametrize("by_address", [True, False])
async def test_the_eye_shows_a_clip_at_its_moment(
    by_address: bool, studio: Studio, receiver: Receiver, green: bytes
) -> None:
    use_case = await studio.publish(cpaas(receiver), template=TEMPLATE)
    receiver.otherwise = Scripted(200, green)
    value = f"{receiver.origin}/hello.mkv" if by_address else await uploaded(studio, green)
    url = f"{studio.url}/api/v1/media-campaigns/{use_case}/preview"
    said = {"values": {"clip": value}, "at_s": 0.4}
    async with studio.http.post(url, json=said, headers=studio.workspace.headers) as answer:
        assert answer.status == 200, await answer.text()
        seen = Image.open(io.BytesIO(await answer.read())).convert("RGB")
    assert seen.getpixel((160, 85)) == pytest.approx((20, 200, 20), abs=25)
    async with studio.http.post(
        url, json={"values": {"clip": NOBODY}}, headers=studio.workspace.headers
    ) as refused:
        assert (await refused.json())["error"]["code"] == "bad_clip"


async def test_equal_clips_of_a_workspace_are_copied_once(
    platform: Platform, green: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.in"
    source.write_bytes(green)
    first, again, other = (tmp_path / name for name in ("first", "again", "other"))
    await house_clip(platform, "lantern", source, first)
    monkeypatch.setattr(clips, "probe", _never)
    await house_clip(platform, "lantern", source, again)
    assert first.read_bytes() == again.read_bytes()
    with pytest.raises(MediaFault):
        await house_clip(platform, "harbour", source, other)


async def test_what_nobody_used_for_hours_is_gone(
    platform: Platform, green: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.in").write_bytes(green)
    await house_clip(platform, "lantern", tmp_path / "a.in", tmp_path / "copy")
    assert sweep_clips(clips_folder(platform)) == 0
    monkeypatch.setattr(clips, "KEPT_S", -1.0)
    assert sweep_clips(clips_folder(platform)) == 1
    assert (tmp_path / "copy").stat().st_size > 0, "an attempt keeps what it has"


async def test_a_long_clip_and_a_large_one_are_refused_before_they_are_decoded(
    platform: Platform, tmp_path: Path, green: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.in").write_bytes(green)
    for name, value, words in (("MAX_DURATION_S", 0.2, "0 s long"), ("MAX_FILE_BYTES", 100, "larger than")):
        with monkeypatch.context() as patched:
            patched.setattr(clips, name, value)
            with pytest.raises(MediaFault, match=words):
                await house_clip(platform, "lantern", tmp_path / "a.in", tmp_path / "copy")


def _never(*_: object) -> None:
    raise MediaFault("it was looked at again")
