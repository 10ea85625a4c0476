"""`/api/v1/media-campaigns`, over the wire."""

import io
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import pytest
from PIL import Image
from tests.conftest import TestWorkspace
from tests.studio.assets.samples import make_video
from tests.studio.campaigns.templates import template
from tests.support.live import LiveServer

from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.studio.campaigns import service
from reelpress.studio.campaigns.model import CpaasEgress, WebhookEgress
from reelpress.studio.plan import Plan

FONT = Path("src/reelpress/studio/render/fonts/NotoSans-Bold.ttf").read_bytes()
SIGNING_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Console:
    """A marketer with a token."""

    def __init__(self, http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace) -> None:
        self._http = http
        self._server = server
        self.workspace = workspace
        self.headers = workspace.headers

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        url = f"{self._server.url}/api/v1{path}"
        async with self._http.request(method, url, headers=self.headers, **options) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.read()

    async def upload(self, name: str, content: bytes) -> dict[str, Any]:
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        status, made = await self.call("POST", "/assets", data=form)
        assert status == 201, made
        return made

    def cpaas(self, **more: Any) -> dict[str, Any]:
        own = {"base_url": self._server.url, "workspace_id": self.workspace.id, "data_api_key": "dk_secret"}
        return {"type": "CPAAS", **own, **more}

    async def definition(self, **more: Any) -> dict[str, Any]:
        made = await self.upload("card.mlt", template())
        return {
            "parts": [{"kind": "mlt", "asset_id": made["id"], "name": "Card"}],
            "mappings": [
                {"part": 0, "layer": "Name", "kind": "text", "field": "first_name", "fallback": "friend"}
            ],
            "connection": {"egress": self.cpaas()},
            **more,
        }

    async def create(self, definition: dict[str, Any]) -> dict[str, Any]:
        body = {"name": "Welcome", "definition": definition}
        status, made = await self.call("POST", "/media-campaigns", json=body)
        assert status == 201, made
        return made

    async def publish(self, campaign_id: str) -> tuple[int, Any]:
        return await self.call("POST", f"/media-campaigns/{campaign_id}/publish")


@pytest.fixture
def console(http: aiohttp.ClientSession, server: LiveServer, workspace: TestWorkspace) -> Console:
    return Console(http, server, workspace)


def png(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 60), colour).save(buffer, "PNG")
    return buffer.getvalue()


async def test_submit_gives_a_use_case_id_that_stays_over_versions(console: Console, platform: Platform):
    definition = await console.definition()
    made = await console.create(definition)
    assert (made["state"], made["use_case_id"]) == ("draft", None)
    status, first = await console.publish(made["id"])
    assert (status, first["use_case_id"], first["version"]) == (200, made["id"], 1)

    changed = definition | {"output": {"kind": "image", "still_at_s": 0.4}}
    status, after = await console.call("PUT", f"/media-campaigns/{made['id']}", json={"definition": changed})
    assert (status, after["state"]) == (200, "published")
    async with platform.db.connection() as conn:
        old = await service.current_version(conn, console.workspace.id, UUID(made["id"]))
    assert old.definition.output.kind == "video"

    _, second = await console.publish(made["id"])
    assert (second["use_case_id"], second["version"]) == (made["id"], 2)
    async with platform.db.connection() as conn:
        new = await service.current_version(conn, console.workspace.id, UUID(made["id"]))
        kept = await service.version_by_id(conn, console.workspace.id, old.id)
    assert (new.number, new.definition.output.kind) == (2, "image")
    assert kept == old
    _, listed = await console.call("GET", f"/media-campaigns/{made['id']}/versions")
    assert [(one["number"], one["current"]) for one in listed["versions"]] == [(2, True), (1, False)]


