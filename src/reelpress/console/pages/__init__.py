"""One module a page or a small family of pages; each has a `router`."""

from fastapi import APIRouter

from reelpress.console.pages import home, mailbox, profiles, sign_in

routers: list[APIRouter] = [
    sign_in.router,
    home.router,
    profiles.router,
    mailbox.router,
]
