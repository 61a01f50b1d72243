"""Reading successions of agencies, whether they were entered here or came with the gazetteer."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

MOST_STEPS = 500
_FARTHEST = 30

# An agency ends once, so one succession at most is behind its end.
_ACTS = """
    LEFT JOIN (
        succession_agencies AS part JOIN successions AS act
        ON act.id = part.succession_id AND act.state = 'effective' AND act.kind IN ('merge', 'split', 'dissolve')
    ) ON part.agency_code = old.code AND part.role = 'predecessor'
"""

_STEPS = text(f"""
    WITH RECURSIVE later(old, new, distance) AS (
        SELECT code, unnest(successors), 1 FROM agencies WHERE code = :code AND valid_to <= :at
        UNION
        SELECT agencies.code, unnest(agencies.successors), distance + 1
        FROM later JOIN agencies ON agencies.code = later.new
        WHERE agencies.valid_to <= :at AND distance < :farthest
    ), earlier(old, new, distance) AS (
        SELECT code, CAST(:code AS varchar), 1 FROM agencies
        WHERE successors @> ARRAY[CAST(:code AS varchar(35))] AND valid_to <= :at
        UNION
        SELECT agencies.code, earlier.old, distance + 1
        FROM earlier JOIN agencies ON agencies.successors @> ARRAY[earlier.old]
        WHERE agencies.valid_to <= :at AND distance < :farthest
    ), step AS (
        SELECT old, new, min(distance) AS distance, true AS forward FROM later GROUP BY old, new
        UNION ALL
        SELECT old, new, min(distance), false FROM earlier GROUP BY old, new
    )
    SELECT step.forward, step.distance, old.code AS from_code, old.name AS from_name, old.level,
        new.code AS to_code, new.name AS to_name, old.valid_to AS day,
        act.id AS succession_id, act.kind, act.act_number, act.act_date, act.act_issuer
    FROM step JOIN agencies AS old ON old.code = step.old JOIN agencies AS new ON new.code = step.new {_ACTS}
    ORDER BY forward, distance, from_code, to_code LIMIT :most
""")  # noqa: S608 - constants of ours

_CROSSWALK = text(f"""
    SELECT old.code AS old_code, old.official_code AS old_official_code, old.name AS old_name,
        new.code AS new_code, new.official_code AS new_official_code, new.name AS new_name,
        old.valid_to AS day, act.kind
    FROM agencies AS old
    LEFT JOIN LATERAL unnest(old.successors) AS after(code) ON true
    LEFT JOIN agencies AS new ON new.code = after.code {_ACTS}
    WHERE old.valid_to <= :at
    UNION ALL
    SELECT code, official_code, before.name, code, official_code,
        coalesce(next.name, now.name), before.until, 'rename'
    FROM agency_history AS before JOIN agencies AS now ON now.code = before.agency_code
    LEFT JOIN LATERAL (
        SELECT name FROM agency_history AS later
        WHERE later.agency_code = before.agency_code AND later.until > before.until
        ORDER BY later.until LIMIT 1
    ) AS next ON true
    WHERE before.until <= :at AND before.name <> coalesce(next.name, now.name)
    ORDER BY old_code, day, new_code
""")  # noqa: S608 - constants of ours

_EDITION = text("""
    SELECT count(*), coalesce(sum(version), 0), (SELECT count(*) FROM agency_history),
        count(*) FILTER (WHERE valid_to <= :at)
    FROM agencies
""")


async def steps(session: AsyncSession, code: str, at: date) -> list[Row[Any]]:
    """The successions that lead to an agency and from it, up to a day, the nearest first."""
    parameters = {"code": code, "at": at, "farthest": _FARTHEST, "most": MOST_STEPS}
    return list((await session.execute(_STEPS, parameters)).all())


async def edition(session: AsyncSession, at: date) -> str:
    """A word that is another one whenever the crosswalk is."""
    row = (await session.execute(_EDITION, {"at": at})).one()
    return "-".join(str(number) for number in row)


async def crosswalk(session: AsyncSession, at: date) -> AsyncIterator[Row[Any]]:
    """Every step from an old agency or name to a new one, in the order of old codes."""
    async for row in await session.stream(_CROSSWALK, {"at": at}):
        yield row
