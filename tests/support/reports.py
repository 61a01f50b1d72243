"""Reports of harm, as a citizen or an officer would send them."""

import secrets
from typing import Any


def impersonation(agency_code: str, **changes: Any) -> dict[str, Any]:
    """A report of an impostor nobody has reported yet."""
    return {
        "harm": "impersonation_agency",
        "targets": [f"https://www.facebook.com/hotro{secrets.token_hex(6)}"],
        "agency_code": agency_code,
        "facts": {"claim": "Trang chính thức của xã", "deception": ["asks_money"]},
        "description": "Trang nhắn tin yêu cầu đóng phí làm căn cước.",
        "contact": None,
        **changes,
    }


def takeover(account: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A report that an official account is in other hands."""
    return {
        "harm": "account_takeover",
        "account_id": account["id"],
        "targets": [account["url"]],
        "agency_code": account["agency_code"],
        "facts": {"signs": ["lost_access"]},
        "description": "Không đăng nhập được.",
        "contact": None,
        **changes,
    }
