"""A city to measure on: a roster and four large feeds, as departments deliver them and as clean tables.

Grain: one file a feed. The delivered file (GB18030) has the small dirt of real deliveries: numbers with a wrong check
digit, lower-case x, full-width digits, dates in several forms, rows that stand twice. The clean file (UTF-8) has the
same rows with the values a reader should find. Everything is a function of the row's number: no seed, no clock.

At size 1: 1,000,000 roster persons and 25 M social-insurance, 9 M vehicle, 15 M property and 5 M business rows of a
city of 32 million people. Of the roster 55 % stand in the social-insurance feed (most of them as residents), 4 % own a
vehicle, 15 % a flat and 0.8 % hold a place in a business.
"""
# ruff: noqa: S608  the SQL is put together from the constants below

import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

PEOPLE = 32_000_000
ROSTER = 1_000_000
AS_OF = date(2026, 9, 22)

_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国春燕海云飞鑫𠮷㐂"
_AREAS = 40
_DAYS = 29_000
_CHECKS = "10X98765432"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SLICE = 64 << 20


@dataclass(frozen=True)
class Feed:
    """One large feed: how many rows, how many of them about the roster, and its columns as SQL over one row.

    The SQL sees `row` (the row's number, shuffled), `person`, `id`, `name`, and hashes `h1` to `h6` of the row.
    """

    name: str
    title: str
    rows: int
    about_roster: int
    columns: dict[str, str]


