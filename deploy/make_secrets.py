"""`python -m deploy.make_secrets`: the secrets that docker-compose.yml mounts."""

from pathlib import Path

from deploy.local import secrets
from deploy.local.config import PROJECT, LocalConfig

HOME = PROJECT / ".local" / "compose"
"""Beside the local stack's own, which it never shares: git and images leave both out."""


def make(home: Path = HOME) -> None:
    """Make every secret that is missing, and let each container read those mounted into it.

    Compose hands a file over as it is, owner and mode included, and the processes run as users of
    their own: the files are 0444. On this machine the directory around them, 0700, keeps others out.
    """
    config = LocalConfig(home, ports={})
    secrets.ensure(config)
    for path in (config.jwks, *config.secret("").iterdir()):
        path.chmod(0o444)
    config.secret("issuer.pem").chmod(0o600)  # mounted nowhere


if __name__ == "__main__":
    make()
