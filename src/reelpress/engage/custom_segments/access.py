"""Basic authentication of the Segments API: the workspace id is the user, a Data API key the password."""

from typing import Annotated

from fastapi import Request
from fastapi.params import Depends as DependsParam

from reelpress.engage.basic import user_and_password
from reelpress.engage.custom_segments import faults
from reelpress.engage.data_api import keys
from reelpress.engage.data_api.access import KeyAccess
from reelpress.platform.context import Platform


class SegmentKeyHolder(KeyAccess):
    """A client that knows a live Data API key of the workspace it names; answers with its id."""

    summary = "a Data API key of the workspace"

    async def __call__(self, request: Request) -> str:
        platform: Platform = request.app.state.platform
        workspace_id, secret = _credentials(request.headers.get("authorization"))
        async with platform.db.connection() as conn:
            found = await keys.check(conn, platform.keys, workspace_id, secret)
        if found is not None and found.state != "active":
            raise faults.unauthorized("Invalid APP_KEY used in Authentication Header")
        if found is None or not found.opens:
            raise faults.unauthorized("APP_SECRET key mismatch. Please login to the dashboard to verify key")
        app_key = request.headers.get("moe-appkey")
        if app_key is not None and app_key.strip() != workspace_id:
            raise faults.unknown_client()
        return workspace_id


Caller = Annotated[str, DependsParam(SegmentKeyHolder())]


def _credentials(header: str | None) -> tuple[str, str]:
    scheme, _, encoded = (header or "").strip().partition(" ")
    user, password = user_and_password(encoded) or ("", "")
    # A NUL is in no id of ours, and the database would not take it.
    if scheme.lower() != "basic" or not user or "\0" in user + password:
        raise faults.unauthorized("Invalid APP_KEY used in Authentication Header")
    return user, password
