"""Save, test, list and remove authorization configurations."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reelpress.engage.oauth import exchange, store
from reelpress.engage.oauth.model import Configuration, ConfigurationStatus, OAuthInput, Usage
from reelpress.engage.oauth.secrets import with_kept_secrets
from reelpress.engage.oauth.tokens import sealed_token
from reelpress.platform import ids
from reelpress.platform.auth import Principal, audit
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal, not_found
from reelpress.platform.http_out import OutFailure, OutResponse, header_refusal


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What the token URL answered, for the person who set it up to pick keys from. Never stored."""

    ok: bool
    reason: str | None
    status: int | None
    body: str | None = field(repr=False)
    keys: Mapping[str, Any] = field(repr=False)
    claims: Mapping[str, Mapping[str, Any]] = field(repr=False)
    elapsed_ms: int
    received_at: datetime


async def try_out(
    platform: Platform, workspace_id: str, given: OAuthInput, configuration_id: str | None = None
) -> TrialReport:
    """Call the token URL once and show the answer; masks stand for what `configuration_id` has saved."""
    saved = None
    if configuration_id is not None:
        saved = (await get(platform, workspace_id, configuration_id)).given
    complete = with_kept_secrets(given, saved)
    await _require_sendable(platform, complete)
    answer = await exchange.ask(platform.http, complete)
    return _report(answer, platform.clock.now())


def _report(answer: OutResponse | OutFailure, now: datetime) -> TrialReport:
    if isinstance(answer, OutFailure):
        return TrialReport(False, answer.message, None, None, {}, {}, answer.elapsed_ms, now)
    document = exchange.as_json(answer.body)
    keys = exchange.flatten(document)
    claims = {path: exchange.claims_of(value) for path, value in keys.items() if isinstance(value, str)}
    reason = None
    if not 200 <= answer.status < 300:
        reason = f"the token URL answered {answer.status}"
    elif document is None:
        reason = "the token URL did not answer with JSON"
    return TrialReport(
        ok=reason is None,
        reason=reason,
        status=answer.status,
        body=answer.body.decode("utf-8", "replace"),
        keys=keys,
        claims={path: found for path, found in claims.items() if found is not None},
        elapsed_ms=answer.elapsed_ms,
        received_at=now,
    )


async def create(platform: Platform, principal: Principal, given: OAuthInput) -> Configuration:
    """Save a configuration; it is active when its token URL gives a token at once, else failed."""
    complete = with_kept_secrets(given, None)
    await _require_sendable(platform, complete)
    now = platform.clock.now()
    draft = Configuration(
        principal.workspace_id, ids.moengage_id(), complete, ConfigurationStatus.failed, None, now, now, now
    )
    tried = await _tried(platform, draft)
    async with platform.db.transaction() as conn:
        await _require_free_name(conn, tried, None)
        await store.insert(conn, platform.keys, tried)
        await audit(conn, principal, "oauth_configuration.created", tried.id, {"status": tried.status.value})
    return tried


async def update(
    platform: Platform, principal: Principal, configuration_id: str, given: OAuthInput
) -> Configuration:
    """Replace a configuration and try it; what is masked in `given` stays as it is saved."""
    saved = await get(platform, principal.workspace_id, configuration_id)
    complete = with_kept_secrets(given, saved.given)
    await _require_sendable(platform, complete)
    now = platform.clock.now()
    tried = await _tried(platform, replace(saved, given=complete, updated_at=now, cached=None))
    async with platform.db.transaction() as conn:
        await _require_free_name(conn, tried, configuration_id)
        if not await store.replace(conn, platform.keys, tried):
            raise not_found("authorization configuration", configuration_id)
        await audit(conn, principal, "oauth_configuration.changed", tried.id, {"status": tried.status.value})
    return tried


async def delete(platform: Platform, principal: Principal, configuration_id: str) -> None:
    """Remove a configuration no campaign uses. Raises Refusal (409) that names the campaigns."""
    workspace_id = principal.workspace_id
    async with platform.db.transaction() as conn:
        if await store.one_locked(conn, platform.keys, workspace_id, configuration_id) is None:
            raise not_found("authorization configuration", configuration_id)
        users = (await store.usages(conn, workspace_id, [configuration_id])).get(configuration_id, [])
        if users:
            listed = ", ".join(f"{usage.name} ({usage.campaign_id})" for usage in users)
            raise Refusal(
                409, "in_use", f"campaigns use this configuration: {listed}",
                fix="choose another configuration in these campaigns or stop them, then delete it",
            )  # fmt: skip
        await store.delete(conn, workspace_id, configuration_id)
        await audit(conn, principal, "oauth_configuration.deleted", configuration_id)


async def find(platform: Platform, workspace_id: str, configuration_id: str) -> Configuration | None:
    async with platform.db.connection() as conn:
        return await store.one(conn, platform.keys, workspace_id, configuration_id)


async def get(platform: Platform, workspace_id: str, configuration_id: str) -> Configuration:
    """Raises Refusal (404)."""
    found = await find(platform, workspace_id, configuration_id)
    if found is None:
        raise not_found("authorization configuration", configuration_id)
    return found


async def list_all(platform: Platform, workspace_id: str) -> list[Configuration]:
    """Newest first."""
    async with platform.db.connection() as conn:
        return await store.every(conn, platform.keys, workspace_id)


async def used_by(
    platform: Platform, workspace_id: str, configuration_ids: list[str]
) -> dict[str, list[Usage]]:
    """The campaigns that are not over and use these configurations."""
    async with platform.db.connection() as conn:
        return await store.usages(conn, workspace_id, configuration_ids)


async def _tried(platform: Platform, draft: Configuration) -> Configuration:
    """The configuration with the outcome of one call of its token URL."""
    answer = await exchange.ask(platform.http, draft.given)
    now = platform.clock.now()
    granted = exchange.read_answer(answer, draft.given, now)
    if isinstance(granted, exchange.Unreadable):
        return replace(draft, status=ConfigurationStatus.failed, status_reason=granted.reason, status_at=now)
    return replace(
        draft,
        status=ConfigurationStatus.active,
        status_reason=None,
        status_at=now,
        cached=sealed_token(granted, platform.keys),
    )


async def _require_sendable(platform: Platform, given: OAuthInput) -> None:
    refusal = await platform.http.check_url(given.url, allow_http=given.allow_http)
    if refusal is not None:
        raise Refusal(422, "bad_url", f"Provided hostname is not valid. {refusal}", field="url")
    for index, header in enumerate(given.headers):
        refusal = header_refusal(header.key, header.value)
        if refusal is not None:
            raise Refusal(422, "bad_header", refusal, field=f"headers.{index}")
    if given.method == "GET" and given.body:
        raise Refusal(422, "body_with_get", "a GET request has no body", field="body", fix="choose POST")
    if isinstance(given.body, tuple) and given.body and given.body_type.value == "RAW":
        raise Refusal(422, "bad_body", "a raw body is text", field="body", fix="choose JSON or FORM for rows")


async def _require_free_name(conn: Connection, configuration: Configuration, but_by: str | None) -> None:
    name = configuration.given.name
    if await store.name_is_taken(conn, configuration.workspace_id, name, but_by):
        raise Refusal(
            409, "name_taken", "another authorization configuration has this name", field="name",
            fix="choose another name",
        )  # fmt: skip
