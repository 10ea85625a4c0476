"""Engage > Segments: the list with counts, making one by rule or by file, one of them, archiving."""

from fastapi import APIRouter

from reelpress.console.pages.segments import by_file, by_rule, detail

routers: tuple[APIRouter, ...] = (by_rule.router, by_file.router, detail.router)
"""In this order: fixed paths such as /new/rule come before those with a segment's id."""
