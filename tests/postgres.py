"""A PostgreSQL of the tests' own: a real cluster in a temporary folder, on a Unix socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

USER = "postgres"  # PostgreSQL refuses to run as root
SECONDS = 60


@dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes:
        sockets: The folder of its Unix socket; nothing listens on a port.
    """

    sockets: Path
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def new_address(self) -> str:
        """Give the address of an empty schema for an event store; a schema is made a hundred times quicker than a database."""
        name = f"events{next(self.numbers)}"
        with psycopg.connect(host=str(self.sockets), user=USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"postgresql://{USER}@/postgres?host={self.sockets}&options=-csearch_path%3D{name}"


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a cluster; stop and remove it at the end. Two at a time have a folder each."""
    programs = _programs()
    as_user: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": []} if os.getuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="hedui-pg-"))
    if as_user:
        shutil.chown(folder, USER, USER)
    data = folder / "data"

    def call(program: str, *arguments: object) -> None:
        words = [programs / program, "-D", data, *arguments]
        # No pipe: the server would keep it open.
        subprocess.run(words, cwd=folder, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL, **as_user)

    try:
        call("initdb", "-U", USER, "-A", "trust", "-E", "UTF8", "-N")
        # Nothing of these tests needs to survive a power cut of the test machine.
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=30"
        call("pg_ctl", "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield Cluster(folder)
        finally:
            call("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """The folder of the newest PostgreSQL: under `HEDUI_POSTGRES` (then it must be there), or where Debian puts it."""
    named = os.environ.get("HEDUI_POSTGRES")
    found = sorted(Path(named or "/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    if named:
        pytest.fail(f"HEDUI_POSTGRES: expected PostgreSQL's programs in {named}/<version>/bin, found none; correct it")
    pytest.skip("PostgreSQL is not on this machine; name its folder in HEDUI_POSTGRES")
