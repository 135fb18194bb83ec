"""``hedui ui``: Dagster's webserver and daemon on loopback, with the same instance as the command line."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import click

from pipelines.cli.options import (
    feeds_option,
    inbox_option,
    key_file_option,
    policy_option,
    profile_option,
    read_settings,
    rules_option,
    warehouse_option,
)
from pipelines.cli.screen import message
from pipelines.settings import Settings, SettingsError

LOOPBACK = "127.0.0.1"
WORKSPACE = """\
# Written by hedui ui: one code location, named as in the repository's workspace.yaml.
load_from:
  - python_module:
      module_name: pipelines.definitions
      location_name: hedui
"""
START_SECONDS, STOP_SECONDS = 600, 20


@click.command(short_help="The web interface on this machine, schedule included.")
@inbox_option
@warehouse_option
@profile_option
@feeds_option
@policy_option
@rules_option
@key_file_option
@click.option("--port", metavar="PORT", help="Port on loopback; by default 3000.")
def ui(**options: str | None) -> int:
    """Start Dagster's webserver and daemon on loopback, until Ctrl-C.

    Assets, checks, runs and the schedule (02:00, switched on in the interface or by HEDUI_SCHEDULE_ENABLED=true).
    Nobody on another machine can reach it; to work from elsewhere, tunnel to it.
    """
    settings = read_settings(**options)
    _must_be_free(settings.port)
    from pipelines.abandoned_runs import close_abandoned_at  # noqa: PLC0415  Dagster takes seconds to import
    from pipelines.instance import dagster_home, lacking  # noqa: PLC0415

    home = dagster_home(settings.warehouse)
    for told in lacking(home):
        message(f"! {told}", "yellow")
    close_abandoned_at(home)  # else a night that was killed would keep the schedule's from beginning
    if settings.inbox is None:
        message("no inbox given: results can be looked at, but no night can run (--inbox DIR)", "yellow")
    # A service manager stops with SIGTERM, a closed terminal with SIGHUP: the children must stop too. SIGINT is ignored
    # where a script started us in the background, and the children would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    child = _start(home, settings)
    try:
        if not _answers(child, settings.port):
            message("the web interface did not start; its own lines above say why", "red")
            return child.poll() or 1
        message(f"hedui is at http://{LOOPBACK}:{settings.port}  (Ctrl-C stops it)", "bold green")
        return child.wait()
    except KeyboardInterrupt:
        message("stopping …")
        return 0
    finally:
        _stop(child)


def child_environment(home: Path, settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of Dagster's processes: our settings, one instance, no telemetry."""
    ours = {"DAGSTER_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1", "GX_ANALYTICS_ENABLED": "false"}
    # The schedule says which date a night is for; a fixed one would make every night the same.
    handed_on = {name: value for name, value in settings.environment().items() if name != "HEDUI_AS_OF"}
    inherited = {name: value for name, value in environ.items() if name != "HEDUI_AS_OF"}
    return {**inherited, **handed_on, **ours}


def _start(home: Path, settings: Settings) -> "subprocess.Popen[bytes]":
    workspace = home / "workspace.yaml"
    workspace.write_text(WORKSPACE, encoding="utf-8")
    # `dg dev`, which the warning recommends, wants a project of its own layout.
    quiet = ["-W", "ignore:Function `dev_command` is superseded"]
    command = [
        sys.executable,
        *quiet,
        "-m",
        "dagster",
        "dev",
        "-w",
        str(workspace),
        "-h",
        LOOPBACK,
        "-p",
        str(settings.port),
    ]
    # A session of its own: Ctrl-C reaches us alone, and we stop the children in order.
    return subprocess.Popen(  # noqa: S603  our own interpreter and arguments
        command, env=child_environment(home, settings, os.environ), cwd=home, start_new_session=True
    )


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise SettingsError(f"--port: {port} on {LOOPBACK} is in use; give another one with --port") from None


def _answers(child: "subprocess.Popen[bytes]", port: int) -> bool:
    """Wait until the webserver answers; False when it ended or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return True
        time.sleep(0.3)
    return False


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """Interrupt Dagster, which then stops its own children; what does not stop in time is ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
