"""File segments: a job reads the file, the callback hears what it came to."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from reelpress.engage.audiences.model import Reference
from reelpress.engage.audiences.service import members
from reelpress.engage.custom_segments import jobs, values
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform
from tests.contract.data_api import basic
from tests.support.ports import free_port
from tests.support.receiver import Receiver, Scripted, receiving

Settle = Callable[..., Awaitable[None]]
FILES = "/v2/custom-segments/file-segment"


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async with receiving(free_port()) as receiver:
        yield receiver


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    return settings.model_copy(update={"http_allow": (*settings.http_allow, receiver.origin)})


class Files:
    """A client of the file segment calls, whose files and callbacks are at one receiver."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, workspace: Any, receiver: Receiver, platform: Platform
    ) -> None:
        self.http, self.url, self.workspace = http, url, workspace
        self.receiver, self.platform = receiver, platform
        self.headers = {"Authorization": basic(workspace.id, workspace.data_key)}

    async def call(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        headers = {**self.headers, "Content-Type": "text/csv"}
        call = self.http.request(method, self.url + path, data=json.dumps(body), headers=headers)
        async with call as answer:
            return answer.status, await answer.json()

    def body(self, **fields: Any) -> dict[str, Any]:
        return {
            "name": "uploaded",
            "attribute_name": "ID",
            "attribute_type": "string",
            "file_url": f"{self.receiver.origin}/users.csv",
            "callback_url": f"{self.receiver.origin}/callback",
            "emails": ["user1@example.com"],
            "expiry_time": 30,
            **fields,
        }

    async def customers(self, *people: tuple[str, dict[str, Any]]) -> None:
        elements = [{"type": "customer", "customer_id": one, "attributes": has} for one, has in people]
        path = f"/v1/transition/{self.workspace.id}"
        headers = {**self.headers, "Content-Type": "application/json"}
        body = {"type": "transition", "elements": elements}
        async with self.http.post(self.url + path, json=body, headers=headers) as answer:
            assert answer.status == 200

    async def listed(self, segment_id: str) -> set[str]:
        """The customer ids of those in the segment."""
        async with self.platform.db.connection() as conn:
            now = self.platform.clock.now()
            found = await members(conn, self.workspace.id, Reference(segment_id), now)
            rows = await conn.fetch("SELECT customer_id FROM profiles WHERE id = ANY($1::text[])", found)
        return {row["customer_id"] for row in rows}


@pytest.fixture
def files(
    http: aiohttp.ClientSession, server: Any, workspace: Any, receiver: Receiver, platform: Platform
) -> Files:
    return Files(http, server.url, workspace, receiver, platform)


async def test_a_file_makes_a_segment_and_changes_it(files: Files, settle: Settle) -> None:
    people = [
        (f"c{number}", {"email": f"C{number}@example.com", "points": number / 2}) for number in range(6)
    ]
    await files.customers(*people)
    files.receiver.script = [Scripted(body='c0\nc1\n\nc1\nnobody\n"c2",\n')]
    status, accepted = await files.call("POST", FILES, files.body())
    assert (status, accepted) == (
        202,
        {
            "message": "File-segment creation request accepted",
            "success": True,
            "cs_name": "uploaded",
            "cs_id": accepted["cs_id"],
        },
    )
    await settle()
    own = accepted["cs_id"]
    assert await files.listed(own) == {"c0", "c1", "c2"}
    callback = files.receiver.heard[-1]
    told = json.loads(callback.body)
    assert (callback.method, callback.path) == ("POST", "/callback")
    assert len(told.pop("request_id")) == 32
    assert told == {
        "db_name": files.workspace.id,
        "segment_name": "uploaded",
        "values_found": 6,
        "values_processed": 4,
        "user_count": 3,
        "status": 201,
    }
    changes: list[tuple[str, dict[str, Any], str, set[str]]] = [
        (
            "add-users",
            {"attribute_name": "Email"},
            "C3@example.com\nc4@example.com",
            {"c0", "c1", "c2", "c3"},
        ),
        ("remove-users", {}, "c0\nc5", {"c1", "c2", "c3"}),
        ("replace", {"attribute_name": "points", "attribute_type": "double"}, "2.5\n2\nx", {"c5", "c4"}),
    ]
    for path, fields, content, expected in changes:
        files.receiver.script = [Scripted(body=content)]
        body = {**files.body(cs_id=own, name="whatever", **fields)}
        status, accepted = await files.call("PUT", f"{FILES}/{path}", body)
        word = path.removesuffix("-users")
        assert (status, accepted["message"]) == (202, f"File-segment user-{word} request accepted")
        assert accepted["cs_id"] == own
        await settle()
        assert await files.listed(own) == expected
    async with files.http.get(
        f"{files.url}/api/v1/custom-segments", headers=files.workspace.headers
    ) as answer:
        page = await answer.json()
    assert [(file["operation"], file["state"], file["user_count"]) for file in page["files"]] == [
        ("replace", "done", 2),
        ("remove", "done", 2),
        ("add", "done", 1),
        ("create", "done", 3),
    ]


async def test_a_file_that_does_not_come_is_reported_after_a_few_tries(
    files: Files, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AGAIN_AFTER_S", (0.0,) * 4)
    files.receiver.script = [Scripted(404), Scripted(503), Scripted(404), Scripted(500)]
    _, accepted = await files.call("POST", FILES, files.body())
    await settle()
    paths = [heard.path for heard in files.receiver.heard]
    assert paths == ["/users.csv"] * 3 + ["/callback"] * 2, "three tries, then a callback that is told again"
    told = json.loads(files.receiver.heard[-1].body)
    assert (told["status"], told["error_message"]) == (
        400,
        "File download failed. Created custom_segment contains 0 users.",
    )
    assert await files.listed(accepted["cs_id"]) == set()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"attribute_type": "bool"}, "attribute_type"),
    ({"attribute_name": None}, "attribute_name"),
    ({"file_url": "ftp://example.com/x"}, "file_url"),
    ({"file_url": "https://127.0.0.1/x"}, "file_url"),
    ({"callback_url": "https://10.0.0.1/x"}, "callback_url"),
    ({"emails": "user1@example.com"}, "emails"),
    ({"emails": ["nobody"]}, "emails"),
    ({"expiry_time": 0}, "expiry_time"),
    ({"expiry_time": True}, "expiry_time"),
    ({"expiry_time": None}, "expiry_time"),
]


