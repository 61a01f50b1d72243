"""The one way in which an account changes: locked, moved by the table of transitions, kept and told."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import queries
from services.registry.accounts.tables import LONGEST_FOLDED, Account, AccountVersion
from services.registry.agencies import queries as agencies
from shared import clock
from shared.audit import trail
from shared.auth import Actor
from shared.events.registry import AccountState
from shared.messaging import outbox
from shared.problems import IllegalTransition, NotFound
from shared.search import fold
from shared.versions import Expected

GONE = "gone"
"""Where a deleted draft goes; no account is ever in this state."""

TRANSITIONS: dict[str, dict[str, str]] = {
    "draft": {"change": "draft", "delete": GONE, "submit": "submitted", "retire": "retired"},
    "submitted": {"approve": "active", "return": "draft", "suspend": "suspended", "retire": "retired"},
    "active": {
        "change": "active",
        "propose_rename": "active",
        "rename": "active",
        "withdraw_rename": "active",
        "suspend": "suspended",
        "retire": "retired",
        "transfer": "active",
        "lapse": "lapsed",
    },
    "lapsed": {
        "revive": "active",
        "submit": "submitted",
        "suspend": "suspended",
        "retire": "retired",
        "transfer": "draft",
    },
    "suspended": {
        "suspend": "suspended",
        "restore": "active",
        "retire": "retired",
        "transfer": "suspended",
    },
    "retired": {"transfer": "draft"},
}
"""State → action → next state. There is no other way, but that a transfer without a proof makes a draft, and that
what lapsed and was submitted again goes back to `lapsed` when it is returned, or restored without an approval.
"""
_BY_PROOFS = frozenset({"lapse", "revive"})
"""Actions that no request can ask for: they follow from what the proofs show."""
_GRAVE = frozenset({"takeover", "security"})
_KEPT = AccountVersion.model_fields.keys() - {"account_id", "at", "action", "searched"}


async def locked(session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected) -> Account:
    """An account within the actor's reach, locked against other changes.

    Raises:
        NotFound: there is none.
        StaleVersion: it is no longer the version that was meant.
    """
    account = await queries.find(session, account_id, actor.agency, lock=True)
    if account is None:
        raise NotFound
    expected.require(account.version)
    return account


def allowed(account: Account) -> set[str]:
    """What can be done with an account as it is."""
    actions = TRANSITIONS[account.state].keys() - _BY_PROOFS
    if not account.is_renaming:
        actions -= {"rename", "withdraw_rename"}
    if account.state == "submitted" and account.lapsed_at is None:
        actions -= {"suspend"}  # of one that was never official nobody has to be warned
    if account.state == "suspended" and account.reason in _GRAVE:
        actions -= {"suspend"}  # nobody takes that warning back but by restoring it
    ended = account.state == "retired" and account.reason != "agency_ended"
    if ended or account.kind == "public_office":
        actions -= {"transfer"}  # whoever ended it can enter it anew; an office's account is its holder's own
    return actions


def require(account: Account, action: str) -> str:
    """The state that the action leads to.

    Raises:
        IllegalTransition: the account, as it is, does not allow it.
    """
    if action not in allowed(account) | (TRANSITIONS[account.state].keys() & _BY_PROOFS):
        raise IllegalTransition(account.state, sorted(allowed(account)))
    return TRANSITIONS[account.state][action]


def move(account: Account, action: str, reason: str | None = None) -> None:
    """Take the account, which is locked, to its next state and version.

    Raises:
        IllegalTransition: its state does not allow the action.
    """
    state = require(account, action)
    if action == "return" and account.lapsed_at is not None:
        state = "lapsed"  # it still holds its link, and is not entered anew
    if action == "restore" and account.approver_subject is None:
        state = "lapsed"  # it waited to be approved again, or was returned: it is safe, and no more
    if state != account.state or reason is not None:
        account.reason = reason  # else what was given for the state holds on
    account.state = state
    account.version += 1
    account.updated_at = clock.now()
    if state == "lapsed":
        account.lapsed_at = account.lapsed_at or account.updated_at
    elif state != "submitted":
        account.lapsed_at = None


async def moved(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    action: str,
    expected: Expected,
    reason: str | None = None,
) -> Account:
    """The account, locked and moved. `keep` it when the rest is changed, too.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as in `locked` and `move`.
    """
    account = await locked(session, actor, account_id, expected)
    move(account, action, reason)
    return account


def version_of(account: Mapping[str, Any], action: str) -> dict[str, Any]:
    """The row of history of an account as its columns are now."""
    return {
        "account_id": account["id"],
        "at": account["updated_at"],
        "action": action,
        **{name: account[name] for name in _KEPT},
    }


async def keep(
    session: AsyncSession,
    actor: Actor | None,
    account: Account,
    action: str,
    event: type[AccountState] | None = None,
    cause: UUID | None = None,
    also: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Write a new version of an account: the account, its history, who did it, and what others are told.

    Args:
        session: the transaction of the change.
        actor: who changed it; None for the effect of an event or of time.
        account: the account, with everything changed.
        action: what was done to it.
        event: what to tell, if anything; what is public also becomes the account's current state.
        cause: id of the event that had this effect.
        also: what the event tells beyond the account's state.
    """
    account.folded = folded(account.display_name, account.handle)
    session.add(AccountVersion(**version_of(account.model_dump(), action)))
    await session.flush()
    act, agency = f"accounts.{action}", account.agency_code
    await trail.record(session, actor, act, "account", account.id, agency, account.version, cause=cause)
    if event is None:
        return
    public = event.audience == "public"
    await outbox.emit(
        session,
        event.model_validate(
            {
                **account.model_dump(),
                **also,
                "account_id": account.id,
                "successors": [],
            }
        ),
        subject=account.id,
        version=account.version,
        cause=cause,
        state_key=f"account.{account.id}" if public else None,
    )


async def keep_many(
    session: AsyncSession,
    accounts: Sequence[Account],
    action: str,
    event: type[AccountState],
    also: Mapping[str, Any],
) -> None:
    """The same for many at once that nobody changed but the law or time; they are written already.

    Args:
        session: the transaction of the change.
        accounts: some, each with everything changed.
        action: what was done to them.
        event: what to tell of each; it is public.
        also: what it tells beyond the account's state.
    """
    # As text, since the driver's ids are not quite UUIDs, and no JSON.
    rows = [{**account.model_dump(), "id": str(account.id)} for account in accounts]
    await queries.keep(session, [version_of(row, action) for row in rows])
    changed = [(row["id"], row["agency_code"], row["version"]) for row in rows]
    await trail.record_many(session, None, f"accounts.{action}", "account", changed)
    paths = await agencies.paths(session, {row["agency_code"] for row in rows})
    await outbox.emit_many(
        session,
        [
            (
                event.model_validate({**row, **also, "account_id": row["id"]}),
                row["id"],
                row["version"],
                paths[row["agency_code"]],
                f"account.{row['id']}",
            )
            for row in rows
        ],
    )


def folded(display_name: str, handle: str | None) -> str:
    """Name and handle as they are sorted and searched. The slash sorts before all letters, so "xã An" comes
    before "xã An Bình" whatever their handles are.
    """
    return f"{fold(display_name)} / {fold(handle or '')}"[:LONGEST_FOLDED]
