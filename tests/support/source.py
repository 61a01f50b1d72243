"""The project's own source, as syntax trees."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.local.config import PROJECT


@dataclass(frozen=True)
class Module:
    """One file: its dotted name and its tree."""

    name: str
    tree: ast.Module

    @property
    def last(self) -> str:
        """Its own name, without its packages."""
        return self.name.rpartition(".")[2]

    def imports(self) -> list[str]:
        """Everything it imports, names from modules included: `a.b` and `a.b.name`."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        return found

    def calls(self) -> list[tuple[str, int]]:
        """Every `x.y(…)` as ("x.y", line), as far as it is made of plain names."""
        return [
            (ast.unparse(node.func), node.lineno)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        ]


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module below these folders of the project, migrations left out."""
    paths = [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]
    return tuple(_module(path) for path in paths if "versions" not in path.parts)


def _module(path: Path) -> Module:
    name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    return Module(name.removesuffix(".__init__"), ast.parse(path.read_text()))
