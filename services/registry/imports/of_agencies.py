"""Rows that are agencies: read into what `POST /v1/agencies` takes, and judged by its rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import entering
from services.registry.agencies import queries as agencies
from services.registry.agencies.entering import CodeTaken
from services.registry.agencies.schemas import AgencyCreate
from services.registry.agencies.words import ORGANISATION_TYPES
from services.registry.imports.columns import AGENCIES
from services.registry.imports.findings import Finding, of_problem
from services.registry.imports.rows import Row, as_area_code, as_date, as_model, look_over
from shared import clock
from shared.auth import Actor
from shared.problems import AppError, NotFound
from shared.search import fold
from shared.tenancy import LEVELS

_FIELDS = frozenset(field.name for field in AGENCIES)
_LEVELS = {
    **{level: level for level in LEVELS},
    "trung uong": "central",
    "bo": "central",
    "tinh": "province",
    "thanh pho": "province",
    "xa": "commune",
    "phuong": "commune",
    "dac khu": "commune",
    "so": "department",
    "phong": "department",
    "ban": "department",
    "so phong": "department",
    "don vi": "unit",
    "don vi truc thuoc": "unit",
    "truc thuoc": "unit",
}
_TYPES = {
    **{fold(word): word for word in ORGANISATION_TYPES},
    "uy ban nhan dan": "peoples_committee",
    "ubnd": "peoples_committee",
    "hoi dong nhan dan": "peoples_council",
    "hdnd": "peoples_council",
    "so": "department",
    "phong": "department",
    "so phong": "department",
    "co quan chuyen mon": "department",
    "thanh tra": "inspectorate",
    "toa an": "court",
    "vien kiem sat": "procuracy",
    "cong an": "police",
    "quan su": "military",
    "bo chi huy quan su": "military",
    "dang uy": "party_committee",
    "mat tran": "fatherland_front",
    "mat tran to quoc": "fatherland_front",
    "mttq": "fatherland_front",
    "doan the": "mass_organisation",
    "hoi": "mass_organisation",
    "to chuc chinh tri xa hoi": "mass_organisation",
    "truong": "school",
    "truong hoc": "school",
    "benh vien": "hospital",
    "tram y te": "hospital",
    "trung tam y te": "hospital",
    "bao chi": "press",
    "bao dai": "press",
    "dai truyen thanh": "press",
    "don vi su nghiep": "public_service_unit",
    "su nghiep": "public_service_unit",
    "doanh nghiep nha nuoc": "state_enterprise",
}
"""What offices write → the word of the API."""
_AREA_LENGTHS = {"province": (2,), "commune": (5,)}


async def judge(
    session: AsyncSession, actor: Actor, rows: Sequence[Row], earlier: Mapping[str, Mapping[str, str]]
) -> None:
    """Note what is wrong with rows, and what each would become. Nothing is written.

    Args:
        session: takes the lock of the tree of agencies.
        actor: in whose reach the parents have to be.
        rows: to be judged.
        earlier: values of good rows of the same file further up, by key: they can be parents.
    """
    await agencies.lock(session)
    look_over(rows, AGENCIES)
    bodies = {id(row): body for row in rows if (body := _body(row)) is not None and not row.errors}
    whole = [row for row in rows if id(row) in bodies]
    planned = {code: _planned(values) for code, values in earlier.items()}
    judged = await entering.judge(session, actor, [bodies[id(row)] for row in whole], planned)
    registered = await agencies.by_code(session, [bodies[id(row)].code or "" for row in whole])
    parents = await agencies.resolve(session, {bodies[id(row)].parent_code for row in whole})
    for row, made in zip(whole, judged, strict=True):
        row.key = bodies[id(row)].code
        if isinstance(made, AppError):
            _explain(row, made, bodies[id(row)], registered, parents)
        else:
            row.thing = made


async def apply(session: AsyncSession, actor: Actor, rows: Sequence[Row]) -> list[str]:
    """Enter the agencies of judged rows; returns their codes."""
    made: list[entering.Agency] = [row.thing for row in rows]
    await entering.enter(session, actor, made)
    return [each["code"] for each in made]


def _body(row: Row) -> AgencyCreate | None:
    """What would be sent to `POST /v1/agencies`; None when errors were noted."""
    values: dict[str, Any] = {name: value for name, value in row.values.items() if name in _FIELDS}
    for name in ("code", "parent_code", "official_code"):
        if name in values:
            values[name] = values[name].upper()
    for name, meanings in (("level", _LEVELS), ("organisation_type", _TYPES)):
        if name in values:
            values[name] = meanings.get(fold(values[name]), values[name])
    _repair_area(row, values)
    try:
        values["valid_from"] = as_date(values.get("valid_from", ""))
    except ValueError:
        row.refuse("not-a-date", "valid_from")
    return as_model(row, AgencyCreate, values, _FIELDS)


def _repair_area(row: Row, values: dict[str, Any]) -> None:
    text = values.get("area_code")
    if not text:
        return
    try:
        code, repaired = as_area_code(text, _AREA_LENGTHS.get(values.get("level", ""), (2, 3, 5)))
    except ValueError:
        return  # which its form will be refused for
    if repaired:
        row.warn("leading-zero", "area_code", code)
    values["area_code"] = code


def _planned(values: Mapping[str, str]) -> entering.Agency:
    """An agency that a row further up will become, as far as a parent has to be known."""
    body = _body(Row(0, dict(values)))
    assert body is not None  # noqa: S101 - it was good when it was checked
    return {
        **body.model_dump(),
        "valid_from": body.valid_from or clock.today(),
        "valid_to": None,
        "successors": [],
    }


def _explain(
    row: Row,
    problem: AppError,
    body: AgencyCreate,
    registered: Mapping[str, entering.Agency],
    parents: Mapping[str, str],
) -> None:
    """A refusal by the rules, at the cell that it is about; an agency that is registered just so is known."""
    same = registered.get(body.code or "")
    if isinstance(problem, CodeTaken) and same and same["parent_code"] == parents.get(body.parent_code):
        row.known = same["code"]
        if same["name"] != body.name:
            row.warn("differs", "name", same["name"])
    elif isinstance(problem, CodeTaken):
        column = "code" if same or not body.official_code else "official_code"
        row.errors.append(Finding("code-taken", column, same["name"] if same else None))
    elif isinstance(problem, NotFound):
        row.refuse("parent-unusable", "parent_code")
    else:
        row.errors.extend(of_problem(problem, _FIELDS))
