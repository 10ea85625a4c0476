"""Sending over real HTTP: what counts as sent, what is tried again, what is written down."""

from typing import Any

import pytest
from tests.conftest import TestWorkspace
from tests.engage.connectors.test_request import context
from tests.engage.oauth.endpoint import Endpoint
from tests.engage.oauth.fixtures import given_for

from reelpress.engage import oauth
from reelpress.engage.connectors import (
    SEND_ID_HEADER,
    ConnectorSpec,
    Fault,
    PreparedRequest,
    SendOutcome,
    compile_connector,
    send,
    validate,
)
from reelpress.engage.oauth import Configuration
from reelpress.platform.context import Platform

SEND_ID = "0d9e1c7a-6f43-4d53-9a51-0f6f3a0f7a11"
BODY = '{"name": "{{UserAttribute[\'First Name\']}}"}'


def prepared(spec: ConnectorSpec, name: str = 'Meera "M"') -> PreparedRequest:
    made = compile_connector(spec).build(context(name))
    assert isinstance(made, PreparedRequest)
    return made


def spec_for(endpoint: Endpoint, configuration: Configuration | None = None, **changes: Any) -> ConnectorSpec:
    authorization = None if configuration is None else {"configuration_id": configuration.id}
    return ConnectorSpec.model_validate(
        {"method": "POST", "url": endpoint.url, "body": BODY, "authorization": authorization, **changes}
    )


async def test_only_200_is_sent_and_the_attempt_is_kept(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint, configuration)), send_id=SEND_ID)
    assert (outcome.state, outcome.category, outcome.reason, outcome.code) == ("sent", None, None, 200)
    (attempt,) = outcome.attempts
    assert (attempt.number, attempt.status, attempt.error, attempt.answer, attempt.token_refreshed) == (
        1, 200, None, '{"ok":true}', False,
    )  # fmt: skip
    (call,) = endpoint.calls
    assert call.json == {"name": 'Meera "M"'}
    assert call.headers["Authorization"] == "Bearer token-1"
    assert call.headers[SEND_ID_HEADER] == SEND_ID
    assert endpoint.token_calls == []


@pytest.mark.parametrize("status", [201, 202, 204, 301, 307, 400, 404, 429, 500, 503])
async def test_any_other_answer_is_a_failure_without_another_try(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, status: int
) -> None:
    endpoint.answers = [status]
    endpoint.answer_body = b"" if status == 204 else b'{"why":"because"}'
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint)), send_id=SEND_ID)
    assert outcome.state == "failed"
    assert outcome.category == f"HTTP {status}"
    assert outcome.reason == f"the endpoint answered {status}; only 200 counts as sent"
    assert [attempt.status for attempt in outcome.attempts] == [status]
    assert len(endpoint.calls) == 1


async def test_a_token_that_expired_is_refreshed_once_and_the_same_request_sent_again(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    endpoint.valid.clear()
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint, configuration)), send_id=SEND_ID)
    assert outcome.state == "sent"
    assert [(each.status, each.token_refreshed) for each in outcome.attempts] == [(401, False), (200, True)]
    assert len(endpoint.token_calls) == 1
    first, second = endpoint.calls
    assert first.body == second.body
    assert first.path_and_query == second.path_and_query
    assert first.headers[SEND_ID_HEADER] == second.headers[SEND_ID_HEADER] == SEND_ID
    assert (first.headers["Authorization"], second.headers["Authorization"]) == (
        "Bearer token-1",
        "Bearer token-2",
    )


async def test_a_token_that_is_refused_again_is_a_failure_with_its_reason(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    endpoint.valid.clear()
    endpoint.expired_at_birth = True
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint, configuration)), send_id=SEND_ID)
    assert (outcome.state, outcome.category, outcome.code) == ("failed", "HTTP 401", 401)
    assert outcome.reason == "the endpoint answered 401 even after the token was refreshed"
    assert [each.status for each in outcome.attempts] == [401, 401]
    assert len(endpoint.token_calls) == 1
    assert len(endpoint.calls) == 2


async def test_a_refresh_that_fails_is_a_failure_with_its_reason(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    endpoint.valid.clear()
    endpoint.token_status = 500
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint, configuration)), send_id=SEND_ID)
    assert (outcome.state, outcome.category) == ("failed", "Authorization")
    assert outcome.reason == "no access token: the token URL answered 500"
    assert [each.status for each in outcome.attempts] == [401]
    shown = await oauth.get(platform, workspace.id, configuration.id)
    assert (shown.status, shown.status_reason) == ("FAILED", "the token URL answered 500")


