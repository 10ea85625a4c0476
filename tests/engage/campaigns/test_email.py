"""E-mail campaigns, from the event to the mailbox."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from tests.engage.campaigns.support import ASHA, Api, email, is_set

from reelpress.engage.channels.email.model import SECRET_MASK
from reelpress.platform.context import Platform

Settle = Callable[..., Awaitable[None]]

URL = "https://m.example.com/m/abcDEF123?x=1&y=2"
FRAME = """<p>Hi {{UserAttribute['First Name']}},</p>
<a href="{{UserAttribute['whilter_video_url']}}">
<img style="max-width: 100%; height: auto; display: block;" src="{{UserAttribute['whilter_video_url']}}"
 alt="For {{UserAttribute['First Name']}}"></a>"""
HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}\u202eevil"


def campaign(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Your video",
        "channel": "EMAIL",
        "delivery_type": "EVENT_TRIGGERED",
        "trigger": {"event_name": "Media Ready"},
        "content": email(),
        **fields,
    }


async def test_media_ready_brings_the_mail_with_the_url_intact(api: Api, settle: Settle):
    created = await api.active(**campaign(audience=is_set("whilter_video_url"), content=email(FRAME)))
    await api.customer("c1", {**ASHA, "whilter_video_url": URL})
    await api.event("c1", "Media Ready")
    await settle()
    (send,) = await api.sends(created)
    (mail,) = await api.mail()
    headers = dict(mail["headers"])
    assert send["state"] == "sent"
    assert headers["Message-ID"] == f"<{send['id'].replace('-', '')}@lantern.example>"
    assert headers["Subject"] == "For Asha"
    assert headers["From"] == "Lantern <hello@lantern.example>"
    assert headers["To"] == "asha@example.com"
    escaped = URL.replace("&", "&amp;")
    assert f'src="{URL}"' in mail["html"] or f'src="{escaped}"' in mail["html"]
    assert f'href="{URL}"' in mail["html"] or f'href="{escaped}"' in mail["html"]
    assert f"({URL})" in mail["text"]


async def test_a_hostile_name_is_text_in_the_mail_and_in_its_subject(api: Api, settle: Settle):
    await api.active(**campaign(content=email(FRAME)))
    await api.customer("c1", {"first_name": HOSTILE, "email": "e@example.com", "whilter_video_url": URL})
    await api.event("c1", "Media Ready")
    await settle()
    (mail,) = await api.mail()
    assert "<img src=x" not in mail["html"]
    assert mail["html"].count("<img") == 1
    assert "49" not in mail["html"]
    assert "<img src=x onerror=alert(1)>" in mail["text"]
    assert dict(mail["headers"])["Subject"] == "For " + HOSTILE.replace("\u202e", "")


@pytest.mark.parametrize(
    ("attributes", "category"),
    [
        ({"first_name": "Asha"}, "User Attribute"),
        ({"first_name": "Asha", "email": "not an address"}, "Address"),
        ({"email": "asha@example.com"}, "User Attribute"),
    ],
)
async def test_who_has_no_usable_address_or_name_gets_nothing_and_the_send_says_why(
    api: Api, settle: Settle, attributes: dict[str, str], category: str
):
    created = await api.active(**campaign())
    await api.customer("c1", attributes)
    await api.event("c1", "Media Ready")
    await settle()
    (send,) = await api.sends(created)
    assert (send["state"], send["category"]) == ("failed", category)
    assert "not an address" not in send["reason"]
    assert await api.mail() == []


async def test_a_test_really_arrives_and_says_that_it_is_one(api: Api):
    created = await api.call("POST", "/campaigns", campaign())
    await api.customer("c1", ASHA)
    view = await api.call("POST", f"/campaigns/{created['id']}/test", {"profile": "asha@example.com"})
    (mail,) = await api.mail()
    assert (view["send"]["kind"], view["send"]["state"]) == ("TEST", "sent")
    assert view["attempts"][0]["code"] == 250
    assert dict(mail["headers"])["Subject"] == "[TEST] For Asha"
    stats = await api.call("GET", f"/campaigns/{created['id']}/stats")
    assert (stats["attempted"], stats["tests"]) == (0, 1)


async def test_a_preview_shows_the_mail_and_sends_nothing(api: Api):
    created = await api.call(
        "POST", "/campaigns", campaign(content=email(FRAME, reply_to="help@lantern.example"))
    )
    await api.customer("c1", {**ASHA, "whilter_video_url": URL})
    shown = await api.call("POST", f"/campaigns/{created['id']}/preview", {"profile": "c1"})
    assert shown["mail"]["subject"] == "For Asha"
    assert shown["mail"]["recipient"] == "asha@example.com"
    assert shown["mail"]["reply_to"] == "help@lantern.example"
    assert "Hi Asha" in shown["mail"]["html"]
    assert (shown["request"], shown["not_sent"]) == (None, None)
    assert await api.mail() == []


async def test_a_preview_says_which_attribute_is_missing(api: Api):
    created = await api.call("POST", "/campaigns", campaign(content=email(FRAME)))
    await api.customer("c1", ASHA)
    shown = await api.call("POST", f"/campaigns/{created['id']}/preview", {"profile": "c1"})
    assert shown["not_sent"]["category"] == "User Attribute"
    assert "whilter_video_url" in shown["not_sent"]["message"]


async def test_what_is_typed_but_not_saved_can_be_previewed(api: Api):
    created = await api.call("POST", "/campaigns", campaign())
    await api.customer("c1", ASHA)
    unsaved = {"profile": "c1", "content": email(subject="Unsaved")}
    shown = await api.call("POST", f"/campaigns/{created['id']}/preview", unsaved)
    assert shown["mail"]["subject"] == "Unsaved"
    assert (await api.call("GET", f"/campaigns/{created['id']}"))["version"] == 1


class Inbox:
    """A mail server of the workspace's own; keeps who signed in and what came."""

    def __init__(self) -> None:
        self.logins: list[tuple[bytes, bytes]] = []
        self.messages: list[bytes] = []

    def authenticate(
        self, server: object, session: object, envelope: object, mechanism: str, data: Any
    ) -> Any:

        self.logins.append((data.login, data.password))
        return AuthResult(success=True)

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:
        self.messages.append(envelope.content)
        return "250 OK"


