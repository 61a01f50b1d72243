"""Events of the registry: agencies and official accounts. All of it is public record."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Audience, EventData


class AgencyState(EventData):
    """The full public state of an agency."""

    audience: ClassVar[Audience] = "public"

    official_code: str | None
    name: str
    short_name: str
    level: str
    area_code: str | None
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    successors: list[str]


class AgencyCreated(AgencyState):
    """An agency was entered."""

    type: ClassVar[str] = "registry.agency.created.v1"


class AccountState(EventData):
    """The full public state of an official account."""

    audience: ClassVar[Audience] = "public"

    account_id: UUID
    kind: Literal["agency"]
    platform: str
    handle: str | None
    platform_id: str | None
    url: str
    display_name: str
    languages: list[str]
    state: str = Field(description="draft, submitted, active, suspended or retired.")
    reason: str | None = Field(description="Why it is suspended or retired; a closed word.")


class AccountSubmitted(AccountState):
    """An account waits for a second person's approval."""

    type: ClassVar[str] = "registry.account.submitted.v1"
    audience: ClassVar[Audience] = "subtree"


class AccountActivated(AccountState):
    """An account is official from now on."""

    type: ClassVar[str] = "registry.account.activated.v1"


class AccountSuspended(AccountState):
    """An account must not be trusted for now: `reason` says why."""

    type: ClassVar[str] = "registry.account.suspended.v1"


class AccountRestored(AccountState):
    """A suspended account is in its holder's hands again."""

    type: ClassVar[str] = "registry.account.restored.v1"


class AccountRetired(AccountState):
    """An account is no longer official."""

    type: ClassVar[str] = "registry.account.retired.v1"


EVENTS: tuple[type[EventData], ...] = (
    AgencyCreated,
    AccountSubmitted,
    AccountActivated,
    AccountSuspended,
    AccountRestored,
    AccountRetired,
)
