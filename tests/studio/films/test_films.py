"""A template with effects we do not draw, from its upload to a customer's video."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.studio.mlt_documents import clear, document, filter_, place, producer, text
from tests.studio.render.media_samples import make_film, make_picture
from tests.studio.render.test_oracle import BOX_SSIM, FRAME, WHOLE_SSIM, melt, ssim
from tests.support.receiver import Receiver
from tests.support.studio_kit import Studio, webhook

from reelpress.platform.context import Platform
from reelpress.studio.assets import intake
from reelpress.studio.films import service
from reelpress.studio.films.model import film_key

pytestmark = pytest.mark.skipif(shutil.which("melt") is None, reason="melt is not installed")
SEPIA = filter_("sepia", {"u": "75", "v": "150"})
FOOTAGE = producer("film", "avformat", "film.mp4", 50, SEPIA)
GLOWING = producer(
    "face", "qimage", "face.png", 50, filter_("frei0r.invert0r", {}) + place("20 20 160 120 1")
)
WORDS = clear("words", 50, text("Hi {{name}}", geometry="20 300 600 50 1"))
FILMS = "films"


def template(*clips: str, words: str = WORDS) -> bytes:
    names = [clip.partition('id="')[2].partition('"')[0] for clip in clips]
    tracks = [[(name, 0, 0, 24)] for name in (*names, "words")]
    return document([*clips, words], tracks, frames=25, width=640, height=360)


async def frame_of(studio: Studio, use_case: str, name: str, folder: Path) -> NDArray[np.uint8]:
    """One frame of the video that a customer gets."""
    _, accepted = await studio.order(use_case, user_config={"name": name}, client_request_id=name)
    finished = await studio.finished(accepted["whilter-request-id"])
    assert finished["status"] == "SUCCESS", finished
    async with studio.http.get(finished["video-url"]) as answer:
        (folder / "video.mp4").write_bytes(await answer.read())
    with av.open(folder / "video.mp4") as container:
        frames = [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)
        ]
    assert len(frames) == 25
    return frames[FRAME]


async def test_what_we_do_not_draw_is_drawn_once_by_melt_and_looks_as_in_melt(
    studio: Studio,
    receiver: Receiver,
    platform: Platform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    film, face = make_film(tmp_path / "film.mp4"), make_picture(tmp_path / "face.png")
    files = {path.name: path.read_bytes() for path in (film, face)}
    data = template(FOOTAGE, GLOWING)
    use_case = await studio.publish(webhook(receiver), template=data, files=files)
    stored = await platform.storage.list(FILMS)
    assert len(stored) == 2

    monkeypatch.setattr(service, "is_installed", lambda: False)  # from here on every film has to be known
    ours = await frame_of(studio, use_case, "Ann", tmp_path)
    named = data.replace(b"{{name}}", b"Ann")
    for path in (film, face):
        named = named.replace(path.name.encode(), str(path).encode())
    theirs = melt(named, tmp_path)
    assert ssim(ours, theirs) >= WHOLE_SSIM
    for box in (np.s_[20:140, 20:180], np.s_[300:350, 20:620], np.s_[150:290, 200:600]):
        assert ssim(ours[box], theirs[box]) >= BOX_SSIM
    assert np.abs(ours.astype(int) - theirs).mean() < 4  # the effects are ones of colour
    assert np.abs(ours[100, 60].astype(int) - (55, 235, 235)).max() < 16  # red, turned round

    again = await studio.publish(webhook(receiver), template=data, files=files, name="The same again")
    url, headers = f"{studio.url}/api/v1/media-campaigns/{again}/preview", studio.workspace.headers
    async with studio.http.post(url, json={"values": {"name": "Bo"}, "at_s": 0.5}, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg"), await answer.text()
    assert await platform.storage.list(FILMS) == stored


async def test_a_template_that_melt_may_or_can_not_draw_is_refused_with_its_line(
    studio: Studio, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = producer("ground", "color", "#ff204060", 50, SEPIA)
    dynamic = clear("words", 50, text("Hi {{name}}") + SEPIA)
    refused = await upload(studio, template(plain, words=dynamic))
    assert refused["code"] == "unusable_asset"
    assert "a layer that depends on data needs it" in refused["message"]
    (detail,) = refused["details"]
    assert detail["element"] == "filter"
    assert b"words" in template(plain, words=dynamic).splitlines()[detail["line"] - 1]

    over_all = template(plain).replace(b"</tractor>", SEPIA.encode() + b"</tractor>")
    assert "sepia" in (await upload(studio, over_all))["message"]

    monkeypatch.setattr(intake, "is_installed", lambda: False)
    refused = await upload(studio, template(plain))
    assert "melt is not installed: have the operator install it" in refused["message"]
    (detail,) = refused["details"]
    assert b"ground" in template(plain).splitlines()[detail["line"] - 1]
    assert await platform.storage.list(FILMS) == []


async def upload(studio: Studio, data: bytes) -> dict[str, Any]:
    form = aiohttp.FormData()
    form.add_field("file", data, filename="card.mlt")
    url = f"{studio.url}/api/v1/assets"
    async with studio.http.post(url, data=form, headers=studio.workspace.headers) as answer:
        assert answer.status == 422, await answer.text()
        return (await answer.json())["error"]


async def test_a_film_lives_while_a_version_holds_it_and_a_day_after_its_last_use(
    studio: Studio, receiver: Receiver, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = producer("ground", "color", "#ff204060", 50, SEPIA)
    await studio.publish(webhook(receiver), template=template(plain))
    (held,) = await platform.storage.list(FILMS)
    async with platform.db.transaction() as conn:
        await service.store.touch(conn, studio.workspace.id, ["looked-at"], platform.clock.now())
    for digest in ("looked-at", "stray"):
        await platform.storage.put(film_key(digest), b"film")
    assert await service.remove_unused(platform) == 1
    assert sorted(await platform.storage.list(FILMS)) == sorted([held, film_key("looked-at")])

    later = platform.clock.now() + timedelta(days=2)

    def now(_: object) -> datetime:
        return later

    monkeypatch.setattr(type(platform.clock), "now", now)
    assert await service.remove_unused(platform) == 1
    assert await platform.storage.list(FILMS) == [held]
