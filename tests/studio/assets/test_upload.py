"""`/api/v1/assets`, over the wire."""

import io
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from tests.conftest import TestWorkspace
from tests.studio.assets.samples import make_image, make_video, make_wav
from tests.studio.campaigns.templates import template
from tests.support.live import LiveServer

from reelpress.app.workspaces import NewWorkspace, make_workspace
from reelpress.platform.context import Platform


class Assets:
    """A caller of the assets API."""

    def __init__(self, http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace) -> None:
        self._http = http
        self._url = f"{server.url}/api/v1/assets"
        self.headers = workspace.headers

    async def upload(self, *files: tuple[str, bytes], **fields: str) -> tuple[int, dict[str, Any]]:
        form = aiohttp.FormData(fields)
        for name, content in files:
            form.add_field("file", content, filename=name, content_type="application/octet-stream")
        async with self._http.post(self._url, data=form, headers=self.headers) as answer:
            return answer.status, await answer.json()

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any, bytes]:
        async with self._http.request(method, self._url + path, headers=self.headers, **options) as answer:
            content = await answer.read()
            is_json = answer.content_type == "application/json" and content
            return answer.status, (await answer.json() if is_json else None), content


@pytest.fixture
def assets(http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace) -> Assets:
    return Assets(http, server, workspace)


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def png(tmp_path: Path, colour: int = 10) -> bytes:
    Image.new("RGB", (20, 10), (colour, 20, 30)).save(tmp_path / "tmp.png", "PNG")
    return (tmp_path / "tmp.png").read_bytes()


async def test_one_file_of_every_kind_becomes_our_copy(assets: Assets, tmp_path: Path):
    files = {
        "Clip.MOV": (make_video(tmp_path / "v.mp4"), "video", "video/mp4"),
        "tone.wav": (make_wav(tmp_path / "a.wav"), "audio", "audio/flac"),
        "photo.txt": (make_image(tmp_path / "i.jpg", "JPEG"), "image", "image/jpeg"),
        "font.otf": (Path("src/reelpress/studio/render/fonts/NotoSans-Bold.ttf"), "font", "font/ttf"),
    }
    for name, (path, kind, media_type) in files.items():
        status, made = await assets.upload((name, path.read_bytes()), name=f"My {kind}")
        assert (status, made["kind"], made["media_type"]) == (201, kind, media_type), made
        assert (made["name"], made["original_name"]) == (f"My {kind}", name)
        status, _, content = await assets.call("GET", f"/{made['id']}/content")
        assert (status, len(content)) == (200, made["size_bytes"])
    _, listed, _ = await assets.call("GET", "")
    assert {one["kind"] for one in listed["assets"]} == {"video", "audio", "image", "font"}
    _, listed, _ = await assets.call("GET", "?kind=font")
    assert [one["facts"]["family"] for one in listed["assets"]] == ["Noto Sans"]


async def test_a_zip_brings_a_template_with_what_it_names_and_nothing_else(assets: Assets, tmp_path: Path):
    document = template(background="media/back.mp4", service="avformat")
    status, made = await assets.upload(
        (
            "welcome.zip",
            zipped(
                {
                    "welcome/welcome.mlt": document,
                    "welcome/media/back.mp4": make_video(tmp_path / "b.mp4").read_bytes(),
                    "welcome/SAMPLE.PNG": png(tmp_path),
                    "welcome/notes.txt": b"not for us",
                    "welcome/other.png": png(tmp_path, 99),
                    "__MACOSX/._welcome.mlt": b"junk",
                }
            ),
        )
    )
    assert status == 201, made
    assert made["kind"] == "mlt"
    assert {one["original_name"] for one in made["created"]} == {"welcome.mlt", "back.mp4", "SAMPLE.PNG"}
    assert made["missing"] == []
    assert {one["resource"] for one in made["resources"]} == {"media/back.mp4", "sample.png"}
    assert (made["facts"]["width"], made["facts"]["fps"], made["facts"]["duration_s"]) == (320, "25/1", 1.0)
    layers = {layer["name"]: layer for layer in made["facts"]["layers"]}
    assert (layers["Name"]["kind"], layers["Name"]["fields"]) == ("text", ["name"])
    assert (layers["Photo"]["kind"], layers["Photo"]["fields"]) == ("image", ["photo"])


