"""Writes a city's rows as departments deliver them: files, archives, manifests, several snapshots."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.reference.city import Row, found_city
from tests.reference.contract import FEEDS, Feed, Field
from tests.reference.contract_people import ALL_FEEDS
from tests.reference.formats import encode
from tests.reference.persons import bad_id
from tests.reference.records import draw_feeds
from tests.reference.spellings import Raw, Spelling

IDS = ("id_number", "spouse_id_number")


def write_city(inbox: Path, seed: int, *, people: bool = True) -> date:
    """Write the inbox of one seed, with the feeds of people and money or without; gives the comparison date."""
    chance = Random(seed)  # noqa: S311 - a city, not a secret
    city = found_city(chance)
    for name, rows in draw_feeds(city).items():
        if people or name in FEEDS:
            write_feed(inbox / name, ALL_FEEDS[name], rows, city.as_of, chance)
    return city.as_of


def write_feed(folder: Path, feed: Feed, rows: list[Row], as_of: date, chance: Random) -> None:
    """One feed: mostly one good snapshot, at times with others around it."""
    luck = chance.random()
    age = chance.choice([0, 1, 2, feed.max_age_days])
    if luck < 0.02:
        return  # absent
    if luck < 0.05:
        age = feed.max_age_days + 1  # stale
    day = as_of - timedelta(age)
    if luck > 0.92:
        write_deltas(folder, feed, rows, day, chance)
        return
    if luck > 0.88 and feed.name not in ("roster", "card_proxies"):  # those answer no list of persons
        write_responses(folder, feed, rows, day, chance)
        return
    write_snapshot(folder / day.isoformat(), feed, rows, chance)
    if age and chance.random() < 0.3:  # a newer one that is refused or not ready
        newer = folder / (day + timedelta(chance.randrange(1, age + 1))).isoformat()
        broken = chance.sample(rows, len(rows))
        spoil_snapshot(newer, feed, broken, chance)
    if chance.random() < 0.1:  # of tomorrow
        write_snapshot(folder / (as_of + timedelta(1)).isoformat(), feed, rows[: len(rows) // 2], chance)
    if chance.random() < 0.15:  # an older good one
        write_snapshot(folder / (day - timedelta(1)).isoformat(), feed, rows[len(rows) // 3 :], chance)


def write_deltas(folder: Path, feed: Feed, rows: list[Row], day: date, chance: Random) -> None:
    """A full snapshot, perhaps too old by itself, and one or two deltas that change and add rows."""
    third = len(rows) // 3
    base = day - timedelta(chance.choice([2, 3, feed.max_age_days]))
    write_snapshot(folder / base.isoformat(), feed, rows[: 2 * third], chance)
    if chance.random() < 0.5:
        between = day - timedelta(1)
        write_snapshot(folder / between.isoformat(), feed, _changed(rows[:third], rows, chance), chance, mode="delta")
    write_snapshot(folder / day.isoformat(), feed, _changed(rows[third:], rows, chance), chance, mode="delta")


def _changed(part: list[Row], rows: list[Row], chance: Random) -> list[Row]:
    """The rows, some with a value of another row."""
    names = [name for name in part[0] if name not in (*IDS, "household_id")]
    changes = [(name, chance.choice(rows)[name]) for name in chance.sample(names, min(3, len(names)))]
    return [row | dict([chance.choice(changes)]) if chance.random() < 0.3 else row for row in part]


def write_responses(folder: Path, feed: Feed, rows: list[Row], day: date, chance: Random) -> None:
    """Two answers, each to a list of people; some are on both lists, some have no row, some are on none."""
    people = sorted({str(row[name]) for row in rows for name in IDS if type(row.get(name)) is str})
    for n in (1, 0):
        asked = chance.sample(people, len(people) * 2 // 3)
        unasked = chance.choice([0, 0, 0.1])  # at times rows about people whom nobody asked about
        shares = [unasked if {row.get(n) for n in IDS}.isdisjoint(asked) else 0.8 for row in rows]
        part = [row for row, share in zip(rows, shares, strict=True) if chance.random() < share] or rows[:1]
        write_snapshot(folder / (day - timedelta(n)).isoformat(), feed, part, chance, asked=asked)


def spoil_snapshot(folder: Path, feed: Feed, rows: list[Row], chance: Random) -> None:
    """A snapshot that must not be used."""
    way = chance.choice(["part", "manifest", "column", "double", "bad"])
    if way == "bad":
        rows = [dict(row) for row in rows]
        for row in chance.sample(rows, min(20, len(rows))):
            for name in [n for n in IDS if n in row]:
                row[name] = bad_id(chance, "500190199001010000")
            if "id_number" not in row:
                row["household_id"] = Raw("")
    drop = chance.choice(feed.required()) if way == "column" else None
    write_snapshot(folder, feed, rows, chance, drop=drop, double=way == "double", lie=way == "manifest")
    if way == "part":
        (folder / chance.choice(["b.csv.part", "x.tmp", "名册.xlsx.uploading"])).write_bytes(b"")


def write_snapshot(
    folder: Path,
    feed: Feed,
    rows: list[Row],
    chance: Random,
    *,
    drop: str | None = None,
    double: bool = False,
    lie: bool = False,
    mode: str = "full",
    asked: list[str] | None = None,
) -> None:
    """One snapshot in one to three files, with or without a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    present = set().union(*(row.keys() for row in rows))
    gone = {f.name for f in feed.fields if not f.required and chance.random() < 0.06} - {"monthly_income"}
    gone |= {drop} if drop else set()
    fields = [f for f in feed.fields if f.name in present and f.name not in gone]
    said: dict[str, dict[str, object]] = {}
    for n, part in enumerate(_parts(rows, chance)):
        name, content = write_file("abc"[n], chance.sample(fields, len(fields)), part, chance, double=double)
        (folder / name).write_bytes(content)
        said[name] = {"sha256": hashlib.sha256(content).hexdigest(), "rows": len(part)}
    if lie or asked or mode != "full" or chance.random() < 0.3:
        manifest = _manifest(said, len(rows), chance, lie=lie)
        if asked is not None:
            (folder / "requested.csv").write_text("\n".join(["id_number", *asked]), encoding="utf-8")
            manifest |= {"mode": "response", "requested": "requested.csv"}
        elif mode != "full":
            manifest["mode"] = mode
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def _parts(rows: list[Row], chance: Random) -> Iterator[list[Row]]:
    cuts = sorted(chance.sample(range(1, len(rows)), chance.choice([0, 0, 0, 1, 2])))
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        yield rows[start:end]


