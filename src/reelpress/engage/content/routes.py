"""`/api/v1/content-blocks` and `/api/v1/product-sets`: the plain data that templates name."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from reelpress.engage.content import parse, service
from reelpress.engage.content.model import ContentBlock, ProductSet
from reelpress.platform.auth import Principal, Role, member
from reelpress.platform.web import PlatformDep

router = APIRouter(prefix="/api/v1", tags=["Content"])

Viewer = Annotated[Principal, member(Role.viewer)]
Marketer = Annotated[Principal, member(Role.marketer)]


class BlockInput(BaseModel):
    body: Any = Field(
        description=f"A text of at most {parse.BODY_MAX_BYTES} bytes. Templates show it as it is, escaped "
        "for where it stands; it is no template itself.",
        json_schema_extra={"type": "string"},
    )


class SetInput(BaseModel):
    items: Any = Field(
        description=f"At most {parse.MOST_ITEMS} objects, {parse.ITEMS_MAX_BYTES} bytes as JSON.",
        json_schema_extra={"type": "array", "items": {"type": "object"}},
    )


@router.get("/content-blocks")
async def list_blocks(platform: PlatformDep, principal: Viewer) -> dict[str, Any]:
    """Every content block by name, with its size but without its text."""
    found = await service.listed(platform, principal.workspace_id, "ContentBlock")
    return {
        "content_blocks": [
            {"name": one.name, "bytes": one.size, "updated_at": one.updated_at.isoformat()} for one in found
        ]
    }


@router.get("/content-blocks/{block_name}")
async def read_block(platform: PlatformDep, principal: Viewer, block_name: str) -> dict[str, Any]:
    """One content block."""
    return _shown_block(await service.block(platform, principal.workspace_id, block_name))


@router.put("/content-blocks/{block_name}")
async def put_block(
    given: BlockInput, platform: PlatformDep, principal: Marketer, block_name: str
) -> dict[str, Any]:
    """Write a content block, or write over the one of this name."""
    return _shown_block(await service.put_block(platform, principal, block_name, given.body))


@router.delete("/content-blocks/{block_name}", status_code=204)
async def delete_block(platform: PlatformDep, principal: Marketer, block_name: str) -> None:
    """Templates that name it fail from then on."""
    await service.delete(platform, principal, "ContentBlock", block_name)


@router.get("/product-sets")
async def list_sets(platform: PlatformDep, principal: Viewer) -> dict[str, Any]:
    """Every product set by name, with the number of its items."""
    found = await service.listed(platform, principal.workspace_id, "ProductSet")
    return {
        "product_sets": [
            {"name": one.name, "item_count": one.size, "updated_at": one.updated_at.isoformat()}
            for one in found
        ]
    }


@router.get("/product-sets/{set_name}")
async def read_set(platform: PlatformDep, principal: Viewer, set_name: str) -> dict[str, Any]:
    """One product set."""
    return _shown_set(await service.product_set(platform, principal.workspace_id, set_name))


@router.put("/product-sets/{set_name}")
async def put_set(
    given: SetInput, platform: PlatformDep, principal: Marketer, set_name: str
) -> dict[str, Any]:
    """Write a product set, or write over the one of this name."""
    return _shown_set(await service.put_set(platform, principal, set_name, given.items))


@router.delete("/product-sets/{set_name}", status_code=204)
async def delete_set(platform: PlatformDep, principal: Marketer, set_name: str) -> None:
    """Templates that name it fail from then on."""
    await service.delete(platform, principal, "ProductSet", set_name)


def _shown_block(block: ContentBlock) -> dict[str, Any]:
    return {"name": block.name, "body": block.body, "updated_at": block.updated_at.isoformat()}


def _shown_set(products: ProductSet) -> dict[str, Any]:
    return {"name": products.name, "items": products.items, "updated_at": products.updated_at.isoformat()}