async def test_a_workspaces_own_server_gets_the_mail_with_its_password_which_nobody_sees_again(
    api: Api, platform: Platform, settle: Settle, smtp_ports: tuple[int, int]
):
    inbox, port = Inbox(), smtp_ports[0]
    controller = Controller(
        inbox, "127.0.0.1", port, authenticator=inbox.authenticate, auth_require_tls=False, auth_required=True
    )
    controller.start()
    try:
        transport = {
            "host": "127.0.0.1", "port": port, "tls": "none", "username": "u", "password": "hush-hush",
        }  # fmt: skip
        created = await api.active(**campaign(content=email(transport=transport)))
        await api.customer("c1", ASHA)
        await api.event("c1", "Media Ready")
        await settle()
    finally:
        controller.stop()
    shown = await api.call("GET", f"/campaigns/{created}")
    assert inbox.logins == [(b"u", b"hush-hush")]
    assert b"X-Reelpress-Workspace" not in inbox.messages[0]
    assert shown["content"]["transport"]["password"] == SECRET_MASK
    assert "sealed_password" not in shown["content"]["transport"]
    async with platform.db.connection() as conn:
        rows = await conn.fetch("select content::text as content from engage_campaign_versions")
    assert all("hush" not in row["content"] for row in rows)


async def test_a_masked_password_is_kept_for_its_server_and_asked_again_for_another(
    api: Api, smtp_ports: tuple[int, int]
):
    port, other_port = smtp_ports
    transport = {"host": "127.0.0.1", "port": port, "tls": "starttls", "username": "u", "password": "hush"}
    created = await api.call("POST", "/campaigns", campaign(content=email(transport=transport)))
    path = f"/campaigns/{created['id']}"
    masked = created["content"]
    kept = await api.call("PATCH", path, {"content": {**masked, "subject": "New"}})
    assert kept["content"]["transport"]["password"] == SECRET_MASK
    masked["transport"]["port"] = other_port
    refused = await api.call("PATCH", path, {"content": masked}, expect=400)
    assert refused["error"]["field"] == "content.transport.password"
