"""Default deny: every route names its rule in its service's one policy table.

    POLICY = Policy({"accounts.create": roles("officer"), "verify.read": PUBLIC})
    async def create(actor: Annotated[Actor, POLICY.allow("accounts.create")], …)

`shared.app.create_app` refuses to build an app that has a route without a rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from shared import memberships, tenancy
from shared.auth import Actor, Holder
from shared.db import Session
from shared.problems import FieldError, Forbidden, Invalid, Text, Unauthenticated
from shared.validation import query_pointer


@dataclass(frozen=True)
class Rule:
    """Who may call a route: anybody, or an actor with one of `roles`; both when it shows an actor more."""

    roles: frozenset[str] = frozenset()
    public: bool = False
    known: bool = False
    """A public route that is told who asks, when there is a token; other public routes are told nothing."""
    own: bool = False
    """The route is about what is the caller's own, which nobody's role or agency decides; see `OWN`."""
    passed_on: bool = False
    """Its links are passed on by people, and what others append to them (`fbclid` …) is let be."""
    counted: bool = False
    """Each call without a token is counted by address over all replicas (`shared.limits.Intake`)."""

    @property
    def people(self) -> bool:
        """Whether systems are refused: systems never approve (docs/principles.md, 4).

        An approval is what only an approver may do, or an administrator in their place. Derived, so that no
        new route can forget to say it.
        """
        return "approver" in self.roles and self.roles <= {"approver", "admin"}

    def admit(self, actor: Actor) -> None:
        """Go on only with somebody who may.

        Raises:
            PeopleOnly: the actor is a system.
            Forbidden: the role is missing.
        """
        if self.people and actor.system:
            raise PeopleOnly
        if not actor.roles & self.roles:
            raise Forbidden(_role_missing(self), required_roles=sorted(self.roles))


def roles(*names: str) -> Rule:
    """A rule for actors who hold at least one of the roles."""
    return Rule(roles=frozenset(names))


PUBLIC = Rule(public=True)
"""Anybody; a token, when there is one, must still be good."""

PASSED_ON = Rule(public=True, passed_on=True)
"""The same, of links that people pass on."""

INTAKE = Rule(public=True, known=True, counted=True)
"""Anybody, to leave something here or to ask for it by a code. Needs `app.state.intake`."""

ANY_ROLE = roles("viewer", "officer", "approver", "admin")

OPEN = Rule(ANY_ROLE.roles, public=True, known=True)
"""Anybody, to read what everybody sees; and who acts for an agency, what that agency is shown beside it."""


OWN = Rule(own=True)
"""Whoever has a good token, in any role, and when they act for no agency (any more): then the actor's agency is empty
and reaches nothing. For what is somebody's own alone; the service function has to see to that."""


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
    """Enforces one rule of a service's policy."""

    def __init__(self, name: str, rule: Rule) -> None:
        self.name = name
        self.rule = rule

    async def holder(self, request: Request) -> Holder | None:
        """Whose token it is; None for a caller of a public route who brings none.

        Raises:
            Unauthenticated: no token, or not a good one.
            RateLimited: too many requests by the holder of the token, or from the address without one.
        """
        state = request.app.state
        authorization = request.headers.get("authorization")
        if authorization is None:
            if not self.rule.public:
                raise Unauthenticated
            await self._count(request)
            return None
        holder: Holder = await state.authenticator.holder(authorization)
        state.limits.take_holder(request.scope, holder)
        return holder

    async def actor(
        self, request: Request, session: AsyncSession, acting_for: str | None = None
    ) -> Actor | None:
        """The actor, checked; None for a caller of a public route who acts for no agency.

        Raises:
            Unauthenticated, RateLimited: as `holder`.
            ChooseAgency, NoMembership: it is not clear for whom the holder acts, or it is nobody.
            PeopleOnly: the actor is a system.
            Forbidden: the role is missing, or the agency is not in force.
        """
        holder = await self.holder(request)
        if holder is None:
            return None
        found = await memberships.acting(session, holder, acting_for)
        if self.rule.own:
            return found[0] if found else holder.acting_for("", frozenset())
        if found is None:
            if not self.rule.public:
                raise memberships.NoMembership
            await self._count(request)  # a token of somebody who is nobody here is no way around it either
            return None
        actor, agency = found
        if self.rule.roles:
            self.rule.admit(actor)
            _require_in_force(agency)
        return actor

    def look_at_query(self, request: Request) -> None:
        """Go on only with parameters that the route has: a filter that is mistyped must not be taken for none.

        Raises:
            Invalid: there are others, and the route takes some.
        """
        if self.rule.passed_on or not request.scope["query_string"]:
            return
        known = _parameters(request.scope["route"].dependant)
        if known and (unknown := sorted({*request.query_params} - known)):
            raise Invalid(errors=[FieldError(query_pointer(name), _no_such(known)) for name in unknown])

    async def _count(self, request: Request) -> None:
        if self.rule.counted:
            state = request.app.state
            await state.intake.count(state.database, self.name, request.scope)


