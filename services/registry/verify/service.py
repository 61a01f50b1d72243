"""Verdicts. Nothing about the question is stored, logged or counted (docs/principles.md, 3)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.verify import queries
from services.registry.verify.schemas import CanonicalLink, OfficialAccount, Verdict, Verification
from shared import clock
from shared.problems import Text
from shared.urls import Canonical, UnusableLink, canonicalise

_ADVICE: dict[Verdict, Text] = {
    "official": Text(
        "Đây là tài khoản chính thức của cơ quan được nêu.",
        "This is the official account of the named agency.",
    ),
    "compromised": Text(
        "Cơ quan báo đã mất quyền kiểm soát trang này. Đừng nhắn tin, chuyển tiền, cho thông tin ở đó.",
        "The agency reports that it has lost control of this page. Do not message, pay or give data there.",
    ),
    "former": Text(
        "Trang này từng là chính thức nhưng nay không còn. Đừng coi nội dung mới ở đây là của cơ quan.",
        "This page was official and no longer is. Do not take anything new on it for the agency's word.",
    ),
    "unknown": Text(
        "Liên kết này chưa được đăng ký. Điều đó không có nghĩa là nó giả mạo hay bất hợp pháp.",
        "This link is not enrolled; that does not make it illegitimate.",
    ),
}

_SUSPENDED = Text(
    "Cơ quan đã tạm ngừng tài khoản này. Đừng tin vào nội dung mới ở đó cho đến khi được khôi phục.",
    "The agency has suspended this account. Do not rely on anything new there until it is restored.",
)


async def verify(session: AsyncSession, links: Sequence[str], language: str) -> list[Verification]:
    """What the registry knows of each link, in their order."""
    read = [_canonical(link) for link in links]
    identities = {link.key for link in read if isinstance(link, Canonical)}
    known = await queries.known(session, list(identities)) if identities else {}
    return [_verification(link, known, language) for link in read]


def _canonical(link: str) -> Canonical | str:
    try:
        return canonicalise(link)
    except UnusableLink as error:
        return error.code


def _verification(link: Canonical | str, known: dict[str, Any], language: str) -> Verification:
    row = known.get(link.key) if isinstance(link, Canonical) else None
    verdict, reason = _verdict(row) if row else ("unknown", "not-enrolled")
    if isinstance(link, str):
        reason = link
    account = row and OfficialAccount.model_validate(
        {name: getattr(row, name) for name in OfficialAccount.model_fields}
    )
    return Verification(
        verdict=verdict,
        canonical=CanonicalLink(platform=link.platform, handle=link.handle, platform_id=link.platform_id)
        if isinstance(link, Canonical)
        else None,
        account=account,
        successor=account if row and reason == "renamed" and row.state == "active" else None,
        successors=list(row.successors or ()) if row else [],
        reason=reason,
        advice=_advice(verdict, reason).in_language(language),
        as_of=clock.now(),
    )


def _advice(verdict: Verdict, reason: str) -> Text:
    lost = verdict != "compromised" or reason in {"takeover", "security"}
    return _ADVICE[verdict] if lost else _SUSPENDED


def _verdict(account: Any) -> tuple[Verdict, str]:
    if account.state == "retired":
        return "former", str(account.reason)
    if not account.held:
        # The account lives on: under another handle, or as another agency's draft.
        return "former", "transferred" if account.state in {"draft", "submitted"} else "renamed"
    if account.state == "active":
        return "official", "active"
    if account.state == "suspended":
        return "compromised", str(account.reason)
    return "former", str(account.reason)
