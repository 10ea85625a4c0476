"""Every route of Engage."""

from fastapi import APIRouter

routers: list[APIRouter] = []