def _require_in_force(agency: Any | None) -> None:
    if agency is None:
        raise Forbidden(_UNKNOWN_AGENCY)
    if tenancy.has_ended(agency):
        raise Forbidden(_ENDED_AGENCY, successors=list(agency.successors))
    if not tenancy.in_force(agency):
        raise Forbidden(_COMING_AGENCY, valid_from=agency.valid_from.isoformat())


class Policy:
    """A service's table of rules by name (`<resource>.<action>`)."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = dict(rules)

    def allow(self, name: str) -> Any:
        """A FastAPI dependency that enforces the rule `name` and yields the actor.

        Routes with the rule `PUBLIC` get None from it, whoever asks.

        Raises:
            KeyError: the table has no such rule.
        """
        permit = Permit(name, self.rules[name])

        async def unasked(request: Request) -> None:
            await permit.holder(request)
            permit.look_at_query(request)

        async def asked(
            request: Request, session: Session, x_acting_for: memberships.ActingFor = None
        ) -> Actor | None:
            actor = await permit.actor(request, session, x_acting_for)
            permit.look_at_query(request)
            return actor

        dependency: Any = unasked if permit.rule.public and not permit.rule.known else asked
        dependency.permit = permit
        return Depends(dependency, scope="function")


def _parameters(dependant: Dependant) -> set[str]:
    """The names of all query parameters that a route and what it depends on take."""
    names: set[str] = set()
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= kind.model_fields.keys()
        else:
            names.add(field.alias)
    return names.union(*map(_parameters, dependant.dependencies))


def _no_such(known: set[str]) -> Text:
    names = ", ".join(sorted(known))
    return Text(f"Không có tham số này; các tham số là: {names}.", f"No such parameter; there are: {names}.")


def permit_of(dependency: Any) -> Permit | None:
    """The permit behind a route's dependency, if it is one."""
    permit: Permit | None = getattr(dependency, "permit", None)
    return permit


def _role_missing(rule: Rule) -> Text:
    names = ", ".join(sorted(rule.roles))
    return Text(f"Thao tác này cần một trong các vai trò: {names}.", f"This needs one of the roles: {names}.")


_UNKNOWN_AGENCY = Text(
    "Cơ quan mà bạn thay mặt không có trong sổ.", "The agency that you act for is not registered."
)
_COMING_AGENCY = Text(
    "Cơ quan mà bạn thay mặt chưa hoạt động; ngày đầu tiên được nêu trong `valid_from`.",
    "The agency that you act for has yet to begin; `valid_from` is its first day.",
)
_ENDED_AGENCY = Text(
    "Cơ quan mà bạn thay mặt đã kết thúc hoạt động; cơ quan kế thừa được nêu trong `successors`.",
    "The agency that you act for has ended; `successors` names who has taken over.",
)
