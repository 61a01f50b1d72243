"""Every place where notifications can hold free text, and its closed lists."""

from services.notifications.deliveries.tables import ERRORS
from services.notifications.deliveries.tables import STATES as DELIVERY_STATES
from services.notifications.event_types.catalogue import CONTRACTS
from services.notifications.policy import AUDITED
from services.notifications.subscriptions.tables import CHANNELS, REASONS, STATES
from shared.problems import Text
from shared.safeguards import COMMON, COMMON_LISTS, FreeField

_UNTIL_DELETED = Text(
    "Mã hoá bằng khoá của đăng ký; mất khi đăng ký bị xoá",
    "Sealed under the subscription's key; gone with it",
)

FIELDS: tuple[FreeField, ...] = (
    *COMMON,
    FreeField(
        ("subscriptions.url", "SubscriptionCreate.url"),
        Text("Nơi nhận sự kiện", "Where events are sent"),
        2048,
        Text("Cơ quan đăng ký và cấp trên", "The subscribing agency and those above it"),
        _UNTIL_DELETED,
    ),
    FreeField(
        ("subscriptions.wrapped_key", "subscriptions.secret", "subscriptions.previous_secret"),
        Text("Khoá ký của đăng ký, đã niêm phong", "The subscription's signing secrets, sealed"),
        0,
        Text("Chỉ hệ thống; chủ đăng ký thấy một lần", "The system alone; the owner sees it once"),
        _UNTIL_DELETED,
    ),
    FreeField(
        ("subscriptions.event_types", "SubscriptionCreate.event_types"),
        Text("Loại sự kiện muốn nhận, theo danh mục", "Types of events wanted, from the catalogue"),
        64,
        Text("Cơ quan đăng ký và cấp trên", "The subscribing agency and those above it"),
        Text("Khi đăng ký còn tồn tại", "As long as the subscription exists"),
    ),
    FreeField(
        ("events.envelope",),
        Text(
            "Sự kiện chờ gửi: mã và từ đóng, không có văn bản tự do",
            "Events to deliver: ids and closed words, never free text",
        ),
        0,
        Text("Cơ quan có quyền với sự kiện", "Agencies entitled to the event"),
        Text("30 ngày", "30 days"),
    ),
)

LISTS = {
    **COMMON_LISTS,
    "event_types": tuple(CONTRACTS),
    "channels": CHANNELS,
    "subscription_states": STATES,
    "subscription_reasons": REASONS,
    "delivery_states": DELIVERY_STATES,
    "delivery_errors": ERRORS,
    "audited": AUDITED,
}
