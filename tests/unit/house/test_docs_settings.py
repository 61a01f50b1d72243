"""The tables of docs/operating.md name every setting and every metric, and no other."""

from importlib import import_module

from prometheus_client import REGISTRY
from pydantic.fields import FieldInfo

from deploy.local.config import PROJECT, SERVICES
from shared.settings import ServiceSettings
from tests.support.documents import table

OPERATING = PROJECT / "docs" / "operating.md"
# Counters of Python and of the process come with the library.
FOREIGN = ("python_", "process_")


def default_of(field: FieldInfo) -> str:
    """As the table has it: `required`, `none`, or the text that would mean the same in the environment."""
    if field.default == ():
        return "none"
    return "required" if field.is_required() else str(field.default).lower()


def settings() -> set[tuple[str, ...]]:
    """Variable, who reads it, and default of every setting there is."""
    found = {(name, "all", default_of(field)) for name, field in ServiceSettings.model_fields.items()}
    for service in SERVICES:
        fields = import_module(f"services.{service}.settings").Settings.model_fields
        own = fields.keys() - ServiceSettings.model_fields.keys()
        found |= {(name, service, default_of(fields[name])) for name in own}
    return {(name.upper(), reader, default) for name, reader, default in found}


def metrics() -> set[str]:
    """The names of our metrics, as `GET /metrics` shows them."""
    for service in SERVICES:
        import_module(f"services.{service}.main")
    import_module("services.notifications.deliveries.dispatcher")
    import_module("shared.rewrapping")
    import_module("services.registry.proofs.recheck")
    import_module("services.registry.successions.schedule")
    ours = (metric for metric in REGISTRY.collect() if not metric.name.startswith(FOREIGN))
    return {f"{metric.name}_total" if metric.type == "counter" else metric.name for metric in ours}


def test_every_setting_is_documented_as_it_is_read() -> None:
    rows = table(OPERATING, "variable")
    documented = [(variable, reader, default.lower()) for variable, reader, default, _ in rows]
    assert len(documented) == len(set(documented))
    assert set(documented) == settings()
    assert all(meaning for *_, meaning in rows)


def test_every_metric_is_documented() -> None:
    assert {row[0] for row in table(OPERATING, "metric")} == metrics()
