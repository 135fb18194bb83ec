"""How long it takes to write the workbooks of a night: `python -m tests.benchmarks.queue_workbooks [cases] [towns]`.

5,000 cases in twelve workbooks and the district's are to be written in 10 s on two cores, and memory is to stay flat in
the number of towns. Exits 1 where that takes longer. Most memory is told of this process and of the largest beside it.
"""

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipelines.workbooks.handing_out import Destination, hand_out
from pipelines.workbooks.material import Material
from pipelines.workbooks.reading import read_material
from pipelines.workbooks.words import Words
from tests.pipelines.workbooks.literal_night import AS_OF, MADE_AT, SECRET, WORDS, manifest, tables
from warehouse.publication import publish
from warehouse.session import Vault

CASES, TOWNS, FINDINGS_A_CASE = 5_000, 12, 1.4
MOST_SECONDS = 10.0
BASIS = "草街办发〔2024〕54号（十）：“车辆比对数据：摩托车、汽车都要核实，车辆已经注销的需提供注销证明，其余情况原则上取消其低保。”"


def night_of(cases: int, towns: int) -> dict[str, pl.DataFrame]:
    """The literal night's first case and its findings, so many times over."""
    literal = tables()
    households = pl.DataFrame({"n": range(cases)}).select(
        household_id=pl.concat_str(pl.lit("YZ"), pl.col("n").cast(pl.String).str.zfill(7)),
        case_id=pl.concat_str(pl.lit("case-"), pl.col("n").cast(pl.String)),
        town=pl.concat_str(pl.lit("第"), (pl.col("n") % towns + 1).cast(pl.String), pl.lit("街道")),
    )
    found = pl.DataFrame({"n": range(int(cases * FINDINGS_A_CASE))}).select(
        finding_id=pl.col("n").cast(pl.String).str.zfill(32), place=pl.col("n") % cases, is_first=pl.col("n") < cases
    )
    found = found.join(households.with_row_index("place"), on="place").drop("case_id", "place")
    kinds = literal["findings"].filter(pl.col("household_id") == "H1").head(2)
    findings = pl.concat(
        [
            found.filter(pl.col("is_first") == first).join(
                kinds.slice(0 if first else 1, 1).drop("household_id", "finding_id", "town"), how="cross"
            )
            for first in (True, False)
        ]
    ).with_columns(basis=pl.lit(BASIS))
    findings = findings.select(literal["findings"].columns).sort("household_id", "finding_id")
    one = literal["cases"].filter(pl.col("household_id") == "H1").drop("household_id", "case_id", "town")
    members = literal["ledger"].filter(pl.col("household_id") == "H1").drop("household_id")
    return literal | {
        "cases": households.join(one, how="cross").select(literal["cases"].columns),
        "findings": findings,
        "memory": findings.select("finding_id", fingerprint="finding_id", assessed_outcome="outcome"),
        "ledger": households.select("household_id").join(members, how="cross").select(literal["ledger"].columns),
    }


def main() -> int:
    """Measure; give the exit code."""
    cases, towns = (*map(int, sys.argv[1:3]), *(CASES, TOWNS)[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(Path(folder) / "warehouse", None, threads=2, memory_limit="2GB")
        night = publish(vault, AS_OF, "0123456789ab", night_of(cases, towns), manifest()).folder

        def material() -> tuple[Material, Words]:
            return read_material(vault, night, clear_ids=False), replace(WORDS)

        began, busy = time.monotonic(), time.process_time()
        books = hand_out(material, SECRET, Destination(Path(folder) / "out"), MADE_AT)
        took, busy = time.monotonic() - began, time.process_time() - busy
        size = sum(book.path.stat().st_size for book in books) / 2**20
    beside = resource.getrusage(resource.RUSAGE_CHILDREN)
    mine = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(  # noqa: T201
        f"{cases:,} cases, {books[0].rows:,} findings, {len(books)} workbooks, {size:.1f} MB: {took:.1f} s; processor "
        f"{busy:.1f} s here and {beside.ru_utime + beside.ru_stime:.1f} s beside; {mine:.0f} MB here, "
        f"{beside.ru_maxrss / 1024:.0f} MB beside"
    )
    return int(took > MOST_SECONDS and (cases, towns) == (CASES, TOWNS))


if __name__ == "__main__":
    sys.exit(main())
