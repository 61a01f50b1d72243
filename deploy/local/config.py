"""Where the local stack lives, on which ports, and what each service process is told."""

import itertools
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROJECT = Path(__file__).resolve().parents[2]
SERVICES = ("registry", "reports", "notifications")
HOST = "127.0.0.1"
DATABASE = "chinh_danh"
ISSUER = "http://localhost/chinh-danh-local"
AUDIENCE = "chinh-danh"

_PORTS = {
    "registry": 8001,
    "reports": 8002,
    "notifications": 8003,
    "registry-worker": 8011,
    "reports-worker": 8012,
    "notifications-worker": 8013,
    "postgres": 8432,
    "nats": 8422,
}
# Nobody is kept from testing or measuring: each process here has one and the same client.
_LIMITS = {
    "PUBLIC_REQUESTS_PER_MINUTE": "100000000",
    "ACTOR_REQUESTS_PER_MINUTE": "100000000",
    "INTAKE_PER_TEN_MINUTES": "100000000",
}
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")

# Below the ports that systems hand out by themselves, and a slice for each test process:
# nobody else can take a port between its choice and its use.
_TEST_PORTS, _SLICES, _SLICE = 10_000, 220, 100
_turn = itertools.count()


class LocalStackError(Exception):
    """What a person has to put right, in one sentence for the terminal."""


@dataclass(frozen=True)
class LocalConfig:
    """One local stack. It cannot be made in production, and everything in this package takes one.

    Attributes:
        home: directory of its data, secrets and logs.
        ports: process name to TCP port on 127.0.0.1; `port_variable` names the setting of each.
        durable: wait for the disk on every commit. Off in tests, where the machine is trusted
            to survive; a killed process still loses nothing.

    Raises:
        LocalStackError: ENVIRONMENT is production, or two processes were given the same port.
    """

    home: Path
    ports: Mapping[str, int]
    durable: bool = True

    def __post_init__(self) -> None:
        if os.environ.get("ENVIRONMENT") == "production":
            raise LocalStackError("The local stack, its secrets and its tokens are refused in production.")
        if len(set(self.ports.values())) < len(self.ports):
            raise LocalStackError("Two processes of the local stack were given the same port.")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """The stack described by `CHINH_DANH_HOME` (default `.local`) and the `…_PORT` variables.

        Raises:
            LocalStackError: a port is no number from 1 to 65535, or see the class.
        """
        ports = {}
        for name, default in _PORTS.items():
            text = environ.get(port_variable(name)) or str(default)
            if not text.isdecimal() or not 0 < int(text) < 1 << 16:
                raise LocalStackError(f"{port_variable(name)} must be a port from 1 to 65535.")
            ports[name] = int(text)
        home = Path(environ.get("CHINH_DANH_HOME") or PROJECT / ".local")
        return cls(home.resolve(), ports)

    @classmethod
    def on_free_ports(cls, home: Path) -> Self:
        """A stack for tests: its own ports, no waiting for the disk."""
        first = _TEST_PORTS + os.getpid() % _SLICES * _SLICE
        candidates = (first + turn % _SLICE for turn in _turn)
        free = (port for port in candidates if _why_unusable(port) is None)
        return cls(home.resolve(), dict(zip(_PORTS, free, strict=False)), durable=False)

    def environment(self) -> dict[str, str]:
        """The variables from which `from_environment` makes this stack again (durability apart)."""
        ports = {port_variable(name): str(port) for name, port in self.ports.items()}
        return {"CHINH_DANH_HOME": str(self.home), **ports}

    def secret(self, name: str) -> Path:
        """File of a secret made by `deploy.local.secrets`."""
        return self.home / "secrets" / name

    @property
    def jwks(self) -> Path:
        """File of the embedded issuer's public keys (RFC 7517)."""
        return self.home / "jwks.json"

    def url(self, name: str) -> str:
        """Base URL of an HTTP process: a service, or `<service>-worker`."""
        return f"http://{HOST}:{self.ports[name]}"


def port_variable(name: str) -> str:
    """The variable that moves a process to another port: `registry-worker` → REGISTRY_WORKER_PORT."""
    return f"{name.upper().replace('-', '_')}_PORT"


def inherited_environment() -> dict[str, str]:
    """The few variables that our own Python processes take over from the caller."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}


def service_environment(config: LocalConfig, service: str) -> dict[str, str]:
    """Everything the processes of a service know about the world (see `shared.settings`)."""
    return {
        **inherited_environment(),
        "ENVIRONMENT": "local",
        "HTTP_HOST": HOST,
        "HTTP_PORT": str(config.ports[service]),
        "WORKER_PORT": str(config.ports[f"{service}-worker"]),
        "PUBLIC_BASE_URL": f"http://{HOST}:{config.ports[service]}",
        "DATABASE_URL": f"postgresql://{service}@{HOST}:{config.ports['postgres']}/{DATABASE}",
        "DATABASE_PASSWORD_FILE": str(config.secret(f"{service}_database_password")),
        "NATS_URL": f"nats://{HOST}:{config.ports['nats']}",
        "NATS_USER": service,
        "NATS_PASSWORD_FILE": str(config.secret(f"{service}_nats_password")),
        "AUTH_ISSUER": ISSUER,
        "AUTH_AUDIENCE": AUDIENCE,
        "AUTH_JWKS": str(config.jwks),
        "KEY_FILE": str(config.secret(f"{service}_key")),
        "DIGEST_KEY_FILE": str(config.secret(f"{service}_digest_key")),
        "ALLOW_LOOPBACK_TARGETS": "true",
        "LOG_LEVEL": "INFO",
        **_LIMITS,
    }


def require_free_ports(config: LocalConfig) -> None:
    """Fail before anything is started.

    Raises:
        LocalStackError: names the first port that cannot be used and the variable that moves it.
    """
    for name, port in config.ports.items():
        if (reason := _why_unusable(port)) is not None:
            raise LocalStackError(
                f"Port {port} is taken ({reason}), and {name} needs one; "
                f"set {port_variable(name)}=<a free port> and try again."
            )


def _why_unusable(port: int) -> str | None:
    with socket.socket() as probe:
        # Connections that a stopped server left behind do not keep a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return (error.strerror or "unusable").lower()
        return None


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A throw-away home for tests and benchmarks, removed with all the stack put anywhere."""
    with tempfile.TemporaryDirectory(prefix="chinh-danh-") as name:
        home = Path(name)
        home.chmod(0o711)  # as root the database runs as another user, who has to come through
        try:
            yield home
        finally:
            elsewhere = home / "postgres"
            if elsewhere.is_symlink():
                shutil.rmtree(elsewhere.resolve())
