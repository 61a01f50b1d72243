"""What the deployment files say, for the tests that hold it against the code."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import yaml  # type: ignore[import-untyped]

from deploy.local.config import PROJECT, SERVICES
from shared.settings import ServiceSettings

PROCESSES = [(service, module) for service in SERVICES for module in ("main", "worker")]
"""The six."""


def process_name(service: str, module: str) -> str:
    """What a process is called: the API bears the service's name."""
    return service if module == "main" else f"{service}-{module}"


@cache
def compose() -> Any:
    """docker-compose.yml, with its anchors resolved."""
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())


@cache
def manifests() -> dict[tuple[str, str], Any]:
    """The Kubernetes objects by kind and name; a name given twice fails."""
    found: dict[tuple[str, str], Any] = {}
    for path in sorted((PROJECT / "deploy" / "kubernetes").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            key = (document["kind"], document.get("metadata", {}).get("name", ""))
            assert key not in found
            found[key] = document
    return found


def settings(service: str, environment: Mapping[str, Any]) -> ServiceSettings:
    """What the service makes of an environment that has to be all it needs, without a word too many."""
    kind: type[ServiceSettings] = import_module(f"services.{service}.settings").Settings
    values = {name.lower(): value for name, value in environment.items()}
    required = {name for name, field in kind.model_fields.items() if field.is_required()}
    assert required - values.keys() == set()
    assert values.keys() - kind.model_fields.keys() == set()
    return kind(**values)