async def test_a_version_holds_its_plan_and_the_files_to_render_from(console: Console, platform: Platform):
    await console.upload("bold.ttf", FONT)
    picture = await console.upload("sample.png", png("red"))
    made = await console.create(await console.definition())
    assert (await console.publish(made["id"]))[0] == 200
    async with platform.db.connection() as conn:
        version = await service.current_version(conn, console.workspace.id, UUID(made["id"]))
    plan = msgspec.convert(version.plan, Plan)
    assert {field.name: field.fallback for field in plan.fields if field.kind == "text"} == {
        "first_name": "friend"
    }
    files = await service.resource_files(platform, version)
    assert set(plan.resources) <= set(files)
    assert picture["sha256"] in files
    assert [key for key in files if key.startswith("font:")] != []
    assert all(path.is_file() for path in files.values())


async def test_secrets_are_masked_kept_by_destination_and_never_stored_in_the_clear(
    console: Console, platform: Platform
):
    made = await console.create(await console.definition())
    egress = made["definition"]["connection"]["egress"]
    assert egress["data_api_key"] == "********"
    assert (await console.publish(made["id"]))[0] == 200

    _, again = await console.call(
        "PUT", f"/media-campaigns/{made['id']}", json={"definition": made["definition"]}
    )
    assert again["definition"]["connection"]["egress"]["data_api_key"] == "********"
    async with platform.db.connection() as conn:
        version = await service.current_version(conn, console.workspace.id, UUID(made["id"]))
        rows = await conn.fetch(
            """SELECT c::text AS row FROM media_campaigns c
               UNION ALL SELECT v::text FROM media_campaign_versions v
               UNION ALL SELECT s::text FROM media_campaign_secrets s
               UNION ALL SELECT a::text FROM audit_log a"""
        )
    assert "dk_secret" not in "\n".join(row["row"] for row in rows)
    filled = await service.egress_of(platform, version)
    assert isinstance(filled, CpaasEgress)
    assert filled.data_api_key is not None
    assert filled.data_api_key.get_secret_value() == "dk_secret"
    assert "dk_secret" not in repr(filled)

    moved = made["definition"] | {
        "connection": {"egress": egress | {"workspace_id": "ANOTHER", "data_api_key": "********"}}
    }
    await console.call("PUT", f"/media-campaigns/{made['id']}", json={"definition": moved})
    status, refused = await console.publish(made["id"])
    assert (status, refused["error"]["field"]) == (422, "connection.egress.data_api_key")


async def test_a_webhook_has_two_signing_secrets_for_rotation(console: Console, platform: Platform):
    egress = {"type": "WEBHOOK", "url": f"{console.cpaas()['base_url']}/hook"}
    made = await console.create(await console.definition(connection={"egress": egress}))
    status, refused = await console.publish(made["id"])
    assert (status, refused["error"]["field"]) == (422, "connection.egress.signing_secrets")
    secrets = [
        (await console.call("POST", f"/media-campaigns/{made['id']}/signing-secrets"))[1]["signing_secret"]
        for _ in range(3)
    ]
    assert (await console.publish(made["id"]))[0] == 200
    async with platform.db.connection() as conn:
        version = await service.current_version(conn, console.workspace.id, UUID(made["id"]))
    filled = await service.egress_of(platform, version)
    assert isinstance(filled, WebhookEgress)
    assert [one.get_secret_value() for one in filled.signing_secrets] == [secrets[2], secrets[1]]

    own = made["definition"] | {
        "connection": {"egress": egress | {"signing_secrets": [SIGNING_SECRET, "********"]}}
    }
    assert (await console.call("PUT", f"/media-campaigns/{made['id']}", json={"definition": own}))[0] == 200
    filled = await service.egress_of(platform, version)
    assert isinstance(filled, WebhookEgress)
    assert [one.get_secret_value() for one in filled.signing_secrets] == [SIGNING_SECRET, secrets[2]]
    bad = made["definition"] | {"connection": {"egress": egress | {"signing_secrets": ["hunter2"]}}}
    status, refused = await console.call("PUT", f"/media-campaigns/{made['id']}", json={"definition": bad})
    assert (status, refused["error"]["code"]) == (422, "bad_signing_secret")
    assert "hunter2" not in str(refused)


