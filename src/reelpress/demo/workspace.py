"""Build the sample workspace: the four steps, three times, over HTTP."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reelpress.demo.api import Api, bearer
from reelpress.demo.use_cases import FAILED_EVENT, READY_EVENT, RECIPES, Recipe

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SampleWorkspace:
    """The finished workspace; the secrets are what its admin would have been shown once."""

    id: str
    data_key: str
    admin_email: str
    admin_password: str
    api: Api
    use_case_ids: dict[str, str]
    campaign_ids: dict[str, str]


async def build(operator: Api, templates: Path, stamp: str, say: Say) -> SampleWorkspace:
    """Make everything. Raises DemoFault."""
    say("workspace")
    made = await operator.call(
        "POST",
        "/api/v1/workspaces",
        {"name": "Larkmere", "admin_email": f"demo-{stamp}@example.com", "admin_name": "Demo"},
    )
    api = Api(operator.http, operator.origin, bearer(made["api_token"]))
    client = await api.call("POST", "/api/v1/clients", {"name": "Engage of this demo"})
    say("authorization")
    configuration = await _authorize(api, client)
    use_case_ids: dict[str, str] = {}
    campaign_ids: dict[str, str] = {}
    for recipe in RECIPES:
        say(f"{recipe.title}: media campaign")
        use_case = await _media_campaign(api, made, recipe, templates)
        use_case_ids[recipe.use_case] = use_case
        say(f"{recipe.title}: connector and delivery")
        campaign_ids[recipe.use_case] = await _connector(api, recipe, use_case, configuration)
        await _delivery(api, recipe, use_case)
    return SampleWorkspace(
        made["workspace_id"],
        made["data_api_key"],
        made["admin_email"],
        made["admin_password"],
        api,
        use_case_ids,
        campaign_ids,
    )


async def _authorize(api: Api, client: dict[str, Any]) -> str:
    given: dict[str, Any] = {
        "name": "Studio token",
        "token_type": "Opaque",
        "method": "POST",
        "url": f"{api.origin}/getToken/token",
        "headers": [["Content-Type", "application/json"]],
        "body_type": "Raw",
        "body": f'{{"client_id": "{client["client_id"]}", "client_secret": "{client["client_secret"]}"}}',
        "response": {
            "access_token_key": "access_token",
            "expiry_key": "expires_in",
            "expiry_unit": "Seconds",
            "prefix": "Bearer",
            "error_codes": [401, 403],
        },
    }
    await api.call("POST", "/api/v1/oauth-configurations/test", given)
    return (await api.call("POST", "/api/v1/oauth-configurations", given))["id"]


async def _media_campaign(api: Api, made: dict[str, Any], recipe: Recipe, templates: Path) -> str:
    folder = templates / recipe.use_case
    uploaded = await api.upload("/api/v1/assets", {f"{recipe.use_case}.zip": _zipped(folder)})
    campaign = await api.call("POST", "/api/v1/media-campaigns", {"name": recipe.title})
    path = f"/api/v1/media-campaigns/{campaign['id']}"
    await api.call("PATCH", path, {"definition": _definition(api, made, recipe, uploaded)})
    return (await api.call("POST", f"{path}/publish"))["use_case_id"]


def _definition(api: Api, made: dict[str, Any], recipe: Recipe, uploaded: dict[str, Any]) -> dict[str, Any]:
    video = recipe.output == "video"
    return {
        "output": {"kind": recipe.output},
        "parts": [{"kind": "mlt", "asset_id": uploaded["id"], "name": recipe.title}],
        "mappings": [],
        "connection": {
            "ingress": "API",
            "egress": {
                "type": "CPAAS",
                "base_url": api.origin,
                "workspace_id": made["workspace_id"],
                "data_api_key": made["data_api_key"],
                "video_attribute": recipe.attribute,
                "mp4_attribute": recipe.second_attribute if video else None,
                "image_attribute": None if video else recipe.second_attribute,
                "ready_event": READY_EVENT,
                "failed_event": FAILED_EVENT,
            },
            "time_to_live": "SIX_MONTHS",
            "encrypted": False,
        },
    }


async def _connector(api: Api, recipe: Recipe, use_case: str, configuration: str) -> str:
    pairs = ",\n".join(f'    "{field}": "{value}"' for field, value in recipe.values.items())
    body = f"""{{
  "client-request-id": "MoEngage_{{{{UserAttribute['MoEngage ID']}}}}",
  "customer-id": "{{{{UserAttribute['MoEngage ID']}}}}",
  "use-case-id": "{use_case}",
  "user-id": "{{{{UserAttribute['Phone Number']}}}}",
  "user-config": {{
{pairs}
  }},
  "reference-record-id": "{{{{Campaign.ID}}}}"
}}"""
    return await _activated(
        api,
        {
            "name": f"{recipe.title}: ask Studio",
            "channel": "CONNECTOR",
            "delivery_type": "EVENT_TRIGGERED",
            "trigger": {"event_name": recipe.starts_on},
            "content": {
                "method": "POST",
                "url": f"{api.origin}/video/request",
                "headers": [["Content-Type", "application/json"]],
                "body_type": "RAW",
                "body": body,
                "authorization": {"configuration_id": configuration},
            },
        },
    )


async def _delivery(api: Api, recipe: Recipe, use_case: str) -> str:
    return await _activated(
        api,
        {
            "name": f"{recipe.title}: deliver",
            "channel": "EMAIL",
            "delivery_type": "EVENT_TRIGGERED",
            "trigger": {
                "event_name": READY_EVENT,
                "conditions": _all_of("event_attributes", "use_case_id", "is", use_case),
            },
            "audience": _all_of("user_attributes", recipe.attribute, "exists", True),
            "content": {
                "subject": recipe.subject,
                "sender_name": "Larkmere",
                "from_address": "hello@larkmere.example",
                "html": recipe.html,
            },
        },
    )


def _all_of(kind: str, name: str, operator: str, value: object) -> dict[str, Any]:
    found = {"filter_type": kind, "name": name, "data_type": "string", "operator": operator, "value": value}
    return {"filter_operator": "and", "filters": [found]}


async def _activated(api: Api, campaign: dict[str, Any]) -> str:
    made = await api.call("POST", "/api/v1/campaigns", campaign)
    await api.call("POST", f"/api/v1/campaigns/{made['id']}/activate")
    return made["id"]


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return buffer.getvalue()
