"""Files sent from a form of the console."""

from __future__ import annotations

from fastapi import Request
from starlette.datastructures import UploadFile

from reelpress.platform.auth import Principal
from reelpress.platform.context import Platform
from reelpress.platform.errors import Refusal
from reelpress.studio.assets import service
from reelpress.studio.assets.model import Asset
from reelpress.studio.assets.receive import capped, save

MAX_FILES = 50


async def receive_assets(request: Request, platform: Platform, principal: Principal) -> list[Asset]:
    """The files of the field `file` as assets, the template (or else the first file) at the head.

    Raises AssetRefusal with every fault, or Refusal.
    """
    async with (
        service.private_folder(platform) as folder,
        capped(request).form(max_files=MAX_FILES, max_fields=10) as form,
    ):
        files = [part for part in form.getlist("file") if isinstance(part, UploadFile) and part.filename]
        if not files:
            raise Refusal(
                400, "no_file", "no file was chosen", field="file",
                fix="choose a zip, an .mlt file with its media, or single files",
            )  # fmt: skip
        uploads = [await save(part, folder / f"{number:03}.in") for number, part in enumerate(files)]
        return await service.upload(platform, principal, uploads, folder)
