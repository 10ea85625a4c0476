"""A million pairs of a person and a rule, each decided in memory and in SQL."""

from typing import Any

import pytest

from reelpress.platform.auth.service import create_workspace
from reelpress.platform.context import Platform
from tests.engage.audiences.test_agreement import PEOPLE, RULES, compare_random

PAIRS = 1_000_000


@pytest.mark.prove
async def test_memory_and_sql_mean_the_same_people_a_million_times(platform: Platform) -> None:
    rounds = PAIRS // (PEOPLE * RULES)
    for number in range(1, rounds + 1):
        async with platform.db.transaction() as conn:
            workspace: Any = await create_workspace(conn, f"Round {number}", "UTC")
            await compare_random(conn, workspace.id, number)
