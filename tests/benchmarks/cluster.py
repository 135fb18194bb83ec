"""One worker against two, and both against one machine: the same night by either engine.

    python -m tests.benchmarks.cluster INBOX WAREHOUSE [--runs 1] [--as-of 2026-09-22]

The snapshots should have been landed before: landing is the driver's, whatever the engine. Each night is run once
before it counts, so that copies for the cluster are written. Told are wall seconds of the steps that an engine answers
for, and processor seconds of the driver and of everything of Spark. Master and workers share this machine.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.process import Measured, measured
from tests.benchmarks.rounds import CORE
from tests.benchmarks.stages import stages_of
from tests.spark_cluster import SparkCluster, running_spark

_NIGHT = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())", "nightly"]
_PARTS = {"match": "matched_", "judge": "findings_"}


def main() -> None:
    """Measure."""
    asked = _asked()
    night = ["--inbox", str(asked.inbox), "--warehouse", str(asked.warehouse), "--as-of", asked.as_of]
    with tempfile.TemporaryDirectory(prefix="hedui-copies-", dir=asked.warehouse.parent) as shared:
        for workers in (0, 1, 2):
            with _engine(workers, Path(shared)) as (environment, cluster):
                for run in range(asked.runs + 1):
                    before = cluster.cpu() if cluster else 0.0
                    told = measured([*_NIGHT, *night], environment)
                    spark = cluster.cpu() - before if cluster else 0.0
                    name = f"{workers} workers" if workers else "one machine"
                    print(f"{name}, {'first time' if not run else f'run {run}'}: {_told(told, spark)}", flush=True)  # noqa: T201


@contextmanager
def _engine(workers: int, shared: Path) -> Iterator[tuple[dict[str, str], SparkCluster | None]]:
    """The environment of a night on so many workers; none of them: the embedded engine."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HEDUI_", "DAGSTER_"))} | CORE
    if not workers:
        yield own, None
        return
    with running_spark(workers) as cluster:
        of_spark = {
            "HEDUI_ENGINE": "spark",
            "HEDUI_SPARK_MASTER": cluster.master,
            "HEDUI_SPARK_SECRET_FILE": str(cluster.secret_file),
            "HEDUI_SPARK_PYTHON": sys.executable,
            "HEDUI_SHARED_FOLDER": str(shared),
        }
        yield own | of_spark, cluster


def _told(run: Measured, spark: float) -> str:
    """One line about one night."""
    stages = stages_of(run.lines)
    walls = {
        part: sum(stage.ended - stage.began for stage in stages if stage.name.startswith(prefix))
        for part, prefix in _PARTS.items()
    }
    parts = ", ".join(f"{part} {wall:.1f} s" for part, wall in walls.items())
    memory = f"{run.peak_mb / 1000:.1f} GB in the largest process of the driver"
    return f"{parts}; night {run.wall:.1f} s; work {run.cpu:.1f} s here and {spark:.1f} s of Spark's; {memory}"


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("inbox", type=Path)
    reader.add_argument("warehouse", type=Path)
    reader.add_argument("--runs", type=int, default=1)
    reader.add_argument("--as-of", default="2026-09-22")
    return reader.parse_args()


if __name__ == "__main__":
    main()