async def test_what_cannot_be_published_is_listed_in_full(console: Console, tmp_path: Path):
    _, empty = await console.call("POST", "/media-campaigns", json={"name": "Empty"})
    _, refused = await console.publish(empty["id"])
    assert {one["field"] for one in refused["error"]["details"]} == {"parts", "connection.egress"}

    good = await console.definition()
    part = good["parts"][0]
    video = await console.upload("v.mp4", make_video(tmp_path / "v.mp4").read_bytes())
    unlinked = await console.upload("u.mlt", template(background="lost.mp4", service="avformat"))
    mapping = good["mappings"][0]
    cases: list[tuple[dict[str, Any], str, str]] = [
        ({"parts": [part | {"kind": "ml_with_mlt"}]}, "parts[0].kind", "voice"),
        ({"connection": good["connection"] | {"encrypted": True}}, "connection.encrypted", "Not Encrypted"),
        ({"parts": [part | {"kind": "static"}]}, "parts[0]", "static"),
        ({"parts": [part | {"asset_id": video["id"]}]}, "parts[0]", "MLT XML"),
        ({"parts": [part | {"asset_id": unlinked["id"]}]}, "parts[0].asset_id", "lost.mp4"),
        ({"mappings": [mapping | {"layer": "Nobody"}]}, "mappings[0]", "Name"),
        ({"mappings": [mapping | {"part": 3}]}, "mappings[0]", "part 3"),
        ({"mappings": [mapping | {"kind": "image", "fallback": None}]}, "mappings[0]", "kind text"),
        ({"mappings": [mapping | {"transforms": ["shout"]}]}, "mapping of 'Name'", "shout"),
        (
            {"mappings": [mapping | {"layer": "Photo", "kind": "image", "fallback": "cat.png"}]},
            "mappings[0].fallback",
            "id of an image asset",
        ),
        (
            {"mappings": [mapping | {"layer": "Photo", "kind": "image", "fallback": video["id"]}]},
            "mappings[0].fallback",
            "is not an image asset",
        ),
    ]
    for change, field, word in cases:
        made = await console.create(good | change)
        status, refused = await console.publish(made["id"])
        assert (status, refused["error"]["code"]) == (422, "cannot_publish"), change
        assert refused["error"]["details"][0]["field"] == field, change
        assert word in refused["error"]["details"][0]["message"], change
        _, versions = await console.call("GET", f"/media-campaigns/{made['id']}/versions")
        assert versions["versions"] == []


async def test_addresses_that_lead_inside_are_refused_when_they_are_saved(console: Console):
    bad = [
        "http://127.0.0.1:1/",
        "https://169.254.169.254/latest",
        "http://2130706433/",
        "https://localhost/",
        "ftp://example.com/",
        "https://user:pass@example.com/",
        "not a url",
    ]
    for url in bad:
        for egress in (console.cpaas(base_url=url), {"type": "WEBHOOK", "url": url}):
            body = {"name": "Bad", "definition": {"connection": {"egress": egress}}}
            status, refused = await console.call("POST", "/media-campaigns", json=body)
            assert (status, refused["error"]["code"]) == (422, "bad_url"), url
            assert refused["error"]["field"].startswith("connection.egress.")
    _, listed = await console.call("GET", "/media-campaigns")
    assert listed["media_campaigns"] == []


async def test_layers_the_campaign_does_not_map_are_reported(console: Console):
    definition = await console.definition(mappings=[])
    made = await console.create(definition)
    _, done = await console.publish(made["id"])
    notes = "\n".join(done["notes"])
    assert "'Name' is not mapped" in notes
    assert "no fallback" in notes
    assert "'Photo' is not mapped" in notes


