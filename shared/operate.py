"""What an operator does by hand, per service: `python -m services.<service>.operate --help`.

dead-letters [--consumer NAME]      list what could not be handled
replay ID | --all [--consumer NAME] try again, once the reason is gone
republish --since TIMESTAMP         fill a broker that lost its disk
"""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import Database
from shared.messaging import dead_letters
from shared.messaging.bus import Work, connect
from shared.messaging.republish import republish
from shared.messaging.work import read
from shared.problems import Unavailable
from shared.settings import ServiceSettings

Say = Callable[[str], None]


def run(
    service: str,
    settings: ServiceSettings,
    *,
    session_info: dict[str, Any],
    streams: Sequence[StreamConfig],
    consumers: Sequence[Work],
    arguments: Sequence[str] | None = None,
) -> None:
    """Do what the command line says. Ends with status 1 when something is left to do, 2 on a usage error."""
    asked = _parser(service, [work.durable for work in consumers]).parse_args(arguments)
    try:
        done = asyncio.run(_main(service, settings, session_info, streams, consumers, asked))
    except (nats.errors.Error, OSError, Unavailable) as error:
        raise SystemExit(f"not done, run it again: {type(error).__name__}: {error}") from error
    raise SystemExit(0 if done else 1)


def _parser(service: str, durables: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m services.{service}.operate")
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("dead-letters", help="list what could not be handled")
    replaying = commands.add_parser("replay", help="try dead letters again")
    which = replaying.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", type=UUID, help="as listed")
    which.add_argument("--all", action="store_true")
    for each in (listing, replaying):
        each.add_argument("--consumer", choices=durables, help="only those of this one")
    again = commands.add_parser("republish", help="publish the outbox again after NATS lost its store")
    again.add_argument(
        "--since", type=timestamp, required=True, help="ISO 8601; UTC unless it says otherwise"
    )
    return parser


def timestamp(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _main(
    service: str,
    settings: ServiceSettings,
    session_info: dict[str, Any],
    streams: Sequence[StreamConfig],
    consumers: Sequence[Work],
    asked: argparse.Namespace,
) -> bool:
    async with connect(settings, f"{service}-operate") as client:
        js = client.jetstream()
        if asked.command == "republish":
            facts, states = await republish(settings, service, js, streams, asked.since)
            print(f"{facts} facts and {states} states published")
            return True
        database = Database(settings, service, session_info)
        try:
            if asked.command == "replay":
                return await replay(
                    database, js, consumers, letter_id=asked.id, consumer=asked.consumer, say=print
                )
            async with database.transaction() as session:
                for letter in await dead_letters.find(session, asked.consumer):
                    print(_line(letter))
            return True
        finally:
            await database.close()


async def replay(
    database: Database,
    js: JetStreamContext,
    consumers: Sequence[Work],
    *,
    letter_id: UUID | None = None,
    consumer: str | None = None,
    say: Say,
) -> bool:
    """Try dead letters again, the oldest first: one, those of one consumer, or all of them.

    Returns whether all of them are settled; says of each what became of it.

    Raises:
        nats.errors.Error, Unavailable: bus or database are away; what is not settled is as it was.
    """
    async with database.transaction() as session:
        letters = await dead_letters.find(session, consumer, letter_id)
    if letter_id is not None and not letters:
        say(f"{letter_id}  there is no such dead letter")
    works = {work.durable: work for work in consumers}
    outcomes = []
    for letter in letters:
        work = works.get(letter.consumer)
        outcome = await _replay(database, js, work, letter) if work else "the consumer is no more"
        say(f"{_line(letter)}  {outcome or 'handled'}")
        outcomes.append(outcome)
    return not any(outcomes) and bool(letters or letter_id is None)


async def _replay(database: Database, js: JetStreamContext, work: Work, letter: Row[Any]) -> str | None:
    """What stands in the way, or None when it was handled."""
    try:
        message = await js.get_msg(work.stream, letter.stream_seq)
    except nats.js.errors.NotFoundError:
        message = None
    data = message.data or b"" if message else b""
    # A stream that was lost and filled again counts from the beginning: another message may be there.
    if message is None or (message.subject, dead_letters.event_id(data)) != (letter.subject, letter.event_id):
        return f"the stream {work.stream} does not hold it any more"

    async def effect(session: AsyncSession) -> None:
        await work.take(session, [read(letter.subject, data)])

    error = await dead_letters.retry(database, letter, effect)
    return error and f"failed again: {error}"


def _line(letter: Row[Any]) -> str:
    parts = (
        letter.id,
        letter.failed_at.isoformat(),
        letter.consumer,
        letter.subject,
        letter.event_id,
        letter.error,
    )
    return "  ".join(str(part or "-") for part in parts)
