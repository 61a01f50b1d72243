"""Finding accounts, whoever holds a link, and what was before."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete as delete_rows
from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_rows
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account, AccountVersion, Identity
from shared import tenancy
from shared.db import insert_many, unnested

_accounts: Any = Account.__table__  # type: ignore[attr-defined]
_history: Any = AccountVersion.__table__  # type: ignore[attr-defined]


async def find(session: AsyncSession, account_id: UUID, agency: str, *, lock: bool = False) -> Account | None:
    """The account, if `agency` reaches it; locked against other changes when asked."""
    query = select(Account).where(
        Account.id == account_id,  # type: ignore[arg-type]
        tenancy.within(session, col(Account.agency_code), agency),
    )
    # What was read before somebody else's change is read again, not remembered.
    locked = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(locked if lock else query)


async def read(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, whoever it belongs to."""
    return await session.get(Account, account_id)


async def lock(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, whoever it belongs to, locked against other changes."""
    return await session.get(Account, account_id, with_for_update=True)


async def page(
    session: AsyncSession,
    agency: str,
    *,
    below: str | None,
    platform: str | None,
    state: str | None,
    after: UUID | None,
    limit: int,
) -> list[Account]:
    """Accounts that `agency` reaches, newest first; only those that the agency `below` reaches, too, if given."""
    query = select(Account).where(tenancy.within(session, col(Account.agency_code), agency))
    if below is not None:
        query = query.where(tenancy.within(session, col(Account.agency_code), below))
    for column, wanted in ((col(Account.state), state), (col(Account.platform), platform)):
        if wanted is not None:
            query = query.where(column == wanted)
    if after is not None:
        query = query.where(col(Account.id) < after)
    return list(await session.scalars(query.order_by(col(Account.id).desc()).limit(limit)))


async def insert(
    session: AsyncSession, accounts: Sequence[Mapping[str, Any]], versions: Sequence[Mapping[str, Any]]
) -> None:
    """Insert new accounts and their first versions, rows of the tables, a statement each."""
    await session.execute(insert_many(_accounts, accounts))
    await keep(session, versions)


async def keep(session: AsyncSession, versions: Sequence[Mapping[str, Any]]) -> None:
    """Add to the history, rows of it."""
    await session.execute(insert_many(_history, versions))


async def registered(
    session: AsyncSession, identities: Collection[str], ids: Collection[UUID]
) -> Sequence[Account]:
    """Accounts that are not retired, shown under these identities or with these ids."""
    found: list[Account] = []
    # One after the other, as PostgreSQL reads the whole table for an OR of two lists.
    for column, values in ((col(Account.identity), identities), (col(Account.id), ids)):
        if values:
            asked = unnested(values, column)
            query = (
                select(Account).join(asked, column == asked.c.value).where(col(Account.state) != "retired")
            )
            found += await session.scalars(query)
    return found


async def holders(session: AsyncSession, identities: Collection[str]) -> dict[str, Account]:
    """Those of the identities that are held now, each with the account that holds it."""
    asked = unnested(identities, col(Identity.identity))
    query = (
        select(col(Identity.identity), Account)
        .join(Account, col(Account.id) == col(Identity.account_id))
        .join(asked, col(Identity.identity) == asked.c.value)
        .where(col(Identity.released_at).is_(None))
    )
    return {row.identity: row.Account for row in await session.execute(query)}


async def held(session: AsyncSession, account_id: UUID) -> list[str]:
    """The identities that the account holds now."""
    query = select(col(Identity.identity)).where(
        col(Identity.account_id) == account_id, col(Identity.released_at).is_(None)
    )
    return list(await session.scalars(query))


async def last_release(session: AsyncSession, identities: Sequence[str]) -> datetime | None:
    """When any of the identities was last let go, by whichever account."""
    query = select(func.max(col(Identity.released_at))).where(col(Identity.identity).in_(identities))
    return await session.scalar(query)


async def hold(session: AsyncSession, account_id: UUID, identities: Sequence[str], moment: datetime) -> bool:
    """Make the account the holder of all these identities; whether nobody else is that of one of them.

    Waits for whoever is about to become that.
    """
    if not identities:
        return True
    rows = [{"identity": identity, "account_id": account_id, "held_from": moment} for identity in identities]
    statement = insert_rows(Identity).values(rows)
    statement = statement.on_conflict_do_nothing(
        index_elements=["identity"], index_where=col(Identity.released_at).is_(None)
    )
    held = await session.scalars(statement.returning(col(Identity.identity)))
    return len(held.all()) == len(rows)


async def release(
    session: AsyncSession, account_id: UUID, moment: datetime, kept: Sequence[str] = ()
) -> None:
    """Let go of what the account holds, except what it keeps."""
    await session.execute(
        update(Identity)
        .where(
            col(Identity.account_id) == account_id,
            col(Identity.released_at).is_(None),
            col(Identity.identity).not_in(kept),
        )
        .values(released_at=moment)
        # Nobody looks at rows of identities that the session may have in hand.
        .execution_options(synchronize_session=False)
    )


async def release_all(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Let go of all that these accounts hold, as of their last change."""
    asked = unnested(ids, col(Account.id))
    await session.execute(
        update(Identity)
        .where(
            col(Identity.account_id) == asked.c.value,
            col(Account.id) == asked.c.value,
            col(Identity.released_at).is_(None),
        )
        .values(released_at=col(Account.updated_at))
        .execution_options(synchronize_session=False)
    )


async def history(
    session: AsyncSession, account_id: UUID, *, before: int | None, limit: int
) -> list[AccountVersion]:
    """The versions of an account, newest first."""
    query = select(AccountVersion).where(col(AccountVersion.account_id) == account_id)
    if before is not None:
        query = query.where(col(AccountVersion.version) < before)
    return list(await session.scalars(query.order_by(col(AccountVersion.version).desc()).limit(limit)))


async def was_official(session: AsyncSession, account_id: UUID) -> bool:
    """Whether the account ever held a link."""
    held = exists().where(col(Identity.account_id) == account_id)
    return await session.scalar(select(held)) is True


async def delete(session: AsyncSession, account_id: UUID) -> None:
    """Delete an account that was never official, and its history."""
    await session.execute(delete_rows(AccountVersion).where(col(AccountVersion.account_id) == account_id))
    await session.execute(delete_rows(Account).where(col(Account.id) == account_id))


async def of_holder(session: AsyncSession, account_id: UUID, holder: tuple[str, str]) -> Account | None:
    """The account of an office, locked, if this is who holds the office: whichever agency they are at now."""
    query = select(Account).where(
        col(Account.id) == account_id,
        col(Account.holder_issuer) == holder[0],
        col(Account.holder_subject) == holder[1],
    )
    return await session.scalar(query.with_for_update())


async def official_of(session: AsyncSession, agencies: Collection[str], limit: int) -> Sequence[Account]:
    """Some of these agencies' accounts that are official, or were and may be again; locked."""
    asked = unnested(agencies, col(Account.agency_code))
    query = (
        select(Account)
        .join(asked, col(Account.agency_code) == asked.c.value)
        .where(
            # One that has lapsed still holds its link while it is submitted again.
            or_(
                col(Account.state).in_(("active", "lapsed", "suspended")), col(Account.lapsed_at).is_not(None)
            )
        )
    )
    locked = query.order_by(col(Account.id)).limit(limit).with_for_update(of=Account)
    return (await session.scalars(locked)).all()
