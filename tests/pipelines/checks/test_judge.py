"""The process that has Great Expectations loaded: what it answers, and that it never outlives who asked."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from pipelines.checks.judge import _BENCH, PROGRAM, ExpectationError, Judge, ask, warm

ROW = {"check": "a", "column": "a_share", "observed": 0.5, "at_least": 0.6, "at_most": None}
REQUEST = '{"rows": [{"check": "a", "column": "c", "observed": 0.5, "at_least": 0.6, "at_most": null}]}\n'
SECONDS = 60


def program(tmp_path, text):
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    return path


def is_gone(process_id):
    """Whether a process ends within a while."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if not psutil.pid_exists(process_id) or psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False


def failing(outcome):
    return [one["check"] for side in outcome["results"] for one in side["result"]["unexpected_index_list"]]


def test_one_judge_answers_many_and_many_threads():
    warm()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(failing(ask([ROW])))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)

    assert answers == [["a"]] * 3


def test_rows_that_cannot_be_judged_are_an_error_and_the_judge_goes_on():
    with pytest.raises(ExpectationError, match="found an error: KeyError at "):
        ask([{"check": "a"}])

    assert failing(ask([ROW])) == ["a"]


def test_a_number_that_is_no_number_is_an_error_without_the_value():
    with pytest.raises(ExpectationError, match="ValueError at ") as caught:
        ask([{**ROW, "observed": "张三丰"}])

    assert "张三丰" not in str(caught.value)


def test_who_asks_after_the_judge_has_gone_gets_another():
    ask([ROW])
    _BENCH.close()
    _BENCH.close()

    assert failing(ask([ROW])) == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        "import sys; sys.exit(7)",
        "import sys; sys.stdin.readline(); sys.exit(7)",
        "import sys; sys.stdin.readline(); print('{', end='', flush=True); sys.exit(7)",
    ],
    ids=["at once", "on a request", "within its answer"],
)
def test_a_judge_that_ends_is_an_error_with_its_code(tmp_path, text):
    judge = Judge(program(tmp_path, text))

    with pytest.raises(ExpectationError, match="found: it ended with code 7") as caught:
        judge.ask([ROW])

    assert "Run the night again" in str(caught.value)
    assert not judge.is_ours


def test_a_judge_that_does_not_answer_is_ended(tmp_path):
    judge = Judge(program(tmp_path, "import time; time.sleep(600)"), seconds=0.2)

    with pytest.raises(ExpectationError, match="nothing in 0 seconds"):
        judge.ask([ROW])

    assert not judge.is_ours


def test_a_library_that_cannot_be_loaded_is_told(tmp_path):
    text = PROGRAM.read_text(encoding="utf-8").replace("import great_expectations as gx", "import greatest as gx")
    judge = Judge(program(tmp_path, text))

    with pytest.raises(
        ExpectationError, match=r"could not be loaded: ModuleNotFoundError at .*No module named 'greatest'"
    ):
        judge.ask([ROW])

    judge.close()


def test_closing_ends_it_whatever_it_does(tmp_path):
    judge = Judge(program(tmp_path, "import time; time.sleep(600)"))

    judge.close()

    assert is_gone(judge.process_id)


def test_it_ends_when_its_parent_is_killed():
    code = (
        "import time\n"
        "from pipelines.checks.judge import Judge\n"
        "print(Judge().process_id, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        judge_id = int(parent.stdout.readline())
        os.kill(parent.pid, signal.SIGKILL)

    assert is_gone(judge_id)


def test_it_ends_with_a_process_that_forgets_it():
    code = "from pipelines.checks.judge import _BENCH\nprint(_BENCH.call().process_id)"

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True, timeout=SECONDS
    )

    assert done.stderr == ""
    assert is_gone(int(done.stdout))


def test_ctrl_c_leaves_the_decision_to_the_night():
    judge = Judge()
    judge.ask([ROW])

    os.kill(judge.process_id, signal.SIGINT)

    assert failing(judge.ask([ROW])) == ["a"]
    judge.close()


def test_it_opens_no_connection_and_leaves_no_file(tmp_path):
    guard = (
        "import runpy, sys\n"
        "def refuse(event, _):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto', 'tempfile.mkdtemp', 'tempfile.mkstemp'):\n"
        "        import os; os._exit(9)\n"
        "sys.addaudithook(refuse)\n"
        "runpy.run_path(sys.argv[1], run_name='__main__')\n"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-c", guard, str(PROGRAM)],
        input=REQUEST,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=SECONDS,
    )

    assert done.returncode == 0
    assert '"outcome"' in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_library_is_not_imported_with_the_definitions():
    code = "import sys, pipelines.checks.contract_checks; print('great_expectations' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
