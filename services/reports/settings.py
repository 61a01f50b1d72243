"""What reports reads from its environment."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the two processes of reports."""

    intake_per_ten_minutes: int = Field(
        200,
        ge=1,
        description="Reports, and likewise looks at one by its code, without a token from one address.",
    )
