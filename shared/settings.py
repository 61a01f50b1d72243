"""What every process reads from its environment. Secrets come as files, never as values."""

import base64
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Settings common to the three services; each adds its own in `services/<service>/settings.py`.

    Built once in `main` or `worker` and passed down: nothing reads the environment at import.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    environment: Literal["local", "test", "production"] = Field(
        "production", description="`production` refuses the embedded issuer and loopback targets."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    http_host: str = Field("127.0.0.1", description="Address the processes listen on.")
    http_port: int = Field(description="Port of the API process.")
    worker_port: int = Field(description="Port of the worker's /livez, /readyz and /metrics.")

    database_url: str = Field(description="postgresql://<role>@<host>:<port>/<database>, no password.")
    database_password_file: Path = Field(description="File holding the role's password.")
    database_pool_size: int = Field(10, ge=1, le=100, description="Connections per process.")

    nats_url: str = Field(description="nats://<host>:<port>, or tls://… in production.")
    nats_user: str
    nats_password_file: Path
    nats_replicas: int = Field(1, ge=1, le=5, description="Copies of each stream: 3 on a cluster of three.")
    nats_stream_bytes: int = Field(
        1024**3, ge=1024**2, description="Size of each stream; NATS sets that much disk aside."
    )

    auth_issuer: str = Field(description="The `iss` that tokens must carry.")
    auth_audience: str = Field("chinh-danh", description="The `aud` that tokens must carry.")
    auth_jwks: str = Field(
        "",
        description="The issuer's public keys: an https:// URL or a file's path. Empty: found by discovery.",
    )

    key_file: Path = Field(description="Key-encryption keys: 32 bytes in base64 a line, the newest first.")
    digest_key_file: Path = Field(description="Key of keyed digests: 32 bytes, base64.")

    allow_loopback_targets: bool = Field(
        default=False,
        description="Let proofs and webhooks reach 127.0.0.0/8 and ::1. For the local stack and tests only.",
    )
    max_body_bytes: int = Field(262_144, description="Largest request body taken, in bytes.")
    public_requests_per_minute: int = Field(
        600, ge=1, description="Requests without a token from one address, per replica; as many at once."
    )
    actor_requests_per_minute: int = Field(
        6000, ge=1, description="Requests by one holder of a token, per replica; as many at once."
    )
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (), description="Networks whose X-Forwarded-For is believed, with commas between."
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: Any) -> Any:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.environment == "production":
            if self.allow_loopback_targets:
                raise ValueError("ALLOW_LOOPBACK_TARGETS is refused in production")
            if not self.auth_issuer.startswith("https://"):
                raise ValueError("AUTH_ISSUER must be an https:// issuer in production")
            if "://" in self.auth_jwks and not self.auth_jwks.startswith("https://"):
                raise ValueError("AUTH_JWKS must be an https:// address or a file in production")
        return self


def read_secret(path: Path) -> str:
    """The text of a secret file without its line end.

    Raises:
        OSError: the file cannot be read.
    """
    return path.read_text(encoding="utf-8").strip()


def read_key(path: Path) -> bytes:
    """The only key of a file: 32 bytes, base64.

    Raises:
        ValueError: the file holds no 32-byte key, or more than one.
    """
    (key,) = read_keys(path)
    return key


def read_keys(path: Path) -> list[bytes]:
    """The 32-byte keys of a file, a base64 line each.

    Raises:
        ValueError: a line holds no 32-byte key, or there is none.
    """
    keys = [base64.b64decode(line, validate=True) for line in read_secret(path).split()]
    if not keys or any(len(key) != 32 for key in keys):  # noqa: PLR2004 - AES-256 and HMAC-SHA256 keys
        raise ValueError(f"{path.name} does not hold 32-byte keys")
    return keys
