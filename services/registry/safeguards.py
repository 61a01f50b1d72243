"""Every place where the registry can hold free text, and its closed lists."""

from typing import get_args

from services.registry.accounts.tables import KINDS, REASONS, STATES
from services.registry.policy import AUDITED
from services.registry.proofs.tables import METHODS
from services.registry.proofs.tables import STATES as PROOF_STATES
from services.registry.verify.likeness import Reason
from services.registry.verify.schemas import Verdict
from shared.problems import Text
from shared.safeguards import COMMON, COMMON_LISTS, FreeField
from shared.urls import PLATFORMS

_EVERYBODY = Text("Mọi người, khi tài khoản được duyệt", "Everybody, once the account is approved")
_WHILE_REGISTERED = Text("Khi tài khoản còn trong sổ", "As long as the account is registered")
_NOT_KEPT = Text("Không lưu", "Not kept")

FIELDS: tuple[FreeField, ...] = (
    *COMMON,
    FreeField(
        ("accounts.display_name", "AccountCreate.display_name"),
        Text("Tên mà tài khoản chính thức hiển thị", "The name that an official account shows"),
        200,
        _EVERYBODY,
        _WHILE_REGISTERED,
    ),
    FreeField(
        (
            "accounts.url",
            "accounts.identity",
            "accounts.handle",
            "accounts.platform_id",
            "accounts.languages",
            "AccountCreate.url",
        ),
        Text("Liên kết chuẩn của tài khoản chính thức", "The canonical link of an official account"),
        2048,
        _EVERYBODY,
        _WHILE_REGISTERED,
    ),
    FreeField(
        (
            "accounts.submitter_issuer",
            "accounts.submitter_subject",
            "accounts.approver_issuer",
            "accounts.approver_subject",
        ),
        Text("Hai người khác nhau đã trình và duyệt", "That two different people submitted and approved"),
        255,
        Text("Chỉ hệ thống", "The system alone"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("proofs.site", "ProofCreate.site"),
        Text("Địa chỉ trang của cơ quan", "Address of the agency's own site"),
        2048,
        Text("Cơ quan giữ tài khoản và cấp trên", "The holder and those above it"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("VerifyItem.url", "VerifyRequest.items"),
        Text("Liên kết cần kiểm tra", "The link to verify"),
        2048,
        Text("Không ai", "Nobody"),
        _NOT_KEPT,
    ),
    FreeField(
        ("VerifyItem.display_name",),
        Text("Tên mà trang cần kiểm tra hiển thị", "The name that the page to verify shows"),
        200,
        Text("Không ai", "Nobody"),
        _NOT_KEPT,
    ),
)

LISTS = {
    **COMMON_LISTS,
    "account_kinds": KINDS,
    "platforms": PLATFORMS,
    "account_states": STATES,
    "account_reasons": REASONS,
    "proof_methods": METHODS,
    "audited": AUDITED,
    "proof_states": PROOF_STATES,
    "verdicts": get_args(Verdict),
    "resemblance_reasons": get_args(Reason),
}
