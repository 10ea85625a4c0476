"""What a reader in the sandbox does not foresee is a fault of the file, not of ours."""

import pytest

from reelpress.platform.context import Platform
from reelpress.platform.sandbox import Limits
from reelpress.studio.assets.faults import MediaFault
from reelpress.studio.assets.intake import in_sandbox


def stumble() -> None:
    raise KeyError("a table that is not there")


def think_long() -> None:
    while True:
        pass


async def test_a_reader_that_stumbles_is_a_refusal_with_what_to_do(platform: Platform):
    with pytest.raises(MediaFault, match="not known") as refused:
        await in_sandbox(platform, stumble)
    assert refused.value.fix
    assert "KeyError" not in refused.value.reason


async def test_a_reader_that_does_not_end_is_a_refusal_with_the_limit(platform: Platform):
    with pytest.raises(MediaFault, match="longer than 1 s"):
        await in_sandbox(platform, think_long, limits=Limits(seconds=1))
