"""Migrations and first data of all three services, in one process: `python -m deploy.local.prepare`."""

import asyncio
from importlib import import_module

from deploy.local.config import SERVICES, LocalConfig, service_environment


async def main(config: LocalConfig) -> None:
    """Run what `python -m services.<service>.prepare` runs, service by service."""
    for service in SERVICES:
        variables = service_environment(config, service)
        settings = import_module(f"services.{service}.settings").Settings(
            **{name.lower(): value for name, value in variables.items()}
        )
        await import_module(f"services.{service}.prepare").prepare(settings)


if __name__ == "__main__":
    asyncio.run(main(LocalConfig.from_environment()))
