"""What the registry reads from its environment."""

from pydantic import Field

from shared.settings import ServiceSettings
from shared.uploads import MAX_UPLOAD_BYTES


class Settings(ServiceSettings):
    """Settings of the registry's two processes."""

    proof_timeout_seconds: float = Field(10.0, gt=0, le=60, description="Time one fetch of a proof may take.")
    proof_valid_days: int = Field(90, ge=1, le=366, description="How long a checked proof counts.")
    max_import_bytes: int = Field(
        MAX_UPLOAD_BYTES,
        ge=1024,
        le=MAX_UPLOAD_BYTES,
        description="Largest file taken for an import, in bytes.",
    )
