"""The reports API with two routes more, to compare intake with: an empty one, and one INSERT.

python -m bench.reports_app        (environment of the reports service)
"""

from fastapi import APIRouter
from sqlalchemy import insert

from services.reports.main import SERVICE, build
from services.reports.settings import Settings
from shared import clock
from shared.app import serve
from shared.db import Session, new_id
from shared.messaging.outbox import tables

router = APIRouter()


@router.post("/bench/empty")
async def empty() -> dict[str, str]:
    """What an answer costs at all: middleware, routing, JSON."""
    return {"status": "ok"}


@router.post("/bench/insert")
async def one_insert(session: Session) -> dict[str, str]:
    """What a transaction with a single INSERT costs on top."""
    inbox = tables(session).inbox
    await session.execute(insert(inbox).values(event_id=new_id(), consumer="bench", handled_at=clock.now()))
    return {"status": "ok"}


if __name__ == "__main__":
    settings = Settings()
    app = build(settings)
    app.include_router(router)
    serve(app, SERVICE.name, settings)
