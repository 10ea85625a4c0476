"""Files by URL, row by row, and the pages that tell of them."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from reelpress.engage.data_api.faults import DataApiFault
from reelpress.engage.imports import service, store
from reelpress.engage.imports.asking import parse_details, parse_history
from reelpress.engage.imports.model import RowResult
from reelpress.engage.imports.rows import value_of
from tests.contract.data_api import Answer, DataApi, basic
from tests.support.ports import free_port
from tests.support.receiver import Receiver, Scripted, receiving

WIRE = "/v1.0/data/fileimports"
PEOPLE = """id,first name,mobile,points,code,member\r
asha,"Rao, Asha",+919800000001,12.5,0012,true\r
ravi,Ravi,,7,9,FALSE\r
,Nobody,,1,1,true\r
guest,Guest,,1,1,true\r
 , ,,,,\r
asha,,,99,,\r
"""
COLUMNS = {
    "first name": "first_name",
    "mobile": "mobile",
    "points": "points",
    "code": "code",
    "member": "vip",
}


@pytest.fixture
def settings(settings: Any) -> Any:
    port = free_port()
    return settings.model_copy(update={"http_allow": (*settings.http_allow, f"http://127.0.0.1:{port}")})


@pytest.fixture
async def files(settings: Any) -> AsyncGenerator[Receiver]:
    async with receiving(int(settings.http_allow[-1].rpartition(":")[2])) as receiver:
        yield receiver


@pytest.fixture
def api(http: Any, server: Any, workspace: Any) -> DataApi:
    return DataApi(http, server.url, workspace)


async def manage(api: DataApi, method: str, path: str, body: Any = None) -> Answer:
    url = f"{api.url}/api/v1{path}"
    async with api.http.request(method, url, json=body, headers=api.workspace.headers) as answer:
        return Answer(answer.status, await answer.json())


def wanted(files: Receiver, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Newsletter people",
        "url": f"{files.origin}/people.csv?signature=s3cret",
        "allow_http": True,
        "customer_id_column": "id",
        "attributes": COLUMNS,
        **fields,
    }


async def run_of(api: DataApi, settle: Any, import_id: str) -> dict[str, Any]:
    await settle()
    return (await manage(api, "GET", f"/imports/{import_id}")).body["runs"][0]


async def test_customers_are_taken_in_and_every_row_has_its_result(
    api: DataApi, files: Receiver, settle: Any, platform: Any
) -> None:
    files.otherwise = Scripted(body=PEOPLE)
    await api.customer("ravi", {"tier": "gold"})
    made = (await manage(api, "POST", "/imports", wanted(files))).body
    assert "s3cret" not in str(made)
    run = await run_of(api, settle, made["id"])
    assert (run["state"], run["rows"], run["completed_at"] is not None) == ("PARTIAL_SUCCESS", 6, True)
    assert (run["added"], run["updated"], run["skipped"], run["failed"]) == (1, 2, 1, 2)
    asha, ravi = await api.profile("asha"), await api.profile("ravi")
    assert asha is not None
    assert ravi is not None
    assert asha["attributes"] == {
        "u_fn": "Rao, Asha",
        "u_mb": "+919800000001",
        "points": 99,
        "code": "0012",
        "vip": True,
    }
    assert ravi["attributes"] == {"tier": "gold", "u_fn": "Ravi", "points": 7, "code": 9, "vip": False}
    rows = (await manage(api, "GET", f"/imports/{made['id']}/runs/{run['id']}/rows")).body["rows"]
    assert [(row["row"], row["outcome"]) for row in rows] == [
        (1, "added"),
        (2, "updated"),
        (3, "failed"),
        (4, "failed"),
        (5, "skipped"),
        (6, "updated"),
    ]
    assert [row["reason"] for row in rows[2:4]] == [
        "customer_id is not found in the payload",
        "customer_id is not a valid customer id",
    ]
    assert rows[0]["profile_id"] == asha["id"]
    failed = await manage(api, "GET", f"/imports/{made['id']}/runs/{run['id']}/rows?outcome=failed&after=3")
    assert [row["row"] for row in failed.body["rows"]] == [4]
    assert list(platform.settings.data_dir.glob("imports/*")) == []


async def test_events_are_taken_in_once_even_when_a_run_is_taken_up_again(
    api: DataApi, files: Receiver, settle: Any, platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reelpress.engage.imports.reading.BATCH_ROWS", 2)
    lines = [f"p{n},Bought,2026-01-0{n}T10:00:00Z,{n}" for n in range(1, 6)]
    files.otherwise = Scripted(body="\n".join(["who,what,when,price", *lines]))
    body = wanted(
        files,
        kind="EVENTS",
        customer_id_column="who",
        attributes={},
        event="what",
        event_in_column=True,
        time_column="when",
    )
    made = (await manage(api, "POST", "/imports", body)).body
    run = await run_of(api, settle, made["id"])
    assert (run["state"], run["added"]) == ("SUCCESSFUL", 5)
    async with platform.db.connection() as conn:
        # As if the worker had died between storing the second batch and noting it.
        await conn.execute(
            """
            UPDATE file_import_runs SET row_reached = 2, added = 2, completed_at = NULL, state = 'PROCESSING'
            """
        )
        await conn.execute("DELETE FROM file_import_rows WHERE number > 2")
    await service.run(platform, api.workspace.id, run["id"])
    again = await run_of(api, settle, made["id"])
    assert (again["state"], again["rows"], again["added"], again["updated"]) == ("SUCCESSFUL", 5, 2, 3)
    profile = await api.profile("p3")
    assert profile is not None
    (event,) = [one for one in profile["timeline"] if one["kind"] == "event"]
    assert (event["name"], event["at"], event["attributes"]) == (
        "Bought",
        "2026-01-03T10:00:00+00:00",
        {"price": 3},
    )


async def test_rows_that_another_worker_has_done_count_once(
    api: DataApi, files: Receiver, settle: Any, platform: Any
) -> None:
    files.otherwise = Scripted(body="id\nasha\n")
    made = (await manage(api, "POST", "/imports", wanted(files, attributes={}))).body
    run = await run_of(api, settle, made["id"])
    results = [RowResult(1, "added")]
    async with platform.db.transaction() as conn:
        assert not await store.advance(conn, api.workspace.id, run["id"], 0, results)
        assert await store.advance(conn, api.workspace.id, run["id"], 1, [RowResult(2, "updated")])


async def test_a_file_that_cannot_be_used_fails_its_run(
    api: DataApi, files: Receiver, settle: Any, subtests: pytest.Subtests
) -> None:
    cases = [
        (Scripted(status=404), "", "404"),
        (Scripted(body=b"id,first name\nasha,\xff\xfe"), "", "the file is not UTF-8"),
        (Scripted(body="id,name\nasha,Asha"), "", "the file lacks the columns first name"),
    ]
    for number, (answer, _, message) in enumerate(cases):
        with subtests.test(message=message):
            files.otherwise = answer
            body = wanted(files, name=f"import {number}", attributes={"first name": "first_name"})
            made = (await manage(api, "POST", "/imports", body)).body
            run = await run_of(api, settle, made["id"])
            assert run["state"] == "FAILED"
            assert message in run["message"]
    refused = await manage(api, "POST", "/imports", wanted(files, name="x", url="http://10.0.0.1/f.csv"))
    assert refused.status == 400


async def test_imports_are_triggered_and_told_of_as_the_pages_say(
    api: DataApi, files: Receiver, settle: Any, platform: Any
) -> None:
    files.otherwise = Scripted(body="id,first name\nasha,Asha\n")
    body = wanted(files, attributes={"first name": "first_name"}, every_minutes=60)
    made = (await manage(api, "POST", "/imports", body)).body
    assert (await manage(api, "POST", "/imports", body)).status == 409
    answer = await api.call(f"{WIRE}/import/status", {"schedule_status": ["SCHEDULED"]})
    assert (answer.body["total_count"], answer.body["data"][0]["status"]) == (1, "SCHEDULED")
    answer = await api.call(f"{WIRE}/trigger/{made['id']}", raw=b"", headers={"Content-Type": None})
    assert (answer.status, answer.body) == (
        200,
        {"status": "success", "message": "Triggered Import Successfully"},
    )
    answer = await api.call(f"/v1/fileimports/trigger/{made['id']}")
    assert (answer.status, answer.body["error_type"]) == (400, "ALREADY_EXISTS")
    answer = await api.call(f"{WIRE}/trigger/{'0' * 24}")
    assert (answer.status, answer.body["error_type"]) == (400, "NOT_FOUND")
    run = await run_of(api, settle, made["id"])

    asked = {
        "import_name": "Newsletter people",
        "import_type": "USERS",
        "file_source": ["CSV"],
        "offset": "1",
    }
    answer = await api.call(f"{WIRE}/import/status", asked)
    (told,) = answer.body["data"]
    assert (told["import_id"], told["last_run_status"], told["schedule_type"], told["total_rows"]) == (
        made["id"],
        "SUCCESSFUL",
        "PERIODIC",
        1,
    )
    assert (answer.body["offset"], answer.body["more_files"]) == (1, False)
    answer = await api.call("/v1/fileimports/import/run/history", {"import_id": made["id"]})
    (told,) = answer.body["data"]
    assert (told["id"], told["file_name"], told["file_status"], told["added_rows"]) == (
        run["id"],
        "people.csv",
        "SUCCESSFUL",
        1,
    )
    async with platform.db.connection() as conn:
        await conn.execute(
            """
            INSERT INTO file_import_runs (workspace_id, import_id, id, scheduled_at, state)
            SELECT $1, $2, lpad(to_hex(n), 24, '0'), now() - interval '1 hour', 'FAILED'
            FROM generate_series(1, 60) AS n
            """,
            api.workspace.id,
            made["id"],
        )
    for page, shown, more in ((1, 50, True), (2, 11, False)):
        history = {"import_name": "Newsletter people", "offset": page}
        answer = await api.call(f"{WIRE}/import/run/history", history)
        assert (answer.body["total_count"], len(answer.body["data"]), answer.body["more_files"]) == (
            61,
            shown,
            more,
        )
    for wrong in ({"import_id": "x"}, {"import_id": made["id"], "offset": 3}):
        answer = await api.call(f"{WIRE}/import/run/history", wrong)
        assert (answer.status, answer.body["error_type"]) == (400, "Import Doesn't Exist")
    await manage(api, "DELETE", f"/imports/{made['id']}")
    answer = await api.call(f"{WIRE}/trigger/{made['id']}")
    assert (answer.status, answer.body["error_type"]) == (400, "NOT_FOUND")


async def test_periodic_imports_start_by_the_clock(
    api: DataApi, files: Receiver, settle: Any, platform: Any
) -> None:
    files.otherwise = Scripted(body="id\nasha\n")
    body = wanted(files, attributes={}, every_minutes=5)
    made = (await manage(api, "POST", "/imports", body)).body
    for _ in range(2):
        await service.start_due(platform)
    assert (await run_of(api, settle, made["id"]))["state"] == "SUCCESSFUL"
    shown = (await manage(api, "GET", f"/imports/{made['id']}")).body
    assert (len(shown["runs"]), shown["next_at"] > made["next_at"]) == (1, True)


async def test_refusals_have_the_words_of_the_pages(api: DataApi, subtests: pytest.Subtests) -> None:
    path = f"{WIRE}/import/status"
    cases: list[tuple[dict[str, str | None], int, dict[str, str]]] = [
        (
            {"MOE-APPKEY": "OTHER"},
            401,
            {
                "title": "HeaderMismatch",
                "description": "MOE_APPKEY doesn't match the Username (APP_KEY) used in Basic Auth "
                "authorization",
            },
        ),
        (
            {"Authorization": None},
            401,
            {"title": "HeaderMissing", "description": "Authentication Header Required"},
        ),
        (
            {"Content-Type": "text/csv"},
            415,
            {"title": "Unsupported media type", "description": "Content type is not supported"},
        ),
    ]
    for headers, status, body in cases:
        with subtests.test(headers=headers):
            answer = await api.call(path, {}, headers=headers)
            assert (answer.status, answer.body) == (status, body)
    wrong = {"Authorization": basic(api.workspace.id, "wrong")}
    assert (await api.call(path, {}, headers={**wrong})).body["title"] == "AuthenticationInvalid"
    answer = await api.call(path, {"import_type": "users"})
    assert (answer.status, answer.body["data"]) == (400, "Unable to process the request")


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"date": {"start_date": "14/11/2024", "format": "YYYY-MM-DD"}}, "Invalid Date format"),
        ({"date": {"start_date": "14/11/2024"}}, "Invalid Date format"),
        ({"date": {"start_date": "14/11/2024", "format": "D/M/Y"}}, "Invalid Date format"),
        ({"date": "today"}, "Invalid Date format"),
        (
            {"date": {"start_date": "01/10/2024", "end_date": "14/11/2024", "format": "DD/MM/YYYY"}},
            "Difference exceeds 30 days",
        ),
        ({"offset": 0}, "Invalid Offset Value"),
        ({"offset": "x"}, "Invalid Offset Value"),
        ({"offset": -1}, "Invalid Offset Value"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: dict[str, Any], kind: str) -> None:
    for parse in (parse_details, parse_history):
        with pytest.raises(DataApiFault) as caught:
            parse(asked)
        assert (caught.value.status, caught.value.kind) == (400, kind)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-1.5", -1.5),
        ("0012", "0012"),
        ("1e5", "1e5"),
        ("TRUE", True),
        ("९", "९"),
        ("9" * 16, "9" * 16),
    ],
)
def test_cells_are_read_as_numbers_and_truth_where_nothing_is_lost(text: str, value: Any) -> None:
    assert value_of("points", text) == value
    assert type(value_of("points", text)) is type(value)
    assert value_of("mobile", text) == text
