"""From upload to effect: who may send, see, apply and cancel an import. The worker does the rest (`working`)."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries as agencies
from services.registry.imports import queries
from services.registry.imports.columns import FIELDS
from services.registry.imports.reading import REFUSALS, Refused, recognise
from services.registry.imports.tables import Import
from services.registry.policy import IMPORTS
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id
from shared.problems import AppError, Conflict, Forbidden, IllegalTransition, Invalid, NotFound, Text
from shared.spreadsheets import BOM, csv_lines
from shared.versions import Expected

TRANSITIONS: dict[str, dict[str, str]] = {
    "uploaded": {"cancel": "cancelled"},
    "checking": {"cancel": "cancelled"},
    "checked": {"apply": "applying", "cancel": "cancelled"},
    "applying": {"cancel": "cancelled"},
    "applied": {},
    "refused": {},
    "cancelled": {},
}
"""State → what people may do → next state; the worker takes the other steps."""
_AT_ONCE = 1000


class UnusableFile(AppError):
    """What was sent is no table, or one that nobody should unpack; `reason` says which."""

    status, slug = 422, "unusable-file"
    title = Text("Không dùng được tệp này", "The file cannot be used")
    advice = Text(
        "`detail` cho biết vì sao và cần làm gì. Tệp được nhận là CSV hoặc .xlsx, không mật khẩu, không macro.",
        "`detail` says why, and what to do. CSV and .xlsx are taken, without password and macros.",
    )
    example_members = {"reason": "not-a-table"}  # noqa: RUF012 - as its parent has it


class RowsWithErrors(Conflict):
    """All rows were to be applied, and some have errors."""

    slug = "rows-with-errors"
    title = Text("Còn hàng có lỗi", "Some rows have errors")
    advice = Text(
        "Không có gì được ghi. Hãy tải `/errors.csv`, sửa rồi gửi lại các hàng đó; hoặc áp dụng các hàng đúng với "
        "`mode` là `good`.",
        "Nothing was written. Download `/errors.csv`, correct these rows and send them again; or apply the others with "
        "`mode` set to `good`.",
    )
    example_members = {"bad": 2}  # noqa: RUF012 - as its parent has it


async def upload(
    session: AsyncSession,
    actor: Actor,
    kind: str,
    content: bytes,
    *,
    agency_code: str | None,
    named: Sequence[str],
) -> tuple[Import, bool]:
    """Take a file in; it is checked in the background. Returns the import, and whether it is a new one.

    The same file with the same options is the same import, unless that was refused or cancelled, or has been
    applied without some of its rows.

    Raises:
        Forbidden: the kind needs another role.
        UnusableFile: it is neither CSV nor XLSX, or an archive that nobody should unpack.
        Invalid: an option makes no sense.
        NotFound: the agency for rows without one is unknown or not within reach.
    """
    _require_role(actor, kind)
    options = {
        "named": _named(kind, named),
        "agency_code": await _default_agency(session, actor, agency_code),
    }
    try:
        form = recognise(content)
    except Refused as refusal:
        raise UnusableFile(REFUSALS[refusal.code], reason=refusal.code) from refusal
    described = orjson.dumps([kind, options], option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(described + b"\n" + content).digest()
    if (same := await _in_its_place(session, actor, digest)) is not None:
        return same, False
    moment = clock.now()
    made = Import(
        id=new_id(),
        agency_code=actor.agency,
        kind=kind,
        state="uploaded",
        digest=digest,
        options=options,
        format=form,
        headings=[],
        fields=[],
        missing=[],
        created_at=moment,
        updated_at=moment,
    )
    try:
        async with session.begin_nested():
            session.add(made)
    except IntegrityError:  # a twin was faster
        same = await queries.same_file(session, actor.agency, digest)
        if same is None:
            raise
        return same, False
    await queries.keep_file(session, made.id, content)
    await trail.record(session, actor, "imports.create", "import", made.id, made.agency_code, made.version)
    return made, True


async def _in_its_place(session: AsyncSession, actor: Actor, digest: bytes) -> Import | None:
    """The import that stands for a file; none when rows of that were left out and are tried anew."""
    same = await queries.same_file(session, actor.agency, digest)
    if same is None or not _left_over(same):
        return same
    same.digest = hashlib.sha256(digest + same.id.bytes).digest()  # it stands for the file no more
    await session.flush()
    return None


async def read(session: AsyncSession, actor: Actor, import_id: UUID) -> Import:
    """An import within the actor's reach.

    Raises:
        NotFound: there is none.
    """
    found = await queries.find(session, import_id, actor.agency)
    if found is None:
        raise NotFound
    return found


async def apply(
    session: AsyncSession, actor: Actor, import_id: UUID, mode: str, expected: Expected
) -> Import:
    """Have the checked rows entered, in the actor's name.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        Forbidden: the kind needs another role.
        RowsWithErrors: all rows were to be applied, and some have errors.
    """
    importing = await _moved(session, actor, import_id, "apply", expected)
    if mode == "all" and importing.bad:
        raise RowsWithErrors(bad=importing.bad)
    importing.mode, importing.position = mode, 0
    importing.applier_issuer, importing.applier_subject = actor.identity
    importing.applier_agency = actor.agency
    await session.flush()
    return importing


async def cancel(session: AsyncSession, actor: Actor, import_id: UUID, expected: Expected) -> Import:
    """Stop an import. What has been applied stays; it is listed.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        Forbidden: the kind needs another role.
    """
    importing = await _moved(session, actor, import_id, "cancel", expected)
    importing.finished_at = importing.updated_at
    await queries.drop_file(session, importing.id)
    await session.flush()
    return importing


async def corrections(session: AsyncSession, importing: Import, language: str) -> AsyncIterator[bytes]:
    """The rows with errors as a CSV to correct and send again: as they came, and what is wrong.

    A value that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    heading = "Lỗi" if language == "vi" else "Errors"
    yield BOM + csv_lines([[*importing.headings, heading]])
    after, more = 0, True
    while more:
        rows = await queries.findings(session, importing.id, after=after, limit=_AT_ONCE, warnings=False)
        yield csv_lines([_correction(importing, row, language) for row in rows])
        more = len(rows) == _AT_ONCE
        after = rows[-1].number if rows else after


