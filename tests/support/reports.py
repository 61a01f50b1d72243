"""Reports of harm, as a citizen or an officer would send them."""

import secrets
from typing import Any

import httpx

from tests.support.answers import ok
from tests.support.eventually import eventually


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


async def report_takeover(
    reports: httpx.AsyncClient, account: dict[str, Any], headers: dict[str, str]
) -> dict[str, Any]:
    """Report a takeover, as soon as reports has heard of the account at all."""

    async def accepted() -> dict[str, Any] | None:
        answer = await reports.post("/v1/incidents", json=takeover(account), headers=headers)
        return None if unknown_account(answer) else ok(answer, 201)

    return await eventually(accepted)


def unknown_account(answer: httpx.Response) -> bool:
    """Whether a takeover was refused for an account that reports does not know, or not yet."""
    return answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/account_id"
