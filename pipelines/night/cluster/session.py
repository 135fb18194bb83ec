"""The session with a Spark cluster: found, protected, checked, and one for a whole process.

What belongs here: how Spark is started and what it may not write down. What is done with it stands in `engine`.
Nothing of a person and no secret is in Spark's configuration, web pages (off), event log (off) or output (off); what it
keeps on disk or sends is encrypted, and its processes prove to each other who they are.
"""

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pipelines.night.cluster.versions import differences, versions
from pipelines.night.cluster_place import ClusterPlace
from pipelines.night.engine import EngineError
from warehouse.files import private_folder, write_file

if TYPE_CHECKING:
    from pyspark import SparkContext

PACKAGES: Final = ("pipelines", "connectors", "warehouse")
SECONDS_TO_CONNECT: Final = 10
STANDALONE: Final = "spark://"

_lock = threading.Lock()


def check_place(place: ClusterPlace) -> None:
    """Tell what is missing before anything is started.

    Raises:
        EngineError: PySpark or Java is not installed, the secret is not there, the master does not answer, or the
            shared folder cannot be written.
    """
    if _pyspark() is None:
        raise EngineError("engine spark: expected PySpark, found none installed: pip install 'hedui[cluster]'")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise EngineError("engine spark: expected Java 17, found no java: install it, or set JAVA_HOME")
    if place.master.startswith(STANDALONE):
        _secret(place)
        _own_address(place.master)
    try:
        private_folder(place.shared)
        with tempfile.TemporaryFile(dir=place.shared):
            pass
    except OSError as error:
        raise EngineError(
            f"engine spark: expected a shared folder that this user may write, found {type(error).__name__}; "
            "check HEDUI_SHARED_FOLDER: every worker must see it under the same path"
        ) from None


def spark(place: ClusterPlace) -> "SparkContext":
    """The session of this process, started at the first call; it ends with the process.

    Args:
        place: where.

    Raises:
        EngineError: it cannot be started, or the workers have other versions than this machine.
    """
    check_place(place)
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PySpark, about packages that we do not use with it
        from pyspark import SparkContext  # noqa: PLC0415

        active: Any = SparkContext._active_spark_context  # noqa: SLF001  asking does not start one
        if active is not None and not active._jsc.sc().isStopped():  # noqa: SLF001  PySpark has no word for it
            if active.master != place.master:
                raise EngineError("engine spark: this process works with another master already; use a new process")
            return cast("SparkContext", active)
        if active is not None:
            active.stop()
        started = _started(place)
        _check_workers(started)
        return started


def _started(place: ClusterPlace) -> "SparkContext":
    from py4j.protocol import Py4JError  # noqa: PLC0415
    from pyspark import (  # noqa: PLC0415
        SparkConf,
        SparkContext,
        java_gateway,
    )
    from pyspark.errors import PySparkException  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="hedui-spark-") as name:
        folder = Path(name)
        try:
            with _submitted(folder, _configuration(place, folder)):
                # Java's own words on the way are about its logging, not about us.
                launch: Any = java_gateway.launch_gateway  # without types
                gateway = launch(None, {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL})
            context = SparkContext(gateway=gateway, conf=SparkConf(_jvm=gateway.jvm))
            context.setLogLevel("OFF")
            context.pythonExec = place.python or sys.executable
            context.addPyFile(str(_sources(Path(_kept().name) / "hedui_sources.zip")))
        except (Py4JError, PySparkException, OSError, ValueError) as error:
            raise EngineError(
                f"engine spark: the session could not be started ({type(error).__name__}); expected a running master at "
                "HEDUI_SPARK_MASTER, Java 17 and, for a standalone cluster, its secret in HEDUI_SPARK_SECRET_FILE"
            ) from None
    return context


