"""How often one caller may ask (ADR 23): answers beyond it are 429 `rate-limited` with `Retry-After`.

Who calls is known only as a keyed digest of the address or of the token's holder. The address itself
reaches no log, metric, trace or table; nothing is remembered of what was asked.
"""

import math
import os
import time
from array import array
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, MetaData, Table, text
from starlette.types import Scope

from shared import clock, retention
from shared.auth import Holder
from shared.crypto import keyed_digest
from shared.db import Database, unavailable_when_away
from shared.problems import RateLimited
from shared.settings import ServiceSettings

WINDOW_SECONDS = 600
_PROVEN = "chinh_danh.proven"
_SLOTS = 1 << 16  # two numbers of 16 bits choose a caller's two
_IPV4 = 4
_HALF_OF_IPV6 = 64


def client_of(scope: Scope, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """Who sent a request: an IPv4 address, or the /64 of an IPv6 address, for its holder owns all of it.

    The peer of the connection; when that is one of `proxies`, the right-most entry of `X-Forwarded-For`
    that is none: what stands further left was written by strangers.
    """
    client = scope.get("client")
    peer = client[0] if client else ""
    if not proxies and ":" not in peer:
        return str(peer)
    found = _address(peer)
    if found is None:
        return str(peer)
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    for entry in reversed(",".join(values).split(",")):
        sender = _address(entry.strip()) if any(found in network for network in proxies) else None
        if sender is None:
            break
        found = sender
    return str(found) if found.version == _IPV4 else f"{int(found) >> _HALF_OF_IPV6:x}::/64"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a text is, if it is one. IPv4 stays IPv4, also where a socket speaks IPv6."""
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


class Buckets:
    """Token buckets of this process: so many requests a minute for each caller, as many at once.

    A fixed table without keys, so it cannot fill up and names nobody. A bucket is one number, the time
    at which it will be full again. Each caller has two slots, and the emptier one counts: callers who
    share a slot do not meet in the other. Sharing both makes the limit stricter, never laxer.
    """

    def __init__(self, per_minute: int) -> None:
        self._interval = 60 / per_minute
        self._salt = os.urandom(32)
        self._full_at = array("d", bytes(8 * _SLOTS))

    def take(self, caller: str, now: float | None = None) -> None:
        """One request. `now` in seconds of a clock that never goes back.

        Raises:
            RateLimited: the bucket is empty.
        """
        one, other, full_at = self._look(caller, time.monotonic() if now is None else now)
        table = self._full_at
        table[one], table[other] = max(table[one], full_at), max(table[other], full_at)

    def require(self, caller: str, now: float | None = None) -> None:
        """As `take`, but nothing is taken."""
        self._look(caller, time.monotonic() if now is None else now)

    def _look(self, caller: str, now: float) -> tuple[int, int, float]:
        digest = blake2b(caller.encode("utf-8", "surrogatepass"), key=self._salt, digest_size=4).digest()
        one, other = divmod(int.from_bytes(digest, "big"), _SLOTS)
        full_at = max(now, min(self._full_at[one], self._full_at[other])) + self._interval
        if (wait := full_at - now - 60) > 1e-9:  # noqa: PLR2004 - sums of floats are not exact
            raise RateLimited(math.ceil(wait))
        return one, other, full_at


class Limits:
    """What one replica grants: to each address without a token, and to each holder of one."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._proxies = settings.trusted_proxies
        self._public = Buckets(settings.public_requests_per_minute)
        self._unproven = Buckets(settings.public_requests_per_minute)
        self._actors = Buckets(settings.actor_requests_per_minute)

    def enter(self, scope: Scope, *, with_token: bool) -> None:
        """A request arrives. One with a token costs its address nothing, as long as tokens from there are good.

        Raises:
            RateLimited: too many from this address.
        """
        address = client_of(scope, self._proxies)
        self._unproven.require(address) if with_token else self._public.take(address)

    def leave(self, scope: Scope) -> None:
        """A request with a token has been answered. When nobody found the token good, because it was not or
        because it was not needed, the address pays for it: a made-up token is no way around the limit.
        """
        if _PROVEN not in scope:
            with suppress(RateLimited):  # this one has its answer; the next one will hear of it
                self._unproven.take(client_of(scope, self._proxies))

    def take_holder(self, scope: Scope, holder: Holder) -> None:
        """The request's token is good: of a person, or of an application's backend.

        Raises:
            RateLimited: too many by this holder.
        """
        scope[_PROVEN] = True
        self._actors.take(f"{holder.issuer}\x00{holder.subject}")


class Intake:
    """Counts what the public sends in, over all replicas, in the service's table `intake_counts`.

    A client is an HMAC of its address under a key of the day (UTC): rows of two days cannot be linked,
    and `FORGOTTEN` removes them after one.
    """

    def __init__(self, digest_key: bytes, settings: ServiceSettings, per_window: int) -> None:
        self._digest_key = digest_key
        self._proxies = settings.trusted_proxies
        self._per_window = per_window

    async def count(self, database: Database, rule: str, scope: Scope) -> None:
        """Count one request under a rule of the policy.

        In a transaction of its own: a request counts although it fails afterwards, or is refused here.

        Raises:
            RateLimited: more than allowed within `WINDOW_SECONDS`.
            Unavailable: the database is away; uncounted, nothing is taken in.
        """
        now = clock.now()
        window = int(now.timestamp()) // WINDOW_SECONDS * WINDOW_SECONDS
        day_key = keyed_digest(self._digest_key, "client-of-day", now.date().isoformat())
        client = keyed_digest(day_key, rule, client_of(scope, self._proxies))
        with unavailable_when_away():
            async with database.autocommit.connect() as connection:
                parameters = {"client": client, "window_at": datetime.fromtimestamp(window, UTC)}
                taken = await connection.scalar(_COUNT, parameters)
        if taken > self._per_window:
            raise RateLimited(math.ceil(window + WINDOW_SECONDS - now.timestamp()))


def declare(metadata: MetaData) -> Table:
    """The table `intake_counts`, in the schema of a service that takes something in from the public."""
    return Table(
        "intake_counts",
        metadata,
        Column("client", LargeBinary, primary_key=True),
        Column("window_at", DateTime(timezone=True), primary_key=True),
        Column("taken", BigInteger, nullable=False),
        Index("ix_intake_counts_window_at", "window_at"),
    )


_COUNT: Any = text("""
    INSERT INTO intake_counts AS c (client, window_at, taken) VALUES (:client, :window_at, 1)
    ON CONFLICT (client, window_at) DO UPDATE SET taken = c.taken + 1 RETURNING taken
""")

FORGOTTEN = retention.Rule(
    text("""
        DELETE FROM intake_counts WHERE (client, window_at) IN (
            SELECT client, window_at FROM intake_counts WHERE window_at < :before LIMIT :limit
        )
    """),
    timedelta(days=1),
)
"""Counts older than a day. To be given to the worker's retention."""
