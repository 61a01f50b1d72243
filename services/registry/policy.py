"""Who may do what in the registry: one rule per route. What is not here is not allowed."""

from shared.policy import ANY_ROLE, OPEN, PUBLIC, Policy, roles

POLICY = Policy(
    {
        "agencies.list": PUBLIC,
        "agencies.read": PUBLIC,
        "verify.one": PUBLIC,
        "verify.many": PUBLIC,
        "safeguards.read": PUBLIC,
        "events.list": OPEN,
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
        "memberships.list": roles("admin"),
        "memberships.read": roles("admin"),
        "memberships.create": roles("admin"),
        "memberships.change": roles("admin"),
        # Of admins, and of those whom it concerns: which of them, `services.registry.memberships` decides.
        "memberships.mine": ANY_ROLE,
        "memberships.end": ANY_ROLE,
        "memberships.delegate": ANY_ROLE,
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
    "memberships.create",
    "memberships.change",
    "memberships.end",
    "memberships.delegate",
    "audit.list",
)
"""What enters the audit log: the rules of routes, and what events have done."""
