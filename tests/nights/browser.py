"""A headless Chromium for the tests of the web interface: opens a page, waits for what it shows, takes its text.

It is driven by its own debugging protocol over a web socket on loopback. A browser is found in `HEDUI_BROWSER`, else
where systems keep Chromium.
"""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars"),
    *("--remote-debugging-port=0", "--remote-allow-origins=*", "--lang=en-US"),
)
PATIENCE = 90.0


def find_browser() -> str | None:
    """The browser to use, or None where none is installed."""
    named = os.environ.get("HEDUI_BROWSER")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One page of the browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol, and its answer."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error'].get('message')}")
                return answer["result"]

    def open(self, url: str) -> None:
        """Go to a page."""
        self.call("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """The value of a script in the page."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return told["result"].get("value")

    def text(self) -> str:
        """All text that the page shows."""
        return self.run("document.body ? document.body.innerText : ''") or ""

    def wait_for(self, *words: str) -> str:
        """Wait until the page shows all of these words; its text."""
        deadline = time.monotonic() + PATIENCE
        while True:
            text = self.text()
            missing = [word for word in words if word not in text]
            if not missing:
                return text
            if time.monotonic() > deadline:
                raise TimeoutError(f"the page never showed {missing}; it shows: {text[:500]}")
            time.sleep(0.5)

    def picture(self, path: Path) -> None:
        """What the page looks like, as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def browser_page(browser: str, folder: Path, width: int = 1600, height: int = 1000) -> Iterator[Page]:
    """A browser with one page, its profile in a folder of ours; it is ended afterwards."""
    size = f"--window-size={width},{height}"
    command = [browser, *FLAGS, size, f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            port = _port(folder / "DevToolsActivePort", process)
            with connect(_address(port), max_size=None) as socket:
                page = Page(socket)
                page.call("Page.enable")
                page.call(
                    "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
                )
                yield page
        finally:
            process.terminate()
            process.wait(20)


def _port(file: Path, process: "subprocess.Popen[bytes]") -> int:
    """The port on which the browser listens; it writes it down when it has started."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        if lines:
            return int(lines[0])
        time.sleep(0.2)
    raise TimeoutError("the browser did not start")


def _address(port: int) -> str:
    """The web socket of the browser's first page."""
    with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
        pages = json.load(answer)
    return next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