async def test_a_request_that_cannot_be_used_names_the_field(files: Files, platform: Platform) -> None:
    for fields, field in REFUSED:
        status, error = await files.call("POST", FILES, files.body(**fields))
        assert (status, error["title"]) == (400, "Invalid Request")
        assert field in error["description"], fields
    assert await files.call("PUT", f"{FILES}/add-users", files.body(name="nobody")) == (
        404,
        {"title": "Entity Not Found", "description": "Segment not found with the given name: nobody"},
    )
    assert (await files.call("POST", FILES, files.body()))[0] == 202
    assert await files.call("POST", FILES, files.body()) == (
        409,
        {"title": "Resource not created", "description": "Name already exists : uploaded"},
    )
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE custom_segment_calls SET calls = 10")
    assert await files.call("POST", FILES, files.body(name="more")) == (
        429,
        {"title": "Too Many Requests", "description": "API rate limit breached. Current limit: 10/60 mins"},
    )


def test_a_column_is_read_as_spreadsheets_write_it(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_bytes(
        '\ufeffa\r\n"b",\n\n\xff\n"say ""hi"""\na'.encode("utf-8").replace("\xff".encode(), b"\xff")
    )
    assert values.read(path, "string") == values.Values(6, ["a", "b", 'say "hi"'])
    path.write_text("1\n1.0\n2.5\nx\nnan\n")
    assert values.read(path, "double") == values.Values(5, [1.0, 2.5])
    path.write_bytes(b"a\n" + b"x" * 100_000 + b"\nb\n" + b"y" * 10_000)
    assert values.read(path, "string") == values.Values(4, ["a", "b"])


def test_a_file_with_too_many_values_is_not_kept_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(values, "MOST_VALUES", 3)
    path = tmp_path / "values.csv"
    path.write_text("a\nb\nc\na\n")
    assert values.read(path, "string").rows == 4
    path.write_text("a\nb\nc\nd\n")
    with pytest.raises(values.TooManyValues):
        values.read(path, "string")
