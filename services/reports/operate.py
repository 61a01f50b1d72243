"""What an operator does by hand: `python -m services.reports.operate --help`."""

from services.reports.base import SCHEMA, SESSION_INFO
from services.reports.settings import Settings
from services.reports.subscriptions import SUBSCRIPTIONS
from services.reports.worker import streams
from shared import operate

if __name__ == "__main__":
    settings = Settings()
    operate.run(
        SCHEMA, settings, session_info=SESSION_INFO, streams=streams(settings), consumers=SUBSCRIPTIONS
    )
