"""The five methods, each against real peers: sites, a name server, and people."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared import clock
from shared.db import Database, violated_constraint
from tests.support.answers import ok, problem
from tests.support.names import Names
from tests.support.staff import Staff

LETTER = {"method": "document", "number": "05/TB-UBND", "issued_on": "2026-02-18"}


async def looked(staff: Staff, proof: dict[str, Any]) -> str | None:
    """Check a proof; the code of what went wrong."""
    checked = await staff.check(proof)
    assert checked["failure"] is None or checked["failure"]["detail"]
    return checked["failure"] and str(checked["failure"]["code"])


def backlink(staff: Staff, path: str = "/") -> dict[str, Any]:
    return {"method": "backlink", "site": staff.site.url, "path": path}


async def test_a_page_that_links_with_rel_me_proves(staff: Staff) -> None:
    account = await staff.draft(display_name='UBND "Lấp Vò" & xã')
    proof = await staff.proof(account, backlink(staff, "/lien-he"))
    assert proof["publish"]["places"] == [f"{staff.site.url}/lien-he"]
    line = proof["publish"]["line"]
    assert f'href="{account["url"]}"' in line
    assert "&quot;Lấp Vò&quot; &amp; xã" in line
    assert await looked(staff, proof) == "not-published"
    staff.site.show(f"<html><body><p>{line}</p></body></html>", "/lien-he")
    checked = await staff.check(proof)
    assert (checked["state"], checked["strength"], checked["path"]) == ("valid", "weak", "/lien-he")


@pytest.mark.parametrize(
    "page",
    [
        '<link rel="me" href="{url}">',
        '<a class=x rel="nofollow ME noopener" href=" {url}/?ref=site ">x</a>',
        "<A REL=me HREF={mobile}>x</A>",
        '<base href="https://www.facebook.com/"><a rel="me" href="/{handle}">x</a>',
        '<p><b>unclosed<table><a rel="me" href="{url}">x',
        '<a rel="me" href="https://www.facebook.com/&#x{first};{rest}">x</a>',
    ],
)
async def test_any_way_of_writing_the_link_counts(staff: Staff, page: str) -> None:
    account = await staff.draft()
    handle = account["handle"]
    proof = await staff.proof(account, backlink(staff))
    staff.site.show(
        page.format(
            url=account["url"],
            handle=handle,
            mobile=f"https://m.facebook.com/{handle}",
            first=f"{ord(handle[0]):x}",
            rest=handle[1:],
        )
    )
    assert await looked(staff, proof) is None


@pytest.mark.parametrize(
    "page",
    [
        "",
        '<a href="{url}">x</a>',
        '<a rel="meet" href="{url}">x</a>',
        '<a rel="me" href="{url}x">x</a>',
        '<a rel="me">{url}</a>',
        '<a rel="me ugc" href="{url}">a visitor wrote this</a>',
        '<!-- <a rel="me" href="{url}">x</a> -->',
        '<script>\'<a rel="me" href="{url}">x</a>\'</script>',
        '<textarea><a rel="me" href="{url}">x</a></textarea>',
        '<a rel="me" href="https://evil.example/?u={url}">x</a>',
        '<a title=\'rel="me" href="{url}"\' href="https://x.example">x</a>',
        "\x00\xff<<<>>><a rel=me href='http://[broken'>",
    ],
)
async def test_what_is_not_the_site_s_own_word_does_not_count(staff: Staff, page: str) -> None:
    account = await staff.draft()
    proof = await staff.proof(account, backlink(staff))
    staff.site.show(page.format(url=account["url"]))
    assert await looked(staff, proof) == "not-linked"


async def test_a_page_is_read_up_to_a_bound(staff: Staff) -> None:
    proof = await staff.proof(await staff.draft(), backlink(staff))
    staff.site.show("<a>" * 200_000)
    assert await looked(staff, proof) == "too-large"
    for hostile in ("<a ", "<!--", "<div>", "<ul><li>", "<a><b></a>", "<table><a>", "&amp", "<"):
        staff.site.show(
            hostile * (500_000 // len(hostile))
        )  # each takes minutes where work grows with its square
        assert await looked(staff, proof) == "not-linked"
    staff.site.status["/"] = 301
    assert await looked(staff, proof) == "redirect"


async def dns_proof(staff: Staff, host: str) -> dict[str, Any]:
    return await staff.proof(await staff.draft(), {"method": "dns_txt", "site": f"https://{host}"})


@pytest.mark.parametrize("label", ["_chinhdanh.", ""])
async def test_a_record_of_the_domain_proves(staff: Staff, names: Names, label: str) -> None:
    host = f"x{secrets.token_hex(4)}.gov.vn"
    proof = await dns_proof(staff, f"www.{host}")
    assert proof["publish"]["places"] == [f"_chinhdanh.{host}", host]
    names.texts[label + host] = ["v=spf1 -all", proof["publish"]["line"].upper(), "x" * 600]
    checked = await staff.check(proof)
    assert (checked["state"], checked["strength"], checked["failure"]) == ("valid", "strong", None)
    assert names.asked[0] == f"_chinhdanh.{host}"


async def test_what_the_name_server_says_is_told_apart(staff: Staff, names: Names) -> None:
    host = f"x{secrets.token_hex(4)}.gov.vn"
    proof, other = await dns_proof(staff, host), await dns_proof(staff, host)
    assert proof["publish"]["line"] != other["publish"]["line"]
    assert await looked(staff, proof) == "no-record"
    names.texts[host] = []
    assert await looked(staff, proof) == "no-record"
    names.texts[host] = ["v=spf1 -all"]
    assert await looked(staff, proof) == "no-record"
    names.texts[host] = [other["publish"]["line"]]
    assert await looked(staff, proof) == "other-code"
    assert await looked(staff, other) is None
    names.failing = True
    assert await looked(staff, proof) == "dns"
    names.failing, names.silent = False, True
    assert await looked(staff, proof) == "timeout"


async def test_an_address_has_no_records(staff: Staff) -> None:
    body = {"method": "dns_txt", "site": staff.site.url}
    answer = await staff.act(await staff.draft(), "proofs", json=body, headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/site"


async def code_proof(staff: Staff) -> tuple[dict[str, Any], dict[str, Any]]:
    """An account, and a proof by a code in its profile."""
    account = await staff.draft()
    return account, await staff.proof(account, {"method": "profile_code"})


async def attest(staff: Staff, proof: dict[str, Any], **options: Any) -> httpx.Response:
    path = f"/v1/accounts/{proof['account_id']}/proofs/{proof['id']}/attest"
    options.setdefault("headers", staff.approver)
    return await staff.client.post(path, **options)


def seen(account: dict[str, Any], proof: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"url": account["url"], "code": proof["publish"]["line"], **changes}


async def test_a_second_person_attests_to_a_code_in_the_profile(
    staff: Staff, registry_database: Database
) -> None:
    account, proof = await code_proof(staff)
    assert proof["publish"]["places"] == [account["url"]]
    typed = proof["publish"]["line"].upper().replace("-", " ")
    mobile = account["url"].replace("www.", "m.")
    body = seen(account, proof, url=mobile, code=typed, platform_id="100064512345678")
    answer = await attest(staff, proof, json=body, headers={**staff.approver, "If-Match": '"1"'})
    attested = ok(answer)
    assert (attested["state"], attested["strength"]) == ("valid", "medium")
    assert attested["seen_platform_id"] == "100064512345678"
    assert attested["expires_at"] > (clock.now() + timedelta(days=364)).isoformat()
    assert answer.headers["etag"] == f'"{attested["version"]}"'
    async with registry_database.transaction() as session:
        row = await session.execute(
            text("SELECT seen_platform_id, attester_subject FROM proofs WHERE id = :id"),
            {"id": UUID(proof["id"])},
        )
        assert row.one() == ("100064512345678", f"{staff.agency}:approver")
    assert ok(await staff.act(account, "submit", headers=staff.officer))["state"] == "submitted"


async def test_nobody_attests_to_what_they_asked_for(staff: Staff, registry_database: Database) -> None:
    account = await staff.draft()
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    proof = ok(await staff.act(account, "proofs", json={"method": "profile_code"}, headers=both), 201)
    problem(await attest(staff, proof, json=seen(account, proof), headers=both), 403, "self-attestation")
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text("""
                    UPDATE proofs SET attester_issuer = creator_issuer, attester_subject = creator_subject
                    WHERE id = :id
                """),
                {"id": UUID(proof["id"])},
            )
    assert violated_constraint(refused.value) == "ck_proofs_two_people"


async def test_the_database_knows_no_attested_proof_without_an_attester(
    staff: Staff, registry_database: Database
) -> None:
    _, proof = await code_proof(staff)
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text(
                    "UPDATE proofs SET state = 'valid', strength = 'medium', expires_at = now() WHERE id = :id"
                ),
                {"id": UUID(proof["id"])},
            )
    assert violated_constraint(refused.value) == "ck_proofs_attested"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": "https://www.facebook.com/somebodyelse"}, "/url"),
        ({"url": "not a link"}, "/url"),
        ({"code": "chinhdanh-aaaa-aaaa-aaaa-aaaa"}, "/code"),
        ({"code": ""}, "/code"),
        ({"platform_id": "1 2"}, "/platform_id"),
    ],
)
async def test_another_profile_or_code_is_not_attested(
    staff: Staff, changes: dict[str, str], pointer: str
) -> None:
    account, proof = await code_proof(staff)
    answer = await attest(staff, proof, json=seen(account, proof, **changes))
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == pointer


async def test_an_id_that_is_registered_has_to_be_the_one_seen(staff: Staff) -> None:
    account = await staff.draft(url="https://www.facebook.com/profile.php?id=100064512345678")
    proof = await staff.proof(account, {"method": "profile_code"})
    other = seen(account, proof, platform_id="100064500000000")
    assert (
        problem(await attest(staff, proof, json=other), 422, "invalid")["errors"][0]["pointer"]
        == "/platform_id"
    )
    ok(await attest(staff, proof, json=seen(account, proof, platform_id="100064512345678")))


async def test_each_method_has_its_own_way(staff: Staff) -> None:
    account, proof = await code_proof(staff)
    machine = await staff.proof(account)
    path = f"/v1/accounts/{account['id']}/proofs"
    checked = await staff.client.post(f"{path}/{proof['id']}/check", headers=staff.officer)
    assert problem(checked, 409, "other-proof-method")["method"] == "profile_code"
    attested = await attest(staff, machine, json=seen(account, proof))
    assert problem(attested, 409, "other-proof-method")["method"] == "well_known"
    confirmed = await staff.client.post(f"{path}/{proof['id']}/confirm", headers=staff.approver)
    problem(confirmed, 409, "other-proof-method")


async def confirm(staff: Staff, proof: dict[str, Any], headers: dict[str, str]) -> httpx.Response:
    path = f"/v1/accounts/{proof['account_id']}/proofs/{proof['id']}/confirm"
    return await staff.client.post(path, headers=headers)


async def test_a_letter_alone_approves_nothing(staff: Staff) -> None:
    account = await staff.draft()
    proof = await staff.proof(account, {**LETTER, "issued_by": staff.agency})
    assert proof["document"] == {"number": "05/TB-UBND", "issued_on": "2026-02-18", "issued_by": staff.agency}
    confirmed = ok(await confirm(staff, proof, staff.approver))
    assert (confirmed["state"], confirmed["strength"]) == ("valid", "weak")
    problem(await staff.act(account, "submit", headers=staff.officer), 409, "no-valid-proof")


async def test_a_letter_of_the_agency_above_confirmed_by_itself_does(staff: Staff) -> None:
    account = await staff.draft()
    proof = await staff.proof(account, {**LETTER, "issued_by": staff.tenant.province})
    assert ok(await confirm(staff, proof, staff.approver))["strength"] == "weak"
    above = staff.tenant.auth(staff.tenant.province, "approver")
    assert ok(await confirm(staff, proof, above))["strength"] == "medium"
    assert ok(await staff.act(account, "submit", headers=staff.officer))["state"] == "submitted"


async def test_nobody_confirms_the_letter_they_entered(staff: Staff) -> None:
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    body = {**LETTER, "issued_by": staff.agency}
    proof = ok(await staff.act(await staff.draft(), "proofs", json=body, headers=both), 201)
    problem(await confirm(staff, proof, both), 403, "self-attestation")
    stale = {**staff.approver, "If-Match": '"7"'}
    problem(await confirm(staff, proof, stale), 412, "stale-version")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"issued_on": "2999-01-01"}, "/issued_on"),
        ({"issued_by": "NOBODY.X1"}, "/issued_by"),
        ({"number": "a letter about somebody"}, "/document/number"),
        ({"number": "05"}, None),
        ({"number": "1234/QĐ.UBND-NC"}, None),
        ({"number": "12-CV/TU"}, None),
    ],
)
async def test_the_reference_of_a_letter_is_one(
    staff: Staff, changes: dict[str, str], pointer: str | None
) -> None:
    body = {**LETTER, "issued_by": staff.agency, **changes}
    answer = await staff.act(await staff.draft(), "proofs", json=body, headers=staff.officer)
    if pointer is None:
        ok(answer, 201)
        return
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"].endswith(pointer.rpartition("/")[2])


async def test_an_agency_that_had_ended_issues_no_letters(staff: Staff) -> None:
    body = {**LETTER, "issued_by": staff.tenant.former}
    account = await staff.draft()
    answer = await staff.act(account, "proofs", json=body, headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/issued_by"
    before = {**body, "issued_on": "2025-06-30"}
    ok(await staff.act(account, "proofs", json=before, headers=staff.officer), 201)