async def _moved(
    session: AsyncSession, actor: Actor, import_id: UUID, action: str, expected: Expected
) -> Import:
    importing = await queries.find(session, import_id, actor.agency, lock=True)
    if importing is None:
        raise NotFound
    _require_role(actor, importing.kind)
    expected.require(importing.version)
    allowed = TRANSITIONS[importing.state]
    if action not in allowed:
        raise IllegalTransition(importing.state, sorted(allowed))
    importing.state = allowed[action]
    importing.version += 1
    importing.updated_at = clock.now()
    await trail.record(
        session, actor, f"imports.{action}", "import", importing.id, importing.agency_code, importing.version
    )
    return importing


def _left_over(importing: Import) -> bool:
    """Whether an import is over, and rows with errors were left: what they lacked may be there by now."""
    return importing.state == "applied" and bool(importing.bad or importing.failed)


def _require_role(actor: Actor, kind: str) -> None:
    needed = IMPORTS[kind].roles
    if not actor.roles & needed:
        names = ", ".join(sorted(needed))
        raise Forbidden(
            Text(f"Loại dữ liệu này cần vai trò: {names}.", f"This kind needs the role: {names}."),
            required_roles=sorted(needed),
        )


def _named(kind: str, named: Sequence[str]) -> dict[str, str]:
    """Field → heading, as the sender has it."""
    pairs = [each.partition(":") for each in named]
    fields = {field.name for field in FIELDS[kind]}
    if any(field not in fields for field, _, _ in pairs):
        known = ", ".join(sorted(fields))
        raise Invalid.at(
            "/query/map", Text(f"Trường phải là một trong: {known}.", f"The field must be one of: {known}.")
        )
    return {field: heading for field, _, heading in pairs}


async def _default_agency(session: AsyncSession, actor: Actor, code: str | None) -> str | None:
    if code is None:
        return None
    agency = await agencies.find(session, code)
    if agency is None or not await tenancy.reaches(session, actor.agency, agency.code):
        raise NotFound(
            Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")
        )
    return str(agency.code)


def _correction(importing: Import, row: Any, language: str) -> list[str]:
    said = [
        f"{_heading(importing, error['field'])}{error[language]}"
        + (f" → {error['suggestion']}" if error["suggestion"] else "")
        for error in row.errors
    ]
    width = len(importing.headings)
    cells = [*row.cells, *[""] * (width - len(row.cells))]
    # Cells too many stay too many, so that the row is not taken for a good one when it comes back as it is.
    return [*cells[:width], " | ".join(said), *cells[width:]]


def _heading(importing: Import, field: str | None) -> str:
    return (
        f"{importing.headings[importing.fields.index(field)]}: "
        if field in importing.fields and field
        else ""
    )
