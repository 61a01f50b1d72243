"""What a person can set, and what they are told when it cannot work."""

import socket
from pathlib import Path

import pytest

from deploy.local.config import (
    HOST,
    LocalConfig,
    LocalStackError,
    require_free_ports,
    service_environment,
)


def test_ports_and_home_come_from_the_environment(tmp_path: Path) -> None:
    config = LocalConfig.from_environment({"CHINH_DANH_HOME": str(tmp_path), "REPORTS_WORKER_PORT": "9012"})
    assert config.home == tmp_path
    assert config.ports["reports-worker"] == 9012
    assert config.ports["registry"] == 8001


def test_a_configuration_can_be_handed_on(tmp_path: Path) -> None:
    config = LocalConfig.on_free_ports(tmp_path)
    again = LocalConfig.from_environment(config.environment())
    assert (again.home, again.ports) == (config.home, config.ports)


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8001.5"])
def test_a_port_that_is_none_is_one_sentence(port: str) -> None:
    with pytest.raises(LocalStackError, match=r"^NATS_PORT must be a port from 1 to 65535\.$"):
        LocalConfig.from_environment({"NATS_PORT": port})


def test_two_processes_cannot_share_a_port() -> None:
    with pytest.raises(LocalStackError, match="same port"):
        LocalConfig.from_environment({"NATS_PORT": "8001"})


def test_a_taken_port_is_one_sentence_that_says_what_to_set(tmp_path: Path) -> None:
    config = LocalConfig.on_free_ports(tmp_path)
    require_free_ports(config)
    with socket.create_server((HOST, config.ports["reports"])) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalStackError, match=rf"^Port {port} is taken .*set REPORTS_PORT=.*\.$"):
            require_free_ports(config)


def test_nothing_local_exists_in_production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(LocalStackError, match="refused in production"):
        LocalConfig.on_free_ports(tmp_path)
    with pytest.raises(LocalStackError, match="refused in production"):
        LocalConfig.from_environment()


def test_a_service_inherits_nothing_it_was_not_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PGPASSWORD", "of somebody else")
    environment = service_environment(LocalConfig.on_free_ports(tmp_path), "registry")
    assert "PGPASSWORD" not in environment
    assert environment["NATS_USER"] == "registry"
    assert environment["DATABASE_PASSWORD_FILE"] == str(tmp_path / "secrets" / "registry_database_password")
