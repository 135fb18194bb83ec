"""A city to measure on: a roster and four large feeds, as departments deliver them and as clean tables.

Grain: one file a feed. The delivered file (GB18030) has the small dirt of real deliveries: numbers with a wrong check
digit, lower-case x, full-width digits, dates in several forms, rows that stand twice. The clean file (UTF-8) has the
same rows with the values a reader should find. Everything is a function of the row's number: no seed, no clock.

At size 1: 1,000,000 roster persons and 25 M social-insurance, 9 M vehicle, 15 M property and 5 M business rows of a
city of 32 million people. Of the roster 55 % stand in the social-insurance feed (most of them as residents); 40,000
vehicles, 150,000 flats and 8,000 places in a business are its people's, by chance: some have several, some none.

A later *edition* is the same city with one row in a hundred changed in what is no part of its natural key; the changed
rows alone are what a department would deliver as a delta.
"""
# ruff: noqa: S608  the SQL is put together from the constants below

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from tests.benchmarks import city_feeds
from tests.benchmarks.city_feeds import FEEDS, Feed

PEOPLE = 32_000_000
ROSTER = 1_000_000
AS_OF = date(2026, 9, 22)
DELIVERED = date(2026, 9, 21)
ROSTER_TITLE = "救助对象名册"

_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国春燕海云飞鑫𠮷㐂"
_AREAS = 40
_DAYS = 29_000
_CHECKS = "10X98765432"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SLICE = 64 << 20
_PRIMES = (7_368_787, 6_700_417, 5_915_587)

Tell = Callable[[str], None]


def cached_city(folder: Path, size: float, tell: Tell, *, processes: int = 2) -> Path:
    """Give the folder of a city, made before or now: `inbox/`, `clean/`, and later editions by `write_edition`.

    Args:
        folder: Where cities are kept, one folder a size.
        size: 1 for the whole city.
        tell: Told what is being made.
        processes: What making it may use.
    """
    place = folder / f"{size:g}"
    marker = place / "city.json"
    made_by = {"size": size, "digest": digest()}
    if marker.is_file() and json.loads(marker.read_text(encoding="utf-8")) == made_by:
        return place
    write_city(place, size, tell, processes=processes)
    marker.write_text(json.dumps(made_by), encoding="utf-8")
    return place


def digest() -> str:
    """What a city depends on: this module, the feeds' columns, and DuckDB's hash()."""
    sources = (Path(str(__file__)), Path(str(city_feeds.__file__)))
    made_of = b"".join(path.read_bytes() for path in sources) + duckdb.__version__.encode()
    return hashlib.sha256(made_of).hexdigest()[:16]


