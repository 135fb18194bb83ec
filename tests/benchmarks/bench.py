"""`make bench`: measure every figure, write benchmarks.json and a picture, and say for each whether it holds.

    python -m tests.benchmarks.bench [--size city|twentieth|0.05] [--runs 5] [--only night,later,scaling,district,pandas]

Cities are made once and kept under var/bench/. The exit code says whether it could measure, never how fast it was.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.city import AS_OF, cached_city, write_edition
from tests.benchmarks.figures import judged, reckoned
from tests.benchmarks.machine import commit, machine
from tests.benchmarks.report import tables
from tests.benchmarks.rounds import CHANGED, DELTA, DISTRICT_PERSONS, PARTS, Bench, Kept, Round, one_round

REPOSITORY = Path(__file__).resolve().parents[2]
SIZES = {"city": 1.0, "twentieth": 0.05}
TWENTIETH = 0.05


def main() -> None:
    """Measure."""
    asked = _asked()
    parts = tuple(asked.only.split(",")) if asked.only else PARTS
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:7.0f} s  {what}", flush=True)  # noqa: T201

    bench = prepared(asked.size, parts, asked.folder.absolute(), tell)
    before, rounds = commit(REPOSITORY), list[Round]()

    def keep() -> None:
        told = _told(asked.size, rounds, before)
        asked.out.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")

    for number in range(1, asked.runs + 1):
        tell(f"round {number} of {asked.runs}")
        rounds.append(Kept(keep))
        one_round(bench, parts, rounds[-1])
    print(f"\n{tables(_told(asked.size, rounds, before))}\n")  # noqa: T201
    drawn = asked.out.with_suffix(".svg")
    subprocess.run([sys.executable, "-m", "tests.benchmarks.picture", str(asked.out), str(drawn)], check=True)
    print(f"numbers {asked.out}  ·  picture {drawn}")  # noqa: T201


def prepared(size: float, parts: tuple[str, ...], folder: Path, tell: Any) -> Bench:
    """Make what is to be measured on."""
    cities = folder / "cities"
    city = cached_city(cities, size, tell)
    if "later" in parts:
        write_edition(city, size, DELTA, tell, is_delta=True)
        write_edition(city, size, CHANGED, tell, is_delta=False)
    other = cached_city(cities, size / 4 if size >= SIZES["city"] else size * 4, tell) if "scaling" in parts else None
    twentieth = cached_city(cities, min(size, TWENTIETH), tell) if "pandas" in parts else None
    district = _district(folder / "district", tell) if "district" in parts else None
    return Bench(city, size, other, twentieth, district, folder / "work", tell)


def _district(inbox: Path, tell: Any) -> Path:
    """The district of `make nightly`."""
    if not inbox.is_dir():
        tell(f"a district of {DISTRICT_PERSONS:,} persons …")
        sample = ["sample", "--out", str(inbox), "--persons", str(DISTRICT_PERSONS), "--seed", "1", "--dirty"]
        program = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]
        subprocess.run([*program, *sample, "--as-of", AS_OF.isoformat()], check=True, stdout=subprocess.DEVNULL)
    return inbox


def _told(size: float, rounds: list[Round], before: str) -> dict[str, Any]:
    """All that goes into benchmarks.json; `before` is the commit that the bench began with."""
    after = commit(REPOSITORY)
    return {
        "size": size,
        "on": datetime.now(UTC).date().isoformat(),
        "commit": before if after == before else f"{before}…{after}, CHANGED WHILE IT RAN",
        "machine": machine(),
        "load": os.getloadavg(),
        "figures": judged(rounds),
        "reckoned_for_the_city": [{by: reckoned(one, size, by) for by in ("wall", "cpu")} for one in rounds],
        "rounds": rounds,
    }


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("--size", type=_size, default="twentieth", help="city, twentieth, or a share of the city")
    reader.add_argument("--runs", type=int, default=5, help="rounds; a figure is the median over them")
    reader.add_argument("--only", default="", help=f"parts beside floors and the night, by comma: {', '.join(PARTS)}")
    reader.add_argument("--folder", type=Path, default=Path("var/bench"), help="where cities and work are kept")
    reader.add_argument("--out", type=Path, default=Path("benchmarks.json"))
    return reader.parse_args()


def _size(text: str) -> float:
    return SIZES.get(text) or float(text)


if __name__ == "__main__":
    main()
