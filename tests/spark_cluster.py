"""A Spark cluster of the tests' own: a master and two workers on loopback, real processes, gone afterwards."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

WORKERS = 2
SECONDS = 60
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Six short-lived Java processes on a machine of two cores: starting counts, not running."""
NEEDS = "Java 17 and the extra `cluster`"


@dataclass(frozen=True)
class SparkCluster:
    """A running cluster.

    Attributes:
        master: its address, as `HEDUI_SPARK_MASTER` takes it.
        secret_file: the secret that its processes share.
        folder: a folder for the tests' files, its logs in `logs`.
        processes: the master, then the workers.
    """

    master: str
    secret_file: Path
    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def executors(self) -> list[psutil.Process]:
        """The executors, children of the workers."""
        children = [one for worker in self.processes[1:] for one in psutil.Process(worker.pid).children(recursive=True)]
        return [one for one in children if "CoarseGrainedExecutorBackend" in _command(one)]

    def cpu(self) -> float:
        """Processor seconds of master, workers and executors so far; what an executor started counts once it has ended."""
        alive = [one for told in self.processes for one in _family(psutil.Process(told.pid))]
        return sum(_seconds(one) for one in alive)

    def logs(self) -> str:
        """Everything that the cluster's processes wrote to their logs and outputs."""
        files = [*self.folder.glob("logs/*"), *self.folder.glob("work*/**/std*")]
        return "\n".join(path.read_text(errors="replace") for path in files if path.is_file())


@contextmanager
def running_spark(workers: int = WORKERS) -> Iterator[SparkCluster]:
    """Start a master and workers of one core and 1 GB each; end them surely."""
    spark_class = _spark_class()
    folder = Path(tempfile.mkdtemp(prefix="hedui-spark-"))
    (folder / "logs").mkdir()
    secret = folder / "cluster.secret"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_hex(32))
    environment = _environment(folder, secret)
    cluster = SparkCluster(f"spark://127.0.0.1:{_free_port()}", secret, folder)

    def start(name: str, *words: object) -> None:
        with (folder / "logs" / f"{name}.log").open("wb") as log:
            command = [str(spark_class), *map(str, words)]
            process = subprocess.Popen(
                command, env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True
            )
        cluster.processes.append(process)

    try:
        host, port = cluster.master.removeprefix("spark://").split(":")
        start("master", "org.apache.spark.deploy.master.Master", "--host", host, "--port", port, "--webui-port", 0)
        _wait_until_open(host, int(port))
        for number in range(workers):
            size = ("--cores", 1, "--memory", "1g", "--host", host, "--webui-port", 0)
            place = ("--work-dir", folder / f"work{number}")
            start(f"worker{number}", "org.apache.spark.deploy.worker.Worker", *size, *place, cluster.master)
        yield cluster
    finally:
        for process in reversed(cluster.processes):
            _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _spark_class() -> Path:
    """Spark's starter; where Java or PySpark is missing the test is skipped, or fails where HEDUI_JAVA says it is there."""
    try:
        import pyspark  # noqa: PLC0415
    except ImportError:
        pyspark = None
    if pyspark is None or shutil.which("java") is None:
        if "HEDUI_JAVA" in os.environ:
            pytest.fail(f"HEDUI_JAVA is set: expected {NEEDS}, found one of them missing")
        pytest.skip(f"needs {NEEDS}")
    return Path(pyspark.__file__).parent / "bin" / "spark-class"


def _environment(folder: Path, secret: Path) -> dict[str, str]:
    """The environment of the cluster's processes: everything between them is authenticated and encrypted."""
    told = {
        "spark.authenticate": "true",
        "spark.authenticate.secret": secret.read_text(),
        "spark.network.crypto.enabled": "true",
        "spark.master.rest.enabled": "false",
        "spark.local.dir": folder / "local",
    }
    # In a file of its own folder: a command line can be read by everybody.
    (folder / "conf").mkdir(mode=0o700)
    (folder / "conf" / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in told.items()))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_", "HEDUI_"))}
    own = {"SPARK_CONF_DIR": str(folder / "conf"), "SPARK_NO_DAEMONIZE": "1", "SPARK_DAEMON_MEMORY": "256m"}
    own["JDK_JAVA_OPTIONS"] = QUICK_JAVA
    return kept | own


def _command(process: psutil.Process) -> str:
    """What a process runs; nothing where it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all below it."""
    return [process, *process.children(recursive=True)]


def _seconds(process: psutil.Process) -> float:
    """Processor seconds of one process and of those it waited for; 0 where it has ended."""
    try:
        told = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(told.user + told.system + told.children_user + told.children_system)


def _free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_open(host: str, port: int) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        with closing(socket.socket()) as one:
            if one.connect_ex((host, port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail(f"Spark's master: expected it to listen within {SECONDS} s, found nothing")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a process and whatever it started."""
    started = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _, left = psutil.wait_procs(started, timeout=5)
    for one in left:
        one.kill()
