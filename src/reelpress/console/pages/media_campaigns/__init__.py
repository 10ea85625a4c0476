"""Media campaigns: the list, and the dashboard with its tabs and dialogs."""

from fastapi import APIRouter

from reelpress.console.pages.media_campaigns import browse, connection, cost, eye, history, listing, video

routers: list[APIRouter] = [
    listing.router,
    video.router,
    browse.router,
    eye.router,
    cost.router,
    connection.router,
    history.router,
]
