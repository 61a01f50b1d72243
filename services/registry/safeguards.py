"""Every place where the registry can hold free text, and its closed lists."""

from typing import get_args

from services.registry.accounts.words import KINDS, PURPOSES, REASONS, STATES
from services.registry.agencies.words import ORGANISATION_TYPES
from services.registry.imports import tables as imports
from services.registry.imports.columns import FIELD_NAMES
from services.registry.imports.findings import SAYS
from services.registry.imports.reading import ENCODINGS, FORMATS
from services.registry.memberships.tables import KINDS as MEMBERSHIP_KINDS
from services.registry.offices.catalogue import OFFICES
from services.registry.policy import AUDITED
from services.registry.proofs.failures import COMMON as FAILURES
from services.registry.proofs.methods import METHODS as METHODS_OF_PROOF
from services.registry.proofs.tables import METHODS, STRENGTHS
from services.registry.proofs.tables import STATES as PROOF_STATES
from services.registry.successions import words as successions
from services.registry.transfers.tables import REASONS as TRANSFER_REASONS
from services.registry.transfers.tables import STATES as TRANSFER_STATES
from services.registry.verify.likeness import Reason
from services.registry.verify.schemas import Verdict
from shared.problems import Text
from shared.safeguards import COMMON, COMMON_LISTS, FreeField
from shared.urls import PLATFORMS

_EVERYBODY = Text("Mọi người, khi tài khoản được duyệt", "Everybody, once the account is approved")
_WHILE_REGISTERED = Text("Khi tài khoản còn trong sổ", "As long as the account is registered")
_NOT_KEPT = Text("Không lưu", "Not kept")
_NOBODY = Text("Không ai; chỉ dùng để so sánh", "Nobody; it only serves to compare")
_SENDERS = Text("Cơ quan gửi tệp và cấp trên", "The agency that sent the file, and those above it")
_THIRTY_DAYS_AFTER = Text("30 ngày sau khi xong", "30 days after the last that happened with it")

