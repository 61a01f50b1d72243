"""What notifications reads from its environment."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the two processes of notifications."""

    delivery_timeout_seconds: float = Field(
        10.0, gt=0, le=15, description="Time one delivery may take; stays below the lease of a delivery."
    )
    disable_after_days: int = Field(
        5, ge=1, le=30, description="A subscription that only failed for so long is switched off."
    )
    secret_overlap_hours: int = Field(
        24, ge=1, le=168, description="How long the old secret signs beside the new one."
    )
    retention_days: int = Field(30, ge=2, le=366, description="How long events and deliveries are kept.")
