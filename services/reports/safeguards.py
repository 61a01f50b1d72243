"""Every place where reports can hold free text, and its closed lists."""

from typing import get_args

from services.reports.harms.catalogue import HARMS, Deception, TakeoverSign
from services.reports.incidents.tables import ORIGINS, OUTCOMES, REFUSALS, STATES
from services.reports.policy import AUDITED
from shared.problems import Text
from shared.safeguards import COMMON, COMMON_LISTS, FreeField

_HANDLER = Text("Cán bộ của cơ quan xử lý", "Officers of the handling agency")
_UNTIL_ERASED = Text(
    "Mã hoá bằng khoá của vụ việc; mất khi khoá bị huỷ", "Sealed under the incident's key; gone with the key"
)

FIELDS: tuple[FreeField, ...] = (
    *COMMON,
    FreeField(
        (
            "sightings.content",
            "ImpersonationReport.targets",
            "TakeoverReport.targets",
            "ImpersonationReport.description",
            "TakeoverReport.description",
            "ImpersonationFacts.claim",
        ),
        Text(
            "Liên kết gây hại, lời tự nhận được trích và mô tả của người báo",
            "Links that do the harm, the quoted claim, and the reporter's description",
        ),
        4000,
        _HANDLER,
        _UNTIL_ERASED,
    ),
    FreeField(
        ("sightings.contact", "Email.value", "Phone.value"),
        Text("Liên hệ của người báo, nếu họ muốn", "The reporter's contact, if they wish"),
        254,
        Text(
            "Cán bộ của cơ quan xử lý; mỗi lần đọc đều được ghi và cho người báo biết",
            "Officers of the handling agency; each reading is recorded and shown to the reporter",
        ),
        _UNTIL_ERASED,
    ),
    FreeField(
        ("sightings.tracking_digest", "open_targets.digest", "TrackRequest.tracking_code"),
        Text(
            "Dấu vân có khoá để tìm lại đúng một báo cáo hoặc đúng một liên kết",
            "Keyed digests that find exactly one report or one link again",
        ),
        64,
        Text("Chỉ hệ thống", "The system alone"),
        Text("Khi vụ việc còn mở; mã theo dõi: khi vụ việc còn lưu", "While the incident is open, or kept"),
    ),
    FreeField(
        ("intake_counts.client",),
        Text(
            "Dấu vân có khoá theo ngày của địa chỉ mạng, để đếm số lần gửi; địa chỉ không được lưu",
            "Digest of a network address under a key of the day, to count how often it sends; no address",
        ),
        32,
        Text("Chỉ hệ thống", "The system alone"),
        Text("Một ngày", "One day"),
    ),
    FreeField(
        ("incident_keys.wrapped",),
        Text("Khoá của vụ việc, đã bọc", "The incident's key, wrapped"),
        0,
        Text("Chỉ hệ thống", "The system alone"),
        _UNTIL_ERASED,
    ),
    FreeField(
        ("contact_reads.reader_issuer", "contact_reads.reader_subject"),
        Text("Ai đã đọc liên hệ của người báo", "Who read a reporter's contact"),
        255,
        Text("Chỉ hệ thống", "The system alone"),
        Text("Khi vụ việc còn lưu", "As long as the incident is kept"),
    ),
)

LISTS = {
    **COMMON_LISTS,
    "harms": tuple(HARMS),
    "deceptive_acts": get_args(Deception),
    "takeover_signs": get_args(TakeoverSign),
    "contact_kinds": ("email", "phone"),
    "incident_states": STATES,
    "outcomes": OUTCOMES,
    "refusals": REFUSALS,
    "origins": ORIGINS,
    "audited": AUDITED,
}
