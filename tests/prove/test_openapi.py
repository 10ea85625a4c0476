"""Two minutes of made-up calls from what /openapi.json says: no fault of ours, no other answer than it says.

REELPRESS_PROVE_FUZZ_S and REELPRESS_PROVE_SEED change the trial.
"""

import asyncio
import os
import socket
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp.abc import ResolveResult

from reelpress.engage.attribution.service import attribution_key
from reelpress.engage.custom_segments import limits
from reelpress.platform.config import Settings
from reelpress.platform.context import Platform
from reelpress.platform.http_out import resolver
from tests.conftest import TestWorkspace
from tests.contract.data_api import DataApi, basic
from tests.support.live import LiveServer

SECONDS = int(os.environ.get("REELPRESS_PROVE_FUZZ_S", "120"))
SEED = int(os.environ.get("REELPRESS_PROVE_SEED", "0")) or 20_240_229
SLACK_S = 120  # the call that runs when the time is over is finished, and shrunk where it failed
lookup = resolver._lookup  # before it is replaced
ROUTES = r"^/(v1|v1\.0|v2|v3|v5)/"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "unsupported_method",
    "ignored_auth",
)
# Left out on purpose. `positive_data_acceptance`: reserved ids, unknown customers, segments and events, names
# that exist already are refused whatever their form. `negative_data_rejection`: clients send more than the
# contract says (numbers for ids, unknown fields), and MoEngage takes it. The rest needs links between calls.


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """No limits, since they would answer nearly every call with 429; and no call leaves this machine."""
    monkeypatch.setattr(limits, "LIMITS", dict.fromkeys(limits.LIMITS, ()))
    monkeypatch.setattr(resolver, "_lookup", _own_addresses_only)
    return settings.model_copy(
        update={
            "business_event_triggers_per_day": 0,
            "business_event_triggers_per_hour": 0,
            "business_event_triggers_per_5_minutes": 0,
            "business_event_searches_per_minute": 0,
        }
    )


def _own_addresses_only(host: str, port: int, family: int) -> list[ResolveResult]:
    """Made-up addresses of files and callbacks belong to somebody."""
    if host != "127.0.0.1":
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return lookup(host, port, family)


@pytest.fixture
async def trial(
    server: LiveServer,
    platform: Platform,
    workspace: TestWorkspace,
    http: aiohttp.ClientSession,
    tmp_path: Path,
) -> Path:
    """How the trial names the workspace, and what is in it: half of the calls are about these."""
    data = DataApi(http, server.url, workspace)
    assert (await data.customer("jane", {"first_name": "Jane"})).status == 200
    sale = {
        "event_name": "Sale",
        "event_attributes": [{"attribute_name": "season", "attribute_data_type": "string"}],
        "created_by": "jane@example.com",
    }
    event_id = (await data.call("/v1.0/business_event", sale)).body["event_id"]
    filters = {"filter_operator": "and", "filters": [{"filter_type": "actions", "action_name": "Visit"}]}
    made = await data.call("/v3/custom-segments", {"name": "Visitors", "included_filters": filters})
    segment_id = made.body["data"]["id"]
    there = {
        "event_name": "Sale",
        "event_names[*]": "Sale",
        "event_ids[*]": event_id,
        "filters.names[*]": "Sale",
        "customer_id": "jane",
        "identity_value": "jane",
        "user_identification.value": "jane",
        "user_identification.type": "USER_ATTRIBUTE_UNIQUE_ID",
        "included_filters.filters[*].id": segment_id,
        "file_url": f"{server.url}/health",
        "callback_url": f"{server.url}/health",
        "cs_id": segment_id,
    }
    config = tmp_path / "schemathesis.toml"
    config.write_text(
        f"""
        [headers]
        Authorization = "{basic(workspace.id, workspace.data_key)}"
        [parameters]
        "path.workspace" = "{workspace.id}"
        "query.app_id" = "{workspace.id}"
        "query.appId" = "{workspace.id}"
        "query.appAttributionKey" = "{attribution_key(platform.keys, workspace.id)}"
        "path.segment_id" = "{segment_id}"
        "header.MOE-APPKEY" = "{workspace.id}"
        """
        + "".join(
            f'"body.{field}" = {{ dictionary = "there{number}", probability = 0.5 }}\n'
            for number, field in enumerate(there)
        )
        + "[dictionaries]\n"
        + "".join(f'there{number}.values = ["{value}"]\n' for number, value in enumerate(there.values()))
    )
    return config


@pytest.mark.prove
async def test_made_up_calls_are_answered_as_the_document_says(server: LiveServer, trial: Path) -> None:
    print(f"seed {SEED}: {SECONDS} s")
    program = (sys.executable, "-m", "schemathesis.cli", "--config-file", str(trial), "run")
    options = {
        "--include-path-regex": ROUTES,
        "--checks": ",".join(CHECKS),
        "--phases": "examples,coverage,fuzzing",
        "--max-time": str(SECONDS),
        "--seed": str(SEED),
        "--generation-database": "none",
        "--request-timeout": "20",
    }
    child = await asyncio.create_subprocess_exec(
        *program,
        f"{server.url}/openapi.json",
        *(word for option in options.items() for word in option),
        "--continue-on-failure",
        "--no-color",
        cwd=trial.parent,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(SECONDS + SLACK_S):
            told, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
    print(told.decode())
    assert child.returncode == 0, "what is wrong is printed above"
