"""What the registry reads from its environment."""

from typing import Self

from pydantic import Field, model_validator

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the registry's two processes."""

    proof_timeout_seconds: float = Field(10.0, gt=0, le=60, description="Time one fetch of a proof may take.")
    public_base_url: str = Field(
        pattern=r"^https?://[^/?#\s]+(/[^?#\s]*[^/?#\s])?$",
        description="Where the public reaches this API, without a slash at the end: badges and QR codes lead there.",
    )
    proof_valid_days: int = Field(90, ge=1, le=366, description="How long a checked proof counts.")

    @model_validator(mode="after")
    def _signs_are_safe(self) -> Self:
        if self.environment == "production" and not self.public_base_url.startswith("https://"):
            raise ValueError("PUBLIC_BASE_URL must be an https:// address in production")
        return self
