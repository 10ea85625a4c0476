"""One run of the corpus for all tests."""

import asyncio
import os

import pytest
from tests.studio.hostile.corpus import CASES
from tests.studio.hostile.kitchen import Outcome, Surroundings, take_in

from reelpress.platform.db import connect

pytest.register_assert_rewrite("tests.studio.hostile.house")


@pytest.fixture(scope="session")
def run(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Outcome], Surroundings]:
    name = f"hostile_{os.getpid()}"
    asyncio.run(
        _execute(postgres_url, f"CREATE DATABASE {name} TEMPLATE reelpress_template STRATEGY FILE_COPY")
    )
    return take_in(CASES, postgres_url.replace("/postgres?", f"/{name}?"), tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def outcomes(run: tuple[dict[str, Outcome], Surroundings]) -> dict[str, Outcome]:
    return run[0]


async def _execute(url: str, statement: str) -> None:
    admin = await connect(url)
    try:
        await admin.execute(statement)
    finally:
        await admin.close()
