"""What an operator does by hand: `python -m services.registry.operate --help`."""

from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.settings import Settings
from services.registry.subscriptions import SUBSCRIPTIONS
from services.registry.worker import streams
from shared import operate

if __name__ == "__main__":
    settings = Settings()
    operate.run(
        SCHEMA, settings, session_info=SESSION_INFO, streams=streams(settings), consumers=SUBSCRIPTIONS
    )
