"""Notations with rules of their own: number plates, the codes of GA 24, unified social credit codes.

What belongs here: one function for each `form` that a contract can name. Source: feeds.md section 3.
"""

from collections.abc import Callable

import polars as pl

from connectors.cleaned import Cleaned, as_text, over_distinct
from connectors.contract import UNKNOWN
from connectors.folding import fold, fold_all
from connectors.identity import uscc_is_valid

_PLATE_LAYOUT = r"[\s·•・‧.]"
_CHINESE_FIRST = r"^\p{Han}"
_PLATE_TYPES = {
    "大型汽车": "01",
    "小型汽车": "02",
    "普通摩托车": "07",
    "两、三轮摩托车": "07",
    "轻便摩托车": "08",
    "低速车": "13",
    "拖拉机": "14",
    "挂车": "15",
    "大型新能源汽车": "51",
    "小型新能源汽车": "52",
}
_VEHICLE_TYPES = {
    "小型轿车": "K33",
    "小型普通客车": "K31",
    "小型越野客车": "K32",
    "轻型普通货车": "H31",
    "普通二轮摩托车": "M21",
    "轻便二轮摩托车": "M22",
    "普通正三轮摩托车": "M11",
}
_VEHICLE_TYPE_CODE = r"^[KHQZNDMTBGJ][0-9]{0,2}$"
STATUS_TEXTS = {
    "正常": "A",
    "转出": "B",
    "被盗抢": "C",
    "停驶": "D",
    "注销": "E",
    "违法未处理": "G",
    "海关监管": "H",
    "事故未处理": "I",
    "嫌疑车": "J",
    "查封": "K",
    "扣留": "L",
    "强制注销": "M",
    "事故逃逸": "N",
    "锁定": "O",
    "达到报废标准公告牌证作废": "P",
    "逾期未检验": "Q",
}
_STATUS_LETTERS = "".join(STATUS_TEXTS.values())


def clean_plates(column: pl.Series, issuers: pl.Series | None) -> Cleaned:
    """Plates in upper case without dots and blanks; a missing province comes from the issuing office (发证机关)."""
    plate = fold_all(as_text(column), _PLATE_LAYOUT).str.to_uppercase()
    if issuers is None:
        return Cleaned(plate.alias(column.name))
    province = fold(as_text(issuers)).str.head(1)
    bare, office = pl.col("plate"), pl.col("province")
    lacks = ~bare.str.contains(_CHINESE_FIRST) & office.str.contains(_CHINESE_FIRST)
    whole = pl.when(lacks).then(pl.concat_str(office, bare)).otherwise(bare)
    frame = pl.DataFrame({"plate": plate, "province": province})
    return Cleaned(frame.select(whole.alias(column.name)).to_series())


def clean_plate_types(column: pl.Series) -> Cleaned:
    """号牌种类 in the two digits of GA 24.7; anything else is `unknown`."""

    def read(texts: pl.Series) -> pl.DataFrame:
        text = pl.col("text")
        code = pl.when(text.str.contains("^[0-9]{1,2}$")).then(text.str.zfill(2))
        return _told(texts, pl.coalesce(code, _translated(text, _PLATE_TYPES)))

    return _cleaned(column, read)


def clean_vehicle_types(column: pl.Series) -> Cleaned:
    """车辆类型 in the codes of GA 24.4; anything else is `unknown`."""

    def read(texts: pl.Series) -> pl.DataFrame:
        text = pl.col("text")
        upper = text.str.to_uppercase()
        code = pl.when(upper.str.contains(_VEHICLE_TYPE_CODE)).then(upper)
        return _told(texts, pl.coalesce(code, _translated(text, _VEHICLE_TYPES)))

    return _cleaned(column, read)


def clean_vehicle_statuses(column: pl.Series) -> Cleaned:
    """机动车状态 as the set of letters of GA 24.17, each once and in the order of the alphabet.

    `A,G` and `GA` are `AG`; a text of which any part is no letter and no text of the standard is `unknown`.
    """

    def read(texts: pl.Series) -> pl.DataFrame:
        parts = pl.col("text").str.replace_all("[,、;]", ",").str.replace_all(r"\s", "").str.split(",")
        one = pl.element().filter(pl.element() != "")
        upper = one.str.to_uppercase()
        letters = pl.coalesce(
            pl.when(upper.str.contains(f"^[{_STATUS_LETTERS}]+$")).then(upper), _translated(one, STATUS_TEXTS)
        )
        found = parts.list.eval(letters)
        is_known = (found.list.len() > 0) & ~found.list.contains(None)
        distinct = found.list.join("").str.extract_all(".").list.unique().list.sort().list.join("")
        return _told(texts, pl.when(is_known).then(distinct))

    return _cleaned(column, read)


def clean_usccs(column: pl.Series) -> Cleaned:
    """统一社会信用代码 in upper case without blanks; a wrong check character keeps the value and is marked."""
    code = fold_all(as_text(column), r"\s").str.to_uppercase()
    is_wrong = ~uscc_is_valid(code).fill_null(value=True)
    return Cleaned(code.alias(column.name), bad_check=is_wrong if is_wrong.any() else None)


def _cleaned(column: pl.Series, read: Callable[[pl.Series], pl.DataFrame]) -> Cleaned:
    return Cleaned(over_distinct(as_text(column), read)["value"].alias(column.name))


def _told(texts: pl.Series, value: pl.Expr) -> pl.DataFrame:
    """The column `value` for folded texts: null stays null, what has no value is `unknown`."""
    given = pl.when(pl.col("text").is_not_null()).then(pl.coalesce(value, pl.lit(UNKNOWN)))
    return fold(texts).alias("text").to_frame().select(value=given)


def _translated(text: pl.Expr, table: dict[str, str]) -> pl.Expr:
    return text.replace_strict(table, default=None, return_dtype=pl.String)
