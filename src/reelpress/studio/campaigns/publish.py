"""Submit: a draft becomes an immutable version, or every reason why it cannot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from reelpress.platform import ids
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Detail, Refusal, Refusals
from reelpress.studio.campaigns import gather, secrets, service, store
from reelpress.studio.campaigns.compile import CompileFault, Problem
from reelpress.studio.campaigns.model import Campaign, Definition, Version, WebhookEgress
from reelpress.studio.films import service as films
from reelpress.studio.films.model import FilmFault

PREPARE_JOB = "studio.prepare"


class PublishRefusal(Refusals):
    """422 with every problem listed under `details`."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            422,
            "cannot_publish",
            [Detail(problem.field, problem.message) for problem in problems],
            fix="correct what is listed under details, save, and submit again",
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Published:
    """The version, and what the marketer should know about it."""

    version: Version
    notes: tuple[str, ...]


async def publish(platform: Platform, principal: Principal, campaign_id: UUID) -> Published:
    """Raises PublishRefusal with every problem, or Refusal 404/409."""
    async with platform.db.connection() as conn:
        campaign = await service.one(conn, principal.workspace_id, campaign_id)
        problems = [*_incomplete(campaign.draft), *await _unsealed(conn, platform, campaign)]
        if problems:
            raise PublishRefusal(tuple(problems))
        material = await _material(conn, campaign)
    await service.check_addresses(platform, campaign.draft)
    try:
        result = await gather.compiled(platform, campaign.draft, material)
        needed = gather.films_of(result, material)
        await films.have_drawn(platform, principal.workspace_id, needed)
    except CompileFault as fault:
        raise PublishRefusal(fault.problems) from fault
    except FilmFault as fault:
        raise PublishRefusal((Problem("parts", str(fault)),)) from fault
    async with platform.db.transaction() as conn:
        await _still_the_same(conn, campaign)
        version = Version(
            workspace_id=principal.workspace_id,
            id=ids.new_uuid(),
            use_case_id=campaign_id,
            number=await store.next_number(conn, principal.workspace_id, campaign_id),
            name=campaign.name,
            definition=campaign.draft,
            plan=json.loads(result.plan),
            resources=gather.resources_of(result, material),
            published_at=platform.clock.now(),
        )
        await store.insert_version(conn, principal.workspace_id, version, material.asset_ids)
        await films.hold(conn, principal.workspace_id, version.id, needed)
        await audit(conn, principal, "media_campaign.published", campaign_id, {"version": version.number})
        payload = {"workspace": version.workspace_id, "version": str(version.id)}
        await platform.jobs.enqueue(conn, PREPARE_JOB, payload)
    return Published(version, result.notes)


def _incomplete(definition: Definition) -> list[Problem]:
    problems: list[Problem] = []
    if not definition.parts:
        problems.append(Problem("parts", "there is no part: add a template, a video or a picture"))
    for index, part in enumerate(definition.parts):
        if part.kind == "ml_with_mlt":
            problems.append(
                Problem(
                    f"parts[{index}].kind",
                    "parts of the kind ml_with_mlt (lip sync, transliteration, TTS) cannot be published yet "
                    "because there is no voice: use the kind mlt",
                )
            )
    connection = definition.connection
    if connection.egress is None:
        problems.append(
            Problem("connection.egress", "there is no egress: say where finished media are reported")
        )
    if connection.encrypted:
        problems.append(
            Problem(
                "connection.encrypted",
                "encrypted media cannot be published yet: choose Not Encrypted, "
                "or wait until encryption at rest is there",
            )
        )
    return problems


async def _unsealed(conn: Connection, platform: Platform, campaign: Campaign) -> list[Problem]:
    """The egress needs a secret of its own destination."""
    egress = campaign.draft.connection.egress
    if egress is None:
        return []
    owner = secrets.Owner(campaign.workspace_id, campaign.id)
    if await secrets.stored_secrets(conn, platform.keys, owner, egress):
        return []
    if isinstance(egress, WebhookEgress):
        return [Problem("connection.egress.signing_secrets", "there is no signing secret: make one")]
    return [
        Problem("connection.egress.data_api_key", "there is no Data API key for this address and workspace")
    ]


async def _material(conn: Connection, campaign: Campaign) -> gather.Material:
    try:
        return await gather.material_of(conn, campaign.workspace_id, campaign.draft)
    except CompileFault as fault:
        raise PublishRefusal(fault.problems) from fault


async def _still_the_same(conn: Connection, read: Campaign) -> None:
    """Locks the row. What was compiled is what is published."""
    campaign = await service.one(conn, read.workspace_id, read.id, lock=True)
    if campaign.updated_at != read.updated_at:
        raise Refusal(
            409, "changed_meanwhile", "the draft was changed while it was being submitted",
            fix="look at it and submit again",
        )  # fmt: skip
