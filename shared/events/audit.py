"""What every service tells of its audit log."""

from typing import ClassVar

from pydantic import Field

from shared.events.envelope import Audience, EventData

SYSTEM_AGENCY = "SYSTEM"
"""Stands where an event names its agency, when it belongs to none."""


class AuditSealed(EventData):
    """The audit log has grown to `place` rows; keep the hash to be able to check it later.

    Told when a worker starts, then at most once a minute, when something was recorded. Each service has a
    type of its own.
    """

    audience: ClassVar[Audience] = "public"

    agency_code: str = Field(
        SYSTEM_AGENCY, description="Always `SYSTEM`: the log is no agency's.", examples=[SYSTEM_AGENCY]
    )
    place: int = Field(description="Rows in the chain so far.", examples=[48211])
    hash: str = Field(
        description="Hash of the last of them, SHA-256 in hexadecimal.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
