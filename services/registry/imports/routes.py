"""`/v1/imports`: many accounts or agencies from one table."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.registry.imports import queries, service, shown, templates
from services.registry.imports.schemas import (
    Application,
    ImportRead,
    Kind,
    Mapped,
    RowRead,
)
from services.registry.imports.tables import Import
from services.registry.policy import POLICY
from shared import files
from shared.auth import Actor
from shared.conditional import UNCHANGED, IfNoneMatch, Keeping, answer
from shared.db import Session
from shared.openapi import file_answer, shows
from shared.pagination import (
    CursorParameter,
    Limit,
    Page,
    decode_id_cursor,
    decode_number_cursor,
    following,
)
from shared.problems import (
    ChosenLanguage,
    Forbidden,
    IllegalTransition,
    Invalid,
    Language,
    NotFound,
    Unauthenticated,
    responses,
)
from shared.schemas import AgencyCode
from shared.spreadsheets import CSV, XLSX, file_headers
from shared.uploads import Upload, file_body
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(
    prefix="/v1/imports",
    tags=["imports"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)
templates_router = APIRouter(
    prefix="/v1/imports/templates", tags=["imports"], responses=responses(NotFound, Invalid) | UNCHANGED
)

_HOUR_BY_LANGUAGE = Keeping(seconds=3600, vary="Accept-Language")
TemplateKind = Annotated[Kind, Path(description="What the rows will be.", examples=["accounts"])]
_EXAMPLE = (
    "Mã cơ quan,Liên kết,Tên hiển thị,Ngôn ngữ\n"
    "T82.X30169,https://www.facebook.com/ubndxalapvo,UBND xã Lấp Vò,vi\n"
)


@router.post(
    "",
    operation_id="createImport",
    openapi_extra={
        **file_body({CSV: _EXAMPLE, XLSX: "PK…"}),
        **shows(state="uploaded", encoding=None, header_row=None, columns=[], started_at=None, version=1),
    },
    summary="Send a table",
    status_code=201,
    responses=responses(Invalid, service.UnusableFile),
)
async def create_import(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("imports.create")],
    kind: Annotated[Kind, Query(description="What the rows are.")],
    upload: Upload,
    response: Response,
    language: Language,
    agency_code: Annotated[
        AgencyCode | None,
        Query(description="The agency of rows that name none.", examples=["T82.X30169"]),
    ] = None,
    named: Annotated[
        list[Mapped] | None,
        Query(
            alias="map",
            max_length=20,
            description="`field:heading`, where a heading would not be recognised.",
            examples=[["display_name:Fanpage"]],
        ),
    ] = None,
) -> ImportRead:
    """Send a CSV or XLSX file as the body. It is tried out in the background, and nothing is entered before you
    `apply` it. Titles above the headings, any usual delimiter, UTF-8, UTF-16, windows-1258, TCVN3 and VNI are
    understood. The same file again is the same import.
    """
    made, _ = await service.upload(session, actor, kind, upload, agency_code=agency_code, named=named or ())
    response.headers["Location"] = f"/v1/imports/{made.id}"
    return _read(made, response, language)


@router.get("", operation_id="listImports", summary="List imports")
async def list_imports(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("imports.list")],
    language: Language,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[ImportRead]:
    """Imports of your agency and of those below it, newest first."""
    found = await queries.page(session, actor.agency, after=decode_id_cursor(cursor), limit=limit)
    return Page(
        items=[shown.import_read(each, language) for each in found],
        next_cursor=following(found, limit, lambda last: last.id),
    )


@router.get("/{import_id}", operation_id="readImport", summary="Read an import's progress")
async def read_import(
    import_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("imports.read")],
    language: Language,
    response: Response,
) -> ImportRead:
    """How far it is, what was recognised, and how many rows are good."""
    return _read(await service.read(session, actor, import_id), response, language)


@router.get("/{import_id}/errors", operation_id="listImportErrors", summary="List rows with errors")
async def list_import_errors(
    import_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("imports.errors")],
    language: Language,
    warnings: Annotated[
        bool, Query(description="Also rows that only have warnings.", examples=[True])
    ] = False,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[RowRead]:
    """Every error by row and column, with what may be meant, in the order of the rows."""
    importing = await service.read(session, actor, import_id)
    after = decode_number_cursor(cursor) or 0
    rows = await queries.findings(session, importing.id, after=after, limit=limit, warnings=warnings)
    return Page(
        items=[shown.row_read(importing, row, language) for row in rows],
        next_cursor=following(rows, limit, lambda last: last.number),
    )


@router.get(
    "/{import_id}/errors.csv",
    operation_id="downloadImportErrors",
    summary="Download rows with errors",
    response_class=Response,
    responses=file_answer(CSV, "Mã cơ quan,Lỗi\n"),
)
async def download_import_errors(
    import_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("imports.download")],
    language: Language,
) -> Response:
    """The rows with errors as they came, with a column that says what is wrong: correct them, and send them again."""
    importing = await service.read(session, actor, import_id)
    headers = {**file_headers(f"import-{importing.id}-errors.csv"), "Cache-Control": "no-store"}
    return await files.answer(service.corrections(session, importing, language), CSV, headers)


@router.post(
    "/{import_id}/apply",
    operation_id="applyImport",
    openapi_extra=shows(state="applying", mode="all"),
    summary="Apply",
    responses=responses(IllegalTransition, StaleVersion, service.RowsWithErrors),
)
async def apply_import(
    import_id: UUID,
    body: Application,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("imports.apply")],
    language: Language,
    expected: ExpectedVersion,
    response: Response,
) -> ImportRead:
    """Have the checked rows entered, in your name and in the background. Accounts become drafts."""
    importing = await service.apply(session, actor, import_id, body.mode, expected)
    return _read(importing, response, language)


@router.post(
    "/{import_id}/cancel",
    operation_id="cancelImport",
    openapi_extra=shows(state="cancelled"),
    summary="Cancel",
    responses=responses(IllegalTransition, StaleVersion),
)
async def cancel_import(
    import_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("imports.cancel")],
    language: Language,
    expected: ExpectedVersion,
    response: Response,
) -> ImportRead:
    """Stop it. What has been applied by then stays, and is counted."""
    return _read(await service.cancel(session, actor, import_id, expected), response, language)


@templates_router.get(
    "/{kind}.csv",
    operation_id="downloadCsvTemplate",
    summary="Download a template as CSV",
    response_class=Response,
    responses=file_answer(CSV, "Mã cơ quan (*),Liên kết\n"),
)
async def download_csv_template(
    kind: TemplateKind,
    _: Annotated[Actor | None, POLICY.allow("imports.template_csv")],
    language: ChosenLanguage,
    known: IfNoneMatch = None,
) -> Response:
    """A table to fill in: what each column means, the headings, and an example."""
    content = templates.as_csv(templates.rows(kind, language))
    return answer(content, CSV, known, _HOUR_BY_LANGUAGE, file_headers(f"{kind}.csv"))


@templates_router.get(
    "/{kind}.xlsx",
    operation_id="downloadXlsxTemplate",
    summary="Download a template as XLSX",
    response_class=Response,
    responses=file_answer(XLSX, "PK…"),
)
async def download_xlsx_template(
    kind: TemplateKind,
    _: Annotated[Actor | None, POLICY.allow("imports.template_xlsx")],
    language: ChosenLanguage,
    known: IfNoneMatch = None,
) -> Response:
    """The same as a workbook in which no leading zero is lost."""
    content = templates.as_xlsx(templates.rows(kind, language))
    return answer(content, XLSX, known, _HOUR_BY_LANGUAGE, file_headers(f"{kind}.xlsx"))


def _read(importing: Import, response: Response, language: str) -> ImportRead:
    tag(response, importing.version)
    return shown.import_read(importing, language)
