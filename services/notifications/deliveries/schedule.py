"""When a delivery that failed is tried again."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

DELAYS = (5.0, 5 * 60.0, 30 * 60.0, 2 * 3600.0, 5 * 3600.0, 10 * 3600.0, 10 * 3600.0)
"""Seconds to wait after the first try, the second, and so on. The try after the last is the last."""

JITTER = 0.2
LONGEST_ASKED_SECONDS = 3600.0
LEAST_AFTER_429_SECONDS = 60.0


def next_try(
    step: int, now: datetime, *, status: int | None = None, retry_after: str | None = None
) -> datetime | None:
    """When to try again after the failure of try `step` (from 0); None when that was the last.

    A receiver may ask for more time by `Retry-After` (RFC 9110 §10.2.3), up to an hour; one that
    answers 429 gets a minute at least. Nobody is tried earlier than the schedule has it.
    """
    if step >= len(DELAYS):
        return None
    # Spread out, so that those who failed together do not all come back together.
    seconds = DELAYS[step] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = max(seconds, LEAST_AFTER_429_SECONDS)
    if retry_after is not None:
        seconds = max(seconds, min(_asked_seconds(retry_after, now), LONGEST_ASKED_SECONDS))
    return now + timedelta(seconds=seconds)


def _asked_seconds(retry_after: str, now: datetime) -> float:
    """The wait that a `Retry-After` asks for; 0 when it says nothing that can be understood."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:  # "-0000": a time in UTC
        moment = moment.replace(tzinfo=UTC)
    return (moment - now).total_seconds()
