"""What routes about agencies are asked with."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query

from shared.schemas import AgencyCode

Code = Annotated[AgencyCode, Path(description="Its code, or its official code.", examples=["T82.X30169"])]
At = Annotated[
    date | None,
    Query(
        description="As of this day; today when left out. Of a day to come it shows what is in force by then, but "
        "not what successions will change: they count from their day.",
        examples=["2025-07-01"],
    ),
]
