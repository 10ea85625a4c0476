"""People and tokens."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from uuid import UUID

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=7)


class Role(IntEnum):
    """What somebody may do; each role may do all that the lower ones may."""

    viewer = 1
    marketer = 2
    admin = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a route: a person in the console or a holder of a workspace token."""

    workspace_id: str
    role: Role
    actor: str
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """The tenant; everything belongs to one."""

    id: str
    name: str
    time_zone: str
