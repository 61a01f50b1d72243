"""Who may do what in the registry: one rule per route. What is not here is not allowed."""

from shared.policy import ANY_ROLE, PUBLIC, Policy, roles

POLICY = Policy(
    {
        "agencies.list": PUBLIC,
        "agencies.read": PUBLIC,
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
        "imports.create": roles("officer", "admin"),
        "imports.list": ANY_ROLE,
        "imports.read": ANY_ROLE,
        "imports.errors": ANY_ROLE,
        "imports.download": ANY_ROLE,
        "imports.apply": roles("officer", "admin"),
        "imports.cancel": roles("officer", "admin"),
        "imports.template_csv": PUBLIC,
        "imports.template_xlsx": PUBLIC,
    }
)

IMPORTS = {"accounts": roles("officer"), "agencies": roles("admin")}
"""Who may send, apply and cancel an import, by its kind: whoever may enter such things one by one."""

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
    "imports.create",
    "imports.apply",
    "imports.cancel",
)
"""What enters the audit log: the rules of routes, and what events have done."""
