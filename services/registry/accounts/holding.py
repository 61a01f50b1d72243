"""Which links an account stands for: claimed when it is approved, let go when it is no longer official.

What is let go leaves a tombstone: the platform may give the handle to anybody, so it is never official again
without a proof that is younger than the tombstone (ADR 27).
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import links, queries
from services.registry.accounts.problems import (
    FreshProofNeeded,
    HeldElsewhere,
    NoValidProof,
    OfficeTaken,
    Renamed,
)
from services.registry.accounts.tables import Account
from services.registry.proofs import queries as proofs
from shared import clock
from shared.db import violated_constraint
from shared.problems import AppError
from shared.urls import Canonical


def refusal(link: Canonical, held: Mapping[str, Account], account_id: UUID | None = None) -> AppError | None:
    """Why a link cannot be another account's than who holds it by its handle or by its immutable id.

    HeldElsewhere, naming the holder; Renamed: the id is held under another handle, and that handle is free.
    """
    identities = links.identities(link.platform, link.handle, link.platform_id)
    others = [
        held[identity] for identity in identities if identity in held and held[identity].id != account_id
    ]
    if not others:
        return None
    last = others[-1]  # of the handle, if that is held
    holder = {"account_id": str(last.id), "agency_code": last.agency_code}
    by_id_alone = (
        link.handle is not None and links.identities(link.platform, link.handle, None)[0] not in held
    )
    return (Renamed if by_id_alone else HeldElsewhere)(holder=holder)


async def refuse_when_held(session: AsyncSession, link: Canonical, account_id: UUID | None = None) -> None:
    """Go on only with a link that no other account holds by its handle or by its immutable id.

    Raises:
        HeldElsewhere: naming the holder.
        Renamed: the id is held under another handle, and that handle is free.
    """
    held = await queries.holders(session, links.identities(link.platform, link.handle, link.platform_id))
    if refused := refusal(link, held, account_id):
        raise refused


async def claim(session: AsyncSession, account: Account, *, held: Sequence[str] = ()) -> None:
    """Make an account the holder of its identities, apart from those that it has held all along.

    Raises:
        HeldElsewhere, Renamed: another account holds one of them.
        OfficeTaken: the office has an account on this platform.
    """
    link = Canonical(account.platform, account.handle, account.platform_id)
    await refuse_when_held(session, link, account.id)
    new = [identity for identity in account.identities if identity not in held]
    if not await queries.hold(session, account.id, new, account.updated_at):
        await refuse_when_held(session, link, account.id)  # somebody was faster, and is to be seen now
        raise HeldElsewhere
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "uq_accounts_office":
            raise OfficeTaken from error
        raise


async def require_proof(session: AsyncSession, account: Account) -> None:
    """Go on only when control is shown, and shown anew for a link that was let go before.

    Raises:
        NoValidProof: nothing shows it.
        FreshProofNeeded: what shows it is older than the tombstone, or a document.
    """
    if not await proofs.has_valid(session, account.id, clock.now()):
        raise NoValidProof
    await require_fresh_proof(session, account, account.identities)


async def require_fresh_proof(session: AsyncSession, account: Account, identities: Sequence[str]) -> None:
    """Go on only when control was shown anew since any of these identities was let go, if one ever was.

    Raises:
        FreshProofNeeded: what shows it is older than the tombstone, or a document.
    """
    moment = clock.now()
    released = await queries.last_release(session, identities)
    if released is not None and not await proofs.has_fresh(session, account.id, moment, released):
        raise FreshProofNeeded(released_at=released.isoformat())
