"""Every route of Studio."""

from fastapi import APIRouter

routers: list[APIRouter] = []
