"""What an operator does by hand: `python -m services.notifications.operate --help`."""

from services.notifications.base import SCHEMA, SESSION_INFO
from services.notifications.consumers import CONSUMERS
from services.notifications.settings import Settings
from services.notifications.worker import streams
from shared import operate

if __name__ == "__main__":
    settings = Settings()
    operate.run(SCHEMA, settings, session_info=SESSION_INFO, streams=streams(settings), consumers=CONSUMERS)