def _pick(source: str, values: list[str]) -> str:
    """SQL that picks a value by a hash."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"([{listed}])[1 + ({source} % {len(values)})::INT]"


def _day(source: str, first: str, days: int) -> str:
    return f"(DATE '{first}' + ({source} % {days})::INT)"


FEEDS = (
    Feed(
        "social_insurance",
        "养老保险参保",
        25_000_000,
        550_000,
        {
            "身份证号": "id",
            "姓名": "name",
            "险种": "CASE WHEN kind < 6 THEN '企业职工基本养老保险' WHEN kind < 8 THEN '机关事业单位养老保险' "
            "ELSE '城乡居民基本养老保险' END",
            "参保状态": "CASE WHEN h2 % 20 = 0 THEN '暂停参保' ELSE '正常参保' END",
            "待遇发放状态": "CASE WHEN h3 % 5 = 0 THEN '正常发放' ELSE '' END",
            "待遇金额": "CASE WHEN h3 % 5 = 0 THEN (CASE WHEN kind < 8 THEN 1500 + h4 % 3000 ELSE 140 + h4 % 60 END)"
            " || '.' || (10 + h5 % 90) ELSE '' END",
            "缴费人员类别": "CASE WHEN kind < 6 THEN (CASE WHEN h4 % 3 = 0 THEN '个体缴费' ELSE '单位在业' END) ELSE '' END",
            "单位名称": "CASE WHEN kind < 6 THEN '重庆' || "
            + _pick("h5", ["渝北", "江津", "合川", "綦江", "永川"])
            + " || "
            "(h6 % 90000)::INT || "
            + _pick("h4", ["建筑劳务有限公司", "商贸有限公司", "机械制造厂", "物业管理有限公司"])
            + " ELSE '' END",
            "缴费基数": "CASE WHEN kind < 6 THEN (4000 + h6 % 9000)::VARCHAR ELSE '' END",
            "参保日期": _day("h1", "2001-01-01", 9000),
            "终止日期": "''",
            "最近缴费月份": "strftime(DATE '2026-08-01' - to_months((h2 % 4)::INT), '%Y%m')",
            "终止原因": "''",
        },
    ),
    Feed(
        "vehicle",
        "机动车",
        9_000_000,
        40_000,
        {
            "证件号码": "id",
            "机动车所有人": "name",
            "号牌号码": "'渝' || chr((65 + h1 % 8)::INT) || '·' || chr((65 + row // 9999 % 20)::INT) "
            "|| chr((65 + row // 199980 % 20)::INT) || lpad((row % 9999)::VARCHAR, 4, '0')",
            "号牌种类": "CASE WHEN kind < 5 THEN '小型汽车' ELSE '普通摩托车' END",
            "车辆类型": "CASE WHEN kind < 5 THEN (CASE WHEN h2 % 4 = 0 THEN '轻型普通货车' ELSE '小型轿车' END) "
            "ELSE '普通二轮摩托车' END",
            "机动车状态": "CASE WHEN h3 % 8 = 0 THEN '注销' WHEN h3 % 30 = 1 THEN '逾期未检验' ELSE '正常' END",
            "使用性质": "'非营运'",
            "车辆识别代号": "'LSV' || lpad(to_base(row, 36), 6, '0') || lpad((h4 % 100000000)::VARCHAR, 8, '0')",
            "车辆品牌": _pick("h5", ["长安牌", "五菱牌", "大众牌", "丰田牌", "宗申牌", "隆鑫牌"]),
            "初次登记日期": _day("h6", "2008-01-01", 6500),
            "检验有效期止": _day("h2", "2024-01-01", 1500),
            "现值": "CASE WHEN kind < 5 THEN (8000 + h4 % 190000)::VARCHAR ELSE '' END",
        },
    ),
    Feed(
        "property",
        "不动产",
        15_000_000,
        150_000,
        {
            "权利人证件号码": "id",
            "权利人": "name",
            "不动产单元号": "'5001' || lpad((row % 40)::VARCHAR, 2, '0') || '001001' || "
            "(CASE WHEN h1 % 3 = 0 THEN 'JC' ELSE 'GB' END) || lpad((row % 100000)::VARCHAR, 5, '0') || 'F'"
            " || lpad((row // 100000)::VARCHAR, 4, '0') || lpad((h2 % 10000)::VARCHAR, 4, '0')",
            "不动产权证号": "'渝(' || (2005 + h3 % 20) || ')不动产权第' || lpad(row::VARCHAR, 9, '0') || '号'",
            "用途": "CASE WHEN h4 % 40 = 0 THEN '商业' WHEN h4 % 15 = 1 THEN '车位' ELSE '成套住宅' END",
            "取得方式": _pick("h5", ["购买新建商品房", "存量房买卖", "征收安置", "继承", "自建", "自建", "房改"]),
            "登记时间": _day("h6", "2000-01-01", 9600),
            "建筑面积": "(38 + h1 % 90)::VARCHAR || '.' || lpad((h2 % 100)::VARCHAR, 2, '0')",
            "坐落": "'重庆市' || " + _pick("h3", ["渝北区龙溪街道", "合川区草街街道", "江津区几江街道"]) + " || "
            "(1 + h4 % 300) || '号' || (1 + h5 % 40) || '幢' || (1 + h6 % 33) || '-' || (1 + h2 % 8)",
            "权属状态": "CASE WHEN h2 % 12 = 0 THEN '历史' ELSE '现势' END",
            "交易价格": "CASE WHEN h5 % 7 < 2 THEN (200000 + h3 % 900000)::VARCHAR ELSE '' END",
        },
    ),
    Feed(
        "business",
        "市场主体",
        5_000_000,
        8_000,
        {
            "证件号码": "id",
            "姓名": "name",
            "统一社会信用代码": "''",
            "市场主体名称": "'重庆' || "
            + _pick("h1", ["渝中区", "合川区", "南川区", "黔江区"])
            + " || name || row || "
            + _pick("h2", ["百货经营部", "餐饮店", "建材门市", "商贸有限公司"]),
            "市场主体类型": "CASE WHEN h2 % 4 = 3 THEN '有限责任公司' ELSE '个体工商户' END",
            "人员类型": "CASE WHEN h2 % 4 = 3 THEN "
            + _pick("h3", ["法定代表人", "股东", "监事"])
            + " ELSE '经营者' END",
            "登记状态": "CASE WHEN h4 % 4 = 0 THEN '注销' ELSE '存续' END",
            "成立日期": _day("h5", "2005-01-01", 7700),
            "注销日期": "CASE WHEN h4 % 4 = 0 THEN " + _day("h6", "2026-01-01", 250) + "::VARCHAR ELSE '' END",
            "认缴出资额": "CASE WHEN h2 % 4 = 3 THEN (1 + h6 % 500)::VARCHAR ELSE '' END",
        },
    ),
)


def write_city(folder: Path, size: float, *, threads: int = 2) -> None:
    """Write `folder/inbox/<feed>/<date>/` (delivered) and `folder/clean/<feed>.csv` (clean); slow for a whole city.

    Args:
        folder: Where to; made new.
        size: 1 for the whole city; 0.05 for a twentieth of roster and feeds, of a city as much smaller.
        threads: What DuckDB may use.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "clean").mkdir(parents=True)
    on = AS_OF - timedelta(days=1)
    with duckdb.connect(config={"threads": threads}) as con:
        con.execute("SET enable_progress_bar = false")
        for macro in _macros():
            con.execute(macro)
        tables = [("roster", "救助对象名册", _roster(size))]
        tables += [(feed.name, feed.title, _feed(feed, size)) for feed in FEEDS]
        for name, title, sql in tables:
            clean = folder / "clean" / f"{name}.csv"
            delivered = folder / "inbox" / name / on.isoformat() / f"{title}.csv"
            delivered.parent.mkdir(parents=True)
            con.execute(f"COPY ({sql.replace('{dirt}', 'false')}) TO '{clean}' (FORMAT csv, HEADER)")
            raw = delivered.with_suffix(".utf8")
            con.execute(f"COPY ({sql.replace('{dirt}', 'true')}) TO '{raw}' (FORMAT csv, HEADER)")
            _to_gb18030(raw, delivered, threads)
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
    ]


