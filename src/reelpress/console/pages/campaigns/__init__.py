"""Engage > Campaigns: the list, the three steps, the campaign page, its sends."""

from fastapi import APIRouter

from reelpress.console.pages.campaigns import detail, helpers, listing, message, schedule, users

routers: tuple[APIRouter, ...] = (
    listing.router,
    helpers.router,
    users.router,
    message.router,
    schedule.router,
    detail.router,
)
"""In this order: fixed paths such as /new come before those with a campaign's id."""
