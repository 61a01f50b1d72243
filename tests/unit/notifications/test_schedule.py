"""When a delivery that failed is tried again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.deliveries.schedule import DELAYS, next_try

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HOUR = 3600.0


def wait(step: int = 0, **answer: object) -> float:
    """Seconds until the next try."""
    moment = next_try(step, NOW, **answer)  # type: ignore[arg-type]
    assert moment is not None
    return (moment - NOW).total_seconds()


@pytest.mark.parametrize(
    ("step", "seconds"), list(enumerate([5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]))
)
def test_the_waits_grow_and_are_spread_by_a_fifth(step: int, seconds: float) -> None:
    waits = [wait(step) for _ in range(200)]
    assert 0.8 * seconds <= min(waits) < 0.9 * seconds
    assert 1.1 * seconds < max(waits) <= 1.2 * seconds


def test_after_the_last_one_it_is_given_up() -> None:
    assert len(DELAYS) == 7
    assert next_try(6, NOW) is not None
    assert next_try(7, NOW) is None
    assert next_try(8, NOW, retry_after="60") is None


def test_too_many_requests_is_left_alone_for_a_minute() -> None:
    assert wait(0, status=429) == 60
    assert wait(1, status=429) > 60
    assert wait(0, status=503) < 10


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("120", 120), (" 120 ", 120), ("3600", 3600), ("86400", 3600), ("9" * 400, 3600)],
)
def test_a_receiver_may_ask_for_more_time_up_to_an_hour(asked: str, seconds: float) -> None:
    assert wait(0, status=503, retry_after=asked) == seconds


def test_it_may_name_a_date() -> None:
    date = format_datetime(NOW + timedelta(seconds=90), usegmt=True)
    assert wait(0, retry_after=date) == 90
    assert wait(0, retry_after=date.replace("GMT", "-0000")) == 90
    assert wait(0, retry_after=format_datetime(NOW - timedelta(days=1), usegmt=True)) < 10


def test_nobody_is_tried_earlier_than_the_schedule_has_it() -> None:
    assert wait(3, retry_after="1") >= 0.8 * 2 * HOUR


@given(asked=st.text(max_size=40) | st.sampled_from(["-5", "1.5", "١٢", "Sun, 99 Foo 2026 25:61:61 GMT"]))
def test_what_cannot_be_understood_is_ignored(asked: str) -> None:
    assert wait(0, retry_after=asked) <= HOUR
