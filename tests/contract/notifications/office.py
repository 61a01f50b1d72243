"""The people of an agency who look after its subscriptions, and the events that reach them."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import httpx
import orjson
from sqlalchemy import text

from services.notifications.deliveries.fan_out import fan_out
from services.notifications.event_types.catalogue import CONTRACTS
from services.notifications.event_types.routes import example
from shared.db import Database, new_id
from shared.events.envelope import Envelope
from shared.messaging.bus import Received
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.receiver import Message, Receiver
from tests.support.tenant import Tenant

INCIDENT = "reports.incident.received.v1"
SUSPENDED = "registry.account.suspended.v1"


@dataclass(frozen=True)
class Office:
    """Officers of `agency`."""

    client: httpx.AsyncClient
    database: Database
    tenant: Tenant
    receiver: Receiver
    agency: str

    def of(self, agency: str) -> "Office":
        """The same in another agency."""
        return replace(self, agency=agency)

    @property
    def officer(self) -> dict[str, str]:
        return self.tenant.auth(self.agency, "officer")

    def body(self, **changes: Any) -> dict[str, Any]:
        return {"channel": "webhook", "url": self.receiver.url, "event_types": ["reports.*"], **changes}

    async def subscribe(self, **changes: Any) -> dict[str, Any]:
        answer = await self.client.post("/v1/subscriptions", json=self.body(**changes), headers=self.officer)
        return ok(answer, 201)

    async def act(
        self, subscription: dict[str, Any], action: str, *, method: str = "POST", **options: Any
    ) -> httpx.Response:
        """A request below a subscription, by the officer."""
        path = f"/v1/subscriptions/{subscription['id']}/{action}".rstrip("/")
        return await self.client.request(method, path, headers=self.officer, **options)

    async def read(self, subscription: dict[str, Any]) -> dict[str, Any]:
        return ok(await self.act(subscription, "", method="GET"))

    async def deliveries(self, subscription: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        """Its deliveries, newest first."""
        answer = await self.act(subscription, "deliveries", method="GET", params={"limit": 200, **query})
        items: list[dict[str, Any]] = ok(answer)["items"]
        return items

    def event(self, kind: str = INCIDENT, **changes: Any) -> Envelope:
        """Something that happened in the agency."""
        path = f"{self.tenant.province}/{self.agency}"
        fresh = {"id": new_id(), "agency": self.agency, "agencypath": path}
        return example(CONTRACTS[kind]).model_copy(update={**fresh, **changes})

    async def happen(self, *events: Envelope) -> list[Received]:
        """Events arrive by the bus, all in one transaction."""
        received = [Received(event, orjson.dumps(event.model_dump(mode="json")).decode()) for event in events]
        async with self.database.transaction() as session:
            await fan_out(session, received)
        return received

    async def arrived(self, *events: Envelope, seconds: float = 10.0) -> list[Message]:
        """The messages of these events, once all are there."""
        ids = {str(event.id) for event in events}

        async def look() -> list[Message]:
            found = [m for m in self.receiver.messages if m.headers["webhook-id"] in ids]
            return found if ids == {m.headers["webhook-id"] for m in found} else []

        return await eventually(look, seconds=seconds)

    async def settled(self, subscription: dict[str, Any], state: str, count: int = 1) -> list[dict[str, Any]]:
        """Its deliveries in a state, once there are `count`."""

        async def look() -> list[dict[str, Any]]:
            found = await self.deliveries(subscription, state=state)
            return found if len(found) >= count else []

        return await eventually(look)

    async def tried(self, subscription: dict[str, Any], times: int) -> dict[str, Any]:
        """Its latest delivery, once it was tried so many times."""

        async def look() -> dict[str, Any] | None:
            latest = (await self.deliveries(subscription))[0]
            return latest if len(latest["attempts"]) >= times else None

        found = await eventually(look)
        assert found is not None
        return found

    async def emitted(self, subject: UUID | str) -> list[dict[str, Any]]:
        """What the service told of a thing."""
        async with self.database.transaction() as session:
            rows = await session.scalars(
                text("SELECT envelope FROM outbox WHERE envelope::json->>'subject' = :id ORDER BY position"),
                {"id": str(subject)},
            )
            return [orjson.loads(row) for row in rows]
