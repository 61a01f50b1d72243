"""`/v1/directory`: the official accounts of all agencies, for everybody."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.registry.directory import exports, service
from services.registry.directory.formats import CsvWriter, JsonLinesWriter, XlsxWriter
from services.registry.directory.schemas import CsvQuery, DirectoryEntry, DirectoryPageQuery, DirectoryQuery
from services.registry.policy import POLICY
from shared.auth import Actor
from shared.conditional import UNCHANGED, IfNoneMatch, Keeping, answer
from shared.db import Session
from shared.openapi import file_answer
from shared.pagination import Page
from shared.problems import Invalid, Language, responses
from shared.spreadsheets import CSV, XLSX

router = APIRouter(tags=["directory"], responses=responses(Invalid) | UNCHANGED)

_MINUTE = Keeping(seconds=60)
_MINUTE_BY_LANGUAGE = Keeping(seconds=60, vary="Accept-Language")
_JSONL = "application/jsonl"
_BUSY = responses(exports.ExportsBusy)


@router.get(
    "/v1/directory",
    operation_id="listDirectory",
    summary="Search the directory",
    response_model=Page[DirectoryEntry],
)
async def list_directory(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("directory.list")],
    asked: Annotated[DirectoryPageQuery, Query()],
    known: IfNoneMatch = None,
) -> Response:
    """Accounts that are official now. `suspended` ones are shown as what they are: not to be trusted."""
    page = await service.page(session, asked)
    return answer(page.model_dump_json().encode(), "application/json", known, _MINUTE)


@router.get(
    "/v1/directory.csv",
    operation_id="exportDirectoryCsv",
    summary="Take the directory away as CSV",
    response_class=Response,
    responses=file_answer(CSV, "Agency code,Agency,Platform,…\r\nT82.X30169,…") | _BUSY,
)
async def export_csv(
    request: Request,
    _: Annotated[Actor | None, POLICY.allow("directory.export")],
    language: Language,
    asked: Annotated[CsvQuery, Query()],
    known: IfNoneMatch = None,
) -> Response:
    """All accounts that the filters leave, as of one moment; headings in the language of the request.

    A cell that a spreadsheet could take for a formula has an apostrophe before it; the JSON lines have it
    as it is.
    """
    form = exports.Form(
        f"csv {language} {asked.bom}",
        CSV,
        "csv",
        partial(CsvWriter, language=language, bom=asked.bom),
        _MINUTE_BY_LANGUAGE,
        (("Content-Language", language),),
    )
    return await exports.export(request, asked, form, known)


@router.get(
    "/v1/directory.xlsx",
    operation_id="exportDirectoryXlsx",
    summary="Take the directory away as a workbook",
    response_class=Response,
    responses=file_answer(XLSX, "a workbook") | _BUSY,
)
async def export_xlsx(
    request: Request,
    _: Annotated[Actor | None, POLICY.allow("directory.export")],
    language: Language,
    asked: Annotated[DirectoryQuery, Query()],
    known: IfNoneMatch = None,
) -> Response:
    """The same as the CSV, for spreadsheets. Every cell is text: codes keep their zeros."""
    form = exports.Form(
        f"xlsx {language}",
        XLSX,
        "xlsx",
        partial(XlsxWriter, language=language),
        _MINUTE_BY_LANGUAGE,
        (("Content-Language", language),),
    )
    return await exports.export(request, asked, form, known)


@router.get(
    "/v1/directory.jsonl",
    operation_id="exportDirectoryJsonl",
    summary="Take the directory away as JSON lines",
    response_class=Response,
    responses=file_answer(_JSONL, '{"id":"019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e",…}') | _BUSY,
)
async def export_jsonl(
    request: Request,
    _: Annotated[Actor | None, POLICY.allow("directory.export")],
    asked: Annotated[DirectoryQuery, Query()],
    known: IfNoneMatch = None,
) -> Response:
    """Every entry on a line of its own, exactly as the list has it."""
    form = exports.Form("jsonl", _JSONL, "jsonl", JsonLinesWriter, _MINUTE)
    return await exports.export(request, asked, form, known)
