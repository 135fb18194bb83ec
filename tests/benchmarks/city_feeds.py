"""The four large feeds of the city to measure on: their columns, as SQL over one row.

Belongs here: what departments write, and how often. Not here: people, dirt, files (`tests.benchmarks.city`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Feed:
    """One large feed of the whole city.

    The SQL of a column sees `row` (the row's number), `id` and `name` of the person, `kind` (0 to 19) and the hashes
    `h1` to `h6` of the row. A column that is `id`, or that begins with `(DATE`, is delivered with dirt.

    Attributes:
        name: the feed's name in hedui.
        title: the delivered file's name.
        rows: rows of the whole city.
        about_roster: how many of them are about persons of the roster.
        changes: the column that differs in a later edition, and its SQL there: never the value it had, and no part of
            the feed's natural key.
        columns: heading → SQL.
        is_once: whether a person stands in it once (otherwise by chance: some have several rows, others none).
    """

    name: str
    title: str
    rows: int
    about_roster: int
    changes: tuple[str, str]
    columns: dict[str, str]
    is_once: bool = False


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
        ("最近缴费月份", "'202609'"),
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
        is_once=True,
    ),
    Feed(
        "vehicle",
        "机动车",
        9_000_000,
        40_000,
        ("检验有效期止", _day("h2", "2025-01-01", 1500)),
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
        ("交易价格", "(300000 + h3 % 900000)::VARCHAR"),
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
        ("登记状态", "CASE WHEN h4 % 4 = 0 THEN '存续' ELSE '注销' END"),
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