def _manifest(said: dict[str, dict[str, object]], rows: int, chance: Random, *, lie: bool) -> dict[str, object]:
    """A manifest that says all or some of it, or something wrong."""
    manifest: dict[str, object] = {"rows": rows, "files": said, "mode": "full"}
    if lie:
        first = next(iter(said))
        way = chance.randrange(4)
        if way == 0:
            manifest["rows"] = rows + 1
        elif way == 1:
            said["z.csv"] = {"sha256": "0" * 64, "rows": 1}
            manifest["rows"] = rows + 1
        elif way == 2:
            said[first]["sha256"] = "0" * 64
        else:
            said[first]["rows"] = 0
        return manifest
    for key in chance.sample(["rows", "files", "mode"], chance.randrange(3)):
        del manifest[key]
    if "rows" not in manifest and len(said) > 1 and chance.random() < 0.3:
        said.popitem()  # an unnamed file is no violation
    return manifest


def write_file(stem: str, fields: list[Field], rows: list[Row], chance: Random, *, double: bool) -> tuple[str, bytes]:
    """One file: its name and content."""
    kind = chance.choice(["csv", "csv", "csv", "xlsx", "xlsx", "xls", "parquet", "zip"])
    spelling = Spelling(chance, chance.choice([0, 0.05, 0.4, 0.8]))
    if kind == "zip":
        half = chance.randrange(len(rows) + 1)
        inner = [(n, part) for n, part in (("1", rows[:half]), ("2", rows[half:])) if part]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for n, part in inner:
                way = chance.choice(["csv", "xlsx", "xls", "parquet"])
                archive.writestr(f"{n}数据.{way}", encode(way, fields, part, spelling, double=double))
        return f"{stem}.zip", buffer.getvalue()
    return f"{stem}数据.{kind}", encode(kind, fields, rows, spelling, double=double)
