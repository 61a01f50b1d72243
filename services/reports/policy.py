"""Who may do what in reports: one rule per route. What is not here is not allowed."""

from shared.policy import ANY_ROLE, INTAKE, PUBLIC, Policy, roles

POLICY = Policy(
    {
        "harms.list": PUBLIC,
        "safeguards.read": PUBLIC,
        "incidents.create": INTAKE,
        "incidents.track": INTAKE,
        "events.list": ANY_ROLE,
        "incidents.list": ANY_ROLE,
        "incidents.read": ANY_ROLE,
        "incidents.triage": roles("officer"),
        "incidents.resolve": roles("officer"),
        "incidents.refuse": roles("officer"),
        "incidents.contact": roles("officer"),
        "audit.list": roles("admin"),
    }
)

AUDITED = (
    "incidents.confirm",
    "incidents.triage",
    "incidents.resolve",
    "incidents.refuse",
    "incidents.contact",
    "audit.list",
)
"""What enters the audit log: the rules of routes, and a takeover that the holder's officer confirms.

Reporting a harm does not: who reports is not kept."""