def _configuration(place: ClusterPlace, folder: Path) -> dict[str, str]:
    """What every session has; the cluster's own settings come from spark-defaults.conf beside it."""
    told = {
        "spark.master": place.master,
        "spark.app.name": "hedui",
        "spark.submit.deployMode": "client",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.io.encryption.enabled": "true",
        "spark.authenticate": "true",
        "spark.network.crypto.enabled": "true",
        "spark.driver.maxResultSize": "0",
        "spark.rpc.message.maxSize": "1024",
        "spark.executorEnv.POLARS_MAX_THREADS": "1",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile=file:{folder / 'log4j2.properties'}",
    }
    if place.master.startswith(STANDALONE):
        told["spark.authenticate.secret"] = _secret(place)
        told["spark.driver.host"] = _own_address(place.master)
    return told


@contextmanager
def _submitted(folder: Path, configuration: Mapping[str, str]) -> Iterator[None]:
    """Hand the configuration over in a private file: on a command line every user of the machine could read it."""
    write_file(folder / "log4j2.properties", b"rootLogger.level = off\n")
    lines = "".join(f"{name} {value}\n" for name, value in configuration.items())
    write_file(folder / "hedui.conf", lines.encode())
    before = os.environ.get("PYSPARK_SUBMIT_ARGS")
    os.environ["PYSPARK_SUBMIT_ARGS"] = f"--load-spark-defaults --properties-file {folder / 'hedui.conf'} pyspark-shell"
    try:
        yield
    finally:
        del os.environ["PYSPARK_SUBMIT_ARGS"]
        if before is not None:
            os.environ["PYSPARK_SUBMIT_ARGS"] = before


def _secret(place: ClusterPlace) -> str:
    """The secret of a standalone cluster.

    Raises:
        EngineError: there is none, or others may read it.
    """
    if place.secret_file is None:
        raise EngineError(
            "engine spark: expected the secret of the standalone cluster in HEDUI_SPARK_SECRET_FILE, found no file named; "
            "without it anybody on the network could take part (docs/scale.md)"
        )
    try:
        mode, text = place.secret_file.stat().st_mode, place.secret_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise EngineError("engine spark: HEDUI_SPARK_SECRET_FILE cannot be read: check the path") from None
    if mode & 0o077 or not text:
        raise EngineError(
            "engine spark: HEDUI_SPARK_SECRET_FILE must hold one line and be readable by you alone: chmod 600"
        )
    return text


def _own_address(master: str) -> str:
    """The address under which the cluster reaches this machine: the one from which the master was reached.

    Raises:
        EngineError: no master answers.
    """
    for one in master.removeprefix(STANDALONE).split(","):
        host, _, port = one.partition(":")
        try:
            with closing(socket.create_connection((host, int(port or 7077)), SECONDS_TO_CONNECT)) as reached:
                return str(reached.getsockname()[0])
        except (OSError, ValueError):
            continue
    raise EngineError(
        f"engine spark: expected a master at {master}, found nobody answering within {SECONDS_TO_CONNECT} s; "
        "start it, or correct HEDUI_SPARK_MASTER"
    )


@cache
def _kept() -> "tempfile.TemporaryDirectory[str]":
    """A folder that lasts as long as the process: workers that join later fetch from it."""
    return tempfile.TemporaryDirectory(prefix="hedui-spark-")


def _sources(target: Path) -> Path:
    """Our own packages as one file, so that the workers run the code of this machine whatever they have installed."""
    root = Path(__file__).resolve().parents[3]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for package in PACKAGES:
            for path in sorted((root / package).rglob("*.py")):
                archive.write(path, path.relative_to(root))
    return target


def _check_workers(context: "SparkContext") -> None:
    """Ask the workers what they have; packages of another version may find something else.

    Raises:
        EngineError: a package is missing there, or has another version.
    """
    here = versions()
    try:
        there = context.parallelize(range(context.defaultParallelism)).map(lambda _: versions()).collect()
    except Exception:  # noqa: BLE001  whatever Spark raises: the reason is in the cluster's own log
        raise EngineError(
            "engine spark: the workers could not be asked for their versions; expected on each of them the Python of "
            f"HEDUI_SPARK_PYTHON, {platform.python_version()} as here, and room for one executor"
        ) from None
    for found in there:
        if wrong := differences(here, found):
            raise EngineError(f"engine spark: expected the versions of this machine on every worker, found {wrong}")


def _pyspark() -> object:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("pyspark")
