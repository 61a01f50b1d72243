"""Who may do what in notifications: one rule per route. What is not here is not allowed."""

from shared.policy import ANY_ROLE, PUBLIC, Policy, roles

_KEEPERS = roles("officer", "admin")

POLICY = Policy(
    {
        "event_types.list": PUBLIC,
        "safeguards.read": PUBLIC,
        "events.list": ANY_ROLE,
        "subscriptions.list": ANY_ROLE,
        "subscriptions.read": ANY_ROLE,
        "subscriptions.create": _KEEPERS,
        "subscriptions.delete": _KEEPERS,
        "subscriptions.disable": _KEEPERS,
        "subscriptions.enable": _KEEPERS,
        "subscriptions.rotate": _KEEPERS,
        "subscriptions.test": _KEEPERS,
        "deliveries.list": ANY_ROLE,
        "deliveries.retry": _KEEPERS,
        "deliveries.replay": _KEEPERS,
        "audit.list": roles("admin"),
    }
)

AUDITED = (
    "subscriptions.create",
    "subscriptions.delete",
    "subscriptions.disable",
    "subscriptions.enable",
    "subscriptions.rotate",
    "subscriptions.test",
    "subscriptions.switch_off",
    "deliveries.retry",
    "deliveries.replay",
    "audit.list",
)
"""What enters the audit log: the rules of routes, and subscriptions that the system switches off."""
