"""The links by which an account is known: held, let go, and official again only with a fresh proof."""

import secrets
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.db import Database, violated_constraint
from tests.support.answers import ok, problem
from tests.support.staff import Staff

NO_LONGER = {"reason": "no_longer_held"}


def numbered() -> str:
    """A link that carries an immutable id, nobody else's."""
    return f"https://www.facebook.com/profile.php?id=1000{secrets.randbelow(10**11):011}"


async def verified(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    return ok(await client.get("/v1/verify", params={"url": url}))


async def refused(staff: Staff, slug: str, **changes: Any) -> dict[str, Any]:
    """The holder named in the refusal of a new account."""
    answer = await staff.client.post("/v1/accounts", json=staff.body(**changes), headers=staff.officer)
    return dict(problem(answer, 409, slug)["holder"])


async def test_an_account_is_found_by_its_handle_and_by_its_id(staff: Staff) -> None:
    link = numbered()
    account = await staff.active(platform_id_url=link)
    assert account["platform_id"] == link.partition("=")[2]
    assert account["url"].endswith(account["handle"])
    for url in (account["url"], link):
        answer = await verified(staff.client, url)
        assert (answer["verdict"], answer["account"]["id"]) == ("official", account["id"])


@pytest.mark.parametrize(
    "other",
    [
        "https://www.facebook.com/ubnd-lap-vo",
        "https://x.com/i/user/12345",
        "https://www.facebook.com/groups/123456789012345",
        "https://www.facebook.com/",
    ],
)
async def test_both_links_must_be_one_account_s(staff: Staff, other: str) -> None:
    answer = await staff.client.post(
        "/v1/accounts", json=staff.body(platform_id_url=other), headers=staff.officer
    )
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/platform_id_url"


async def test_two_ids_are_two_accounts(staff: Staff) -> None:
    body = staff.body(url=numbered(), platform_id_url=numbered())
    answer = await staff.client.post("/v1/accounts", json=body, headers=staff.officer)
    assert problem(answer, 422, "invalid")["reason"] == "another-account"


async def test_either_link_alone_is_held(staff: Staff) -> None:
    link = numbered()
    account = await staff.active(platform_id_url=link)
    holder = {"account_id": account["id"], "agency_code": staff.agency}
    assert await refused(staff, "identity-held", url=account["url"]) == holder
    assert await refused(staff, "identity-held", url=link) == holder
    assert await refused(staff, "identity-held", url=account["url"], platform_id_url=numbered()) == holder


async def test_an_id_that_is_held_under_another_handle_shows_a_rename(staff: Staff) -> None:
    link = numbered()
    account, other = await staff.active(platform_id_url=link), await staff.active()
    holder = {"account_id": account["id"], "agency_code": staff.agency}
    assert await refused(staff, "renamed", platform_id_url=link) == holder
    taken = await refused(staff, "identity-held", url=other["url"], platform_id_url=link)
    assert taken["account_id"] == other["id"]


async def test_a_draft_that_was_entered_meanwhile_is_not_approved(staff: Staff) -> None:
    link = numbered()
    second = await staff.submitted(platform_id_url=link)
    first = await staff.active(platform_id_url=link)
    late = problem(await staff.act(second, "approve"), 409, "renamed")
    assert late["holder"]["account_id"] == first["id"]
    assert (await verified(staff.client, second["url"]))["verdict"] == "unknown"


async def test_the_database_knows_one_holder_of_a_link(staff: Staff, registry_database: Database) -> None:
    first, second = await staff.active(), await staff.active()
    with pytest.raises(IntegrityError) as conflict:
        async with registry_database.transaction() as session:
            await session.execute(
                text("""
                    INSERT INTO identities (identity, account_id, held_from)
                    SELECT identity, :second, now() FROM identities WHERE account_id = :first
                """),
                {"first": first["id"], "second": second["id"]},
            )
    assert violated_constraint(conflict.value) == "uq_identities_held"


async def test_what_was_let_go_needs_a_proof_that_is_younger(staff: Staff) -> None:
    waiting = await staff.proven()
    first = await staff.active(url=waiting["url"])
    ok(await staff.act(first, "retire", json=NO_LONGER))
    late = problem(await staff.act(waiting, "submit", headers=staff.officer), 409, "fresh-proof-needed")
    assert late["released_at"]
    await staff.check(await staff.proof(waiting))
    ok(await staff.act(waiting, "submit", headers=staff.officer))
    assert ok(await staff.act(waiting, "approve"))["state"] == "active"


async def test_a_link_let_go_after_the_submission_stops_the_approval(staff: Staff) -> None:
    waiting = await staff.submitted()
    first = await staff.active(url=waiting["url"])
    ok(await staff.act(first, "retire", json=NO_LONGER))
    problem(await staff.act(waiting, "approve"), 409, "fresh-proof-needed")


async def test_a_tombstone_counts_for_everybody_s_later_claims(staff: Staff) -> None:
    first = await staff.active()
    ok(await staff.act(first, "retire", json=NO_LONGER))
    second = await staff.active(url=first["url"])
    ok(await staff.act(second, "retire", json=NO_LONGER))
    assert (await verified(staff.client, first["url"]))["account"]["id"] == second["id"]
