"""Every job of Engage."""

from reelpress.engage.campaigns import jobs as campaign_jobs
from reelpress.engage.custom_segments import jobs as segment_jobs
from reelpress.engage.events import jobs as event_jobs
from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handlers."""
    campaign_jobs.register(registry)
    event_jobs.register(registry)
    segment_jobs.register(registry)
