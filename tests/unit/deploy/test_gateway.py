"""The gateway's configuration, held against the services behind it. What nginx makes of it needs nginx."""

import re
from importlib import import_module

import pytest
import uvicorn

from deploy.local.config import PROJECT, SERVICES
from shared import problems
from shared.app import Service, api_routes
from shared.policy import permit_of
from shared.problems import AppError
from shared.settings import ServiceSettings
from tests.unit.deploy.deployed import compose

CONFIGURATION = (PROJECT / "deploy" / "gateway" / "nginx.conf").read_text()


def blocks(head: str) -> list[tuple[str, str]]:
    """Blocks that begin with the word `head`: the rest of that line, and what stands between the braces."""
    form = rf"^( *){head} (\S[^\n]*) \{{\n(.*?)^\1\}}$"
    return [(line, body) for _, line, body in re.findall(form, CONFIGURATION, re.MULTILINE | re.DOTALL)]


def entries(variable: str) -> dict[str, str]:
    """The entries of a `map`."""
    (body,) = [body for head, body in blocks("map") if head.endswith(f" ${variable}")]
    return {key or bare: value for key, bare, value in re.findall(r'(?:"(.*?)"|(\S+)) "?(.*?)"?;', body)}


def public_writes() -> list[str]:
    """Paths, behind the gateway, where anybody may leave something in reports."""
    service: Service = import_module("services.reports.main").SERVICE
    return [
        f"/reports{route.path}"
        for route in api_routes(service)
        if "POST" in (route.methods or ())
        for permit in [permit_of(d.call) for d in route.dependant.dependencies]
        if permit is not None and permit.rule.public
    ]


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_reached_under_its_name_without_it(service: str) -> None:
    port = compose()["services"][service]["environment"]["HTTP_PORT"]
    assert f"server {service}:{port} resolve;" in dict(blocks("upstream"))[service]
    location = dict(blocks("location"))[f"/{service}/"]
    assert f"proxy_pass http://{service}/;" in location
    assert f"/{service}$1;" in location


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("path", ["livez", "readyz", "metrics"])
def test_what_is_for_operators_is_not_for_everybody(service: str, path: str) -> None:
    refused = [head[2:] for head, body in blocks("location") if head[0] == "~" and "return 404;" in body]
    assert any(re.search(pattern, f"/{service}/{path}") for pattern in refused)


@pytest.mark.parametrize("path", public_writes())
def test_where_the_public_writes_is_bounded_most(path: str) -> None:
    narrow = [head[2:] for head, body in blocks("location") if "limit_req zone=reporting" in body]
    assert any(re.search(pattern, path) for pattern in narrow)


def test_every_way_to_a_service_is_bounded() -> None:
    ways = [body for _, body in blocks("location") if "proxy_pass" in body]
    assert len(ways) > len(SERVICES)
    for body in ways:
        assert "limit_req zone=each " in body
        assert re.search(r"limit_req zone=(public|reporting) ", body)


def test_nothing_of_what_was_asked_or_who_asked_is_logged() -> None:
    (form,) = re.findall(r"log_format access [^;]*;", CONFIGURATION)
    logged = set(re.findall(r"\$(\w+)", form))
    assert logged == {
        *("time_iso8601", "service", "request_method", "status", "upstream_status"),
        *("request_time", "bytes_sent", "trace_id"),
    }
    # Whatever of `service` and `trace_id` comes from the client has one of these forms.
    assert entries("service") == {"~^/(registry|reports|notifications)/": "$1"}
    assert entries("trace_id") == {
        "default": "$request_id",
        "~^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$": "$1",
    }
    logs = re.findall(r"^ *((?:access|error)_log [^;]*);", CONFIGURATION, re.MULTILINE)
    assert set(logs) == {
        "error_log stderr warn",  # outside `http`: nothing there knows of requests
        "error_log stderr emerg",
        "access_log /dev/stdout access",
        "access_log off",
    }
    assert CONFIGURATION.index("error_log stderr warn") < CONFIGURATION.index("http {")


def test_no_client_says_who_it_is() -> None:
    for header in ("Forwarded", "X-Forwarded-Host", "X-Real-IP"):
        assert f'proxy_set_header {header} "";' in CONFIGURATION
    # Replaced, not continued: the services believe the gateway (TRUSTED_PROXIES), and so only the gateway.
    assert re.findall(r"X-Forwarded-For (\S+);", CONFIGURATION) == ["$remote_addr"]
    for service in SERVICES:
        assert "TRUSTED_PROXIES" in compose()["services"][service]["environment"]


def test_the_type_of_a_problem_leads_to_whichever_service_knows_it() -> None:
    chain, location = [], "/problems/"
    while location:
        body = dict(blocks("location"))[location]
        chain += re.findall(r"proxy_pass http://(\w+);", body)
        (location,) = re.findall(r"error_page 404 502 504 = (@\w+);", body) or [""]
    assert chain == list(SERVICES)


def test_bodies_are_bounded_as_in_the_services_and_stay_in_memory() -> None:
    limit = ServiceSettings.model_fields["max_body_bytes"].default
    assert f"client_max_body_size {limit // 1024}k;" in CONFIGURATION
    assert f"client_body_buffer_size {limit // 1024}k;" in CONFIGURATION
    paths = re.findall(r"_temp_path (\S+);", CONFIGURATION)
    assert len(paths) == 5
    assert all(path.startswith("/tmp/") for path in paths)  # noqa: S108 - a tmpfs in the container


def test_connections_are_given_up_before_the_services_close_them() -> None:
    closed_after = uvicorn.Config("").timeout_keep_alive
    idle = [
        int(seconds) for seconds in re.findall(r"^ {8}keepalive_timeout (\d+)s;", CONFIGURATION, re.MULTILINE)
    ]
    assert len(idle) == len(SERVICES)
    assert max(idle) < closed_after


def test_its_own_refusals_are_those_of_the_services() -> None:
    titles = entries("problem_title")
    kinds = {status: slug for status, slug in entries("problem").items() if status != "default"}
    ours = {(kind.status, kind.slug): kind for kind in AppError.__subclasses__()}
    for status, slug in [*kinds.items(), ("500", entries("problem")["default"])]:
        assert {f"{slug} vi", f"{slug} en"} <= titles.keys()
        title = ours[int(status), slug].title
        assert (titles[f"{slug} vi"], titles[f"{slug} en"]) == title
    assert f"default_type {problems.MEDIA_TYPE};" in dict(blocks("location"))["= /problem"]
    answered = {
        status for pages in re.findall(r"error_page ([^;]*);", CONFIGURATION) for status in pages.split()
    }
    assert kinds.keys() <= answered
