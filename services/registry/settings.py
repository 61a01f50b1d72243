"""What the registry reads from its environment."""

from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.settings import ServiceSettings
from shared.uploads import MAX_UPLOAD_BYTES


class Settings(ServiceSettings):
    """Settings of the registry's two processes."""

    proof_timeout_seconds: float = Field(10.0, gt=0, le=60, description="Time one fetch of a proof may take.")
    public_base_url: str = Field(
        pattern=r"^https?://[^/?#\s]+(/[^?#\s]*[^/?#\s])?$",
        description="Where the public reaches this API, without a slash at the end: badges and QR codes lead there.",
    )
    proof_valid_days: int = Field(90, ge=1, le=366, description="How long a checked proof counts.")
    proof_attested_days: int = Field(
        365, ge=30, le=1096, description="How long a proof counts that people attested to."
    )
    proof_recheck_days: int = Field(
        7, ge=1, le=90, description="Time between two looks of the worker at a proof that is good."
    )
    proof_grace_days: int = Field(
        7,
        ge=1,
        le=30,
        description="How long the proof of an official account may fail before it stops to count.",
    )
    proof_dns_servers: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Name servers asked for TXT records: address or address:port; none: the system's."
    )
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
    max_import_bytes: int = Field(
        MAX_UPLOAD_BYTES,
        ge=1024,
        le=MAX_UPLOAD_BYTES,
        description="Largest file taken for an import, in bytes.",
    )

    @field_validator("proof_dns_servers", mode="before")
    @classmethod
    def _separated_by_commas_too(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @model_validator(mode="after")
    def _signs_are_safe(self) -> Self:
        if self.environment == "production" and not self.public_base_url.startswith("https://"):
            raise ValueError("PUBLIC_BASE_URL must be an https:// address in production")
        return self
