"""The API process of notifications: `python -m services.notifications.main`."""

from fastapi import FastAPI

from services.notifications import safeguards
from services.notifications.base import SCHEMA, SESSION_INFO
from services.notifications.deliveries.routes import router as deliveries
from services.notifications.event_types.routes import router as event_types
from services.notifications.policy import POLICY
from services.notifications.settings import Settings
from services.notifications.subscriptions.routes import router as subscriptions
from shared.app import Service, create_app, serve
from shared.audit import routes as audit
from shared.crypto import key_ring
from shared.events.notifications import EVENTS
from shared.messaging import changefeed
from shared.safeguards import router as safeguards_router

SERVICE = Service(
    name=SCHEMA,
    title="Chính Danh · notifications",
    description="Who must know, by which channel, and whether it arrived.",
    routers=(
        subscriptions,
        deliveries,
        event_types,
        audit.router(POLICY),
        changefeed.router(POLICY, [event.type for event in EVENTS]),
        safeguards_router(POLICY, safeguards.FIELDS, safeguards.LISTS),
    ),
    events=EVENTS,
    session_info=SESSION_INFO,
    tags={
        "subscriptions": "Who receives which events, and where.",
        "deliveries": "What arrived, what did not, and sending it again.",
        "event types": "What can be subscribed to.",
    },
)


def build(settings: Settings) -> FastAPI:
    """The API of notifications."""
    return create_app(SERVICE, settings, key_ring=key_ring(settings))


if __name__ == "__main__":
    settings = Settings()
    serve(build(settings), SERVICE.name, settings)
