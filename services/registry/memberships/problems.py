"""What can be wrong with giving somebody the right to act."""

from collections.abc import Mapping
from typing import Any, ClassVar

from shared.problems import Conflict, Forbidden, Text


class SelfGrant(Forbidden):
    """Nobody gives themself anything."""

    slug = "self-grant"
    title = Text("Không được tự trao quyền cho mình", "Nobody gives themself a right")
    advice = Text(
        "Cần hai người: hãy để một quản trị viên khác của cơ quan, hoặc của cấp trên, thực hiện bước này.",
        "Two people are needed: let another administrator of the agency, or of one above it, take this step.",
    )


class AlreadyMember(Conflict):
    """The identity is, or was, a member of this agency; `membership_id` says which membership it is."""

    slug = "already-member"
    title = Text("Đã là thành viên của cơ quan", "Already a member of the agency")
    advice = Text(
        "Mỗi người có một tư cách thành viên trong một cơ quan; `membership_id` là tư cách đó, kể cả khi đã kết thúc. "
        "Hãy đọc rồi thay đổi vai trò và thời hạn của nó.",
        "There is one membership for an identity and an agency; `membership_id` is that one, ended or not. Read it, "
        "then change its roles and validity.",
    )
    example_members: ClassVar[Mapping[str, Any]] = {"membership_id": "019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"}


class NotDelegable(Conflict):
    """A delegation of a delegation, or a system that somebody should stand in for."""

    slug = "not-delegable"
    title = Text("Không thể uỷ quyền tư cách này", "This membership cannot be delegated")
    advice = Text(
        "Người được uỷ quyền không uỷ quyền lại, và hệ thống không có người thay. Hãy uỷ quyền từ tư cách thành viên "
        "của người vắng mặt, hoặc ghi một thành viên mới.",
        "Whoever stands in does not delegate further, and nobody stands in for a system. Delegate the membership of "
        "whoever is absent, or enter a new member.",
    )
