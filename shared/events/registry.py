"""Events of the registry: agencies and official accounts. All of it is public record."""

import datetime as dt
from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, Field

from shared.events import audit
from shared.events.envelope import Audience, EventData


class AgencyState(EventData):
    """The full public state of an agency."""

    audience: ClassVar[Audience] = "public"

    official_code: str | None = Field(examples=["H20.31"])
    name: str = Field(examples=["Ủy ban nhân dân xã Lấp Vò"])
    short_name: str = Field(examples=["UBND xã Lấp Vò"])
    level: str = Field(examples=["commune"])
    area_code: str | None = Field(examples=["30169"])
    parent_code: str | None = Field(examples=["T82"])
    valid_from: date | None = Field(examples=["2025-07-01"])
    valid_to: date | None = Field(examples=[None])
    successors: list[str] = Field(examples=[[]])
    organisation_type: str | None = Field(
        None, description="A closed word, as in `GET /v1/safeguards`.", examples=["peoples_committee"]
    )


class AgencyCreated(AgencyState):
    """An agency was entered."""

    type: ClassVar[str] = "registry.agency.created.v1"


class AgencyChanged(AgencyState):
    """An agency was corrected, renamed or moved, or has ended."""

    type: ClassVar[str] = "registry.agency.changed.v1"


class LegalAct(BaseModel):
    """The resolution or decision that something rests on."""

    number: str = Field(examples=["202/2025/QH15"])
    date: dt.date = Field(description="The day it was signed.", examples=["2025-06-12"])
    issuer: str = Field(examples=["Quốc hội"])


class AgencySucceeded(EventData):
    """A merger, split, renaming, dissolution or move has taken effect, for this agency among others.

    One event for each of the predecessors. What has become of each agency stands in its own state.
    """

    type: ClassVar[str] = "registry.agency.succeeded.v1"
    audience: ClassVar[Audience] = "public"

    succession_id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    kind: str = Field(description="merge, split, rename, dissolve or reparent.", examples=["merge"])
    legal_act: LegalAct
    effective_on: date = Field(
        description="The day from which it counts, in Vietnam.", examples=["2025-07-01"]
    )
    predecessors: list[str] = Field(
        description="Codes of the agencies that ended, or were renamed or moved.", examples=[["L87", "L82"]]
    )
    successors: list[str] = Field(
        description="Codes of the agencies that took over; empty when nothing ended.", examples=[["T82"]]
    )


class AccountState(EventData):
    """The full public state of an official account."""

    audience: ClassVar[Audience] = "public"

    account_id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    kind: str = Field(
        description="agency or public_office; a closed word, and there will be more of them.",
        examples=["agency"],
    )
    platform: str = Field(examples=["facebook"])
    handle: str | None = Field(examples=["ubndxalapvo"])
    platform_id: str | None = Field(examples=[None])
    url: str = Field(examples=["https://www.facebook.com/ubndxalapvo"])
    display_name: str = Field(examples=["UBND xã Lấp Vò"])
    languages: list[str] = Field(examples=[["vi"]])
    state: str = Field(description="draft, submitted, active, suspended or retired.", examples=["suspended"])
    reason: str | None = Field(
        description="Why it is suspended or retired; a closed word.", examples=["takeover"]
    )
    purpose: str | None = Field(
        None, description="What it is mainly for; a closed word.", examples=["information"]
    )
    office: str | None = Field(
        None, description="Which public office, of `GET /v1/offices`.", examples=[None]
    )
    successors: list[str] = Field(
        [],
        description="For an account that ended with its agency: the agencies that took over.",
        examples=[[]],
    )


class AccountSubmitted(AccountState):
    """An account waits for a second person's approval."""

    type: ClassVar[str] = "registry.account.submitted.v1"
    audience: ClassVar[Audience] = "subtree"


class AccountActivated(AccountState):
    """An account is official from now on."""

    type: ClassVar[str] = "registry.account.activated.v1"


class AccountChanged(AccountState):
    """What is said of an official account has changed: its name, its languages, its purpose, its handle."""

    type: ClassVar[str] = "registry.account.changed.v1"


class AccountSuspended(AccountState):
    """An account must not be trusted for now: `reason` says why."""

    type: ClassVar[str] = "registry.account.suspended.v1"


class AccountRestored(AccountState):
    """A suspended account is in its holder's hands again."""

    type: ClassVar[str] = "registry.account.restored.v1"


class AccountRetired(AccountState):
    """An account is no longer official."""

    type: ClassVar[str] = "registry.account.retired.v1"


class AccountTransferred(AccountState):
    """An account is another agency's from now on: official if it is active, else to be approved anew."""

    type: ClassVar[str] = "registry.account.transferred.v1"

    from_agency_code: str = Field(description="The agency that had it before.", examples=["T82.X30172"])


class AuditSealed(audit.AuditSealed):
    """The audit log of registry has grown; keep the hash to be able to check the log later."""

    type: ClassVar[str] = "registry.audit.sealed.v1"


EVENTS: tuple[type[EventData], ...] = (
    AgencyCreated,
    AgencyChanged,
    AgencySucceeded,
    AccountSubmitted,
    AccountActivated,
    AccountChanged,
    AccountSuspended,
    AccountRestored,
    AccountRetired,
    AccountTransferred,
    AuditSealed,
)