FIELDS: tuple[FreeField, ...] = (
    *COMMON,
    FreeField(
        (
            "agencies.folded",
            "agency_history.name",
            "agency_history.short_name",
            "agency_history.folded",
            "AgencyCreate.name",
            "AgencyCreate.short_name",
            "AgencyChange.name",
            "AgencyChange.short_name",
            "successions.name",
            "successions.short_name",
            "SuccessionCreate.name",
            "SuccessionCreate.short_name",
        ),
        Text(
            "Tên cơ quan, nay và trước đây, và dạng để tìm",
            "Names of agencies, now and before, and as searched",
        ),
        600,
        Text("Mọi người", "Everybody"),
        Text("Không xoá: lịch sử của cơ quan", "Not deleted: the history of agencies"),
    ),
    FreeField(
        ("successions.act_issuer", "LegalAct.issuer", "LegalAct.number"),
        Text(
            "Số và nơi ban hành văn bản về việc kế thừa", "Number and issuer of the legal act of a succession"
        ),
        255,
        Text("Mọi người", "Everybody"),
        Text("Không xoá: lịch sử của cơ quan", "Not deleted: the history of agencies"),
    ),
    FreeField(
        (
            "successions.proposer_issuer",
            "successions.proposer_subject",
            "successions.approver_issuer",
            "successions.approver_subject",
        ),
        Text("Hai người khác nhau đã đề nghị và duyệt", "That two different people proposed and approved"),
        255,
        Text("Chỉ hệ thống", "The system alone"),
        Text("Không xoá: lịch sử của cơ quan", "Not deleted: the history of agencies"),
    ),
    FreeField(
        (
            "accounts.display_name",
            "account_history.display_name",
            "account_history.folded",
            "AccountCreate.display_name",
            "AccountChange.display_name",
            "accounts.new_display_name",
            "AccountRename.display_name",
        ),
        Text("Tên mà tài khoản chính thức hiển thị", "The name that an official account shows"),
        200,
        _EVERYBODY,
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("accounts.folded", "accounts.searched", "account_history.searched"),
        Text(
            "Tên tài khoản và tên cơ quan, bỏ dấu, để sắp xếp và tìm kiếm",
            "Names of the account and of its agency without accents, to sort and to search",
        ),
        1200,
        Text("Không ai; chỉ dùng để tìm", "Nobody; it only serves to find"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("account_keys.keys",),
        Text(
            "Dạng của tên tài khoản để nhận ra tên giống nó",
            "The name of an account in the forms by which names like it are recognised",
        ),
        0,
        _NOBODY,
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("agency_keys.keys",),
        Text(
            "Dạng của tên cơ quan để nhận ra tên giống nó",
            "The name of an agency in the forms by which names like it are recognised",
        ),
        0,
        _NOBODY,
        Text("Không xoá: lịch sử của cơ quan", "Not deleted: the history of agencies"),
    ),
    FreeField(
        (
            "accounts.url",
            "accounts.identity",
            "accounts.handle",
            "accounts.platform_id",
            "accounts.languages",
            "identities.identity",
            "account_history.url",
            "account_history.handle",
            "account_history.platform_id",
            "account_history.languages",
            "AccountCreate.url",
            "AccountCreate.platform_id_url",
            "AccountChange.url",
            "accounts.new_url",
            "accounts.new_handle",
            "accounts.new_platform_id",
            "AccountRename.url",
            "AccountRename.platform_id_url",
            "AccountChange.platform_id_url",
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
            "accounts.suspender_issuer",
            "accounts.suspender_subject",
            "accounts.restorer_issuer",
            "accounts.restorer_subject",
            "accounts.renamer_issuer",
            "accounts.renamer_subject",
            "accounts.rename_approver_issuer",
            "accounts.rename_approver_subject",
            "transfers.giver_issuer",
            "transfers.giver_subject",
            "transfers.decider_issuer",
            "transfers.decider_subject",
        ),
        Text(
            "Hai người khác nhau: trình và duyệt, tạm ngừng và khôi phục, đề nghị và duyệt tên mới, giao và nhận",
            "Two different people: submitted and approved, suspended and restored, renamed and agreed, gave and took",
        ),
        255,
        Text("Chỉ hệ thống", "The system alone"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("accounts.holder_issuer", "accounts.holder_subject"),
        Text(
            "Người giữ chức danh, để chỉ chính họ đăng ký và rút lại được",
            "Who holds the office, so that they alone can enrol and withdraw its account",
        ),
        255,
        Text("Chỉ hệ thống", "The system alone"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        (
            "accounts.contact_email",
            "accounts.contact_phone",
            "AccountCreate.contact_email",
            "AccountCreate.contact_phone",
            "AccountChange.contact_email",
            "AccountChange.contact_phone",
        ),
        Text(
            "Địa chỉ và điện thoại công vụ của đơn vị, không phải của cá nhân",
            "The unit's official address and telephone, never a person's own",
        ),
        254,
        Text("Cơ quan giữ tài khoản và cấp trên", "The holder and those above it"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        (
            "proofs.site",
            "proofs.host",
            "proofs.path",
            "WellKnownProof.site",
            "BacklinkProof.site",
            "DnsTxtProof.site",
        ),
        Text("Địa chỉ trang của cơ quan", "Address of the agency's own site"),
        2048,
        Text("Cơ quan giữ tài khoản và cấp trên", "The holder and those above it"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        (
            "memberships.issuer",
            "memberships.subject",
            "MembershipCreate.issuer",
            "MembershipCreate.subject",
            "DelegationCreate.issuer",
            "DelegationCreate.subject",
        ),
        Text(
            "Ai được thay mặt cơ quan, theo mã của nhà cung cấp định danh; không có họ tên",
            "Who may act for an agency, as the identity provider names them; no names of people",
        ),
        255,
        Text(
            "Quản trị viên của cơ quan và cấp trên, và chính thành viên đó",
            "Administrators of the agency and of those above it, and the member",
        ),
        Text(
            "Không xoá: tư cách đã kết thúc có ngày kết thúc", "Not deleted: one that ended has its last day"
        ),
    ),
    FreeField(
        (
            "proofs.creator_issuer",
            "proofs.creator_subject",
            "proofs.attester_issuer",
            "proofs.attester_subject",
        ),
        Text(
            "Hai người khác nhau đã tạo và xác nhận bằng chứng",
            "That two different people asked for a proof and attested it",
        ),
        255,
        Text("Chỉ hệ thống", "The system alone"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("import_files.content",),
        Text("Tệp nhập, cho đến khi được đọc", "A file to import, until it is read"),
        0,
        Text("Chỉ hệ thống", "The system alone"),
        Text("Vài phút", "Minutes"),
    ),
    FreeField(
        (
            "import_rows.cells",
            "import_rows.key",
            "import_rows.errors",
            "import_rows.warnings",
            "imports.headings",
            "imports.fields",
            "imports.missing",
            "imports.options",
        ),
        Text(
            "Các hàng của tệp nhập và lỗi của chúng, để sửa và gửi lại",
            "Rows of an import and what is wrong with them, to be corrected and sent again",
        ),
        2500,
        _SENDERS,
        _THIRTY_DAYS_AFTER,
    ),
    FreeField(
        ("imports.digest",),
        Text("Để cùng một tệp chỉ được nhập một lần", "That the same file is imported once"),
        0,
        Text("Chỉ hệ thống", "The system alone"),
        _THIRTY_DAYS_AFTER,
    ),
    FreeField(
        ("imports.applier_issuer", "imports.applier_subject"),
        Text("Người yêu cầu ghi vào sổ", "In whose name the rows were entered"),
        255,
        Text("Chỉ hệ thống", "The system alone"),
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("Attestation.url",),
        Text("Địa chỉ trang cá nhân nơi đã thấy mã", "Address of the profile on which the code was seen"),
        2048,
        Text("Không ai", "Nobody"),
        _NOT_KEPT,
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
    "organisation_types": ORGANISATION_TYPES,
    "succession_kinds": successions.KINDS,
    "succession_states": successions.STATES,
    "succession_roles": successions.ROLES,
    "succession_conflicts": tuple(successions.CONFLICTS),
    "account_kinds": KINDS,
    "platforms": PLATFORMS,
    "account_states": STATES,
    "account_reasons": REASONS,
    "account_purposes": PURPOSES,
    "transfer_reasons": TRANSFER_REASONS,
    "transfer_states": TRANSFER_STATES,
    "offices": tuple(OFFICES),
    "proof_methods": METHODS,
    "membership_kinds": MEMBERSHIP_KINDS,
    "audited": AUDITED,
    "proof_states": PROOF_STATES,
    "proof_strengths": STRENGTHS,
    "proof_failures": tuple(
        dict.fromkeys(
            [*FAILURES, *(code for method in METHODS_OF_PROOF.values() for code in method.failures)]
        )
    ),
    "verdicts": get_args(Verdict),
    "resemblance_reasons": get_args(Reason),
    "import_kinds": imports.KINDS,
    "import_states": imports.STATES,
    "import_modes": imports.MODES,
    "import_formats": FORMATS,
    "import_encodings": ENCODINGS,
    "import_refusals": imports.REASONS,
    "import_outcomes": imports.OUTCOMES,
    "import_fields": FIELD_NAMES,
    "import_findings": tuple(SAYS),
}