async def test_missing_files_are_reported_and_filled_when_they_come(assets: Assets, tmp_path: Path):
    _, made = await assets.upload(("a.mlt", template(background="C:\\clips\\Back.mp4", service="avformat")))
    assert made["missing"] == ["C:\\clips\\Back.mp4", "sample.png"]
    _, video = await assets.upload(("back.MP4", make_video(tmp_path / "b.mp4").read_bytes()))
    _, image = await assets.upload(("else.png", png(tmp_path)))
    _, now, _ = await assets.call("GET", f"/{made['id']}")
    assert now["missing"] == ["sample.png"]
    assert {one["asset_id"] for one in now["resources"]} == {video["id"], None}
    status, chosen, _ = await assets.call(
        "PUT", f"/{made['id']}/resources", json={"resource": "sample.png", "asset_id": image["id"]}
    )
    assert (status, chosen["missing"]) == (200, [])


async def test_what_is_wrong_is_said_with_file_element_and_line(assets: Assets):
    broken = template(extra='<property name="reelpress:fit">stretchy</property>')
    status, refused = await assets.upload(("broken.mlt", broken))
    assert status == 422
    (detail,) = refused["error"]["details"]
    line = broken[: broken.index(b'<filter id="text">')].count(b"\n") + 1
    assert (detail["file"], detail["element"], detail["line"]) == ("broken.mlt", "filter text", line)
    assert "reelpress:fit" in detail["message"]
    assert "broken.mlt" in refused["error"]["message"]


async def test_every_bad_file_is_named_and_nothing_is_kept(assets: Assets, tmp_path: Path):
    inner = make_video(tmp_path / "inner.mp4")
    bad = {
        "list.mp4": f"#EXTM3U\nfile://{inner}\n".encode(),
        "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "entity.mlt": b"<!DOCTYPE mlt [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><mlt>&x;</mlt>",
        "nested.zip": zipped({"inner.zip": zipped({"a.png": png(tmp_path)})}),
        "up.zip": zipped({"../../up.mlt": template()}),
        "cut.mp4": inner.read_bytes()[:500],
        "page.html": b"<html><script>1</script></html>",
        "empty.png": b"",
    }
    status, refused = await assets.upload(("good.png", png(tmp_path)), *bad.items())
    assert status == 422
    named = " ".join(detail["file"] for detail in refused["error"]["details"])
    assert [name for name in bad if name.split(".")[0] not in named and name != "nested.zip"] == []
    _, listed, _ = await assets.call("GET", "")
    assert listed["assets"] == []
    assert "/etc/" not in str(refused)
    assert str(tmp_path) not in str(refused)


async def test_an_upload_without_a_file_says_so(assets: Assets):
    status, refused = await assets.upload(name="nothing")
    assert (status, refused["error"]["field"]) == (400, "file")


async def test_equal_content_is_stored_once_and_deleted_with_its_last_asset(
    assets: Assets, platform: Platform, tmp_path: Path
):
    made = [(await assets.upload((f"{number}.png", png(tmp_path))))[1] for number in range(2)]
    key = f"assets/{made[0]['sha256']}"
    assert made[0]["sha256"] == made[1]["sha256"]
    assert await platform.storage.list("assets/") == [key]
    assert (await assets.call("DELETE", f"/{made[0]['id']}"))[0] == 204
    assert await platform.storage.size(key) is not None
    assert (await assets.call("DELETE", f"/{made[1]['id']}"))[0] == 204
    assert await platform.storage.size(key) is None
    assert (await assets.call("GET", f"/{made[1]['id']}"))[0] == 404


async def test_a_file_a_template_shows_cannot_be_deleted(assets: Assets, tmp_path: Path):
    _, image = await assets.upload(("sample.png", png(tmp_path)))
    _, made = await assets.upload(("a.mlt", template()))
    status, refused, _ = await assets.call("DELETE", f"/{image['id']}")
    assert (status, refused["error"]["code"]) == (409, "asset_in_use")
    assert "a.mlt" in refused["error"]["message"]
    assert (await assets.call("DELETE", f"/{made['id']}"))[0] == 204
    assert (await assets.call("DELETE", f"/{image['id']}"))[0] == 204


async def test_another_workspace_sees_and_links_nothing(assets: Assets, platform: Platform, tmp_path: Path):
    _, mine = await assets.upload(("sample.png", png(tmp_path)))
    stranger = await make_workspace(
        platform, NewWorkspace(name="Stranger", admin_email="s@example.com", admin_password="long enough")
    )
    assets.headers = {"Authorization": f"Bearer {stranger.api_token}"}
    for method, path in (("GET", ""), ("GET", "/content"), ("DELETE", "")):
        assert (await assets.call(method, f"/{mine['id']}{path}"))[0] == 404
    _, theirs = await assets.upload(("a.mlt", template()))
    assert theirs["missing"] == ["sample.png"]
    choice = {"resource": "sample.png", "asset_id": mine["id"]}
    assert (await assets.call("PUT", f"/{theirs['id']}/resources", json=choice))[0] == 404
