"""What the registry reads from its environment."""

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the registry's two processes."""

    proof_timeout_seconds: float = Field(10.0, gt=0, le=60, description="Time one fetch of a proof may take.")
    proof_valid_days: int = Field(90, ge=1, le=366, description="How long a checked proof counts.")
    verify_poll_seconds: float = Field(
        1.0,
        gt=0,
        le=10,
        description="How often the index behind verification looks for changes that no signal told of.",
    )
    verify_stale_seconds: float = Field(
        15.0,
        ge=2,
        le=300,
        description="Verification answers 503 once the index could not be compared with the database for so long.",
    )
    verify_reconcile_seconds: float = Field(
        1800.0, ge=1, le=86400, description="How often the whole index is compared with the database."
    )