async def test_the_eye_shows_the_draft_as_it_will_be_rendered(console: Console):
    photo = await console.upload("other.png", png("#00ff00"))
    made = await console.create(await console.definition())
    path = f"/media-campaigns/{made['id']}/preview"
    pictures: list[Image.Image] = []
    for values in ({"first_name": "Asha"}, {"first_name": "Benedict", "photo": photo["id"]}):
        status, content = await console.call("POST", path, json={"values": values, "at_s": 0.4})
        assert status == 200, content
        pictures.append(Image.open(io.BytesIO(content)).convert("RGB"))
    assert [picture.size for picture in pictures] == [(320, 180)] * 2
    red, green, blue = pictures[1].getpixel((60, 90))
    assert green > 150 > red + blue
    name_box, rest = (120, 60, 310, 120), (120, 0, 310, 50)
    assert pictures[0].crop(name_box).tobytes() != pictures[1].crop(name_box).tobytes()
    assert pictures[0].crop(rest).tobytes() == pictures[1].crop(rest).tobytes()


async def test_a_preview_refuses_pictures_from_inside(console: Console):
    made = await console.create(await console.definition())
    path = f"/media-campaigns/{made['id']}/preview"
    for url in ("http://169.254.169.254/x.png", "https://127.0.0.1/x.png", "file:///etc/passwd"):
        status, refused = await console.call("POST", path, json={"values": {"photo": url}})
        assert (status, refused["error"]["code"], refused["error"]["field"]) == (
            422,
            "bad_picture",
            "values.photo",
        )
    status, refused = await console.call("POST", path, json={"part": 4})
    assert (status, refused["error"]["field"]) == (422, "part")


async def test_a_mapped_picture_falls_back_on_an_asset_and_a_fit_rule_holds(console: Console):
    photo = await console.upload("blue.png", png("#0000ff"))
    definition = await console.definition()
    definition["mappings"] += [
        {"part": 0, "layer": "Photo", "kind": "image", "field": "face", "fallback": photo["id"],
         "fit": {"rule": "cover"}},
    ]  # fmt: skip
    definition["mappings"][0]["fit"] = {"rule": "wrap", "max_lines": 2, "min_size": 14}
    made = await console.create(definition)
    assert (await console.publish(made["id"]))[0] == 200
    _, content = await console.call("POST", f"/media-campaigns/{made['id']}/preview", json={"at_s": 0.4})
    red, green, blue = Image.open(io.BytesIO(content)).convert("RGB").getpixel((60, 90))
    assert blue > 150 > red + green
    status, refused = await console.call("DELETE", f"/assets/{photo['id']}")
    assert (status, refused["error"]["code"]) == (409, "asset_in_use")


async def test_a_draft_is_deleted_and_what_was_submitted_is_archived(console: Console, platform: Platform):
    draft, submitted = [await console.create(await console.definition()) for _ in range(2)]
    async with platform.db.connection() as conn:
        with pytest.raises(Refusal) as caught:
            await service.current_version(conn, console.workspace.id, UUID(draft["id"]))
    assert caught.value.status == 409
    assert (await console.publish(submitted["id"]))[0] == 200
    for made, status in ((draft, 404), (submitted, 200)):
        assert (await console.call("DELETE", f"/media-campaigns/{made['id']}"))[0] == 204
        assert (await console.call("GET", f"/media-campaigns/{made['id']}"))[0] == status
    async with platform.db.connection() as conn:
        with pytest.raises(Refusal) as caught:
            await service.current_version(conn, console.workspace.id, UUID(submitted["id"]))
    assert "archived" in caught.value.message


async def test_the_audit_trail_says_who_did_what(console: Console, platform: Platform):
    made = await console.create(await console.definition())
    await console.publish(made["id"])
    async with platform.db.connection() as conn:
        rows = await conn.fetch("SELECT action FROM audit_log WHERE subject = $1 ORDER BY id", made["id"])
    assert [row["action"] for row in rows] == ["media_campaign.created", "media_campaign.published"]
