"""Default deny: every route names its rule in its service's one policy table.

    POLICY = Policy({"accounts.create": roles("officer"), "verify.read": PUBLIC})
    async def create(actor: Annotated[Actor, POLICY.allow("accounts.create")], …)

`shared.app.create_app` refuses to build an app that has a route without a rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from sqlalchemy import select

from shared import tenancy
from shared.auth import Actor
from shared.db import Session
from shared.problems import Forbidden, Text, Unauthenticated


@dataclass(frozen=True)
class Rule:
    """Who may call a route: anybody, or an actor with one of `roles`."""

    roles: frozenset[str] = frozenset()
    public: bool = False
    counted: bool = False
    """Each call without a token is counted by address over all replicas (`shared.limits.Intake`)."""

    @property
    def people(self) -> bool:
        """Whether systems are refused: systems never approve (docs/principles.md, 4).

        An approval is what only an approver may do, or an administrator in their place. Derived, so that no
        new route can forget to say it.
        """
        return "approver" in self.roles and self.roles <= {"approver", "admin"}


def roles(*names: str) -> Rule:
    """A rule for actors who hold at least one of the roles."""
    return Rule(roles=frozenset(names))


PUBLIC = Rule(public=True)
"""Anybody; a token, when there is one, must still be good, and then tells who is asking."""

INTAKE = Rule(public=True, counted=True)
"""Anybody, to leave something here or to ask for it by a code. Needs `app.state.intake`."""

ANY_ROLE = roles("viewer", "officer", "approver", "admin")


class PeopleOnly(Forbidden):
    """A person has to answer for this; a system's token is refused whatever roles it names."""

    slug = "people-only"
    title = Text("Chỉ con người được thực hiện", "Only a person may do this")
    default_detail = Text(
        "Hệ thống không được phê duyệt; cần mã truy cập của người có thẩm quyền.",
        "Systems approve nothing; this needs the token of a person with the role.",
    )
    advice = Text(
        "Phê duyệt là việc của một người chịu trách nhiệm. Hãy để người duyệt của cơ quan thực hiện bằng mã truy cập "
        "của chính mình.",
        "An approval is the act of somebody who answers for it. Let an approver of the agency do it with a token of "
        "their own.",
    )


class Permit:
    """The dependency that enforces one rule."""

    def __init__(self, name: str, rule: Rule) -> None:
        self.name = name
        self.rule = rule

    async def __call__(self, request: Request) -> Actor | None:
        """The actor, checked; None for an anonymous caller of a public route.

        Raises:
            Unauthenticated: no token, or not a good one.
            PeopleOnly: the actor is a system.
            Forbidden: the role is missing, or the agency is not in force.
            RateLimited: too many requests by the holder of the token, or from the address without one.
        """
        state = request.app.state
        authorization = request.headers.get("authorization")
        if authorization is None:
            if self.rule.counted:
                await state.intake.count(state.database, self.name, request.scope)
            if self.rule.public:
                return None
            raise Unauthenticated
        try:
            actor: Actor = await state.authenticator.actor(authorization)
        except Unauthenticated:
            state.limits.take_public(request.scope)  # a bad token is no way around the limit
            raise
        state.limits.take_actor(actor)
        if self.rule.people and actor.system:
            raise PeopleOnly
        if not self.rule.public and not actor.roles & self.rule.roles:
            raise Forbidden(_role_missing(self.rule), required_roles=sorted(self.rule.roles))
        return actor


async def _agency_in_force(actor: Actor, session: Session) -> Actor:
    agencies = tenancy.of(session).agencies
    agency = (
        await session.execute(
            select(agencies.c.valid_from, agencies.c.valid_to, agencies.c.successors).where(
                agencies.c.code == actor.agency
            )
        )
    ).one_or_none()
    if agency is None:
        raise Forbidden(_UNKNOWN_AGENCY)
    if not tenancy.in_force(agency):
        raise Forbidden(_ENDED_AGENCY, successors=list(agency.successors))
    return actor


class Policy:
    """A service's table of rules by name (`<resource>.<action>`)."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = dict(rules)

    def allow(self, name: str) -> Any:
        """A FastAPI dependency that enforces the rule `name` and yields the actor.

        Raises:
            KeyError: the table has no such rule.
        """
        permit = Permit(name, self.rules[name])
        if permit.rule.public:
            return Depends(permit)

        async def checked(request: Request, session: Session) -> Actor:
            actor = await permit(request)
            assert actor is not None  # noqa: S101 - a rule that is not public never yields None
            return await _agency_in_force(actor, session)

        checked.permit = permit  # type: ignore[attr-defined]
        return Depends(checked, scope="function")


def permit_of(dependency: Any) -> Permit | None:
    """The permit behind a route's dependency, if it is one."""
    return dependency if isinstance(dependency, Permit) else getattr(dependency, "permit", None)


def _role_missing(rule: Rule) -> Text:
    names = ", ".join(sorted(rule.roles))
    return Text(f"Thao tác này cần một trong các vai trò: {names}.", f"This needs one of the roles: {names}.")


_UNKNOWN_AGENCY = Text(
    "Cơ quan trong mã truy cập không có trong sổ.", "The token's agency is not registered."
)
_ENDED_AGENCY = Text(
    "Cơ quan trong mã truy cập đã kết thúc hoạt động; cơ quan kế thừa được nêu trong `successors`.",
    "The token's agency has ended; `successors` names who has taken over.",
)
