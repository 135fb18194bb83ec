"""Which engine a night uses, and where the distributed one works: values alone, for settings and resources.

What belongs here: what can be said without loading an engine.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

EngineName = Literal["duckdb", "spark"]
EMBEDDED: Final = "duckdb"
SPARK: Final = "spark"


@dataclass(frozen=True)
class ClusterPlace:
    """Where the distributed engine works.

    Attributes:
        master: address of Spark's master, as `spark://host:7077`, `yarn` or `local[2]`.
        shared: folder that this machine and every worker see under the same path.
        secret_file: file with the secret that the processes of a standalone cluster share; its content is never shown.
        python: the Python of the workers; empty: the path of this one.
        shards: into how many parts a feed is cut for judging, at least; 0: as many as the cluster has cores.
        memory: memory of one worker's part, in DuckDB's writing.
    """

    master: str
    shared: Path
    secret_file: Path | None = field(default=None, repr=False)
    python: str = ""
    shards: int = 0
    memory: str = "1GB"
