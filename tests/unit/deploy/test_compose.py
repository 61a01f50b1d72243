"""docker-compose.yml and the image, held against the services they run."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from deploy import make_secrets
from deploy.local.config import PROJECT, SERVICES
from tests.support.web import serving
from tests.unit.deploy.deployed import PROCESSES, compose, process_name, settings

DOCKERFILE = (PROJECT / "deploy" / "Dockerfile").read_text()
OF_OURS = [(service, module) for service in SERVICES for module in ("main", "worker", "prepare")]


def container(service: str, module: str) -> Any:
    return compose()["services"][process_name(service, module)]


def mounted(definition: Any) -> dict[str, str]:
    """Secret files of a container: name under /run/secrets to name in the top-level section."""
    pairs = [{"source": s, "target": s} if isinstance(s, str) else s for s in definition.get("secrets", [])]
    return {pair["target"]: pair["source"] for pair in pairs}


@pytest.mark.parametrize(("service", "module"), OF_OURS)
def test_each_container_is_told_what_its_process_needs(service: str, module: str) -> None:
    values = {
        name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", str(value))
        for name, value in container(service, module)["environment"].items()
    }
    read = settings(service, values)
    assert read.http_host == "0.0.0.0"  # noqa: S104 - the networks of Compose are around it
    assert read.nats_user == service
    assert read.database_url.startswith(f"postgresql://{service}@postgres:5432/")
    assert not read.allow_loopback_targets


def test_no_two_processes_share_a_port() -> None:
    ports = [container(s, m)["environment"][f"{v}_PORT"] for s, m in PROCESSES for v in ("HTTP", "WORKER")]
    assert len(set(ports)) == len(PROCESSES)


@pytest.mark.parametrize(("service", "module"), OF_OURS)
def test_each_container_runs_its_module_from_its_own_image(service: str, module: str) -> None:
    definition = container(service, module)
    build = definition["build"]
    assert build["args"] == {"SERVICE": service}
    assert (PROJECT / build["context"] / build["dockerfile"]).is_file()
    assert (PROJECT / "requirements" / f"{service}.txt").is_file()
    from_image = re.search(
        rf"^FROM process AS {service}\n(?:COPY --from=compile \S+ \.\n)?CMD (\[.*\])$",
        DOCKERFILE,
        re.MULTILINE,
    )
    assert from_image is not None
    command = definition.get("command", json.loads(from_image[1]))
    assert command == ["python", "-m", f"services.{service}.{module}"]
    assert find_spec(command[-1]) is not None


def test_every_secret_is_mounted_where_it_is_looked_for(tmp_path: Path) -> None:
    make_secrets.make(tmp_path)
    made = {path.name for path in (tmp_path / "secrets").iterdir()} - {"issuer.pem"}
    declared = compose()["secrets"]
    assert set(declared) == made
    for name, secret in declared.items():
        assert PROJECT / secret["file"] == make_secrets.HOME / "secrets" / name
    for name, definition in compose()["services"].items():
        targets = mounted(definition)
        assert set(targets.values()) <= made
        for value in definition.get("environment", {}).values():
            if str(value).startswith("/run/secrets/"):
                assert Path(value).name in targets, (name, value)


@pytest.mark.parametrize(("service", "module"), OF_OURS)
def test_a_service_holds_no_secret_of_another(service: str, module: str) -> None:
    assert all(source.startswith(f"{service}_") for source in mounted(container(service, module)).values())


def test_containers_can_read_their_secrets_and_other_users_cannot(tmp_path: Path) -> None:
    make_secrets.make(tmp_path)
    directory = tmp_path / "secrets"
    assert directory.stat().st_mode & 0o777 == 0o700
    for path in directory.iterdir():
        assert path.stat().st_mode & 0o777 == (0o600 if path.name == "issuer.pem" else 0o444)
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    make_secrets.make(tmp_path)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before


def test_every_file_that_is_mounted_is_there(tmp_path: Path) -> None:
    make_secrets.make(tmp_path)
    for name, config in compose()["configs"].items():
        path = PROJECT / config["file"]
        made = tmp_path / path.relative_to(make_secrets.HOME) if name == "jwks" else path
        assert made.is_file()


@pytest.mark.parametrize("name", compose()["services"])
def test_no_container_can_do_more_than_it_must(name: str) -> None:
    definition = compose()["services"][name]
    assert definition["read_only"] is True
    assert definition["cap_drop"] == ["ALL"]
    assert definition["security_opt"] == ["no-new-privileges:true"]
    assert definition["mem_limit"]
    assert definition["pids_limit"]
    assert not {"cap_add", "privileged", "devices", "pid", "network_mode"} & set(definition)
    one_shot = name == "roles" or name.endswith("-prepare")
    assert definition["restart"] == ("no" if one_shot else "unless-stopped")


def test_the_gateway_is_the_only_door_and_opens_to_this_machine() -> None:
    doors = {name: d["ports"] for name, d in compose()["services"].items() if "ports" in d}
    assert list(doors) == ["gateway"]
    (published,) = doors["gateway"]
    address = re.fullmatch(r"\$\{GATEWAY_ADDRESS:-([\d.]+)\}:8000:8000", published)
    assert address is not None
    assert ip_address(address[1]).is_loopback


def test_the_servers_are_reached_by_the_services_only() -> None:
    networks = compose()["networks"]
    assert networks["inside"] == {"internal": True}
    for name in ("postgres", "nats", "roles"):
        assert compose()["services"][name]["networks"] == ["inside"]
    assert compose()["services"]["gateway"]["networks"] == ["edge"]


def test_nats_and_the_roles_are_given_the_passwords_their_files_ask_for() -> None:
    services = compose()["services"]
    asked = set(re.findall(r"\$(NATS_\w+)", (PROJECT / "deploy/nats/nats.conf").read_text()))
    (script,) = services["nats"]["command"]
    given = dict(re.findall(r'export (\w+)="\$\$\(cat /run/secrets/(\w+)\)"', script))
    assert set(given) == asked
    assert {name.lower(): file for name, file in given.items()} == {
        f"nats_{service}_password": f"{service}_nats_password" for service in SERVICES
    }
    assert set(given.values()) == set(mounted(services["nats"]).values())
    asked = set(re.findall(r'cat "\$(\w+)"', (PROJECT / "deploy/postgres/roles.sql").read_text()))
    assert set(services["roles"]["environment"]) == asked


def _image_check() -> list[str]:
    check = re.search(r"^HEALTHCHECK .*\n\s+CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert check is not None
    command: list[str] = json.loads(check[1])
    return command


@asynccontextmanager
async def alive(status: int) -> AsyncIterator[int]:
    """A server whose /livez answers with `status`; yields its port."""

    async def livez(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(web.get("/livez", livez)) as url:
        yield int(url.rpartition(":")[2])


@pytest.mark.parametrize(("module", "variable"), [("main", "HTTP_PORT"), ("worker", "WORKER_PORT")])
@pytest.mark.parametrize("service", SERVICES)
async def test_a_container_is_healthy_when_its_process_says_so(
    service: str, module: str, variable: str
) -> None:
    check = container(service, module).get("healthcheck", {}).get("test", ["CMD", *_image_check()])
    assert check[:2] == ["CMD", "python"]
    async with alive(200) as port:
        assert await _exit_code(check[2:], {variable: str(port)}) == 0
    assert await _exit_code(check[2:], {variable: str(port)}) == 1
    async with alive(503) as port:
        assert await _exit_code(check[2:], {variable: str(port)}) == 1


async def _exit_code(arguments: list[str], environment: dict[str, str]) -> int:
    proxied = {"http_proxy": "http://127.0.0.1:9", "PATH": os.defpath}  # nobody listens there
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**environment, **proxied}, stderr=subprocess.DEVNULL
    )
    return await child.wait()


def test_images_hold_nothing_but_their_service() -> None:
    stages = dict(re.findall(r"^FROM \S+ AS (\w+)$(.*?)(?=^FROM|\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL))
    copied = {name: re.findall(r"^COPY (.+?) \S+$", stage, re.MULTILINE) for name, stage in stages.items()}
    assert copied["build"] == [
        "requirements/${SERVICE}.txt",
        "shared/",
        "services/__init__.py",
        "services/${SERVICE}/",
    ]
    assert copied["process"] == ["--from=build /install", "--from=build /app"]
    assert copied["registry"] == ["--from=compile /compiled"]
    assert not copied["reports"] + copied["notifications"]
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if line and not line.startswith("#")) == "*"
