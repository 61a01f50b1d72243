"""The closed words of successions."""

from typing import Literal, get_args

from shared.problems import Text

Kind = Literal["merge", "split", "rename", "dissolve", "reparent"]
State = Literal["proposed", "approved", "effective", "cancelled"]
Role = Literal["predecessor", "successor", "moved"]

KINDS: tuple[str, ...] = get_args(Kind)
STATES: tuple[str, ...] = get_args(State)
ROLES: tuple[str, ...] = get_args(Role)

ENDING = ("merge", "split", "dissolve")
"""Kinds after which the predecessors no longer exist."""

OPEN = ("proposed", "approved")
"""States in which it has yet to take effect."""

CONFLICTS = {
    "same_agency": Text(
        "Một cơ quan không thể kế thừa hoặc trực thuộc chính nó.",
        "An agency cannot succeed itself, or stand under itself.",
    ),
    "not_in_force": Text(
        "Cơ quan đã kết thúc hoặc chưa hoạt động vào ngày đó.",
        "An agency has ended, or is not yet in force on that day.",
    ),
    "pending": Text(
        "Một đề nghị khác chưa có hiệu lực đã thay đổi cơ quan này.",
        "Another succession that has yet to take effect changes this agency.",
    ),
    "ending": Text(
        "Theo một đề nghị khác, cơ quan tiếp nhận sẽ đã kết thúc vào ngày đó, hoặc cơ quan cấp trên mới sắp kết thúc.",
        "By another succession the agency that takes over will have ended by that day, or the new parent will end.",
    ),
    "awaited": Text(
        "Một đề nghị khác cần cơ quan này vào ngày đó hoặc sau đó, hoặc chuyển cơ quan khác về trực thuộc nó.",
        "Another succession counts on this agency on that day or later, or moves others under it.",
    ),
    "children_left": Text(
        "Cơ quan kết thúc còn cơ quan trực thuộc chưa biết chuyển về đâu; hãy cho `parent_code` hoặc `moves`.",
        "Agencies stand under one that ends, and are not moved; give `parent_code` or `moves`.",
    ),
    "cycle": Text(
        "Cơ quan cấp trên mới đang hoặc sẽ nằm dưới chính cơ quan được chuyển.",
        "The new parent stands, or will stand, below the agency that is moved.",
    ),
    "changed_later": Text(
        "Cơ quan đã được đổi tên hoặc chuyển vào một ngày sau đó.",
        "The agency was renamed or moved on a later day.",
    ),
}
"""Why a succession cannot be."""
