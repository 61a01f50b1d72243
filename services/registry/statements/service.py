"""What an agency says is its own: read once, told in several forms."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries as agencies
from services.registry.directory import queries as directory
from services.registry.statements import queries
from shared import clock
from shared.problems import NotFound

SITES = ("website", "app_store", "google_play")
"""What an agency controls, rather than where it is social."""


@dataclass(frozen=True)
class Statement:
    """An agency, what is its own, and the sites of its neighbours in the tree.

    Of an ended agency nothing is its own any more; `successors` have taken over.
    """

    agency: Row[Any]
    accounts: list[Row[Any]]
    parent: Row[Any] | None
    sites_above: list[str]
    sites_below: list[str]
    successors: list[Row[Any]]


async def statement(session: AsyncSession, code: str) -> Statement:
    """What there is to say of the agency with this code or official code.

    Raises:
        NotFound: there is none.
    """
    agency = await agencies.find(session, code)
    if agency is None:
        raise NotFound
    if ended(agency):
        return Statement(agency, [], None, [], [], await queries.names(session, list(agency.successors)))
    parent, below = await queries.above_and_below(session, agency)
    codes = [row.code for row in (agency, *below, *([parent] if parent else []))]
    official = await directory.of_agencies(session, codes)
    return Statement(
        agency=agency,
        accounts=[row for row in official if row.agency_code == agency.code],
        parent=parent,
        sites_above=_sites(official, {parent.code} if parent else set()),
        sites_below=_sites(official, {row.code for row in below}),
        successors=[],
    )


def ended(agency: Row[Any]) -> bool:
    """Whether the agency exists no more."""
    return agency.valid_to is not None and agency.valid_to <= clock.today()


def _sites(official: list[Row[Any]], codes: set[str]) -> list[str]:
    return [row.url for row in official if row.platform == "website" and row.agency_code in codes]


def trust_txt(said: Statement) -> str:
    """The agency's trust.txt (JournalList, 2020), ready to be put on its site; without `contact=`.

    Accounts that are suspended are left out: a list that vouches must not name what was hijacked.
    """
    agency = said.agency
    lines = [f"# {agency.name} ({agency.code})"]
    if ended(agency):
        lines.append(f"# Đã kết thúc, ended: {agency.valid_to}")
        lines += [f"# Cơ quan kế thừa, successor: {row.name} ({row.code})" for row in said.successors]
    else:
        lines.append("# Các tài khoản chính thức đã đăng ký. The official accounts on the register.")
        lines += [f"controlledby={url}" for url in said.sites_above]
        lines += [f"control={row.url}" for row in said.accounts if row.platform in SITES]
        lines += [f"control={url}" for url in said.sites_below]
        lines += [f"social={row.url}" for row in said.accounts if row.platform not in SITES]
    return "\n".join(lines) + "\n"


def json_ld(said: Statement, base: str) -> dict[str, Any]:
    """The agency as a schema.org GovernmentOrganization. `base` is where the registry is reached."""
    agency = said.agency
    sites = [row.url for row in said.accounts if row.platform == "website"]
    codes = {"agency-code": agency.code, "official-code": agency.official_code, "area-code": agency.area_code}
    document = {
        "@context": ["https://schema.org", {"isReplacedBy": "http://purl.org/dc/terms/isReplacedBy"}],
        "@type": "GovernmentOrganization",
        "@id": _id(base, agency.code),
        "name": agency.name,
        "alternateName": agency.short_name,
        "identifier": [
            {"@type": "PropertyValue", "propertyID": name, "value": value}
            for name, value in codes.items()
            if value
        ],
        "url": sites[0] if sites else None,
        "sameAs": [row.url for row in said.accounts],
        "parentOrganization": said.parent and _named(base, said.parent),
        "foundingDate": agency.valid_from and agency.valid_from.isoformat(),
        "dissolutionDate": agency.valid_to and agency.valid_to.isoformat(),
        "isReplacedBy": [_named(base, row) for row in said.successors],
    }
    return {name: value for name, value in document.items() if value}


def _named(base: str, agency: Row[Any]) -> dict[str, Any]:
    return {"@type": "GovernmentOrganization", "@id": _id(base, agency.code), "name": agency.name}


def _id(base: str, code: str) -> str:
    return f"{base}/v1/agencies/{code}"
