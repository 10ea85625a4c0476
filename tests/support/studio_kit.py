"""Studio as a caller meets it: a client, a small template, a published media campaign, an order."""

import io
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from PIL import Image

from reelpress.platform.config import Settings
from tests.conftest import TestWorkspace
from tests.support.live import LiveServer
from tests.support.ports import free_port
from tests.support.receiver import Receiver, receiving
from tests.support.waiting import until

TEMPLATE = """<?xml version="1.0" encoding="utf-8"?>
<mlt LC_NUMERIC="C" producer="main" root="">
  <profile width="320" height="180" frame_rate_num="25" frame_rate_den="1" sample_aspect_num="1"
           sample_aspect_den="1" display_aspect_num="16" display_aspect_den="9" progressive="1"
           colorspace="709"/>
  <producer id="ground" in="0" out="{last}">
    <property name="mlt_service">color</property>
    <property name="resource">#ff203a5f</property>
    <property name="length">{frames}</property>
  </producer>
  <playlist id="v1">
    <entry producer="ground" in="0" out="{last}">
      <filter id="greeting">
        <property name="mlt_service">dynamictext</property>
        <property name="reelpress:name">greeting</property>
        <property name="argument">Hello {{{{name}}}}</property>
        <property name="geometry">20 60 280 60 1</property>
        <property name="family">Noto Sans</property>
        <property name="size">32</property>
        <property name="fgcolour">#ffffffff</property>
        <property name="bgcolour">#00000000</property>
        <property name="halign">center</property>
        <property name="valign">middle</property>
      </filter>
    </entry>
  </playlist>
  <tractor id="main" in="0" out="{last}"><track producer="v1"/></tractor>
</mlt>
"""

PICTURE_TEMPLATE = """<?xml version="1.0" encoding="utf-8"?>
<mlt LC_NUMERIC="C" producer="main" root="">
  <profile width="320" height="180" frame_rate_num="25" frame_rate_den="1" sample_aspect_num="1"
           sample_aspect_den="1" display_aspect_num="16" display_aspect_den="9" progressive="1"
           colorspace="709"/>
  <producer id="ground" in="0" out="9">
    <property name="mlt_service">color</property>
    <property name="resource">#ff203a5f</property>
    <property name="length">10</property>
  </producer>
  <producer id="photo" in="0" out="9">
    <property name="mlt_service">qimage</property>
    <property name="resource">photo.png</property>
    <property name="length">10</property>
    <property name="reelpress:name">photo</property>
    <property name="reelpress:field">photo</property>
  </producer>
  <playlist id="v1"><entry producer="ground" in="0" out="9"/></playlist>
  <playlist id="v2"><entry producer="photo" in="0" out="9"/></playlist>
  <tractor id="main" in="0" out="9">
    <track producer="v1"/>
    <track producer="v2"/>
    <transition>
      <property name="mlt_service">qtblend</property>
      <property name="a_track">0</property>
      <property name="b_track">1</property>
      <property name="rect">20 20 80 80 1</property>
    </transition>
  </tractor>
</mlt>
"""


def text_template(frames: int = 10) -> bytes:
    return TEMPLATE.format(frames=frames, last=frames - 1).encode()


