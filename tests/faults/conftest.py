"""A stack of its own for tests that break things."""

from tests.e2e.conftest import notifications, receiver, registry, reports, stack, staff, tenant

__all__ = ["notifications", "receiver", "registry", "reports", "stack", "staff", "tenant"]
