"""Servers for the tests of the local stack."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.config import LocalConfig, temporary_home
from deploy.local.stack import RunningStack, running_stack, server_processes


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as path:
        yield path


@pytest.fixture(scope="package")
async def servers() -> AsyncIterator[RunningStack]:
    with temporary_home() as path:
        async with running_stack(LocalConfig.on_free_ports(path), server_processes) as stack:
            yield stack
