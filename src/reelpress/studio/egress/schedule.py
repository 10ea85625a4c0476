"""When a callback is tried again, and how fast a destination may be sent to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Standard Webhooks' schedule: ten tries over about 76 hours; seconds before the 2nd to the 10th.
WAITS_S = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
JITTER = 0.1
LONGEST_RETRY_AFTER_S = 24 * 3600

# A destination gets at most BURST + 60 s / EVERY updates in any minute: 10,000, MoEngage's limit.
BURST = 1_000
EVERY = timedelta(minutes=1) / 9_000

BREAK_AFTER_FAILURES = 5
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=10)
PROBE_TIME = timedelta(seconds=12)  # longer than a send may take, shorter than any pause


@dataclass(frozen=True, slots=True)
class Destination:
    """How an endpoint has been doing. `booked_until`: the moment up to which its rate is spoken for."""

    failures: int
    paused_until: datetime
    disabled_at: datetime | None
    booked_until: datetime


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a message may go out now; else how long to wait. `destination` is the state to keep."""

    destination: Destination
    wait: timedelta = timedelta(0)
    disabled: bool = False

    @property
    def admitted(self) -> bool:
        return not self.disabled and not self.wait


def wait_after(tries: int, luck: float, retry_after: str | None, now: datetime) -> timedelta | None:
    """The wait after `tries` failed tries, None when there is no further one.

    `luck` in [0, 1) spreads the retries of many callbacks. A Retry-After only ever makes it longer.
    """
    if tries > len(WAITS_S):
        return None
    planned = WAITS_S[tries - 1] * (1 + JITTER * luck)
    return timedelta(seconds=max(planned, retry_after_s(retry_after, now)))


def retry_after_s(header: str | None, now: datetime) -> float:
    """Seconds a Retry-After asks for, in either of its forms (RFC 9110, section 10.2.3); 0 for none."""
    if header is None:
        return 0.0
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - now).total_seconds()), LONGEST_RETRY_AFTER_S)


def admit(destination: Destination, now: datetime) -> Admission:
    """May one more message go to this destination?

    While the breaker is open everybody waits; when its pause ends, one message goes as a probe and the
    others wait for what becomes of it. The rate is a generic cell rate algorithm.
    """
    if destination.disabled_at is not None:
        return Admission(destination, disabled=True)
    if destination.paused_until > now:
        return Admission(destination, wait=destination.paused_until - now)
    booked = max(destination.booked_until, now)
    early = booked - now - EVERY * BURST
    if early > timedelta(0):
        return Admission(destination, wait=early)
    probing = destination.failures >= BREAK_AFTER_FAILURES
    paused_until = now + PROBE_TIME if probing else destination.paused_until
    return Admission(replace(destination, booked_until=booked + EVERY, paused_until=paused_until))


def after_success(destination: Destination, now: datetime) -> Destination:
    return replace(destination, failures=0, paused_until=min(destination.paused_until, now))


def after_failure(destination: Destination, now: datetime, retry_after: str | None = None) -> Destination:
    """Opens the breaker after some failures in a row, for longer each time; Retry-After opens it at once."""
    asked = timedelta(seconds=retry_after_s(retry_after, now))
    if destination.failures >= BREAK_AFTER_FAILURES and destination.paused_until - now > PROBE_TIME:
        # Sent before the breaker opened: many messages that fail together are one failure, not a long row.
        return replace(destination, paused_until=max(destination.paused_until, now + asked))
    failures = destination.failures + 1
    if failures < BREAK_AFTER_FAILURES:
        paused_until = max(destination.paused_until, now + asked)
        return replace(destination, failures=failures, paused_until=paused_until)
    # What is paused now may be the time of a probe, which is over with its answer: it is not kept.
    doubled = FIRST_PAUSE * 2 ** min(failures - BREAK_AFTER_FAILURES, 10)
    pause = max(asked, min(doubled, LONGEST_PAUSE))
    return replace(destination, failures=failures, paused_until=now + pause)