@pytest.mark.parametrize(
    ("codes", "answers", "calls"),
    [(None, [403], 2), ([419], [419], 2), ([419], [401], 1), ([], [401], 1), ([500], [500, 500], 2)],
)
async def test_only_the_listed_codes_ask_for_another_token(
    platform: Platform,
    workspace: TestWorkspace,
    endpoint: Endpoint,
    configuration: Configuration,
    codes: list[int] | None,
    answers: list[int],
    calls: int,
) -> None:
    endpoint.answers = list(answers)
    authorization = {"configuration_id": configuration.id, "reattempt_codes": codes}
    spec = spec_for(endpoint, authorization=authorization)
    outcome = await send(platform, workspace.id, prepared(spec), send_id=SEND_ID)
    assert len(outcome.attempts) == len(endpoint.calls) == calls
    assert len(endpoint.token_calls) == calls - 1


async def test_key_and_prefix_of_the_campaign_replace_those_of_the_configuration(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    authorization = {"configuration_id": configuration.id, "key": "X-Token", "prefix": ""}
    spec = spec_for(endpoint, authorization=authorization, headers=[["x-token", "typed by hand"]])
    await send(platform, workspace.id, prepared(spec), send_id=SEND_ID)
    assert endpoint.calls[0].headers["X-Token"] == "token-1"
    assert "Authorization" not in endpoint.calls[0].headers


async def test_what_is_kept_of_an_answer_is_short_storable_and_without_the_token(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    endpoint.answer_body = b"token-1 \x00 \xff " + "मी".encode() * 2000
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint, configuration)), send_id=SEND_ID)
    answer = outcome.attempts[0].answer
    assert answer is not None
    assert len(answer.encode()) <= 2048 + 2
    assert "token-1" not in answer
    assert "\x00" not in answer


@pytest.mark.parametrize(
    ("url", "category"),
    [
        ("https://127.0.0.1/hook", "Address refused"),
        ("https://169.254.169.254/latest/meta-data", "Address refused"),
        ("https://2130706433/", "Address refused"),
        ("https://localhost/", "Address refused"),
        ("http://127.0.0.1:1/", "Address refused"),
        ("https://name.invalid/", "Name not found"),
    ],
)
async def test_an_address_inside_is_refused_at_send_too(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, url: str, category: str
) -> None:
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint, url=url)), send_id=SEND_ID)
    assert (outcome.state, outcome.category, outcome.code) == ("failed", category, None)
    assert outcome.attempts[0].status is None
    assert outcome.attempts[0].error == outcome.reason
    assert "Meera" not in (outcome.reason or "")


async def test_an_endpoint_that_is_too_slow_is_a_failure(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint
) -> None:
    endpoint.gate.clear()
    spec = spec_for(endpoint, url=endpoint.token_url, timeout_s=0.2)
    outcome = await send(platform, workspace.id, prepared(spec), send_id=SEND_ID)
    assert (outcome.state, outcome.category) == ("failed", "Timed out")


async def test_without_a_token_nothing_is_sent(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    endpoint.expires_in = 0
    async with platform.db.connection() as conn:
        await conn.execute("UPDATE engage_oauth_configurations SET token = NULL")
    outcome = await send(platform, workspace.id, prepared(spec_for(endpoint, configuration)), send_id=SEND_ID)
    assert outcome == SendOutcome(
        "failed",
        "Authorization",
        "no access token: the token was already expired when it arrived; check the expiry unit",
        None,
        (),
    )
    assert endpoint.calls == []


async def test_a_usable_connector_has_no_faults(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, configuration: Configuration
) -> None:
    spec = spec_for(endpoint, configuration, url=endpoint.url + "/{{UserAttribute.uid}}?a={{Campaign.ID}}")
    assert await validate(platform, workspace.id, spec) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook",
        "https://127.0.0.1/{{UserAttribute.uid}}",
        "https://169.254.169.254/?a={{UserAttribute.uid}}",
        "https://2130706433/",
        "http://127.0.0.1:1/{{Campaign.ID}}",
        "https://name.invalid/",
        "https://user:pass@studio.example/",
        "gopher://studio.example/",
        "https://[x/{{UserAttribute.uid}}",
        "studio.example",
    ],
)
async def test_an_address_inside_is_refused_at_save(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, url: str
) -> None:
    (fault,) = await validate(platform, workspace.id, spec_for(endpoint, url=url))
    assert fault.field == "url"
    assert fault.message.startswith("Provided hostname is not valid. ")


async def test_a_configuration_that_failed_or_is_unknown_cannot_be_chosen(
    platform: Platform, workspace: TestWorkspace, endpoint: Endpoint, principal: Any
) -> None:
    endpoint.token_status = 500
    failed = await oauth.create(platform, principal, given_for(endpoint))
    assert await validate(platform, workspace.id, spec_for(endpoint, failed)) == [
        Fault(
            "authorization",
            "This authorization configuration has failed: the token URL answered 500. Repair it.",
        )
    ]
    unknown = spec_for(endpoint, authorization={"configuration_id": "0" * 24})
    assert [fault.field for fault in await validate(platform, workspace.id, unknown)] == ["authorization"]
