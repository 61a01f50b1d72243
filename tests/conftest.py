"""Servers, databases and applications for all tests.

    home      → where the run's PostgreSQL and nats-server live (see tests/support/servers.py)
    servers   → they serve; a template database holds every schema
    settings_for("registry") → settings with this worker's own copy of the template

Nothing is cleaned up between tests. A test that writes has agencies of its own (see
tests/support/tenant.py), and tenancy keeps it from seeing anybody else's rows.
"""

import fcntl
import subprocess
import sys
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from deploy.local import postgres
from deploy.local.config import DATABASE, HOST, PROJECT, LocalConfig
from shared.settings import ServiceSettings
from tests.support.servers import settings_values, wait_for_servers

_HOME = pytest.StashKey[Path]()
_STAGES = ("unit", "contract", "e2e", "faults")

SettingsFor = Callable[[str], ServiceSettings]

# No test fails because the machine is slow: how fast things are is measured in bench/.
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """In the controller: prepare the servers. In a worker of xdist: learn where they are."""
    if hasattr(config, "workerinput"):
        config.stash[_HOME] = Path(config.workerinput["home"])
        return
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.servers"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the tests; the servers follow when these are gone
    )
    assert child.stdout is not None
    config.stash[_HOME] = Path(child.stdout.readline().strip())

    def stop() -> None:
        child.communicate()  # closes its input and waits for its end

    config.add_cleanup(stop)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the controller: tell a new worker of xdist where the servers are."""
    node.workerinput["home"] = str(node.config.stash[_HOME])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """In the controller: tests go to whichever worker is free, but those on whole stacks to the same one."""
    config.option.loadscopereorder = False
    return _Scheduling(config, log)


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        return "stacks" if nodeid.split("/")[1] in {"e2e", "faults"} else nodeid


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first."""
    items.sort(key=lambda item: _STAGES.index(item.nodeid.split("/")[1]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Faults are measured alone: such a test waits until no other worker runs any test."""
    with (item.config.stash[_HOME] / "running").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if item.get_closest_marker("faults") else fcntl.LOCK_SH)
        return (yield)


@pytest.fixture(scope="session")
def home(pytestconfig: pytest.Config) -> Path:
    """Directory of this run's servers."""
    return pytestconfig.stash[_HOME]


@pytest.fixture(scope="session")
def servers(home: Path) -> LocalConfig:
    """PostgreSQL and nats-server, shared by all workers of this run."""
    return wait_for_servers(home)


@pytest.fixture(scope="session")
async def database(servers: LocalConfig, worker_id: str) -> str:
    """Name of this worker's database, fresh from the template."""
    name = f"{DATABASE}_{worker_id}"
    connection = await asyncpg.connect(postgres.dsn(servers))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
    finally:
        await connection.close()
    return name


@pytest.fixture(scope="session")
def settings_for(servers: LocalConfig, database: str) -> SettingsFor:
    """Makes the settings of a service: `settings_for("registry")`."""

    def make(service: str) -> ServiceSettings:
        values = settings_values(servers, service)
        values["database_url"] = f"postgresql://{service}@{HOST}:{servers.ports['postgres']}/{database}"
        settings: ServiceSettings = import_module(f"services.{service}.settings").Settings(**values)
        return settings

    return make
