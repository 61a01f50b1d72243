"""The API process of reports: `python -m services.reports.main`."""

from fastapi import FastAPI

from services.reports import safeguards
from services.reports.base import SCHEMA, SESSION_INFO
from services.reports.harms.routes import router as harms
from services.reports.incidents.intake import Keys
from services.reports.incidents.routes import router as incidents
from services.reports.policy import POLICY
from services.reports.settings import Settings
from services.reports.tracking.routes import router as tracking
from shared.app import Service, create_app, serve
from shared.audit import routes as audit
from shared.crypto import key_ring
from shared.events.reports import EVENTS
from shared.limits import Intake
from shared.messaging import changefeed
from shared.safeguards import router as safeguards_router
from shared.settings import read_key

SERVICE = Service(
    name=SCHEMA,
    title="Chính Danh · reports",
    description="Incidents of abuse: what happened, who handles it, by when.",
    routers=(
        incidents,
        tracking,
        harms,
        audit.router(POLICY),
        changefeed.router(POLICY, [event.type for event in EVENTS]),
        safeguards_router(POLICY, safeguards.FIELDS, safeguards.LISTS),
    ),
    events=EVENTS,
    session_info=SESSION_INFO,
    tags={
        "incidents": "Reporting a harm, following the report, and handling what was reported.",
        "harms": "The closed list of what can be reported, and what is refused.",
    },
)


def build(settings: Settings) -> FastAPI:
    """The API of reports."""
    keys = Keys(key_ring(settings), read_key(settings.digest_key_file))
    intake = Intake(keys.digest_key, settings, settings.intake_per_ten_minutes)
    return create_app(SERVICE, settings, keys=keys, intake=intake)


if __name__ == "__main__":
    settings = Settings()
    serve(build(settings), SERVICE.name, settings)
