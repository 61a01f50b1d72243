"""Looking identities up."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account
from services.registry.agencies.queries import agencies

_PUBLIC_STATES = ("active", "suspended", "retired")


async def known(session: AsyncSession, identities: Sequence[str]) -> dict[str, Row[Any]]:
    """The account that each identity stands for: the present holder, else the latest former one."""
    rows = await session.execute(
        select(
            col(Account.identity),
            col(Account.id),
            col(Account.agency_code),
            agencies.c.name.label("agency_name"),
            col(Account.display_name),
            col(Account.url),
            col(Account.state),
            col(Account.reason),
        )
        .join(agencies, agencies.c.code == col(Account.agency_code))
        .where(
            col(Account.identity).in_(identities),
            col(Account.state).in_(_PUBLIC_STATES),
            col(Account.approver_subject).is_not(None),  # a withdrawn draft was never official
        )
        # The latest comes last and stays; the present holder after all former ones.
        .order_by(col(Account.state) != "retired", col(Account.updated_at))
    )
    return {row.identity: row for row in rows}
