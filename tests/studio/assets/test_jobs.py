"""Housekeeping of uploads."""

import os
from pathlib import Path

from tests.conftest import TestWorkspace
from tests.studio.assets.samples import make_image

from reelpress.platform.auth import Principal, Role
from reelpress.platform.context import Platform
from reelpress.studio.assets import jobs, service
from reelpress.studio.assets.model import Upload


async def test_only_content_without_an_asset_and_old_folders_are_removed(
    platform: Platform, workspace: TestWorkspace, tmp_path: Path
):
    principal = Principal(workspace.id, Role.marketer, "test")
    upload = Upload("a.png", make_image(tmp_path / "a.png", "PNG"))
    (kept,) = await service.upload(platform, principal, [upload], tmp_path)
    stray = f"assets/{'0' * 64}"
    await platform.storage.put(stray, b"left behind")
    old, fresh = (service.uploads_folder(platform) / name for name in ("old", "fresh"))
    for folder in (old, fresh):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))

    await jobs.reconcile(platform)

    assert await platform.storage.list("assets/") == [kept.key]
    assert (old.exists(), fresh.exists()) == (False, True)
