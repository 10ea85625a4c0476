"""Logs and numbers: structured lines with a request id, Prometheus metrics."""

import logging
import sys
from contextvars import ContextVar

import structlog
from prometheus_client import Counter, Gauge, Histogram

_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

log: structlog.stdlib.BoundLogger = structlog.get_logger("reelpress")

HTTP_REQUESTS = Counter("reelpress_http_requests_total", "Requests answered", ["method", "route", "status"])
HTTP_SECONDS = Histogram("reelpress_http_request_seconds", "Seconds to the answer", ["route"])
JOBS = Counter("reelpress_jobs_total", "Jobs by outcome", ["job", "outcome"])
JOB_SECONDS = Histogram("reelpress_job_seconds", "Seconds in the handler", ["job"])
INTAKE_CALLS = Histogram(
    "reelpress_intake_calls",
    "Data API calls written by one transaction",
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
)
SEGMENTS = Counter("reelpress_segments_total", "Segments of rendered videos", ["origin"])
STRAIGHT_RENDERS = Counter("reelpress_straight_renders_total", "Videos whose join failed its checks")
JOBS_QUEUED = Gauge("reelpress_jobs_queued", "Jobs waiting or running", ["job", "status"])


def configure_logging(*, json: bool, level: str, role: str) -> None:
    """Send our and the libraries' lines to standard error in one shape."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(role=role)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("uvicorn.access", "mail.log", "aiohttp.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def current_request_id() -> str | None:
    """The id that ties log lines, jobs and answers of one request together."""
    return _request_id.get()


def set_request_id(value: str | None) -> None:
    """Start a request or a job under this id."""
    _request_id.set(value)


def place_of(fault: BaseException) -> str:
    """Where in our code an exception came from: file, line, function; never its message."""
    step = fault.__traceback__
    place = "unknown"
    while step is not None:
        code = step.tb_frame.f_code
        if "/reelpress/" in code.co_filename:
            place = f"{code.co_filename.rsplit('/reelpress/', 1)[-1]}:{step.tb_lineno} {code.co_name}"
        step = step.tb_next
    return place


def _add_request_id(
    logger: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    del logger, method
    if (value := _request_id.get()) is not None:
        event.setdefault("request_id", value)
    return event
