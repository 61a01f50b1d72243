"""The same file again, what is done twice, and what is forgotten."""

import asyncio
import csv
import io
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from services.registry.imports.retention import RULES
from services.registry.imports.tables import ImportRow
from shared import clock, tenancy
from shared.db import Database
from shared.retention import forget_once
from tests.support.answers import ok
from tests.support.audit import acts
from tests.support.importing import HEADER, Desk, accounts_csv, counts, page, table
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency


async def test_a_row_with_the_id_of_an_account_and_another_handle_shows_a_rename(
    desk: Desk, staff: Staff
) -> None:
    account = await staff.numbered()
    header = ("agency_code", "platform", "handle", "platform_id", "display_name")
    row = (
        staff.agency,
        "Facebook",
        f"{account['handle']}.new",
        account["platform_id"],
        account["display_name"],
    )
    made = await desk.checked([header, row])
    assert counts(made) == {"total": 1, "checked": 1, "unchanged": 1}
    (warned,) = await desk.errors(made, warnings=True)
    assert [each["code"] for each in warned["warnings"]] == ["renamed"]


async def test_the_same_file_is_the_same_import_and_the_same_rows_change_nothing(
    desk: Desk, tenant: Tenant
) -> None:
    content = accounts_csv(tenant.commune, 3)
    made = await desk.checked(content)
    assert ok(await desk.send(content), 201)["id"] == made["id"]
    done = await desk.applied(made)
    assert ok(await desk.send(content), 201) == done

    header, *rows = csv.reader(io.StringIO(content.decode()))
    rows[0][2] = "Tên khác"
    again = await desk.checked([header, *rows, (tenant.commune, page("fresh.page"), "Mới", "vi")])
    assert counts(again) == {"total": 4, "checked": 4, "good": 1, "unchanged": 3}
    (warned,) = await desk.errors(again, warnings=True)
    assert (warned["row"], warned["warnings"][0]["code"]) == (2, "differs")
    assert counts(await desk.applied(again))["applied"] == 1
    assert len(await desk.accounts(tenant.commune)) == 4


async def test_no_table_alone_changes_the_name_of_what_is_official(desk: Desk, staff: Staff) -> None:
    account = await staff.active()
    made = await desk.checked([HEADER, (staff.agency, account["url"], "Bộ Công an Việt Nam", "vi")])
    assert counts(made) == {"total": 1, "checked": 1, "unchanged": 1}
    (warned,) = await desk.errors(made, warnings=True)
    assert "two people" in warned["warnings"][0]["detail"] or "hai người" in warned["warnings"][0]["detail"]
    await desk.applied(made)
    (kept,) = await desk.accounts(staff.agency)
    assert (kept.display_name, kept.new_display_name) == (account["display_name"], None)


async def test_twins_are_one_import(desk: Desk, tenant: Tenant) -> None:
    content = accounts_csv(tenant.commune)
    answers = await asyncio.gather(*(desk.send(content) for _ in range(4)))
    assert len({ok(answer, 201)["id"] for answer in answers}) == 1
    assert [act for act, _, _ in await acts(desk.database, tenant.province)] == ["imports.create"]


async def test_values_are_forgotten_after_thirty_days_and_counts_are_not(
    desk: Desk, tenant: Tenant, registry_database: Database
) -> None:
    content = table([HEADER, (tenant.commune, "nothing", "A", "vi")])
    made = await desk.checked(content)
    with clock.shifted(timedelta(days=31)):
        await forget_once(registry_database, RULES)
    found = ok(await desk.client.get(f"/v1/imports/{made['id']}", headers=desk.headers))
    assert (found["state"], found["columns"], counts(found)) == ("cancelled", [], counts(made))
    assert await desk.errors(made) == []
    async with registry_database.transaction() as session:
        rows = select(func.count()).select_from(ImportRow).where(col(ImportRow.import_id) == UUID(made["id"]))
        assert await session.scalar(rows) == 0
    assert (await desk.checked(content))["id"] != made["id"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["vi", "en"])
async def test_what_was_taken_from_the_directory_is_registered_already(
    desk: Desk, tenant: Tenant, staff: Staff, form: str, language: str
) -> None:
    await staff.active(languages=["vi", "en"], purpose="information")
    headers = {"Accept-Language": language}
    taken = await desk.client.get(
        f"/v1/directory.{form}", params={"agency_code": tenant.commune}, headers=headers
    )
    again = await desk.checked(taken.content)
    assert counts(again) == {"total": 1, "checked": 1, "unchanged": 1}
    assert await desk.errors(again, warnings=True) == []


async def test_rows_that_were_left_out_are_tried_anew(
    desk: Desk, tenant: Tenant, registry_database: Database
) -> None:
    """A file names an agency that is entered later: the very same file is of use then."""
    new = f"{tenant.province}.X9"
    content = table([HEADER, (tenant.commune, page("old.page"), "A", ""), (new, page("new.page"), "B", "")])
    first = await desk.checked(content)
    assert ok(await desk.send(content), 201)["id"] == first["id"]
    assert counts(await desk.applied(first, "good"))["bad"] == 1
    async with registry_database.transaction() as session:
        await tenancy.store(session, [agency(new, parent_code=tenant.province)])
    for _ in range(2):
        answers = await asyncio.gather(*(desk.send(content) for _ in range(3)))
        (again,) = {ok(answer, 201)["id"] for answer in answers}
        assert again != first["id"]
    second = await desk.settled({"id": again})
    assert counts(await desk.applied(second)) == {
        "total": 2,
        "checked": 2,
        "good": 1,
        "unchanged": 1,
        "applied": 1,
    }
    assert ok(await desk.send(content), 201)["id"] == again
