"""What reports reads from its environment."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the two processes of reports."""
