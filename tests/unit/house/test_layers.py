"""A request flows routes → service → queries → tables, and only `shared` commits."""

import pytest

from tests.support.source import Module, modules

SERVICES = modules("services")
ROOMS = [module for module in SERVICES if module.name.count(".") == 3]
RANK = {"tables": 0, "queries": 1, "service": 2, "routes": 3}
SQL = {"queries", "tables", "base", "env"}
EXCEPTIONS = {
    "services.registry.imports.retention": "a job that is nothing but its statements",
    "services.notifications.deliveries.leases": "queries of one use case, split from queries.py",
    "services.notifications.deliveries.retention": "a job that is nothing but its statements",
}
# What SQLAlchemy offers to those who write no SQL: the session to pass on, rows, and errors.
HARMLESS = ("sqlalchemy.ext.asyncio", "sqlalchemy.exc", "sqlalchemy.Row")
STATEMENTS = ("execute", "scalar", "scalars", "stream", "get", "merge", "delete")


def by_name(module: Module) -> str:
    return module.name


@pytest.mark.parametrize("module", SERVICES, ids=by_name)
def test_only_shared_commits(module: Module) -> None:
    assert [call for call, _ in module.calls() if call.endswith((".commit", ".rollback", ".begin"))] == []


@pytest.mark.parametrize(
    "module", [each for each in SERVICES if each.last not in SQL and each.name not in EXCEPTIONS], ids=by_name
)
def test_sql_stands_in_queries(module: Module) -> None:
    named = [name for name in module.imports() if name.startswith(("sqlalchemy.", "sqlmodel."))]
    assert [name for name in named if not name.startswith(HARMLESS)] == []
    asked = [f"session.{statement}" for statement in STATEMENTS]
    assert [call for call, _ in module.calls() if call in asked] == []


def rank(module: Module) -> int:
    """Its layer by its name; else a service when it asks for rows or is given a session, and mere words if not."""
    asks = any(name.endswith((".queries", ".AsyncSession")) for name in module.imports())
    return RANK.get(module.last, RANK["service"] if asks else RANK["tables"])


@pytest.mark.parametrize("module", ROOMS, ids=by_name)
def test_no_layer_knows_those_above_it(module: Module) -> None:
    known = {each.name: each for each in ROOMS}
    above = [name for name in module.imports() if name in known and rank(known[name]) > rank(module)]
    assert above == []


@pytest.mark.parametrize("module", [each for each in SERVICES if each.last == "routes"], ids=by_name)
def test_routes_touch_no_row(module: Module) -> None:
    assert [call for call, _ in module.calls() if call.startswith("session.")] == []
