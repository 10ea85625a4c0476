"""What the database computes for events is what Python computes for profiles."""

import random
import sys
import unicodedata

from reelpress.engage.profiles.values import fold, parse_moment
from reelpress.platform.context import Platform
from tests.engage.audiences.strategies import TEXTS

SHAPES = (
    "{day}",
    "{day}T{clock}",
    "{day} {clock}Z",
    "{day}{clock}.{fraction}",
    "{day}T{clock}.{fraction}Z",
    "{day}T{clock}{zone}",
    "{day}T{clock}.{fraction}{zone}",
    "{day}{zone}",
    "x{day}",
    "{day}T{clock}Zx",
)


def random_date_time(dice: random.Random) -> str:
    """Often one, sometimes nearly one."""
    year = dice.choice(["0000", "0001", "1969", "1970", "2024", "2026", "9999"])
    sign, colon = dice.choice("+-"), dice.choice([":", ""])
    return dice.choice(SHAPES).format(
        day=f"{year}-{dice.randint(0, 13):02}-{dice.choice([1, 15, 28, 29, 30, 31, 32]):02}",
        clock=f"{dice.randint(0, 24):02}:{dice.randint(0, 60):02}:{dice.randint(0, 60):02}",
        fraction="".join(dice.choices("0123456789", k=dice.randint(1, 10))),
        zone=f"{sign}{dice.choice([0, 5, 14, 23, 24]):02}{colon}{dice.choice([0, 30, 59, 99]):02}",
    )


async def test_date_times_are_read_alike(platform: Platform) -> None:
    dice = random.Random(3)
    texts = [*(random_date_time(dice) for _ in range(2000)), *TEXTS]
    async with platform.db.connection() as conn:
        rows = await conn.fetch("SELECT engage_moment(t) AS ms FROM unnest($1::text[]) AS t", texts)
    found = {text: row["ms"] for text, row in zip(texts, rows, strict=True)}
    assert found == {text: parse_moment(text) for text in texts}
    assert sum(ms is not None for ms in found.values()) > 200


async def test_case_is_folded_alike_in_every_script(platform: Platform) -> None:
    codes = (chr(code) for code in range(1, sys.maxunicode + 1))
    known = [letter for letter in codes if unicodedata.category(letter) not in ("Cn", "Cs", "Co")]
    async with platform.db.connection() as conn:
        rows = await conn.fetch("SELECT engage_fold(t) AS folded FROM unnest($1::text[]) AS t", known)
    differing = [letter for letter, row in zip(known, rows, strict=True) if row["folded"] != fold(letter)]
    assert not differing
