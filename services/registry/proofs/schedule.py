"""When a proof is looked at again, and how long it holds."""

import random
from datetime import datetime, timedelta

from services.registry.proofs.methods import METHODS
from services.registry.settings import Settings

NOTICE = timedelta(days=14)
"""What people attest to is told of so long before it expires: they need time."""
_FIRST_RETRY, _LAST_RETRY = timedelta(hours=1), timedelta(days=1)


def expiry(method: str, now: datetime, settings: Settings) -> datetime:
    """Until when a proof found now holds, if nobody looks again."""
    by_machine = METHODS[method].look is not None
    return now + timedelta(days=settings.proof_valid_days if by_machine else settings.proof_attested_days)


def next_look(method: str, now: datetime, expires_at: datetime, settings: Settings) -> datetime:
    """When to look at a proof again that is good now."""
    if METHODS[method].look is None:
        return max(now, expires_at - NOTICE)
    return min(now + _about(timedelta(days=settings.proof_recheck_days)), expires_at)


def next_try(now: datetime, failing_since: datetime, until: datetime) -> datetime:
    """When to look again after a failure: soon at first, once a day in the end, and at the end of the grace."""
    waited = min(max(now - failing_since, _FIRST_RETRY), _LAST_RETRY)
    return min(now + _about(waited), max(now, until))


def _about(wait: timedelta) -> timedelta:
    """Spread out, so that what was entered together is not looked at together for ever."""
    return wait * random.uniform(0.9, 1.1)  # noqa: S311 - no secret
