"""One rendering under way: the values it has met, what it may read, how long it may still work."""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from reelpress.engage.personalize.model import Context, Value

RENDER_CPU_S: Final = 1.0
"""Processor time of one rendering; the engine's fuel ends nearly all of them long before."""


class WorkedTooLong(Exception):
    """The rendering has used its processor time."""


@dataclass(slots=True)
class Run:
    context: Context
    values: list[Value] = field(default_factory=list["Value"])
    ends_at: float = field(default_factory=lambda: time.thread_time() + RENDER_CPU_S)


running: ContextVar[Run] = ContextVar("personalize_run")


def require_time() -> Run:
    """The rendering this code runs in. Raises WorkedTooLong when its time is over."""
    run = running.get()
    if time.thread_time() > run.ends_at:
        raise WorkedTooLong
    return run
