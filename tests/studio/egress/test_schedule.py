"""Ten tries over 76 hours, a breaker, and a rate no destination is pushed beyond."""

from datetime import UTC, datetime, timedelta

from reelpress.studio.egress.schedule import (
    BREAK_AFTER_FAILURES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Destination,
    admit,
    after_failure,
    after_success,
    retry_after_s,
    wait_after,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FRESH = Destination(0, LONG_AGO, None, LONG_AGO)


def test_ten_tries_span_about_76_hours() -> None:
    waits = [wait_after(tries, 0.0, None, NOW) for tries in range(1, 11)]
    assert waits[-1] is None
    total = sum((wait for wait in waits if wait), timedelta())
    assert timedelta(hours=75) < total < timedelta(hours=77)


def test_jitter_only_ever_waits_longer_and_at_most_a_tenth() -> None:
    assert wait_after(2, 0.0, None, NOW) == timedelta(minutes=5)
    late = wait_after(2, 0.999, None, NOW)
    assert late is not None
    assert timedelta(minutes=5) < late < timedelta(minutes=5.5)


def test_retry_after_is_read_in_both_forms_and_never_shortens_a_wait() -> None:
    assert retry_after_s("120", NOW) == 120
    assert retry_after_s("Sun, 01 Mar 2026 12:02:00 GMT", NOW) == 120
    assert retry_after_s("soon", NOW) == 0
    assert retry_after_s("9" * 400, NOW) == 24 * 3600
    assert wait_after(1, 0.0, "60", NOW) == timedelta(seconds=60)
    assert wait_after(3, 0.0, "60", NOW) == timedelta(minutes=30)


def test_no_minute_sees_more_than_ten_thousand_messages() -> None:
    destination, moment, sent = FRESH, NOW, 0
    while moment < NOW + timedelta(minutes=1):
        admission = admit(destination, moment)
        if admission.admitted:
            destination, sent = admission.destination, sent + 1
        else:
            moment += admission.wait
    assert 9_900 <= sent <= 10_001


def test_failures_in_a_row_open_the_breaker_and_one_probe_closes_it() -> None:
    destination = FRESH
    for _ in range(BREAK_AFTER_FAILURES - 1):
        destination = after_failure(destination, NOW)
        assert admit(destination, NOW).admitted
    destination = after_failure(destination, NOW)
    assert not admit(destination, NOW).admitted
    later = destination.paused_until
    probe = admit(destination, later)
    assert probe.admitted
    assert not admit(probe.destination, later).admitted
    assert admit(after_success(probe.destination, later), later).admitted
    worse = after_failure(probe.destination, later)
    assert timedelta(0) < worse.paused_until - later <= 2 * FIRST_PAUSE


def test_pauses_grow_to_a_limit() -> None:
    destination, now = FRESH, NOW
    for _ in range(40):
        destination = after_failure(destination, now)
        now = max(now, destination.paused_until)  # the next one is the probe
    assert after_failure(destination, now).paused_until == now + LONGEST_PAUSE


def test_many_messages_that_fail_at_the_same_moment_open_the_breaker_once() -> None:
    destination = FRESH
    for milliseconds in range(200):
        destination = after_failure(destination, NOW + timedelta(milliseconds=milliseconds))
    assert destination.failures == BREAK_AFTER_FAILURES
    assert destination.paused_until - NOW <= timedelta(seconds=16)


def test_retry_after_pauses_the_destination_for_everybody() -> None:
    paused = after_failure(FRESH, NOW, "30")
    assert admit(paused, NOW).wait == timedelta(seconds=30)
    assert admit(paused, NOW + timedelta(seconds=30)).admitted


def test_an_endpoint_that_is_gone_admits_nothing() -> None:
    gone = Destination(0, LONG_AGO, NOW, LONG_AGO)
    assert admit(gone, NOW).disabled
