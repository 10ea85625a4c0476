"""Every job of Studio."""

from reelpress.platform.jobs import Registry
from reelpress.studio.assets import jobs as assets
from reelpress.studio.clients import jobs as clients
from reelpress.studio.egress import jobs as egress
from reelpress.studio.erasures import jobs as erasures
from reelpress.studio.films import jobs as films
from reelpress.studio.media import jobs as media
from reelpress.studio.requests import jobs as requests


def register(registry: Registry) -> None:
    """Name the handlers."""
    assets.register(registry)
    clients.register(registry)
    requests.register(registry)
    media.register(registry)
    films.register(registry)
    egress.register(registry)
    erasures.register(registry)
