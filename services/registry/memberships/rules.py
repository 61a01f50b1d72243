"""What a membership may say, and what it means today."""

from collections.abc import Collection
from datetime import date

from services.registry.memberships.schemas import State
from services.registry.memberships.tables import LONGEST_DELEGATION_DAYS, Membership
from shared import clock
from shared.problems import Invalid, Text

_RANK = ("viewer", "officer", "approver", "admin")


def state_of(membership: Membership) -> State:
    """What the validity of a membership means today."""
    today = clock.today()
    if membership.valid_to is not None and membership.valid_to <= max(today, membership.valid_from):
        return "ended"
    return "in_force" if membership.valid_from <= today else "planned"


def ending(valid_from: date) -> date:
    """The end of what is to hold no longer: today, or its first day if it has not begun."""
    return max(valid_from, clock.today())


def ordered(roles: Collection[str]) -> list[str]:
    """Roles without repeats, the least first."""
    return [role for role in _RANK if role in roles]


def require_sense(kind: str, roles: Collection[str], valid_from: date, valid_to: date | None) -> None:
    """Go on only with what can be.

    Raises:
        Invalid: a system is to approve, or the days are the wrong way round.
    """
    if kind == "system" and "approver" in roles:
        raise Invalid.at("/roles", Text("Hệ thống không được phê duyệt.", "A system cannot be an approver."))
    if valid_to is not None and valid_to <= valid_from:
        raise Invalid.at("/valid_to", Text("Phải sau ngày đầu tiên.", "Must come after the first day."))


def require_part(member: Membership, roles: Collection[str], valid_from: date, valid_to: date | None) -> None:
    """Go on only with a delegation of what the member has, for no longer, and for 90 days at most.

    Raises:
        Invalid: it goes beyond that.
    """
    if not set(roles) <= set(member.roles):
        raise Invalid.at(
            "/roles", Text("Chỉ được trao vai trò mà thành viên đang có.", "Only roles that the member has.")
        )
    if valid_from < member.valid_from:
        raise Invalid.at(
            "/valid_from", Text("Tư cách thành viên bắt đầu sau ngày này.", "The membership begins later.")
        )
    if valid_to is None or (valid_to - valid_from).days > LONGEST_DELEGATION_DAYS:
        raise Invalid.at(
            "/valid_to",
            Text(
                f"Uỷ quyền tối đa {LONGEST_DELEGATION_DAYS} ngày.",
                f"A delegation lasts {LONGEST_DELEGATION_DAYS} days at most.",
            ),
        )
    if member.valid_to is not None and valid_to > member.valid_to:
        raise Invalid.at(
            "/valid_to", Text("Tư cách thành viên kết thúc trước ngày này.", "The membership ends earlier.")
        )
