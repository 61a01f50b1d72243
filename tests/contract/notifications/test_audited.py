"""Whatever is done to subscriptions and deliveries is in the audit log."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.notifications.policy import AUDITED
from services.notifications.subscriptions.service import switch_off
from shared import clock
from shared.db import Database
from tests.contract.notifications.office import Office
from tests.support.answers import ok
from tests.support.audit import acts, audited


async def test_every_act_on_a_subscription_is_recorded(
    office: Office, database_of_notifications: Database
) -> None:
    subscription = await office.subscribe()
    ok(await office.act(subscription, "disable"))
    ok(await office.act(subscription, "enable"))
    ok(await office.act(subscription, "rotate-secret"))
    ok(await office.act(subscription, "test"), 202)
    await office.happen(office.event())
    (delivery,) = await office.deliveries(subscription)
    ok(await office.act(subscription, f"deliveries/{delivery['id']}/retry"))
    since = (clock.now() - timedelta(minutes=1)).isoformat()
    ok(await office.act(subscription, "replay", json={"since": since}))
    cause = uuid4()
    async with database_of_notifications.transaction() as session:
        for _ in range(2):  # the second time there is nothing left to do
            await switch_off(session, UUID(subscription["id"]), "failing", cause)
    admin = office.tenant.auth(office.agency, "admin")
    ok(await office.client.get("/v1/audit", params={"object_id": subscription["id"]}, headers=admin))
    assert (await office.act(subscription, "", method="DELETE")).status_code == 204

    person = f"{office.agency}:officer"
    assert await acts(database_of_notifications, office.agency) == [
        ("subscriptions.create", person, 1),
        ("subscriptions.disable", person, 2),
        ("subscriptions.enable", person, 3),
        ("subscriptions.rotate", person, 4),
        ("subscriptions.test", person, 4),
        ("deliveries.retry", person, None),
        ("deliveries.replay", person, None),
        ("subscriptions.switch_off", "system", 5),
        ("audit.list", f"{office.agency}:admin", None),
        ("subscriptions.delete", person, 6),
    ]
    rows = await audited(database_of_notifications, office.agency)
    assert {row.action for row in rows} == set(AUDITED)
    assert [row.cause for row in rows if row.cause] == [cause]
    assert {row.object_id for row in rows} == {subscription["id"], delivery["id"]}
