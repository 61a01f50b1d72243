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
    }
)
