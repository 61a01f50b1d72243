"""The closed list of public offices (docs/principles.md, 2): an account says the office, never who holds it.

An office is on the list because its holder speaks for the authority to everybody. Adding one is a decision
about whom the registry may hold an account of, not a convenience.
"""

from dataclasses import dataclass
from typing import Literal

from shared.problems import Text

OfficeCode = Literal[
    "province_council_chair",
    "province_chair",
    "province_vice_chair",
    "province_party_secretary",
    "commune_council_chair",
    "commune_chair",
    "commune_vice_chair",
    "commune_party_secretary",
    "department_director",
    "department_deputy_director",
    "unit_head",
    "spokesperson",
]


@dataclass(frozen=True, slots=True)
class Office:
    """One entry of the list; `levels` are those of the agencies that have it."""

    code: OfficeCode
    title: Text
    levels: tuple[str, ...]


_PROVINCE, _COMMUNE = ("province",), ("commune",)
_DEPARTMENT, _UNIT = ("department",), ("unit", "department")

OFFICES: dict[str, Office] = {
    office.code: office
    for office in (
        Office(
            "province_council_chair",
            Text("Chủ tịch Hội đồng nhân dân tỉnh", "Chair of the provincial People's Council"),
            _PROVINCE,
        ),
        Office(
            "province_chair",
            Text("Chủ tịch Ủy ban nhân dân tỉnh", "Chair of the provincial People's Committee"),
            _PROVINCE,
        ),
        Office(
            "province_vice_chair",
            Text("Phó Chủ tịch Ủy ban nhân dân tỉnh", "Vice Chair of the provincial People's Committee"),
            _PROVINCE,
        ),
        Office(
            "province_party_secretary",
            Text("Bí thư Tỉnh ủy", "Secretary of the provincial Party Committee"),
            _PROVINCE,
        ),
        Office(
            "commune_council_chair",
            Text("Chủ tịch Hội đồng nhân dân xã", "Chair of the commune People's Council"),
            _COMMUNE,
        ),
        Office(
            "commune_chair",
            Text("Chủ tịch Ủy ban nhân dân xã", "Chair of the commune People's Committee"),
            _COMMUNE,
        ),
        Office(
            "commune_vice_chair",
            Text("Phó Chủ tịch Ủy ban nhân dân xã", "Vice Chair of the commune People's Committee"),
            _COMMUNE,
        ),
        Office(
            "commune_party_secretary",
            Text("Bí thư Đảng ủy xã", "Secretary of the commune Party Committee"),
            _COMMUNE,
        ),
        Office("department_director", Text("Giám đốc sở", "Director of a department"), _DEPARTMENT),
        Office(
            "department_deputy_director",
            Text("Phó Giám đốc sở", "Deputy Director of a department"),
            _DEPARTMENT,
        ),
        Office("unit_head", Text("Thủ trưởng đơn vị", "Head of a public unit"), _UNIT),
        Office(
            "spokesperson",
            Text("Người phát ngôn", "Spokesperson"),
            ("central", *_PROVINCE, *_COMMUNE, *_DEPARTMENT),
        ),
    )
}