def picture(colour: str = "#c04020", form: str = "PNG", side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(buffer, form)
    return buffer.getvalue()


@dataclass
class Studio:
    """A workspace of a live server, with one client."""

    http: aiohttp.ClientSession
    url: str
    workspace: TestWorkspace
    api_key: str

    @property
    def caller(self) -> dict[str, str]:
        return {"x-api-key": self.api_key}

    async def publish(
        self,
        egress: dict[str, Any],
        *,
        template: bytes | None = None,
        files: dict[str, bytes] | None = None,
        output: dict[str, Any] | None = None,
        mappings: list[dict[str, Any]] | None = None,
        name: str = "Spring welcome",
        time_to_live: str = "ONE_DAY",
    ) -> str:
        """A published media campaign; its use-case-id."""
        asset_id = await self._upload(template or text_template(), files or {})
        definition = {
            "output": output or {"kind": "video"},
            "parts": [{"kind": "mlt", "asset_id": asset_id, "name": "Main"}],
            "mappings": mappings or [],
            "connection": {"egress": egress, "time_to_live": time_to_live},
        }
        made = await self._json("POST", "/api/v1/media-campaigns", {"name": name, "definition": definition})
        await self._json("POST", f"/api/v1/media-campaigns/{made['id']}/publish", {})
        return made["id"]

    async def draft(self) -> str:
        made = await self._json("POST", "/api/v1/media-campaigns", {"name": "Not yet"})
        return made["id"]

    async def order(
        self, use_case_id: str, headers: dict[str, str] | None = None, **fields: Any
    ) -> tuple[int, dict[str, Any]]:
        """POST /video/request; underscores in names become hyphens."""
        body = order_body(use_case_id) | {key.replace("_", "-"): value for key, value in fields.items()}
        given = self.caller | (headers or {})
        async with self.http.post(f"{self.url}/video/request", json=body, headers=given) as answer:
            return answer.status, await answer.json()

    async def status(self, request_id: str) -> dict[str, Any]:
        async with self.http.get(f"{self.url}/status/{request_id}", headers=self.caller) as answer:
            return await answer.json()

    async def finished(self, request_id: str, within_s: float = 60.0) -> dict[str, Any]:
        """The status once it is no longer PROCESSING."""
        return await until(
            lambda: self.status(request_id), lambda found: found["status"] != "PROCESSING", within_s
        )

    async def detail(self, request_id: str) -> dict[str, Any]:
        return await self._json("GET", f"/api/v1/media-requests/{request_id}")

    async def told(self, request_id: str, state: str, within_s: float = 60.0) -> dict[str, Any]:
        """The detail once its callback is in `state`."""
        return await until(
            lambda: self.detail(request_id), lambda found: found["callback_state"] == state, within_s
        )

    async def _upload(self, template: bytes, files: dict[str, bytes]) -> str:
        form = aiohttp.FormData()
        form.add_field("file", template, filename="main.mlt")
        for name, content in files.items():
            form.add_field("file", content, filename=name)
        url = f"{self.url}/api/v1/assets"
        async with self.http.post(url, data=form, headers=self.workspace.headers) as answer:
            assert answer.status == 201, await answer.text()
            return (await answer.json())["id"]

    async def _json(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        call = self.http.request(method, self.url + path, json=body, headers=self.workspace.headers)
        async with call as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()


def order_body(use_case_id: str) -> dict[str, Any]:
    return {
        "client-request-id": "MoEngage_64f0c3a1b2c3d4e5f6a7b8c9",
        "customer-id": "64f0c3a1b2c3d4e5f6a7b8c9",
        "use-case-id": use_case_id,
        "user-id": "+14155550123",
        "user-config": {"name": "Ada"},
        "reference-record-id": "campaign-1",
    }


def webhook(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {
        "type": "WEBHOOK",
        "url": f"{receiver.origin}/hook",
        "signing_secrets": ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="],
        **more,
    }


def cpaas(receiver: Receiver, **more: Any) -> dict[str, Any]:
    return {
        "type": "CPAAS",
        "base_url": receiver.origin,
        "workspace_id": "ENGAGEWORKSPACE",
        "data_api_key": "data-key",
        **more,
    }


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    """Somebody else's server, which the operator has allow-listed."""
    async with receiving(free_port()) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    return settings.model_copy(update={"http_allow": (*settings.http_allow, receiver.origin)})


@pytest.fixture
async def studio(server: LiveServer, workspace: TestWorkspace, http: aiohttp.ClientSession) -> Studio:
    """A live Studio with a client."""
    url = f"{server.url}/api/v1/clients"
    async with http.post(url, json={"name": "tests", "api_key": True}, headers=workspace.headers) as answer:
        made = await answer.json()
    return Studio(http, server.url, workspace, made["api_key"])