def write_city(folder: Path, size: float, tell: Tell, *, processes: int = 2) -> None:
    """Write `folder/inbox/<feed>/<date>/` (delivered) and `folder/clean/<feed>.csv` (clean).

    Args:
        folder: Where to; made new.
        size: 1 for the whole city; 0.05 for a twentieth of roster and feeds, of a city as much smaller.
        tell: Told which file is being made.
        processes: Threads of DuckDB, and processes that encode.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "clean").mkdir(parents=True)
    with _session(processes) as con:
        for name, title, sql in _tables(size):
            tell(f"the city at size {size:g}: {name}, clean and delivered …")
            con.execute(f"COPY ({_filled(sql)}) TO '{folder / 'clean' / name}.csv' (FORMAT csv, HEADER)")
            _deliver(con, _filled(sql, dirt=True), folder / "inbox" / name / DELIVERED.isoformat(), title, processes)


def write_edition(folder: Path, size: float, on: date, tell: Tell, *, is_delta: bool, processes: int = 2) -> Path:
    """Write a later delivery of each table, in which one row in a hundred changed; give the inbox it stands in.

    Args:
        folder: A city's folder; the edition is kept in it and not made twice.
        size: The city's.
        on: The day of the delivery.
        tell: Told which file is being made.
        is_delta: The changed rows alone, with a manifest that says so; otherwise all rows.
        processes: As above.
    """
    inbox = folder / ("delta" if is_delta else "changed")
    if (inbox / "complete").exists():
        return inbox
    shutil.rmtree(inbox, ignore_errors=True)
    with _session(processes) as con:
        for name, title, sql in _tables(size):
            tell(f"the city at size {size:g}: {name}, 1 % changed{', as a delta' if is_delta else ''} …")
            target = inbox / name / on.isoformat()
            _deliver(con, _filled(sql, dirt=True, edition=1, only_changed=is_delta), target, title, processes)
            if is_delta:
                (target / "manifest.json").write_text('{"mode": "delta"}', encoding="utf-8")
    (inbox / "complete").touch()
    return inbox


def _tables(size: float) -> list[tuple[str, str, str]]:
    """Name, title of the file and SQL of every table."""
    return [("roster", ROSTER_TITLE, _roster(size)), *((feed.name, feed.title, _feed(feed, size)) for feed in FEEDS)]


def _filled(sql: str, *, dirt: bool = False, edition: int = 0, only_changed: bool = False) -> str:
    told = {"{dirt}": str(dirt).lower(), "{edition}": str(edition), "{only_changed}": str(only_changed).lower()}
    for place, value in told.items():
        sql = sql.replace(place, value)
    return sql


@contextmanager
def _session(threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": threads}) as con:
        con.execute("SET enable_progress_bar = false")
        for macro in _macros():
            con.execute(macro)
        yield con


def _deliver(con: duckdb.DuckDBPyConnection, sql: str, folder: Path, title: str, processes: int) -> None:
    """One delivery, as a department sends it: CSV in GB18030."""
    folder.mkdir(parents=True)
    delivered = folder / f"{title}.csv"
    raw = delivered.with_suffix(".utf8")
    con.execute(f"COPY ({sql}) TO '{raw}' (FORMAT csv, HEADER)")
    _to_gb18030(raw, delivered, processes)
    raw.unlink()


def _macros() -> list[str]:
    digits = " + ".join(f"ascii(s[{place + 1}]) * {weight}" for place, weight in enumerate(_WEIGHTS))
    offset = 48 * sum(_WEIGHTS)
    return [
        f"CREATE MACRO with_check(s) AS s || '{_CHECKS}'[1 + ({digits} - {offset}) % 11]",
        f"""CREATE MACRO id_of(p) AS with_check('5001' || lpad((p % {_AREAS})::VARCHAR, 2, '0')
            || strftime(DATE '1935-01-01' + (p // {_AREAS} % {_DAYS})::INT, '%Y%m%d')
            || lpad((p // {_AREAS * _DAYS})::VARCHAR, 3, '0'))""",
        f"""CREATE MACRO name_of(p) AS '{_SURNAMES}'[1 + (hash(p) % {len(_SURNAMES)})::INT]
            || '{_GIVEN}'[1 + (hash(p + 1) % {len(_GIVEN)})::INT]
            || CASE WHEN hash(p) % 5 = 0 THEN '' ELSE '{_GIVEN}'[1 + (hash(p + 2) % {len(_GIVEN)})::INT] END""",
        # What departments write: full-width digits, a lower-case x, a number with a wrong digit (to quarantine).
        """CREATE MACRO dirty_id(id, h) AS CASE
            WHEN h % 1000 = 0 THEN id[:17] || (CASE WHEN id[18] = '0' THEN '1' ELSE '0' END)
            WHEN h % 200 = 1 THEN ' ' || lower(id)
            WHEN h % 500 = 2 THEN translate(id, '0123456789', '０１２３４５６７８９') ELSE id END""",
        """CREATE MACRO dirty_day(d, h) AS CASE
            WHEN h % 10 = 0 THEN strftime(d, '%Y/%-m/%-d') WHEN h % 10 = 1 THEN strftime(d, '%Y%m%d')
            ELSE strftime(d, '%Y-%m-%d') END""",
        # One row in a hundred is another in the next edition.
        "CREATE MACRO is_changed(n) AS n % 100 = 42",
    ]


def _shuffled(rows: int) -> str:
    """Row numbers in an order that has nothing to do with what they are about."""
    prime = next(one for one in _PRIMES if rows % one)
    return f"((range * {prime}) % {rows})"


def _person(feed: Feed, about: int, roster: int, people: int) -> str:
    """Whom a row is about: the first rows about the roster, the others about the rest of the city."""
    prime = next(one for one in _PRIMES if roster % one and (people - roster) % one)
    drawn = f"(row * {prime})" if feed.is_once else "hash(row)"
    return f"(CASE WHEN row < {about} THEN {drawn} % {roster} ELSE {roster} + {drawn} % {people - roster} END)::BIGINT"


def _feed(feed: Feed, size: float) -> str:
    """One feed as SQL with places for dirt, edition and whether only the changed rows are wanted."""
    rows, about = int(feed.rows * size), int(feed.about_roster * size)
    columns = []
    for title, sql in feed.columns.items():
        written = value = sql
        if title == feed.changes[0]:
            written = value = f"(CASE WHEN {{edition}} > 0 AND is_changed(row) THEN {feed.changes[1]} ELSE {sql} END)"
        if sql == "id":
            written = "CASE WHEN {dirt} THEN dirty_id(id, h6) ELSE id END"
        elif sql.startswith("(DATE"):
            written = f"CASE WHEN {{dirt}} THEN dirty_day({value}, h3) ELSE strftime({value}, '%Y-%m-%d') END"
        columns.append(f"nullif({written}, '') AS \"{title}\"")
    hashes = ", ".join(f"hash(row + {place * 1_000_003}) AS h{place}" for place in range(1, 7))
    person = _person(feed, about, int(ROSTER * size), int(PEOPLE * size))
    return f"""
        WITH placed AS (SELECT {_shuffled(rows)} AS row FROM range({rows})),
        wanted AS (SELECT row FROM placed WHERE NOT {{only_changed}} OR is_changed(row)),
        every AS (SELECT row FROM wanted UNION ALL SELECT row FROM wanted WHERE {{dirt}} AND row % 1000 = 7),
        about AS (SELECT row, {person} AS person, {hashes} FROM every),
        told AS (SELECT *, id_of(person) AS id, name_of(person) AS name,
            CASE WHEN row < {about} THEN (CASE WHEN h1 % 25 = 0 THEN 4 ELSE 8 END) ELSE h1 % 20 END AS kind FROM about)
        SELECT {", ".join(columns)} FROM told
    """


def _roster(size: float) -> str:
    """The roster: households of one to three, 18 persons in every ten."""
    members = int(ROSTER * size)
    household = "[0, 1, 1, 2, 3, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8, 8, 9, 9][1 + (person % 18)::INT]"
    head = "[1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0][1 + (person % 18)::INT]"
    amount = "400 + h % 800 + CASE WHEN {edition} > 0 AND is_changed(person) THEN 7 ELSE 0 END"
    return f"""
        WITH told AS (SELECT range AS person, person // 18 * 10 + {household} AS household, {head} = 1 AS is_head,
            hash(person // 18 * 10 + {household}) AS h, hash(person + 77) AS own FROM range({members}))
        SELECT 'H' || lpad(household::VARCHAR, 8, '0') AS "家庭编号", id_of(person) AS "身份证号",
            name_of(person) AS "姓名", CASE WHEN is_head THEN '户主' ELSE
            (['配偶', '子', '女', '父母'])[1 + (own % 4)::INT] END AS "与户主关系",
            CASE WHEN h % 12 = 0 THEN '分散供养' WHEN h % 10 = 1 THEN '低保边缘家庭' WHEN h % 3 = 0 THEN '城市低保'
            ELSE '农村低保' END AS "救助类别",
            '是' AS "是否享受", '镇街' || lpad((h % 60)::VARCHAR, 2, '0') AS "镇街",
            '社区' || (h // 60 % 12) AS "社区", '500117' AS "行政区划代码",
            CASE WHEN own % 3 = 0 THEN (own % 600)::VARCHAR ELSE '0' END AS "月收入",
            ({amount})::VARCHAR AS "月保障金额",
            strftime(DATE '2017-01-01' + (h % 3400)::INT, '%Y-%m') AS "批准年月",
            strftime(DATE '2026-01-01' + (h % 200)::INT, '%Y-%m-%d') AS "最近复核日期", '在保' AS "在保状态"
        FROM told WHERE NOT {{only_changed}} OR is_changed(person)
    """


def _to_gb18030(source: Path, target: Path, processes: int) -> None:
    """The same text in the other encoding."""
    size = source.stat().st_size
    starts = list(range(0, size, _SLICE))
    if len(starts) < 2:
        target.write_bytes(b"".join(_encoded(source, start) for start in starts))
        return
    with ProcessPoolExecutor(processes) as pool, target.open("wb") as out:
        for piece in pool.map(_encoded, [source] * len(starts), starts):
            out.write(piece)


def _encoded(source: Path, start: int) -> bytes:
    """The lines that begin within one slice, in GB18030."""
    with source.open("rb") as stream:
        if start:
            stream.seek(start - 1)
            stream.readline()
        text = stream.read(max(0, start + _SLICE - stream.tell()))
        text += stream.readline() if text and not text.endswith(b"\n") else b""
    return text.decode("utf-8").encode("gb18030")
