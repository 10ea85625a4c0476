"""Make workspaces, people and tokens; sign people in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error

from reelpress.platform import ids
from reelpress.platform.auth import store
from reelpress.platform.auth.model import ABSOLUTE_LIMIT, Role, Workspace
from reelpress.platform.context import Platform
from reelpress.platform.db import Connection
from reelpress.platform.errors import Refusal

FAILURE_WINDOW = timedelta(minutes=15)
FAILURE_MEMORY = timedelta(days=1)
MOST_FAILURES = 10
SHORTEST_PASSWORD = 10
_hasher = PasswordHasher()
_NOBODYS_HASH = _hasher.hash(ids.new_token())


@dataclass(frozen=True, slots=True)
class SignedIn:
    workspace_id: str
    user_id: UUID


async def create_workspace(conn: Connection, name: str, time_zone: str) -> Workspace:
    """A new, empty tenant."""
    if not 1 <= len(name) <= 100:
        raise Refusal(400, "bad_name", "a workspace's name has 1 to 100 characters", field="name")
    workspace = Workspace(ids.workspace_id(), name, time_zone)
    await store.insert_workspace(conn, workspace)
    return workspace


async def create_user(
    conn: Connection, workspace_id: str, email: str, name: str, role: Role, password: str
) -> UUID:
    """A person who may sign in. Raises Refusal when the e-mail is taken or the password too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal(
            400, "weak_password", f"a password has at least {SHORTEST_PASSWORD} characters", field="password"
        )
    if await store.user_by_email(conn, email) is not None:
        raise Refusal(409, "email_taken", "somebody signs in with this e-mail already", field="email")
    user_id = ids.new_uuid()
    await store.insert_user(conn, workspace_id, user_id, email, name, role, _hasher.hash(password))
    return user_id


async def create_token(
    conn: Connection, platform: Platform, workspace_id: str, label: str, role: Role
) -> str:
    """A workspace token for the management API; the plain token is shown once and not kept."""
    token = f"rp_{ids.new_token()}"
    await store.insert_token(conn, workspace_id, ids.new_uuid(), label, role, platform.keys.digest(token))
    return token


async def sign_in(
    conn: Connection, platform: Platform, email: str, password: str, address: str
) -> SignedIn | None:
    """Check a password; None when it is wrong. Raises Refusal (429) after too many failures."""
    now = platform.clock.now()
    subjects = [platform.keys.digest(f"sign-in {email.lower()}"), platform.keys.digest(f"address {address}")]
    for subject in subjects:
        if await store.recent_failures(conn, subject, now - FAILURE_WINDOW) >= MOST_FAILURES:
            raise Refusal(
                429,
                "too_many_failures",
                "too many failed sign-ins",
                fix="wait a quarter of an hour and try again",
            )
    person = await store.user_by_email(conn, email)
    if _matches(person["password_hash"] if person else _NOBODYS_HASH, password) and person:
        return SignedIn(person["workspace_id"], person["id"])
    for subject in subjects:
        await store.count_failure(conn, subject, now)
    return None


async def forget_what_is_over(platform: Platform) -> None:
    """Cron: remove sessions past their limit and counts of failures nobody asks for any more."""
    now = platform.clock.now()
    async with platform.db.transaction() as conn:
        await store.delete_old(conn, sessions=now - ABSOLUTE_LIMIT, failures=now - FAILURE_MEMORY)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except Argon2Error:
        return False
