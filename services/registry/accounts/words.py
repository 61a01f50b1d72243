"""The closed words of accounts."""

from typing import Literal, get_args

Kind = Literal["agency", "public_office"]
State = Literal["draft", "submitted", "active", "lapsed", "suspended", "retired"]
Purpose = Literal[
    "information",
    "public_services",
    "reception",
    "emergency",
    "security",
    "health",
    "education",
    "culture",
    "tourism",
    "agriculture",
    "business",
    "transport",
    "environment",
    "youth",
]
SuspensionReason = Literal["security", "owner_request", "platform_restriction"]
RestorationReason = Literal["recovered", "false_alarm", "no_longer_needed"]
RetirementReason = Literal["closed_by_agency", "no_longer_held", "registered_in_error"]
ReturnReason = Literal["incomplete", "wrong_link", "wrong_agency", "duplicate", "proof_insufficient"]

KINDS: tuple[str, ...] = get_args(Kind)
STATES: tuple[str, ...] = get_args(State)
PURPOSES: tuple[str, ...] = get_args(Purpose)
SUSPENSION_REASONS: tuple[str, ...] = get_args(SuspensionReason)
RETURN_REASONS: tuple[str, ...] = get_args(ReturnReason)
REASONS: tuple[str, ...] = (
    "takeover",
    *SUSPENSION_REASONS,
    *get_args(RetirementReason),
    "agency_ended",
    "withdrawn_by_holder",
    *RETURN_REASONS,
    *get_args(RestorationReason),
)
"""Those that people give, and three that events and holders do."""
