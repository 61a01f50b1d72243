"""The closed words of agencies."""

from typing import Literal, get_args

from shared.text import Text

Level = Literal["central", "province", "commune", "department", "unit", "district"]
NewLevel = Literal["central", "province", "commune", "department", "unit"]
"""There are no districts since 2025-07-01, so none is entered any more."""

TOP_DOWN: tuple[Level, ...] = ("central", "province", "district", "commune", "department", "unit")

LEVEL_NAMES: dict[str, Text] = {
    "central": Text("trung ương", "central agency"),
    "province": Text("tỉnh", "province"),
    "district": Text("huyện", "district"),
    "commune": Text("xã", "commune"),
    "department": Text("sở, phòng", "department"),
    "unit": Text("đơn vị trực thuộc", "unit"),
}
"""What each level is called."""

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
