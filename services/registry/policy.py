"""Who may do what in the registry: one rule per route. What is not here is not allowed."""

from shared.policy import ANY_ROLE, PUBLIC, Policy, roles

POLICY = Policy(
    {
        "agencies.list": PUBLIC,
        "agencies.read": PUBLIC,
        "agencies.trust_txt": PUBLIC,
        "agencies.json_ld": PUBLIC,
        "accounts.badge": PUBLIC,
        "accounts.qr": PUBLIC,
        "directory.list": PUBLIC,
        "directory.export": PUBLIC,
        "verify.one": PUBLIC,
        "verify.many": PUBLIC,
        "safeguards.read": PUBLIC,
        "events.list": PUBLIC,
        "accounts.list": ANY_ROLE,
        "accounts.read": ANY_ROLE,
        "accounts.create": roles("officer"),
        "accounts.submit": roles("officer"),
        "accounts.approve": roles("approver"),
        "accounts.return": roles("approver"),
        "accounts.restore": roles("approver"),
        "accounts.retire": roles("approver"),
        "proofs.list": ANY_ROLE,
        "proofs.create": roles("officer"),
        "proofs.check": roles("officer", "approver"),
        "audit.list": roles("admin"),
    }
)

AUDITED = (
    "accounts.create",
    "accounts.submit",
    "accounts.approve",
    "accounts.return",
    "accounts.suspend",
    "accounts.restore",
    "accounts.retire",
    "proofs.create",
    "proofs.check",
    "audit.list",
)
"""What enters the audit log: the rules of routes, and what events have done."""
