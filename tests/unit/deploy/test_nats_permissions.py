"""What the three NATS users may do, on a real server with the configuration of production."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field

import nats
import nats.errors
import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig

from deploy.local.config import HOST, SERVICES
from deploy.local.stack import RunningStack


@dataclass
class User:
    """A connected service and the refusals it was told of."""

    client: Client
    refused: list[str] = field(default_factory=list)

    @property
    def js(self) -> JetStreamContext:
        return self.client.jetstream(timeout=0.5)


async def connect(servers: RunningStack, service: str) -> User:
    refused: list[str] = []

    async def note(error: Exception) -> None:
        refused.append(str(error).lower())

    client = await nats.connect(
        f"nats://{HOST}:{servers.config.ports['nats']}",
        user=service,
        password=servers.config.secret(f"{service}_nats_password").read_text(),
        inbox_prefix=f"_INBOX_{service}".encode(),
        error_cb=note,
    )
    return User(client, refused)


@pytest.fixture
async def users(servers: RunningStack) -> AsyncIterator[dict[str, User]]:
    """The three services, with their streams empty."""
    connected = {service: await connect(servers, service) for service in SERVICES}
    for service, user in connected.items():
        await user.js.add_stream(name=service.upper(), subjects=[f"{service}.>"])
    registry = connected["registry"].js
    await registry.add_stream(
        name="REGISTRY_STATE", subjects=["state.registry.>"], max_msgs_per_subject=1, allow_direct=True
    )
    yield connected
    for service, user in connected.items():
        await user.js.delete_stream(service.upper())
    await registry.delete_stream("REGISTRY_STATE")
    for user in connected.values():
        await user.client.close()


async def test_each_publishes_its_own_and_reads_everyones(users: dict[str, User]) -> None:
    for publisher, user in users.items():
        await user.js.publish(f"{publisher}.thing.happened.v1", b"{}")
        for reader, other in users.items():
            subscription = await other.js.pull_subscribe("", f"{reader}-test", publisher.upper())
            (message,) = await subscription.fetch(1, timeout=2)
            await message.ack_sync()
    assert all(user.refused == [] for user in users.values())


async def test_the_state_of_the_registry_is_readable_by_all(users: dict[str, User]) -> None:
    await users["registry"].js.publish("state.registry.agency.T82", b"{}")
    for user in users.values():
        await user.js.get_last_msg("REGISTRY_STATE", "state.registry.agency.T82", direct=True)
        subscription = await user.js.subscribe("state.registry.>", ordered_consumer=True)
        assert (await subscription.next_msg(2)).data == b"{}"
        await subscription.unsubscribe()
    assert all(user.refused == [] for user in users.values())


async def test_nobody_touches_the_streams_of_another(users: dict[str, User]) -> None:
    registry = users["registry"].js
    await registry.publish("registry.thing.happened.v1", b"{}")
    for service in ("reports", "notifications"):
        user = users[service]
        attempts: list[Awaitable[object]] = [
            user.js.publish("registry.account.suspended.v1", b"{}"),
            user.js.publish("state.registry.agency.T82", b"{}"),
            user.js.publish("anything.else", b"{}"),
            user.js.delete_stream("REGISTRY"),
            user.js.delete_stream("REGISTRY_STATE"),
            user.js.purge_stream("REGISTRY"),
            user.js.update_stream(name="REGISTRY", subjects=["registry.>"], max_msgs=1),
            user.js.add_stream(name="REGISTRY", subjects=["registry.>"]),
            user.js.add_stream(name="COPY", subjects=["copy.>"]),
            user.client.request("$JS.API.STREAM.MSG.DELETE.REGISTRY", b'{"seq": 1}', timeout=0.5),
        ]
        outcomes = await asyncio.gather(*attempts, return_exceptions=True)
        assert all(isinstance(outcome, TimeoutError) for outcome in outcomes), outcomes
        refusals = [error for error in user.refused if "permissions violation for publish" in error]
        assert len(refusals) == len(attempts)
    stream = await registry.stream_info("REGISTRY")
    assert (stream.state.messages, stream.config.max_msgs) == (1, -1)
    assert (await registry.stream_info("REGISTRY_STATE")).state.messages == 0


@pytest.mark.parametrize("subject", ["registry.>", "reports.>", "_INBOX_registry.>", "$JS.>", ">"])
async def test_nobody_listens_past_jetstream(users: dict[str, User], subject: str) -> None:
    reports = users["reports"]
    await reports.client.subscribe(subject)
    await reports.client.flush()
    async with asyncio.timeout(2):
        while not reports.refused:  # noqa: ASYNC110 - nats-py tells by a callback
            await asyncio.sleep(0.01)
    assert "permissions violation for subscription" in reports.refused[0]


async def test_a_consumer_cannot_deliver_into_another_stream(users: dict[str, User]) -> None:
    reports = users["reports"].js
    config = ConsumerConfig(name="forger", deliver_subject="registry.account.suspended.v1")
    await reports.add_consumer("REPORTS", config)
    await reports.publish("reports.thing.happened.v1", b"{}")
    await asyncio.sleep(0.3)
    assert (await users["registry"].js.stream_info("REGISTRY")).state.messages == 0


@pytest.mark.parametrize("login", [{}, {"user": "registry", "pass": "guess"}, {"user": "admin", "pass": ""}])
async def test_strangers_stay_out(servers: RunningStack, login: dict[str, str]) -> None:
    # By hand: nats-py leaves its socket open when it is refused.
    reader, writer = await asyncio.open_connection(HOST, servers.config.ports["nats"])
    assert (await reader.readline()).startswith(b"INFO ")
    writer.write(b"CONNECT %s\r\nPING\r\n" % json.dumps(login).encode())
    assert await asyncio.wait_for(reader.readline(), 5) == b"-ERR 'Authorization Violation'\r\n"
    writer.close()
    await writer.wait_closed()


async def test_an_acknowledged_message_is_on_the_disk(servers: RunningStack) -> None:
    registry = await connect(servers, "registry")
    await registry.js.add_stream(name="REGISTRY", subjects=["registry.>"])
    await registry.js.publish("registry.thing.happened.v1", b"{}")
    await registry.client.close()
    await servers.kill("nats")
    await servers.wait_ready("nats")
    again = await connect(servers, "registry")
    assert (await again.js.stream_info("REGISTRY")).state.messages == 1
    await again.js.delete_stream("REGISTRY")
    await again.client.close()
