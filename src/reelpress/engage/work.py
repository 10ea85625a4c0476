"""Every job of Engage."""

from reelpress.engage.campaigns import jobs as campaign_jobs
from reelpress.engage.custom_segments import jobs as segment_jobs
from reelpress.engage.data_api import rates
from reelpress.engage.events import jobs as event_jobs
from reelpress.engage.identifiers import jobs as identifier_jobs
from reelpress.engage.imports import jobs as import_jobs
from reelpress.engage.merges import jobs as merge_jobs
from reelpress.engage.privacy import jobs as privacy_jobs
from reelpress.platform.jobs import Registry


def register(registry: Registry) -> None:
    """Name the handlers."""
    campaign_jobs.register(registry)
    event_jobs.register(registry)
    segment_jobs.register(registry)
    identifier_jobs.register(registry)
    import_jobs.register(registry)
    merge_jobs.register(registry)
    privacy_jobs.register(registry)
    registry.every("engage.data_api.forget_rates", "41 * * * *", rates.forget_old)
