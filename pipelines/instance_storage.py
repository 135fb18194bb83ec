"""Dagster's storage on PostgreSQL: what can be wrong with it, told plainly, and never with its address or password.

What belongs here: the words for an instance that cannot be opened. Where the instance is stands in `pipelines.instance`.
"""

import importlib.util
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster import DagsterInvalidConfigError
from sqlalchemy.exc import SQLAlchemyError

from pipelines.instance import FILE, at, read_instance_file
from pipelines.settings import SettingsError

POSTGRES = "storage.postgres"
DRIVER = "postgresql+psycopg2"
"""Of those that SQLAlchemy knows, the one in which Dagster's notifications are written."""
ADVICE = {
    "no pg_hba.conf entry": "this user may not connect from here: check pg_hba.conf, and sslmode under params",
    "does not exist": "there is no such database or user: create it, or correct dagster.yaml",
    "password authentication failed": "the password is wrong or missing: check the variable that dagster.yaml names for it",
    "no password supplied": "the password is missing: name its variable in dagster.yaml",
    "translate host name": "there is no such host: correct hostname",
    "refused": "nothing listens there: start PostgreSQL, or correct hostname and port",
    "No such file": "nothing listens there: start PostgreSQL, or correct hostname and port",
    "timeout": "it does not answer: check the network between here and there",
    "permission denied": "this user lacks a right: let it create tables in its schema",
}
"""Word in the driver's message → ours. The driver's own may quote names; it is never shown."""


@contextmanager
def told_plainly(home: Path) -> Iterator[None]:
    """Turn what Dagster says of a storage that it cannot open into one sentence.

    Args:
        home: the instance's folder.

    Raises:
        SettingsError: a variable is not set, a package is missing, PostgreSQL cannot be used, or Dagster does not take
            the file.
    """
    file = home / FILE
    told = read_instance_file(file) if file.exists() else {}
    _variables_must_be_set(file, told)
    if at(told, POSTGRES) is not None:
        _driver_must_be_there(file, told)
    try:
        yield
    except DagsterInvalidConfigError as error:
        places = "; ".join(".".join(one.stack.levels) or "the whole" for one in error.errors) or "the whole"
        raise SettingsError(
            f"{file}: Dagster does not take it, at {places}: compare with docs/operations.md, or remove the file to have "
            "it written anew"
        ) from None
    except Exception as error:
        if at(told, POSTGRES) is None or not _is_of_the_database(error):
            raise
        raise SettingsError(
            f"{file}: expected PostgreSQL to keep Dagster's runs and events, found that {_advice(error)}"
        ) from None


def _driver_must_be_there(file: Path, told: Mapping[str, Any]) -> None:
    """The package for PostgreSQL, and its driver named.

    Raises:
        SettingsError: it is not installed, or another driver would be taken.
    """
    if importlib.util.find_spec("dagster_postgres") is None:
        raise SettingsError(f"{file}: {POSTGRES} needs a package that is not installed: pip install 'hedui[postgres]'")
    url = at(told, f"{POSTGRES}.postgres_url")
    if isinstance(url, Mapping):
        url = os.environ.get(str(url.get("env")))
    scheme = at(told, f"{POSTGRES}.postgres_db.scheme") if url is None else str(url).partition(":")[0]
    if scheme != DRIVER:
        raise SettingsError(
            f"{file}: expected {POSTGRES} with scheme: {DRIVER} (an address that begins with it), found another; "
            "Dagster cannot write its events by another driver"
        )


def _variables_must_be_set(file: Path, told: Mapping[str, Any]) -> None:
    """Every environment variable that the file names.

    Raises:
        SettingsError: one is not set.
    """
    for name in _variables(told):
        if not os.environ.get(name):
            raise SettingsError(f"{file}: expected the environment variable {name}, which it names, found none; set it")


def _variables(told: object) -> Iterator[str]:
    if isinstance(told, Mapping):
        if set(told) == {"env"}:
            yield str(told["env"])
        for value in told.values():
            yield from _variables(value)
    elif isinstance(told, list):
        for value in told:
            yield from _variables(value)


def _is_of_the_database(error: BaseException | None) -> bool:
    """Whether an error, or one that caused it, is the database's."""
    while error is not None:
        if isinstance(error, SQLAlchemyError) or type(error).__name__ == "DagsterPostgresException":
            return True
        error = error.__cause__ or error.__context__
    return False


def _advice(error: BaseException) -> str:
    texts = []
    seen: BaseException | None = error
    while seen is not None:
        texts.append(str(seen))
        seen = seen.__cause__ or seen.__context__
    whole = " ".join(texts)
    found = next((advice for word, advice in ADVICE.items() if word in whole), None)
    return found or f"it cannot be used ({type(error).__name__}): look into PostgreSQL's own log"