def _shuffled(rows: int) -> str:
    """Row numbers in an order that has nothing to do with what they are about."""
    prime = next(one for one in (7_368_787, 6_700_417, 5_915_587) if rows % one)
    return f"((range * {prime}) % {rows})"


def _feed(feed: Feed, size: float) -> str:
    """One feed as SQL; `{dirt}` stands for whether it is delivered (true) or clean."""
    rows, about = int(feed.rows * size), int(feed.about_roster * size)
    roster, people = int(ROSTER * size), int(PEOPLE * size)
    columns = []
    for title, sql in feed.columns.items():
        written = sql
        if sql == "id":
            written = "CASE WHEN {dirt} THEN dirty_id(id, h6) ELSE id END"
        elif sql.startswith("(DATE"):
            written = f"CASE WHEN {{dirt}} THEN dirty_day({sql}, h3) ELSE strftime({sql}, '%Y-%m-%d') END"
        columns.append(f"nullif({written}, '') AS \"{title}\"")
    twice = "UNION ALL SELECT row FROM placed WHERE {dirt} AND row % 1000 = 7"
    hashes = ", ".join(f"hash(row + {place} * 1000003) AS h{place}" for place in range(1, 7))
    return f"""
        WITH placed AS (SELECT {_shuffled(rows)} AS row FROM range({rows})),
        every AS (SELECT row FROM placed {twice}),
        about AS (SELECT row, CASE WHEN row < {about} THEN (row * 1000003) % {roster}
            ELSE {roster} + (row * 1000003) % {people - roster} END AS person, {hashes} FROM every),
        told AS (SELECT *, id_of(person) AS id, name_of(person) AS name,
            CASE WHEN row < {about} THEN (CASE WHEN h1 % 25 = 0 THEN 4 ELSE 8 END) ELSE h1 % 20 END AS kind FROM about)
        SELECT {", ".join(columns)} FROM told
    """


def _roster(size: float) -> str:
    """The roster: households of one to three, 18 persons in every ten."""
    members = int(ROSTER * size)
    household = "[0, 1, 1, 2, 3, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8, 8, 9, 9][1 + (person % 18)::INT]"
    head = "[1, 1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 0][1 + (person % 18)::INT]"
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
            (400 + h % 800)::VARCHAR AS "月保障金额",
            strftime(DATE '2017-01-01' + (h % 3400)::INT, '%Y-%m') AS "批准年月",
            strftime(DATE '2026-01-01' + (h % 200)::INT, '%Y-%m-%d') AS "最近复核日期", '在保' AS "在保状态"
        FROM told
    """


def _to_gb18030(source: Path, target: Path, processes: int) -> None:
    """The same text in the other encoding."""
    size = source.stat().st_size
    starts = list(range(0, size, _SLICE))
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
