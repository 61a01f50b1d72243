"""The database: one engine per process, one transaction per request or message.

Nothing outside `shared` commits (ADR 14). A transaction commits before the response leaves,
so whoever has read a 201 will find what it promises.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Annotated, Any
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import orjson
import uuid_utils.compat
from fastapi import Depends, Request
from sqlalchemy import (
    JSON,
    Enum,
    String,
    Subquery,
    Table,
    Text,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.sql.elements import SQLCoreOperations

from shared.problems import Unavailable
from shared.settings import ServiceSettings, read_secret

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_UNREACHABLE = (
    OSError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

# Somebody else held for too long what was to be changed (`lock_timeout`), or both waited for one another.
_IN_THE_WAY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): ids sort by the time they were made."""
    return uuid_utils.compat.uuid7()


def code(length: int) -> String:
    """Column type of a closed word or an identifier, never of free text (see `shared.safeguards`)."""
    return String(length)


def words(name: str, *values: str) -> Enum:
    """Column type of one word of a closed list, held by a CHECK constraint."""
    return Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def database_dsn(settings: ServiceSettings, scheme: str = "postgresql") -> str:
    """The database's address with the password of the service's role in it."""
    parts = urlsplit(settings.database_url)
    user, _, host = parts.netloc.rpartition("@")
    password = quote(read_secret(settings.database_password_file), safe="")
    return urlunsplit((scheme, f"{user}:{password}@{host}", parts.path, parts.query, ""))


class Database:
    """A pool of connections to the service's schema.

    `info` is carried by every session: the mechanisms of `shared` find the service's own outbox,
    inbox and agency tables in it (`session.info["messaging"]`, `session.info["tenancy"]`).
    """

    def __init__(self, settings: ServiceSettings, schema: str, info: dict[str, Any]) -> None:
        self.schema = schema
        self.engine = create_async_engine(
            database_dsn(settings, "postgresql+asyncpg"),
            pool_size=settings.database_pool_size,
            max_overflow=0,
            pool_timeout=5,
            hide_parameters=True,  # what people write must not reach a log through an error
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "prepared_statement_cache_size": 500,
                "timeout": 5,
                "command_timeout": 60,  # a database whose machine is gone without a word says nothing at all
                "server_settings": {"application_name": schema, "search_path": schema, "jit": "off"},
            },
        )
        # For single statements that stand for themselves: one round trip, on the same connections.
        self.autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # Rows are written where the code says `flush`, so that a CHECK never sees a half-made change.
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False, info=info)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session in one transaction: committed at the end of the block, undone by any error.

        Raises:
            Unavailable: the database is away; nothing was written, or the commit's fate is unknown.
        """
        with unavailable_when_away():
            async with self._sessions() as session:
                yield session
                await session.commit()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, and sees the database as of one moment for the length of the block.

        Raises:
            Unavailable: the database is away.
        """
        with unavailable_when_away():
            async with self._sessions() as session:
                await session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
                yield session

    async def close(self) -> None:
        await self.engine.dispose()


@contextmanager
def unavailable_when_away() -> Iterator[None]:
    """Turn every sign of a database that is away, starting or stopping into `Unavailable`; and that of another
    transaction in the way, which an attempt a moment later may find gone.
    """
    try:
        yield
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig else None
        if error.connection_invalidated or isinstance(cause, (*_UNREACHABLE, *_IN_THE_WAY)):
            raise Unavailable from error
        raise
    except _UNREACHABLE as error:
        raise Unavailable from error


def insert_many(table: Table, rows: Sequence[Mapping[str, Any]]) -> Insert:
    """An INSERT of many rows, all with the same keys, that travel as one JSON parameter.

    One statement: several times as fast as one for each row, and its triggers fire once.
    """
    columns = [column(name, table.c[name].type) for name in rows[0]]
    document = cast(literal(orjson.dumps(rows).decode(), Text), JSON)
    source = func.json_to_recordset(document).table_valued(*columns).render_derived(with_types=True)
    return insert(table).from_select([each.name for each in columns], select(source))


def unnested(values: Iterable[Any], like: SQLCoreOperations[Any]) -> Subquery:
    """Values as rows to be joined with a column like this one; they are its column `value`.

    For long lists, instead of IN: once PostgreSQL plans a statement without looking at its parameters, it takes
    a list for ten values and compares each row of the table with all of them.
    """
    array = ARRAY(like.type)  # type: ignore[attr-defined]  # what maps a column has its type, too
    return select(func.unnest(cast(literal(list(values), array), array)).label("value")).subquery("asked")


def violated_constraint(error: IntegrityError) -> str | None:
    """Name of the constraint that refused a row, as PostgreSQL reports it."""
    cause = error.orig.__cause__ if error.orig else None
    return getattr(cause, "constraint_name", None)


def is_duplicate(error: IntegrityError) -> bool:
    """Whether there was such a row already, perhaps since a moment ago."""
    cause = error.orig.__cause__ if error.orig else None
    return isinstance(cause, asyncpg.UniqueViolationError)


def refused_value(error: Exception) -> bool:
    """Whether a value itself was refused: too long, out of range, no such date (SQLSTATE class 22)."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else None
    return isinstance(cause, asyncpg.DataError)


async def pause(session: AsyncSession) -> None:
    """End the transaction so far, before slow work elsewhere: no connection waits for other people's
    servers. What follows is a new transaction; read again, under a lock, what you are going to change.
    """
    await session.commit()


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's one transaction."""
    async with request.app.state.database.transaction() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session, scope="function")]
"""A route's session. `scope="function"` commits before the response is sent; with FastAPI's default
scope the client would already have read a 201 when the commit fails."""
