"""Memberships: who may give what to whom, for how long, and who may stand in for whom."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from deploy.local.config import ISSUER
from services.registry import first_admin
from services.registry.base import SESSION_INFO
from services.registry.memberships.problems import AlreadyMember
from shared import clock, tenancy
from shared.db import Database
from shared.memberships import digest
from shared.problems import NotFound
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency

outbox = SESSION_INFO["messaging"].outbox


@dataclass(frozen=True)
class Personnel:
    """Those who keep the members of a commune."""

    client: httpx.AsyncClient
    tenant: Tenant

    @property
    def admin(self) -> dict[str, str]:
        return self.tenant.auth(self.tenant.commune, "admin", sub=self.tenant.subject("admin"))

    async def enter(self, name: str = "", **body: Any) -> dict[str, Any]:
        """A new member of the commune: an officer unless told otherwise."""
        return ok(await self.try_to_enter(name or str(uuid4()), **body), 201)

    async def try_to_enter(self, name: str, **body: Any) -> httpx.Response:
        subject = self.tenant.subject(name)
        full = {"agency_code": self.tenant.commune, "subject": subject, "roles": ["officer"], **body}
        return await self.client.post("/v1/memberships", json=full, headers=self.admin)

    async def put(self, membership: dict[str, Any], **changes: Any) -> httpx.Response:
        options = {"headers": changes.pop("headers", self.admin)}
        kept = {name: membership[name] for name in ("roles", "valid_from", "valid_to")}
        return await self.client.put(
            f"/v1/memberships/{membership['id']}", json={**kept, **changes}, **options
        )

    async def end(self, membership: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        path = f"/v1/memberships/{membership['id']}/end"
        return await self.client.post(path, headers=headers or self.admin)

    async def delegate(
        self, membership: dict[str, Any], name: str, headers: dict[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        """Have somebody stand in for two weeks from today unless told otherwise."""
        days = {"valid_from": day(0), "valid_to": day(14)}
        full = {"subject": self.tenant.subject(name), "roles": ["officer"], **days, **body}
        path = f"/v1/memberships/{membership['id']}/delegations"
        return await self.client.post(path, json=full, headers=headers or self.admin)

    async def read(self, membership: dict[str, Any]) -> dict[str, Any]:
        return ok(await self.client.get(f"/v1/memberships/{membership['id']}", headers=self.admin))

    async def listed(self, headers: dict[str, str] | None = None, **query: Any) -> list[str]:
        answer = await self.client.get("/v1/memberships", params=query, headers=headers or self.admin)
        return [each["id"] for each in ok(answer)["items"]]


def day(distance: int) -> str:
    """So many days from today."""
    return (clock.today() + timedelta(days=distance)).isoformat()


@pytest.fixture
def personnel(registry: httpx.AsyncClient, tenant: Tenant) -> Personnel:
    return Personnel(registry, tenant)


async def test_a_member_is_entered_with_what_was_left_out_filled_in(personnel: Personnel) -> None:
    made = await personnel.enter("somebody", roles=["approver", "viewer", "approver"])
    assert made["issuer"] == ISSUER
    assert made["roles"] == ["viewer", "approver"]
    assert (made["kind"], made["valid_from"], made["valid_to"]) == ("person", day(0), None)
    assert (made["state"], made["delegation_of"], made["version"]) == ("in_force", None, 1)
    assert await personnel.read(made) == made


async def test_nobody_gives_themself_anything(
    personnel: Personnel, registry_database: Database, tenant: Tenant
) -> None:
    problem(await personnel.try_to_enter("admin"), 403, "self-grant")
    above = tenant.auth(tenant.province, "admin", sub=tenant.subject("above"))
    body = {"agency_code": tenant.commune, "subject": tenant.subject("admin"), "roles": ["viewer"]}
    given = ok(await personnel.client.post("/v1/memberships", json=body, headers=above), 201)
    problem(await personnel.put(given, roles=["admin"]), 403, "self-grant")
    other = await personnel.enter()
    problem(await personnel.delegate(other, "admin"), 403, "self-grant")
    # The database would not have it either.
    with pytest.raises(IntegrityError, match="ck_memberships_two_people"):
        async with registry_database.transaction() as session:
            await session.execute(
                text("UPDATE memberships SET granted_by = identity WHERE id = :id"), {"id": other["id"]}
            )
    # What one has, one can give up; not take back.
    ended = ok(await personnel.end(given))
    assert ended["state"] == "ended"
    problem(await personnel.put(ended, valid_to=None), 403, "self-grant")


async def test_a_system_is_never_an_approver(personnel: Personnel, registry_database: Database) -> None:
    made = await personnel.enter(kind="system", roles=["officer", "viewer"])
    refused = problem(await personnel.put(made, roles=["approver"]), 422, "invalid")
    assert refused["errors"][0]["pointer"] == "/roles"
    problem(await personnel.try_to_enter("robot", kind="system", roles=["approver"]), 422, "invalid")
    problem(await personnel.delegate(made, "somebody"), 409, "not-delegable")
    with pytest.raises(IntegrityError, match="ck_memberships_no_system_approves"):
        async with registry_database.transaction() as session:
            await session.execute(
                text("UPDATE memberships SET roles = '{approver}' WHERE id = :id"), {"id": made["id"]}
            )


async def test_one_membership_for_an_identity_and_agency(personnel: Personnel) -> None:
    made = await personnel.enter("somebody")
    refused = problem(await personnel.try_to_enter("somebody", roles=["admin"]), 409, "already-member")
    assert refused["membership_id"] == made["id"]
    await personnel.enter("somebody", agency_code=personnel.tenant.commune, issuer="https://id.example.vn")
    answers = await asyncio.gather(*(personnel.try_to_enter("twin") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_an_agency_beyond_reach_or_ended_has_no_new_members(
    personnel: Personnel, tenant: Tenant
) -> None:
    for code in (tenant.province, tenant.sibling, tenant.foreign, f"{tenant.commune}.NOBODY"):
        problem(await personnel.try_to_enter("somebody", agency_code=code), 404, "not-found")
    refused = problem(await personnel.try_to_enter("somebody", agency_code=tenant.former), 422, "invalid")
    assert refused["successors"] == [tenant.commune]


async def test_members_are_entered_before_their_agency_begins(
    personnel: Personnel, tenant: Tenant, registry_database: Database
) -> None:
    """They are told then that it has not begun, and not that it has ended."""
    code, begins = f"{tenant.commune}.NEW", clock.today() + timedelta(days=2)
    row = agency(code, level="unit", parent_code=tenant.commune, valid_from=begins)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [row])
    await personnel.enter("early", agency_code=code)
    path, who = "/v1/accounts", tenant.bare("early")
    refused = problem(await personnel.client.get(path, headers=who), 403, "forbidden")
    assert refused["valid_from"] == begins.isoformat()
    assert "successors" not in refused
    with clock.shifted(timedelta(days=2)):
        ok(await personnel.client.get(path, headers=who))


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"valid_from": "2026-03-01", "valid_to": "2026-03-01"}, "/valid_to"),
        ({"valid_from": "2026-03-01", "valid_to": "2026-02-01"}, "/valid_to"),
        ({"roles": []}, "/roles"),
        ({"roles": ["root"]}, "/roles/0"),
        ({"subject": "Nguyễn Văn A"}, "/subject"),
        ({"issuer": "sso"}, "/issuer"),
        ({"full_name": "Nguyễn Văn A"}, "/full_name"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    personnel: Personnel, body: dict[str, Any], pointer: str
) -> None:
    refused = problem(await personnel.try_to_enter(str(uuid4()), **body), 422, "invalid")
    assert refused["errors"][0]["pointer"] == pointer


async def test_an_end_takes_effect_at_once_and_there_is_a_way_back(personnel: Personnel) -> None:
    made = await personnel.enter()
    ended = ok(await personnel.end(made))
    assert (ended["state"], ended["valid_to"], ended["version"]) == ("ended", day(0), 2)
    assert problem(await personnel.end(made), 409, "illegal-transition")["allowed"] == ["change"]
    back = ok(await personnel.put(ended, valid_to=day(30)))
    assert (back["state"], back["version"]) == ("in_force", 3)
    with clock.shifted(timedelta(days=29)):
        assert (await personnel.read(made))["state"] == "in_force"
    with clock.shifted(timedelta(days=30)):
        assert (await personnel.read(made))["state"] == "ended"


async def test_what_has_not_begun_can_be_ended(personnel: Personnel) -> None:
    made = await personnel.enter(valid_from=day(10), valid_to=day(20))
    assert made["state"] == "planned"
    ended = ok(await personnel.end(made))
    assert (ended["state"], ended["valid_to"]) == ("ended", day(10))
    with clock.shifted(timedelta(days=10)):
        assert (await personnel.read(made))["state"] == "ended"


async def test_a_change_is_made_to_what_was_read(personnel: Personnel) -> None:
    made = await personnel.enter()
    ok(await personnel.put(made, roles=["viewer"], expected_version=1))
    refused = problem(await personnel.put(made, roles=["admin"], expected_version=1), 412, "stale-version")
    assert refused["version"] == 2
    path, headers = f"/v1/memberships/{made['id']}/end", {**personnel.admin, "If-Match": '"1"'}
    problem(await personnel.client.post(path, headers=headers), 412, "stale-version")
    assert (await personnel.read(made))["roles"] == ["viewer"]


async def test_lists_are_of_one_s_reach_of_an_agency_and_of_a_day(
    personnel: Personnel, tenant: Tenant
) -> None:
    above = tenant.auth(tenant.province, "admin")
    old = await personnel.enter(valid_from="2026-01-01", valid_to="2026-02-01")
    new = await personnel.enter(valid_from="2026-02-01")
    body = {"agency_code": tenant.sibling, "subject": tenant.subject("next door"), "roles": ["viewer"]}
    beside = ok(await personnel.client.post("/v1/memberships", json=body, headers=above), 201)
    assert await personnel.listed() == [new["id"], old["id"]]
    assert await personnel.listed(above) == [beside["id"], new["id"], old["id"]]
    assert await personnel.listed(above, agency_code=tenant.commune) == [new["id"], old["id"]]
    assert await personnel.listed(at="2026-01-31") == [old["id"]]
    assert await personnel.listed(at="2026-02-01") == [new["id"]]
    assert await personnel.listed(agency_code=tenant.sibling) == []
    refused = await personnel.client.get(
        "/v1/memberships", params={"agency_code": f"{tenant.commune}.NOBODY"}, headers=above
    )
    assert problem(refused, 422, "invalid")["errors"][0]["pointer"] == "/query/agency_code"
    page = await personnel.client.get("/v1/memberships", params={"limit": 1}, headers=personnel.admin)
    rest = {"limit": 5, "cursor": ok(page)["next_cursor"]}
    assert await personnel.listed(**rest) == [old["id"]]


async def test_a_delegation_gives_no_more_than_there_is(personnel: Personnel) -> None:
    member = await personnel.enter(roles=["officer", "viewer"], valid_from=day(-5), valid_to=day(60))
    for body, pointer in (
        ({"roles": ["approver"]}, "/roles"),
        ({"valid_from": day(-6)}, "/valid_from"),
        ({"valid_to": day(61)}, "/valid_to"),
        ({"valid_to": day(0)}, "/valid_to"),
        ({"subject": member["subject"]}, "/subject"),
    ):
        refused = problem(await personnel.delegate(member, "stand-in", **body), 422, "invalid")
        assert refused["errors"][0]["pointer"] == pointer
    for_ever = await personnel.enter()
    problem(await personnel.delegate(for_ever, "stand-in", valid_to=day(91)), 422, "invalid")
    longest = ok(await personnel.delegate(for_ever, "stand-in", valid_to=day(90)), 201)
    assert (longest["delegation_of"], longest["roles"]) == (for_ever["id"], ["officer"])
    problem(await personnel.delegate(longest, "somebody else"), 409, "not-delegable")
    problem(await personnel.put(longest, valid_to=day(91)), 422, "invalid")
    problem(await personnel.put(longest, valid_to=None), 422, "invalid")


async def test_members_delegate_and_revoke_themselves(personnel: Personnel, tenant: Tenant) -> None:
    member = await personnel.enter("absent")
    me, stand_in = tenant.bare("absent"), tenant.bare("stand-in")
    other = tenant.auth(tenant.commune, "officer", "approver", sub=tenant.subject("colleague"))
    problem(await personnel.delegate(member, "stand-in", other), 404, "not-found")
    problem(await personnel.delegate(member, "absent", me), 403, "self-grant")
    made = ok(await personnel.delegate(member, "stand-in", me), 201)

    def own(answer: httpx.Response) -> list[str]:
        return [each["id"] for each in ok(answer)["items"]]

    assert own(await personnel.client.get("/v1/memberships/me", headers=me)) == [made["id"], member["id"]]
    assert own(await personnel.client.get("/v1/memberships/me", headers=stand_in)) == [made["id"]]
    assert own(await personnel.client.get("/v1/memberships/me", headers=other)) == []
    problem(await personnel.end(made, other), 404, "not-found")
    problem(await personnel.end(member, stand_in), 404, "not-found")
    assert ok(await personnel.end(made, me))["state"] == "ended"
    problem(await personnel.client.get("/v1/memberships/me", headers=stand_in), 403, "no-membership")


async def test_delegations_shrink_and_end_with_what_they_are_part_of(personnel: Personnel) -> None:
    member = await personnel.enter(roles=["viewer", "officer", "approver"])
    both = ok(await personnel.delegate(member, "a", roles=["officer", "approver"], valid_to=day(80)), 201)
    one = ok(await personnel.delegate(member, "b", roles=["approver"]), 201)
    member = ok(await personnel.put(member, roles=["viewer", "officer"], valid_to=day(40)))
    both = await personnel.read(both)
    assert (both["roles"], both["valid_to"], both["version"]) == (["officer"], day(40), 2)
    assert (await personnel.read(one))["state"] == "ended"
    ok(await personnel.end(member))
    assert [(await personnel.read(each))["state"] for each in (both, one)] == ["ended", "ended"]
    ok(await personnel.put(member, valid_to=None))
    assert (await personnel.read(both))["state"] == "ended"


async def test_whoever_stands_in_does_not_approve_what_they_submitted(
    personnel: Personnel, staff: Staff, tenant: Tenant
) -> None:
    absent, stand_in = tenant.bare("absent"), tenant.bare("stand-in")
    member = await personnel.enter("absent", roles=["officer", "approver"])
    ok(await personnel.delegate(member, "stand-in", absent, roles=["officer", "approver"]), 201)
    account = await staff.proven()
    ok(await staff.act(account, "submit", headers=stand_in))
    problem(await staff.act(account, "approve", headers=stand_in), 403, "self-approval")
    ok(await staff.act(account, "approve", headers=absent))


async def test_every_change_is_recorded_and_told_as_a_state_alone(
    personnel: Personnel, registry_database: Database, tenant: Tenant
) -> None:
    member = await personnel.enter("somebody", roles=["officer", "viewer"])
    delegation = ok(await personnel.delegate(member, "stand-in"), 201)
    ok(await personnel.put(member, roles=["viewer"]))
    ok(await personnel.end(member))
    admin = tenant.subject("admin")
    assert await acts(registry_database, tenant.commune) == [
        ("memberships.create", admin, 1),
        ("memberships.delegate", admin, 1),
        ("memberships.change", admin, 2),
        ("memberships.change", admin, 2),
        ("memberships.end", admin, 3),
    ]
    async with registry_database.transaction() as session:
        rows = (
            await session.execute(
                outbox.select()
                .where(outbox.c.agency_code == tenant.commune)
                .order_by(outbox.c.position.desc())
            )
        ).all()
    assert {row.is_fact for row in rows} == {False}
    assert rows[0].state_subject == f"state.registry.membership.{member['id']}"
    assert {row.state_subject.rpartition(".")[2] for row in rows} == {member["id"], delegation["id"]}
    assert f'"identity":"{digest(ISSUER, tenant.subject("somebody"))}"' in rows[0].envelope
    assert not any(word in row.envelope for row in rows for word in ("somebody", "stand-in", ISSUER))


async def test_an_operator_makes_the_first_administrator_and_no_second(
    personnel: Personnel, settings_for: SettingsFor, registry_database: Database, tenant: Tenant
) -> None:
    settings, first = settings_for("registry"), tenant.subject("first")
    for nowhere in (tenant.former, f"{tenant.commune}.NOBODY"):
        with pytest.raises(NotFound):
            await first_admin.make(settings, nowhere, first)
    with pytest.raises(ValidationError, match="subject"):
        await first_admin.make(settings, tenant.commune, "Nguyễn Văn A")
    made = await first_admin.make(settings, tenant.commune, first)
    assert await personnel.listed(tenant.bare("first")) == [made]
    with pytest.raises(AlreadyMember) as refused:
        await first_admin.make(settings, tenant.commune, tenant.subject("second"))
    assert refused.value.detail is not None
    assert refused.value.detail.en.startswith("The agency has an administrator already")
    ok(await personnel.end({"id": made}))
    with pytest.raises(AlreadyMember):
        await first_admin.make(settings, tenant.commune, first)
    await first_admin.make(settings, tenant.commune, tenant.subject("second"))
    assert (await acts(registry_database, tenant.commune))[0] == ("memberships.create", "system", 1)


async def test_an_official_code_is_no_other_agency_s_code(
    registry_database: Database, tenant: Tenant
) -> None:
    async def store(**changes: Any) -> None:
        async with registry_database.transaction() as session:
            await tenancy.store(session, [agency(**changes)])

    mine = f"G{tenant.commune}"
    await store(code=tenant.commune, official_code=mine, parent_code=tenant.province, version=2)
    for refused in (
        {"code": f"{tenant.commune}.U1", "official_code": tenant.sibling},
        {"code": tenant.sibling, "official_code": tenant.province, "version": 2},
        {"code": mine},
    ):
        with pytest.raises(IntegrityError, match="another agency"):
            await store(**refused)
    await store(code=tenant.sibling, official_code=tenant.sibling, version=2)
    async with registry_database.transaction() as session:
        assert await tenancy.resolve(session, mine) == tenant.commune
        assert await tenancy.resolve(session, tenant.commune) == tenant.commune
        assert await tenancy.resolve(session, f"{mine}.X") is None


def test_the_digest_joins_issuer_and_subject_unambiguously() -> None:
    pairs = [("a", "b"), ("a,b", ""), ("ab", ""), ("", "ab"), ('a","b', ""), ("b", "a"), ("a", 'b"]')]
    assert len({digest(*pair) for pair in pairs}) == len(pairs)
    assert len(digest("a", "b")) == 64
