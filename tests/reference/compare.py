"""Compare hedui with the reading, city by city: `python -m tests.reference.compare --seeds 1:50`.

Each seed's city is written to a folder of its own, read by the reading and by hedui, and every difference is
shown with the household, the rule, and the rows of the persons concerned, as both understood them. The people
are fictional, so their numbers may be shown.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipelines.night.night import ROSTER, open_night, open_vault
from pipelines.night.stages import compute, land_all
from tests.reference.contract_people import ALL_FEEDS
from tests.reference.delivery import write_city
from tests.reference.reading import Reading, night

REPOSITORY = Path(__file__).resolve().parents[2]
Rows = list[dict[str, str]]
PEOPLE = "caojie-people"
KEY = ("household_id", "id_number", "rule_id", "record_key")


@dataclass
class Answer:
    """What hedui gives for a night: findings, cases and each rule's counts as text, and the books of every feed in use."""

    findings: Rows
    cases: Rows
    tallies: Rows
    books: dict[str, dict[str, int]]


def ask_hedui(inbox: Path, warehouse: Path, as_of: date, profile: str) -> Answer | None:
    """Run hedui's stages one after another, without Dagster; None where there is no roster."""
    opened = open_night(
        as_of=as_of,
        profile=profile,
        inbox=inbox,
        vault=open_vault(warehouse, None, threads=1, memory_limit="1GB"),
        feeds_dirs=(REPOSITORY / "data" / "feeds",),
        policy_dirs=(REPOSITORY / "data" / "policy",),
    )
    opened.vault.open()
    states = land_all(opened)
    if not states[ROSTER].is_assessed:
        return None
    equations = compute(opened)
    if broken := [one.name for one in equations if not one.holds]:
        raise AssertionError(f"the books do not balance: {broken}")
    findings = opened.tables.read("findings").filter(pl.col("outcome") != "not_assessed")
    books = {}
    for feed, state in states.items():
        told = [one.books for one in state.used]
        if told and feed in ALL_FEEDS:
            names = ("quarantined", "kept", "duplicate", "superseded")
            books[feed] = {name: sum(getattr(one, name) for one in told) for name in names}
    return Answer(
        _texts(findings), _texts(opened.tables.read("cases")), _texts(opened.tables.read("rule_counts")), books
    )


def _texts(frame: pl.DataFrame) -> Rows:
    return [{name: _text(value) for name, value in row.items()} for row in frame.iter_rows(named=True)]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(str(one) for one in value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def differences(expected: Rows, found: Rows, key: tuple[str, ...]) -> list[str]:
    """One line for each row that only one side has and each value that differs, in the columns of the reading."""
    ours, theirs = _by_key(expected, key), _by_key(found, key)
    lines = [] if len(theirs) == len(found) else ["hedui gives several rows of one key"]
    for each in sorted(ours.keys() | theirs.keys()):
        left, right = ours.get(each), theirs.get(each)
        if left is None or right is None:
            row = left or right or {}
            side = "only the reading" if right is None else "only hedui"
            told = {name: row[name] for name in (expected[0] if expected else row) if name in row}
            lines.append(f"{side}: {told}")
            continue
        wrong = [f"{n}: reading {v!r}, hedui {right[n]!r}" for n, v in left.items() if v != right[n]]
        if wrong:
            lines.append(f"{each}: " + "; ".join(wrong))
    return lines


def unsaid(reading: Reading, found: Rows) -> list[str]:
    """Words of the spec that a sentence lacks, or has where it must not."""
    told, lines = _by_key(found, KEY), []
    for row, words in zip(reading.findings, reading.wordings, strict=True):
        key = tuple(row[name] for name in KEY)
        sentence = told.get(key, {}).get("statement", "")
        wrong = [word for word, is_said in words.items() if key in told and is_said != (word in sentence)]
        lines += [f"{key}: {wrong} in {sentence!r}"] if wrong else []
    return lines


def _by_key(rows: Rows, key: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row[name] for name in key): row for row in rows}


def compare(inbox: Path, warehouse: Path, as_of: date, profile: str) -> tuple[list[str], Reading | None]:
    """All differences of one inbox, and the reading of it; `profile` is caojie-people or caojie-core."""
    reading, answer = night(inbox, as_of, people=profile == PEOPLE), ask_hedui(inbox, warehouse, as_of, profile)
    if reading is None or answer is None:
        agree = reading is None and answer is None
        return ([] if agree else [f"roster: reading {reading is not None}, hedui {answer is not None}"]), reading
    lines = []
    for name, snapshot in reading.landed.items():
        wanted = (
            {n: getattr(snapshot, n) for n in ("quarantined", "kept", "duplicate", "superseded")} if snapshot else {}
        )
        wanted |= {"kept": snapshot.kept_in_books} if snapshot else {}
        if wanted != answer.books.get(name, {}):
            lines.append(f"books of {name}: reading {wanted}, hedui {answer.books.get(name)}")
    lines += differences(reading.findings, answer.findings, KEY)
    lines += unsaid(reading, answer.findings)
    lines += differences(reading.tallies, answer.tallies, ("rule_id",))
    return lines + differences(reading.cases, answer.cases, ("household_id",)), reading


def concerned(lines: list[str], reading: Reading | None) -> list[str]:
    """The rows, as the reading cleaned them, of every person of the households named in the lines."""
    if reading is None:
        return []
    roster = reading.landed["roster"]
    homes = (
        {r["household_id"] for r in roster.kept if any(r["household_id"] in line for line in lines)}
        if roster
        else set()
    )
    people = {r["id_number"] for r in (roster.kept if roster else []) if r["household_id"] in homes}
    out = []
    for name, snapshot in reading.landed.items():
        for row in snapshot.kept if snapshot else []:
            about = {row.get("id_number"), row.get("spouse_id_number")} & people
            if row.get("household_id") in homes or (name != ROSTER and about):
                told = {k: str(v) for k, v in row.items() if v not in (None, "")}
                out.append(f"    {name}: {told}")
    return out


def main() -> int:
    """Compare the seeds asked for; the exit code is 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1:20", help="first:last")
    parser.add_argument("--profile", default=PEOPLE)
    parser.add_argument("--rows", action="store_true", help="show the rows of the persons concerned")
    parser.add_argument("--most", type=int, default=8, help="differences shown for one seed")
    given = parser.parse_args()
    first, last = (int(n) for n in given.seeds.split(":"))
    bad = 0
    for seed in range(first, last + 1):
        with tempfile.TemporaryDirectory() as folder:
            inbox = Path(folder) / "inbox"
            as_of = write_city(inbox, seed)
            lines, reading = compare(inbox, Path(folder) / "warehouse", as_of, given.profile)
        bad += bool(lines)
        sys.stdout.write(f"seed {seed} ({as_of}): {len(lines)} differences\n")
        shown = lines[: given.most]
        sys.stdout.writelines(f"  {line}\n" for line in shown)
        if given.rows:
            sys.stdout.writelines(f"{line}\n" for line in concerned(shown, reading))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
