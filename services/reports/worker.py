"""The other process of reports: `python -m services.reports.worker`."""

from services.reports.base import SCHEMA, SESSION_INFO
from services.reports.settings import Settings
from services.reports.subscriptions import SUBSCRIPTIONS
from shared import worker
from shared.limits import FORGOTTEN
from shared.messaging.streams import fact_stream

if __name__ == "__main__":
    settings = Settings()
    worker.run(
        SCHEMA,
        settings,
        session_info=SESSION_INFO,
        streams=(fact_stream(SCHEMA, settings),),
        consumers=SUBSCRIPTIONS,
        retention=(FORGOTTEN,),
    )
