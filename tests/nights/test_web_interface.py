"""The web interface in a real browser, on a warehouse with a finished night."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nights.browser import PATIENCE, browser_page, find_browser
from tests.nights.canaries import CANARIES
from tests.nights.conftest import Messy
from tests.nights.driver import PROFILE

GROUPS = ("landing", "matching", "findings", "casework", "publication")
EXPANDED = ",".join(f"global@global:{group}" for group in ("landing", "publication"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def address(messy_night: Messy, repository: Path, tmp_path: Path) -> Iterator[str]:
    """Where the web interface answers while the test lasts."""
    place, _, _ = messy_night
    port = free_port()
    ours = {"HEDUI_WAREHOUSE": str(place.warehouse), "HEDUI_PROFILE": PROFILE, "HEDUI_INBOX": str(place.root / "inbox")}
    dagster = {"DAGSTER_HOME": str(place.warehouse / "dagster"), "DAGSTER_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-m", "dagster_webserver", "-w", str(repository / "workspace.yaml")]
    log = (tmp_path / "webserver.log").open("wb")
    with (
        log,
        subprocess.Popen(
            [*command, "-h", "127.0.0.1", "-p", str(port)],
            env={**os.environ, **ours, **dagster},
            cwd=repository,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as server,
    ):
        try:
            deadline = time.monotonic() + PATIENCE
            while not answers(port):
                assert server.poll() is None, (tmp_path / "webserver.log").read_text(encoding="utf-8")
                assert time.monotonic() < deadline
                time.sleep(0.3)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture
def browser() -> str:
    found = find_browser()
    if found is None:
        pytest.skip("no Chromium is installed; name one in HEDUI_BROWSER")
    return found


def test_the_asset_graph_and_the_night_can_be_seen(browser: str, address: str, tmp_path: Path) -> None:
    with browser_page(browser, tmp_path / "profile") as page:
        page.open(f"{address}/asset-groups?expanded={EXPANDED}")
        shown = page.wait_for(*GROUPS, "roster", "vehicle", "published_night")
        page.open(f"{address}/assets/vehicle?view=overview")
        shown += page.wait_for("机动车", "rows_quarantined", "Row count", "2026-09-22")
        page.open(f"{address}/assets/business?view=checks")
        shown += page.wait_for("required_columns", "freshness", "books_balance")
        page.open(f"{address}/runs")
        shown += page.wait_for("nightly", "Success")
    assert [canary for canary in CANARIES if canary in shown] == []
