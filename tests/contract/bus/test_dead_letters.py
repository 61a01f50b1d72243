"""What was put aside is listed and replayed, once."""

import asyncio

import pytest

from services.registry.base import SESSION_INFO as REGISTRY
from shared import operate
from shared.messaging.streams import fact_stream
from tests.conftest import SettingsFor
from tests.contract.bus.conftest import TYPE, Reader, Writer
from tests.contract.bus.effects import Effects, single
from tests.support.broker import Broker
from tests.support.eventually import eventually


@pytest.fixture
def effects(reader: Reader, writer: Writer) -> Effects:
    return Effects(reader, writer)


async def test_a_dead_letter_is_replayed_once_its_reason_is_gone(
    reader: Reader, writer: Writer, effects: Effects
) -> None:
    work = single(effects)
    effects.is_broken = True
    await reader.start(work)
    first, second = await writer.say(), await writer.say()

    async def are_buried() -> bool:
        return len(await reader.letters(work.durable)) == 2

    await eventually(are_buried)
    said: list[str] = []
    assert not await operate.replay(
        reader.database, reader.js, [work], consumer=work.durable, say=said.append
    )
    assert [line.rpartition("  ")[2] for line in said] == ["failed again: ValidationError"] * 2
    assert len(await reader.letters(work.durable)) == 2
    effects.is_broken = False
    letter, _ = await reader.letters(work.durable)
    assert await operate.replay(reader.database, reader.js, [work], letter_id=letter.id, say=said.append)
    assert effects.order == [first]
    assert not await operate.replay(reader.database, reader.js, [work], letter_id=letter.id, say=said.append)
    assert "there is no such dead letter" in said[-1]
    assert await operate.replay(reader.database, reader.js, [work], consumer=work.durable, say=said.append)
    assert effects.order == [first, second]
    assert await reader.letters(work.durable) == []
    assert str(second) in said[-1]
    await writer.say(id=first)
    await effects.until(2)


async def test_the_command_lists_and_replays_dead_letters(
    reader: Reader,
    writer: Writer,
    effects: Effects,
    broker: Broker,
    settings_for: SettingsFor,
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = single(effects)
    effects.is_broken = True
    await reader.start(work)
    event = await writer.say()

    async def is_buried() -> bool:
        return len(await reader.letters(work.durable)) == 1

    await eventually(is_buried)
    settings = broker.serving(settings_for("registry"))

    def run(*arguments: str) -> object:
        with pytest.raises(SystemExit) as ended:
            operate.run(
                "registry",
                settings,
                session_info=REGISTRY,
                streams=(),
                consumers=[work],
                arguments=[*arguments, "--consumer", work.durable],
            )
        return ended.value.code

    assert await asyncio.to_thread(run, "dead-letters") == 0
    letter_id, _, *rest = capsys.readouterr().out.split()
    assert rest == [work.durable, TYPE, str(event), "ValidationError"]
    assert await asyncio.to_thread(run, "replay", letter_id) == 1
    assert capsys.readouterr().out.endswith("failed again: ValidationError\n")
    effects.is_broken = False
    assert await asyncio.to_thread(run, "replay", "--all") == 0
    assert capsys.readouterr().out.endswith("handled\n")
    assert await asyncio.to_thread(run, "dead-letters") == 0
    assert capsys.readouterr().out == ""
    assert effects.order == [event]


async def test_a_dead_letter_that_its_stream_has_lost_stays_and_says_so(
    reader: Reader, writer: Writer, effects: Effects
) -> None:
    work = single(effects)
    effects.is_broken = True
    await reader.start(work)
    await writer.say()

    async def is_buried() -> bool:
        return len(await reader.letters(work.durable)) == 1

    await eventually(is_buried)
    await reader.stop()
    effects.is_broken = False
    said: list[str] = []
    await writer.js.delete_stream("REPORTS")
    await writer.js.add_stream(fact_stream("reports", writer.settings))
    for _ in range(5):
        await writer.say()  # one of them may be in the same place
    (letter,) = await reader.letters(work.durable)
    assert not await operate.replay(reader.database, reader.js, [work], letter_id=letter.id, say=said.append)
    assert said[0].endswith("the stream REPORTS does not hold it any more")
    assert len(await reader.letters(work.durable)) == 1
    assert effects.order == []
