"""The closed words of agencies."""

from typing import Literal, get_args

Level = Literal["central", "province", "commune", "department", "unit", "district"]
NewLevel = Literal["central", "province", "commune", "department", "unit"]
"""There are no districts since 2025-07-01, so none is entered any more."""

TOP_DOWN: tuple[Level, ...] = ("central", "province", "district", "commune", "department", "unit")

OrganisationType = Literal[
    "government",
    "ministry",
    "national_assembly",
    "peoples_council",
    "peoples_committee",
    "department",
    "inspectorate",
    "court",
    "procuracy",
    "police",
    "military",
    "party_committee",
    "fatherland_front",
    "mass_organisation",
    "school",
    "hospital",
    "press",
    "public_service_unit",
    "state_enterprise",
]
ORGANISATION_TYPES: tuple[str, ...] = get_args(OrganisationType)
