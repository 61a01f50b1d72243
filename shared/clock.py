"""The one source of business time (ADR 11): movable in tests, never SQL `now()`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

_shift = timedelta(0)


def now() -> datetime:
    """The current time, in UTC."""
    return datetime.now(UTC) + _shift


def today() -> date:
    """The current date in Vietnam: the day on which legal acts take effect."""
    return now().astimezone(VIETNAM).date()


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    """Move this process's clock by `by` for the length of the block. For tests."""
    global _shift  # noqa: PLW0603 - one process has one clock
    before, _shift = _shift, _shift + by
    try:
        yield
    finally:
        _shift = before
