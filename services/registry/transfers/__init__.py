"""Accounts that go from one agency to another: offered by the one, accepted by the other."""
