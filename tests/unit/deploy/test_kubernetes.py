"""deploy/kubernetes, held against the services it runs."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from deploy.local.config import PROJECT, SERVICES
from tests.unit.deploy.deployed import PROCESSES, compose, manifests, process_name, settings

READ_BY_LIBRARIES = {"PGSSLMODE", "PGSSLROOTCERT", "SSL_CERT_FILE"}
WORKLOADS = [
    *(("Deployment", service, module) for service, module in PROCESSES),
    *(("Job", service, "prepare") for service in SERVICES),
]
of_each_workload = pytest.mark.parametrize(("kind", "service", "module"), WORKLOADS)


def pod(kind: str, service: str, module: str) -> Any:
    """The pod template of a workload."""
    return manifests()[kind, process_name(service, module)]["spec"]["template"]


def container(kind: str, service: str, module: str) -> Any:
    (only,) = pod(kind, service, module)["spec"]["containers"]
    return only


def environment(kind: str, service: str, module: str) -> dict[str, str]:
    """The variables of a container, all of them from ConfigMaps."""
    assert "env" not in container(kind, service, module)
    values: dict[str, str] = {}
    for source in container(kind, service, module)["envFrom"]:
        values |= manifests()["ConfigMap", source["configMapRef"]["name"]]["data"]
    return values


def selects(selector: Any, labels: dict[str, str]) -> bool:
    assert selector.keys() <= {"matchLabels"}
    return bool(selector["matchLabels"].items() <= labels.items())


def test_these_are_the_workloads_and_all_files_are_applied() -> None:
    found = {(kind, name) for kind, name in manifests() if kind in {"Deployment", "Job"}}
    assert found == {(kind, process_name(service, module)) for kind, service, module in WORKLOADS}
    files = {path.name for path in (PROJECT / "deploy" / "kubernetes").glob("*.yaml")}
    kustomization = manifests()["Kustomization", ""]
    assert set(kustomization["resources"]) == files - {"kustomization.yaml"}
    images = {container(*workload)["image"] for workload in WORKLOADS}
    assert {image["name"] for image in kustomization["images"]} == images


@of_each_workload
def test_each_process_is_told_what_it_needs(kind: str, service: str, module: str) -> None:
    values = environment(kind, service, module)
    assert all(isinstance(value, str) for value in values.values())
    read = settings(service, {k: v for k, v in values.items() if k not in READ_BY_LIBRARIES})
    assert read.environment == "production"
    assert read.nats_user == service
    assert read.nats_url.startswith("tls://")
    assert read.auth_jwks == ""  # found by discovery
    assert read.database_url.startswith(f"postgresql://{service}@")
    expected = compose()["services"][service]["environment"]
    assert (read.http_port, read.worker_port) == (expected["HTTP_PORT"], expected["WORKER_PORT"])


@of_each_workload
def test_each_container_runs_its_module_from_its_own_image(kind: str, service: str, module: str) -> None:
    definition = container(kind, service, module)
    assert definition["image"] == compose()["services"][service]["image"]
    assert definition["command"] == ["python", "-m", f"services.{service}.{module}"]
    assert find_spec(definition["command"][-1]) is not None


@of_each_workload
def test_secrets_are_files_where_they_are_looked_for(kind: str, service: str, module: str) -> None:
    spec = pod(kind, service, module)["spec"]
    (projected,) = [volume["projected"] for volume in spec["volumes"] if volume["name"] == "secrets"]
    own, *authorities = [source["secret"] for source in projected["sources"]]
    assert own == {"name": service}
    files = {item["path"] for secret in authorities for item in secret["items"]}
    files |= {secret["target"] for secret in compose()["services"][service]["secrets"]}
    (mount,) = [m for m in container(kind, service, module)["volumeMounts"] if m["name"] == "secrets"]
    looked_for = {Path(value) for value in environment(kind, service, module).values() if value[0] == "/"}
    assert looked_for == {Path(mount["mountPath"]) / name for name in files}


@pytest.mark.parametrize(("service", "module"), PROCESSES)
def test_probes_ask_the_port_that_the_process_listens_on(service: str, module: str) -> None:
    definition = container("Deployment", service, module)
    variable = "HTTP_PORT" if module == "main" else "WORKER_PORT"
    (port,) = definition["ports"]
    assert port["containerPort"] == int(environment("Deployment", service, module)[variable])
    for probe, path in (("startup", "/livez"), ("liveness", "/livez"), ("readiness", "/readyz")):
        asked = definition[f"{probe}Probe"]["httpGet"]
        assert asked == {"path": path, "port": port["name"]}


@pytest.mark.parametrize("service", SERVICES)
def test_the_service_leads_to_the_api(service: str) -> None:
    definition = manifests()["Service", service]["spec"]
    labels = pod("Deployment", service, "main")["metadata"]["labels"]
    assert definition["selector"].items() <= labels.items()
    assert (
        not definition["selector"].items()
        <= pod("Deployment", service, "worker")["metadata"]["labels"].items()
    )
    (port,) = definition["ports"]
    (served,) = container("Deployment", service, "main")["ports"]
    assert (port["port"], port["targetPort"]) == (served["containerPort"], served["name"])


@pytest.mark.parametrize(("service", "module"), PROCESSES)
def test_one_of_two_stays_while_nodes_are_emptied(service: str, module: str) -> None:
    name = process_name(service, module)
    deployment = manifests()["Deployment", name]["spec"]
    budget = manifests()["PodDisruptionBudget", name]["spec"]
    assert deployment["replicas"] == 2
    assert budget["minAvailable"] == 1
    assert budget["selector"] == deployment["selector"]
    chosen = [w for w in WORKLOADS if selects(deployment["selector"], pod(*w)["metadata"]["labels"])]
    assert chosen == [("Deployment", service, module)]


@of_each_workload
def test_no_pod_can_do_more_than_it_must(kind: str, service: str, module: str) -> None:
    spec, definition = pod(kind, service, module)["spec"], container(kind, service, module)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert definition["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert definition["resources"]["limits"]["memory"]


def test_every_pod_is_denied_by_default_and_only_three_processes_reach_the_web() -> None:
    policies = {
        name: policy["spec"] for (kind, name), policy in manifests().items() if kind == "NetworkPolicy"
    }
    denied = policies.pop("default-deny")
    assert set(denied["policyTypes"]) == {"Ingress", "Egress"}
    assert denied.keys() == {"podSelector", "policyTypes"}
    reaching = set()
    for kind, service, module in WORKLOADS:
        labels = pod(kind, service, module)["metadata"]["labels"]
        assert selects(denied["podSelector"], labels)
        for policy in policies.values():
            if selects(policy["podSelector"], labels) and _reaches_the_web(policy):
                reaching.add((service, module))
    assert reaching == {("registry", "main"), ("registry", "worker"), ("notifications", "worker")}


def _reaches_the_web(policy: Any) -> bool:
    blocks = [
        to["ipBlock"]["cidr"] for rule in policy.get("egress", []) for to in rule["to"] if "ipBlock" in to
    ]
    return any(not cidr.endswith(("/32", "/128")) for cidr in blocks)
