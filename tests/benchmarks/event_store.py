"""How long the event store takes: `python -m tests.benchmarks.event_store [events]`.

A district of 1 M persons gives about 100,000 events in some years; a night reads them all, in a second or two.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from tests.postgres import running_cluster
from warehouse.events.event import Draft
from warehouse.events.store import open_events
from warehouse.keys import Key

FIRST = date(2026, 1, 1)
AT_ONCE = 5_000


def draft(place: int) -> Draft:
    """A verdict of the usual size."""
    said = {
        "conclusion": "属实-收入未超标",
        "reason_code": "R03",
        "note": "入户调查，工资已停发，附单位证明一份。" * 3,
        "investigators": ["甲某某", "乙某某"],
        "method": "入户",
        "investigated_on": "2026-03-04",
        "fingerprint": "0123456789abcdef" * 4,
        "material": {"employer": "某某有限公司", "status": "active"},
    }
    night = FIRST + timedelta(days=place % 365)
    return Draft("verdict", f"c{place % 30_000}", f"f{place}", night, "丙某某", "workbook", said, f"d{place}")


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took."""
    begun = time.perf_counter()
    yield
    print(f"  {what:<34}{time.perf_counter() - begun:8.2f} s", flush=True)  # noqa: T201


def measure(address: str, key: Key | None, events: int) -> None:
    """Append, read and verify."""
    store = open_events(address, key)
    with timed(f"append, {AT_ONCE:,} a transaction"):
        for start in range(0, events, AT_ONCE):
            store.append([draft(place) for place in range(start, min(start + AT_ONCE, events))])
    reads: dict[str, Callable[[], object]] = {
        "read all": store.read,
        "read what a night knew": lambda: store.read(known_before=FIRST + timedelta(days=180)),
        "read one case": lambda: store.read(case_id="c7"),
        "append one": lambda: store.append([draft(events)]),
        "verify": store.verify,
    }
    for what, read in reads.items():
        with timed(what):
            read()


def main() -> None:
    """Measure SQLite and PostgreSQL, with and without a key."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, running_cluster() as cluster:
        for name, key in {"plain": None, "sealed": Key(b"k" * 32)}.items():
            for address in (f"sqlite:///{Path(folder)}/{name}.db", cluster.new_address()):
                print(f"{address.partition(':')[0]}, {name}, {events:,} events")  # noqa: T201
                measure(address, key, events)


if __name__ == "__main__":
    main()
