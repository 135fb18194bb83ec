"""Writing several workbooks at once: in processes of their own, as many as the machine has processors for.

What belongs here: one job (a workbook, encrypted where a password is given, with its checksum), the process that does
jobs one after another, and sharing them out. A process is told everything through a pipe: nothing about a person or a
password stands in a command line or the environment. It reads neither warehouse nor policy.
"""

import contextlib
import hashlib
import io
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from warehouse.errors import disk_full

MODULE: Final = "pipelines.workbooks.bookbinding"
MOST_PROCESSES: Final = 4
_LENGTH: Final = 8


class BookbindingError(RuntimeError):
    """A workbook could not be written; says what kind of error and where, nothing of what it holds."""


@dataclass(frozen=True)
class Job:
    """One workbook to write.

    Attributes:
        content: gives its `book.BookContent` when its turn has come, so that only those being written are in memory.
        path: the file, which is not there yet.
        password: what opens it; None: everybody.
    """

    content: Callable[[], Any]
    path: Path
    password: str | None = None


def do_job(content: Any, path: Path, password: str | None) -> str:  # noqa: ANN401  a BookContent, known to whom imports it
    """Write one workbook and give its SHA-256."""
    from pipelines.workbooks.book import write_book  # noqa: PLC0415  the parent starts us before it imports anything

    if password is None:
        write_book(content, path)
    else:
        from pipelines.workbooks.encrypting import encrypt  # noqa: PLC0415

        plain = io.BytesIO()
        write_book(content, plain)
        encrypt(plain, path, password)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Bindery:
    """Processes that write workbooks. Use as a context: they start at once, while the caller still reads its tables."""

    def __init__(self, processes: int | None = None) -> None:
        """Say how many processes work beside this one; None: one less than there are processors."""
        wanted = (os.cpu_count() or 1) - 1 if processes is None else processes
        self.processes = [_start() for _ in range(min(max(wanted, 0), MOST_PROCESSES))]

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the processes end."""
        for process in self.processes:
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if pipe:
                        pipe.close()
            if kind is not None:
                process.kill()
            process.wait()

    def bind(self, jobs: Sequence[Job]) -> list[str]:
        """Write all workbooks; give the SHA-256 of each, in their order.

        Raises:
            DiskFullError: the disk is full.
            BookbindingError: one could not be written in a process of its own.
        """
        shared = _Shared(jobs)
        threads = [threading.Thread(target=shared.work, args=(asker(one),)) for one in self.processes]
        for thread in threads:
            thread.start()
        shared.work(do_job)
        for thread in threads:
            thread.join()
        if shared.error is not None:
            raise shared.error
        return [shared.done[place] for place in range(len(jobs))]


Doer = Callable[[Any, Path, str | None], str]


class _Shared:
    """Jobs that several hands take from one heap."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs: Iterator[tuple[int, Job]] = iter(enumerate(jobs))
        self._lock = threading.Lock()
        self.done: dict[int, str] = {}
        self.error: Exception | None = None

    def work(self, do: Doer) -> None:
        """Take jobs until there are none, or one has failed."""
        while True:
            with self._lock:
                place, job = next(self._jobs, (-1, None))
            if job is None or self.error is not None:
                return
            try:
                self.done[place] = do(job.content(), job.path, job.password)
            except Exception as error:  # noqa: BLE001  told by the one who asked
                self.error = error
                return


def asker(process: "subprocess.Popen[bytes]") -> Doer:
    """What hands a job to a process and waits for its answer."""

    def ask(content: Any, path: Path, password: str | None) -> str:  # noqa: ANN401
        if process.stdin is None or process.stdout is None:  # pragma: no cover  both are pipes
            raise BookbindingError("no way to the process that writes workbooks")
        try:
            _send(process.stdin, (content, path, password))
            kind, told = _receive(process.stdout)
        except (OSError, EOFError):
            raise BookbindingError("the process that writes workbooks has ended; run the export again") from None
        if kind == "done":
            return str(told)
        if kind == "ours":
            raise told
        if kind == "full":
            raise disk_full("writing workbooks", path.parent)
        raise BookbindingError(f"a workbook could not be written: {told}")

    return ask


def _start() -> "subprocess.Popen[bytes]":
    root = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    # One thread each: the processes share the machine with one another and with the caller.
    environment = os.environ | {"PYTHONPATH": paths, "POLARS_MAX_THREADS": "1"}
    return subprocess.Popen(  # noqa: S603  our own interpreter and module
        [sys.executable, "-m", MODULE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


def _send(pipe: IO[bytes], message: Any) -> None:  # noqa: ANN401
    told = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(len(told).to_bytes(_LENGTH, "big"))
    pipe.write(told)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:  # noqa: ANN401
    length = pipe.read(_LENGTH)
    if len(length) < _LENGTH:
        raise EOFError
    return pickle.loads(pipe.read(int.from_bytes(length, "big")))  # noqa: S301  from the process that started us


def main() -> None:
    """Do jobs until there are no more."""
    import signal  # noqa: PLC0415

    from pipelines.workbooks.book import TooManyFindingsError  # noqa: PLC0415
    from warehouse.disk import is_full  # noqa: PLC0415
    from warehouse.files import private_files  # noqa: PLC0415

    # Ctrl-C reaches every process of a terminal; the parent decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while True:
        try:
            job = _receive(sys.stdin.buffer)
        except EOFError:
            return
        try:
            with private_files():
                answer: tuple[str, Any] = ("done", do_job(*job))
        except TooManyFindingsError as error:
            answer = ("ours", error)
        except Exception as error:  # noqa: BLE001  its message may quote a person: the type and the place must do
            answer = ("full", None) if is_full(error) else ("error", _account(error))
        _send(answers, answer)


def _account(error: Exception) -> str:
    trace, last = error.__traceback__, ""
    while trace is not None:
        last = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {last}"


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # nobody waits for the answer any more
        main()
