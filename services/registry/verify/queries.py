"""Looking identities up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account, Identity
from services.registry.agencies.queries import agencies


async def known(session: AsyncSession, identities: Sequence[str]) -> dict[str, Row[Any]]:
    """The account that each identity stands for: the present holder, else the latest former one.

    `held` tells whether it still does. `successors` are the agencies that took over from an ended one.
    """
    rows = await session.execute(
        select(
            col(Identity.identity),
            col(Identity.released_at).is_(None).label("held"),
            col(Account.id),
            col(Account.agency_code),
            agencies.c.name.label("agency_name"),
            col(Account.display_name),
            col(Account.url),
            col(Account.state),
            col(Account.reason),
            case((col(Account.reason) == "agency_ended", agencies.c.successors)).label("successors"),
        )
        .join(Account, col(Account.id) == col(Identity.account_id))
        .join(agencies, agencies.c.code == col(Account.agency_code))
        .where(col(Identity.identity).in_(identities))
        # The latest comes last and stays; the present holder after all former ones.
        .order_by(col(Identity.released_at).asc().nulls_last())
    )
    return {row.identity: row for row in rows}
