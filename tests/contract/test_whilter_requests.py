"""`POST /video/request`, `/video/demo` and `GET /status/{id}`: the documented answers, and faults that name
the field and store nothing."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from reelpress.platform.context import Platform
from tests.support.studio_kit import PICTURE_TEMPLATE, Studio, order_body, picture


def own(studio: Studio, **more: Any) -> dict[str, Any]:
    """An egress to the Data API of the same server."""
    return {
        "type": "CPAAS",
        "base_url": studio.url,
        "workspace_id": studio.workspace.id,
        "data_api_key": studio.workspace.data_key,
        **more,
    }


NAME_IS_NEEDED: list[dict[str, Any]] = [
    {"part": 0, "layer": "greeting", "kind": "text", "field": "name", "placeholder": "name", "required": True}
]


@pytest.fixture
async def use_case(studio: Studio) -> str:
    return await studio.publish(own(studio), mappings=NAME_IS_NEEDED)


async def stored(platform: Platform) -> tuple[int, int]:
    async with platform.db.connection() as conn:
        return (
            await conn.fetchval("SELECT count(*) FROM studio_requests"),
            await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'studio.render'"),
        )


async def post(studio: Studio, body: bytes, headers: dict[str, str], path: str = "/video/request") -> tuple:
    given = {"Content-Type": "application/json", **headers}
    async with studio.http.post(studio.url + path, data=body, headers=given) as answer:
        return answer.status, await answer.json(), answer.headers


@pytest.mark.parametrize("path", ["/video/request", "/video/demo"])
async def test_acceptance_is_200_with_the_documented_keys(studio: Studio, use_case: str, path: str) -> None:
    status, body, _ = await post(studio, json.dumps(order_body(use_case)).encode(), studio.caller, path)
    assert status == 200
    assert set(body) == {"status", "message", "client-request-id", "whilter-request-id"}
    assert body["status"] == "SUCCESS"
    assert body["message"] == "Request accepted"
    assert body["client-request-id"] == "MoEngage_64f0c3a1b2c3d4e5f6a7b8c9"
    assert uuid.UUID(body["whilter-request-id"]).version == 4


BAD: dict[str, tuple[Any, int, str | None]] = {
    "user-config is a list": ({"user-config": ["Ada"]}, 400, "user-config"),
    "user-config is text": ({"user-config": "Ada"}, 400, "user-config"),
    "a value is a list": ({"user-config": {"name": ["Ada"]}}, 400, "user-config.name"),
    "a value is an object": ({"user-config": {"name": {"first": "Ada"}}}, 400, "user-config.name"),
    "an array is text": ({"video-texts": "Ada"}, 400, "video-texts"),
    "an entry is an object": ({"image-urls": ["https://example.com/a.png", {}]}, 400, "image-urls[1]"),
    "an id is true": ({"customer-id": True}, 400, "customer-id"),
    "an id is a list": ({"client-request-id": ["x"]}, 400, "client-request-id"),
    "an id is too long": ({"user-id": "x" * 513}, 400, "user-id"),
    "an id holds NUL": ({"customer-id": "a\x00b"}, 400, "customer-id"),
    "use-case-id is missing": ({"use-case-id": None}, 400, "use-case-id"),
    "use-case-id is a number": ({"use-case-id": 7.5}, 404, "use-case-id"),
    "use-case-id is no UUID": ({"use-case-id": "axis-genz"}, 404, "use-case-id"),
    "use-case-id is unknown": ({"use-case-id": str(uuid.uuid4())}, 404, "use-case-id"),
    "a required field is missing": ({"user-config": {"nmae": "Ada"}}, 400, "user-config.name"),
    "a required field is empty": ({"user-config": {"name": ""}}, 400, "user-config.name"),
    "a required field is blank": ({"user-config": {"name": "  "}}, 400, "user-config.name"),
    "a required field is null": ({"user-config": {"name": None}}, 400, "user-config.name"),
    "a required positional field is empty": (
        {"user-config": None, "video-texts": [""]}, 400, "video-texts[0]"
    ),
    "the profile key is missing": ({"customer-id": ""}, 400, "customer-id"),
}  # fmt: skip


async def test_a_bad_order_names_its_field_and_stores_nothing(
    studio: Studio, platform: Platform, use_case: str
) -> None:
    for case, (change, code, field) in BAD.items():
        status, answer, _ = await post(
            studio, json.dumps(order_body(use_case) | change).encode(), studio.caller
        )
        assert (status, answer["status"], answer["field"]) == (code, "FAILURE", field), case
        assert answer["message"], case
        wanted = None if field == "client-request-id" else "MoEngage_64f0c3a1b2c3d4e5f6a7b8c9"
        assert answer["client-request-id"] == wanted, case
    assert await stored(platform) == (0, 0)


NOT_JSON = {
    "empty": b"",
    "form": b"use-case-id=1",
    "cut": b'{"use-case-id": "',
    "a list": b"[]",
    "text": b'"order"',
    "not UTF-8": b'{"use-case-id": "\xff"}',
    "NaN": b'{"use-case-id": NaN}',
    "deep": b"[" * 60_000,
}


async def test_what_is_no_json_object_is_400(studio: Studio, platform: Platform) -> None:
    for case, body in NOT_JSON.items():
        status, answer, _ = await post(studio, body, studio.caller)
        assert (status, answer["status"]) == (400, "FAILURE"), case
    assert await stored(platform) == (0, 0)


async def test_half_a_surrogate_pair_is_refused_not_stored(studio: Studio, use_case: str) -> None:
    body = json.dumps(order_body(use_case) | {"user-config": {"name": "\ud83d"}}).encode()
    status, answer, _ = await post(studio, body, studio.caller)
    assert (status, answer["field"]) == (400, "user-config.name")


async def test_a_body_over_the_limit_is_413(studio: Studio, use_case: str, platform: Platform) -> None:
    body = json.dumps(order_body(use_case) | {"user-config": {"name": "x" * 140_000}}).encode()
    status, answer, _ = await post(studio, body, studio.caller)
    assert (status, answer["status"]) == (413, "FAILURE")
    assert await stored(platform) == (0, 0)


async def test_wrong_credentials_are_401_in_the_contracts_form(studio: Studio) -> None:
    wrong: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic bm9ib2R5"},
        {"x-api-key": "nonsense"},
    ]
    for headers in wrong:
        status, answer, sent = await post(studio, b"{}", headers)
        assert (status, answer["status"]) == (401, "FAILURE"), headers
        assert sent["WWW-Authenticate"] == "Bearer"


async def test_an_unpublished_use_case_is_400_and_says_so(studio: Studio) -> None:
    status, answer = await studio.order(await studio.draft())
    assert (status, answer["field"]) == (400, "use-case-id")
    assert "submitted" in answer["message"]


async def test_another_workspaces_use_case_and_request_are_404(
    studio: Studio, platform: Platform, use_case: str
) -> None:
    from reelpress.app.workspaces import NewWorkspace, make_workspace

    made = await make_workspace(platform, NewWorkspace(name="Other", admin_email="b@example.com"))
    url = f"{studio.url}/api/v1/clients"
    theirs = {"Authorization": f"Bearer {made.api_token}"}
    async with studio.http.post(url, json={"name": "x", "api_key": True}, headers=theirs) as answer:
        stranger = {"x-api-key": (await answer.json())["api_key"]}
    _, accepted = await studio.order(use_case)
    status, body, _ = await post(studio, json.dumps(order_body(use_case)).encode(), stranger)
    assert (status, body["field"]) == (404, "use-case-id")
    request_id = accepted["whilter-request-id"]
    async with studio.http.get(f"{studio.url}/status/{request_id}", headers=stranger) as answer:
        assert (answer.status, (await answer.json())["status"]) == (404, "FAILURE")
    async with studio.http.get(f"{studio.url}/api/v1/media-requests/{request_id}", headers=theirs) as answer:
        assert answer.status == 404


async def test_the_status_of_an_unknown_request_is_404(studio: Studio) -> None:
    for name in ("no-uuid", str(uuid.uuid4())):
        async with studio.http.get(f"{studio.url}/status/{name}", headers=studio.caller) as answer:
            assert answer.status == 404
            assert (await answer.json())["status"] == "FAILURE"


async def test_numbers_and_booleans_are_taken_as_they_are_written(
    studio: Studio, use_case: str, platform: Platform
) -> None:
    body = json.dumps(order_body(use_case)).replace('"Ada"', "1.50").encode()
    status, answer, _ = await post(studio, body, studio.caller)
    assert status == 200
    detail = await studio.detail(answer["whilter-request-id"])
    assert detail["values"] == {"name": "1.50"}


async def test_positional_arrays_fill_the_fields_and_surplus_is_ignored(
    studio: Studio, use_case: str
) -> None:
    status, answer = await studio.order(
        use_case,
        user_config=None,
        phrase_texts=["Text A", "Text B"],
        image_texts=["Text A", "Text B"],
        video_texts=["Grace", "Text B"],
        image_urls=["https://s3.amazonaws.com/img1.jpeg"],
        video_urls=["https://s3.amazonaws.com/video1.mp4"],
    )
    assert status == 200
    assert (await studio.detail(answer["whilter-request-id"]))["values"] == {"name": "Grace"}


INSIDE = (
    "http://example.com/a.png",
    "https://127.0.0.1/a.png",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433/a.png",
    "https://0x7f.1/a.png",
    "https://[::1]/a.png",
    "https://user:pass@example.com/a.png",
    "https://example.com:8443/a.png",
    "file:///etc/passwd",
    "photo.png",
)


async def test_an_image_url_that_points_inside_is_refused_at_once(studio: Studio) -> None:
    files = {"photo.png": picture()}
    use_case = await studio.publish(own(studio), template=PICTURE_TEMPLATE.encode(), files=files)
    for url in INSIDE:
        status, answer = await studio.order(use_case, user_config={"photo": url})
        assert (status, answer["field"]) == (400, "user-config.photo"), url
        assert "passwd" not in answer["message"]


async def test_the_same_order_twice_has_one_answer_and_one_render(
    studio: Studio, use_case: str, platform: Platform
) -> None:
    answers = await asyncio.gather(*(studio.order(use_case) for _ in range(12)))
    assert {status for status, _ in answers} == {200}
    assert len({body["whilter-request-id"] for _, body in answers}) == 1
    await studio.finished(answers[0][1]["whilter-request-id"])
    assert (await stored(platform))[0] == 1


async def test_any_other_value_makes_another_request(studio: Studio, use_case: str) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"user_config": {"name": "Grace"}},
        {"reference_record_id": "campaign-2"},
        {"customer_id": "another"},
        {"user_id": "+14155550199"},
        {"client_request_id": "another"},
    ]
    answers = [await studio.order(use_case, **change) for change in changes]
    assert len({body["whilter-request-id"] for _, body in answers}) == len(changes)


async def test_the_same_order_eleven_minutes_later_is_a_new_request(
    studio: Studio, use_case: str, platform: Platform
) -> None:
    _, first = await studio.order(use_case)
    await make_older(platform, "11 minutes")
    _, second = await studio.order(use_case)
    assert first["whilter-request-id"] != second["whilter-request-id"]


async def test_an_idempotency_key_binds_its_body_for_a_day(
    studio: Studio, use_case: str, platform: Platform
) -> None:
    key = {"Idempotency-Key": "order-17"}
    _, first = await studio.order(use_case, key)
    await make_older(platform, "23 hours")
    status, again = await studio.order(use_case, key)
    assert (status, again["whilter-request-id"]) == (200, first["whilter-request-id"])
    status, refused = await studio.order(use_case, key, user_config={"name": "Grace"})
    assert (status, refused["field"]) == (422, "Idempotency-Key")
    await make_older(platform, "2 hours")
    status, later = await studio.order(use_case, key, user_config={"name": "Grace"})
    assert status == 200
    assert later["whilter-request-id"] != first["whilter-request-id"]


async def test_one_key_used_at_the_same_time_for_two_bodies_binds_one(studio: Studio, use_case: str) -> None:
    key = {"Idempotency-Key": "race"}
    answers = await asyncio.gather(
        *(studio.order(use_case, key, user_config={"name": name}) for name in ("Ada", "Grace") * 5)
    )
    accepted = {body["whilter-request-id"] for status, body in answers if status == 200}
    assert len(accepted) == 1
    assert sorted({status for status, _ in answers}) == [200, 422]


async def test_values_are_sealed_at_rest_and_absent_from_job_payloads(
    studio: Studio, use_case: str, platform: Platform
) -> None:
    _, body = await studio.order(use_case, user_config={"name": "Zebulon"}, user_id="+14155559999")
    await studio.finished(body["whilter-request-id"])
    async with platform.db.connection() as conn:
        for table in await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            name = table["tablename"]
            if name.startswith(("studio_", "pgqueuer")):
                rows = await conn.fetch(f"SELECT t::text AS text FROM {name} t")
                whole = "".join(row["text"] for row in rows)
                for plain in ("Zebulon", "4155559999"):
                    assert plain not in whole
                    assert plain.encode().hex() not in whole


async def make_older(platform: Platform, by: str) -> None:
    async with platform.db.connection() as conn:
        await conn.execute(f"UPDATE studio_requests SET accepted_at = accepted_at - interval '{by}'")
        await conn.execute(f"UPDATE studio_idempotency_keys SET bound_at = bound_at - interval '{by}'")
