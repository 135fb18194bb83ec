"""Two dwellings or more (两套及以上住房): FC-02, judged per household, rules.md section 3.

What belongs here: telling units apart and counting them. What does not: purchases and shops (`property`).
"""

import polars as pl

from pipelines.domain.clearing import Change, fewer_than
from pipelines.domain.context import NightContext
from pipelines.domain.money import HAO_PER_YUAN, hao, plain_decimal
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.property import FEED, LABEL, current_rights, place_of

_LIMIT = 2
"""两套: the clause's own number; a unit more or less would be another rule."""

MOST_AREA = 10**10
"""1 million m² in 1/10000 m²: a larger one is a misprint, taken as this so that no comparison overflows."""

PARAMETER_LABEL = {
    "minimum_housing_area": "最低住房保障标准未设置",
    "housing_area_multiple": "人均面积倍数未设置",
}

_UNIT_NO, _LOCATION = pl.col("unit_no").fill_null(""), pl.col("location").fill_null("")
_IS_CERTAIN = pl.col("use").eq_missing("dwelling")
_IS_NAMELESS = (_UNIT_NO == "") & (_LOCATION == "")
_HOUSEHOLD = "household_id"


def dwelling_owners(night: NightContext) -> pl.LazyFrame:
    """One row per household with a right that is, or may be, a dwelling; the row's person is the household's head.

    `certain`: number of certain units. `possible`: the same with possible units. The finding's rows are those with use
    dwelling when `certain` is 2 or more, else all; from them the lowest grade, the latest anchor, the list of units
    (`listed`), and the provenance of the row with the latest anchor, the last in the file among equals. `total_area`:
    the known areas of those units in 1/10000 m², each unit once; `open_areas`: how many of them have none.
    """
    # Households with one row have one unit at most: most of them, left out before units are told apart.
    rights = (
        current_rights(night).filter(_IS_CERTAIN | pl.col("is_use_open")).filter(pl.len().over(_HOUSEHOLD) >= _LIMIT)
    )
    certain = units_of(rights.filter(_IS_CERTAIN & ~_IS_NAMELESS)).select(
        _HOUSEHOLD, certain="units", certain_area="area", certain_open="open_areas"
    )
    possible = units_of(rights).select(_HOUSEHOLD, possible="units", possible_area="area", possible_open="open_areas")
    is_certain = pl.col("certain") >= _LIMIT
    counted = (
        rights.join(certain, on=_HOUSEHOLD, how="left")
        .join(possible, on=_HOUSEHOLD, how="left")
        .with_columns(pl.col("certain").fill_null(0))
        .with_columns(
            total_area=pl.when(is_certain).then("certain_area").otherwise("possible_area"),
            open_areas=pl.when(is_certain).then("certain_open").otherwise("possible_open"),
        )
        .filter((pl.col("possible") >= _LIMIT) & ((pl.col("certain") < _LIMIT) | _IS_CERTAIN))
        .sort(_HOUSEHOLD, "anchor", "delivery_order", nulls_last=False)
    )
    heads = night.households.lazy().select(
        _HOUSEHOLD,
        pl.col("head_id_number").alias("id_number"),
        pl.col("head_name").alias("roster_name"),
        pl.col("members").alias("heads"),
        name=pl.lit(None, dtype=pl.String),
    )
    return _per_household(counted).join(heads, on=_HOUSEHOLD, how="inner")


DWELLING_OWNERS = Subject(FEED, LABEL, dwelling_owners)


def units_of(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The distinct units per household among the rows that are counted, and their area.

    Rows with a unit_no are told apart by it; a row without one is the unit whose location it shares, if such a row is
    among those counted, else a unit of its own location; with neither it is a unit of its own.

    Returns:
        One row per household: `units`, `area` (the greatest area that is told of each unit, summed), `open_areas`
        (units of which none is told).
    """
    household = pl.col(_HOUSEHOLD)
    numbers = rows.filter(_UNIT_NO != "", _LOCATION != "").select(household, "location", "unit_no")
    first_number = numbers.group_by(_HOUSEHOLD, "location").agg(known=pl.col("unit_no").min())
    which = (
        pl.when(_UNIT_NO != "")
        .then(words("n", _UNIT_NO))
        .when(pl.col("known").is_not_null())
        .then(words("n", pl.col("known")))
        .when(_LOCATION != "")
        .then(words("l", _LOCATION))
        .otherwise(words("r", pl.col("row of unit")))
    )
    area = hao("area").clip(0, MOST_AREA)
    return (
        rows.with_row_index("row of unit")
        .join(first_number, on=[_HOUSEHOLD, "location"], how="left")
        .group_by(household, unit=which)
        .agg(area=area.max())
        .group_by(household)
        .agg(units=pl.len(), area=pl.col("area").sum(), open_areas=pl.col("area").is_null().sum())
    )


def _per_household(counted: pl.LazyFrame) -> pl.LazyFrame:
    """One row per household from the rows of its finding, which come sorted by anchor and delivery."""
    land = pl.col("unit_no").str.slice(12, 2)
    item = pl.struct(
        field=pl.lit("unit"),
        value=words(
            pl.col("unit_key"),
            part("，", place_of()),
            part("，", plain_decimal("area"), "平方米"),
            part("，权利人", pl.col("roster_name")),
        ),
        op=pl.when(_IS_CERTAIN & ~_IS_NAMELESS).then(pl.lit("是")).otherwise(pl.lit("可能是")),
        threshold=words(
            pl.col("use").fill_null("用途为空"), part("，", pl.col("acquisition")), part("，", pl.col("anchor"))
        ),
    )
    told = words(pl.col("unit_key"), ":", pl.col("use"), ":", pl.col("acquisition"), ":", pl.col("anchor"))
    return counted.group_by(_HOUSEHOLD, maintain_order=True).agg(
        pl.col("grade").max(),
        pl.col("anchor").max(),
        pl.col("certain", "possible", "total_area", "open_areas").first(),
        pl.col("snapshot_date", "source_file", "source_row", "source_sha256", "has_manifest", "delivery_order").last(),
        listed=item.sort_by("unit_key", "delivery_order"),
        units=told.unique().sort().str.join(";"),
        has_homestead_and_urban=(land == "JC").any() & (land == "GB").any(),
        has_open_use=pl.col("is_use_open").any(),
        has_nameless=_IS_NAMELESS.any(),
    )


def _fewer() -> Change:
    """So many units fewer that not even the possible ones make two."""
    left = fewer_than(_LIMIT)
    less = words(
        "减少", pl.col("possible") - left["possible"].value, "套，家庭名下不超过", left["possible"].shown, "套"
    )
    return Change(words(less, "（已转移登记，或经核实为同一套、并非住房、并非本家庭所有）"), left)


@rule("FC-02", over=DWELLING_OWNERS, material=("units",))
def several_dwellings(night: NightContext) -> Verdict:
    """Two dwellings or more in one household (两套及以上住房).

    Clause: 草街办发〔2024〕54号（十）: 拥有两套住房的（农村有房，在城里买房的，认定为两套住房），原则上取消其低保.
    The city asks for the area too: its cases `count_alone` (the area cannot be compared) and `area_within` (it is at
    most the multiple of the minimum housing standard for each member).
    """
    within, is_open, opens = _area_test(night)
    is_certain = pl.col("certain") >= _LIMIT
    kind = pl.when(pl.col("has_homestead_and_urban")).then(pl.lit("，属农村有房、城镇购房")).otherwise(pl.lit(""))
    count = pl.when(is_certain).then(pl.col("certain")).otherwise(pl.col("possible"))
    return Verdict(
        fires=decided(flagged=is_certain, undetermined=pl.col("possible") >= _LIMIT),
        record_key=pl.col(_HOUSEHOLD),
        fact_date=pl.col("anchor"),
        found=words(
            pl.when(is_certain)
            .then(pl.lit("（户主）家庭成员名下共有住房"))
            .otherwise(pl.lit("（户主）家庭成员名下可能共有住房")),
            count,
            "套",
            kind,
            part("，最近一套的登记或网签日期", pl.col("anchor")),
        ),
        evidence=(Evidence("dwelling_units", "≥", str(_LIMIT), value=count.cast(pl.String)),),
        listed=pl.col("listed"),
        open_fields=(
            OpenField("use", "部分房屋用途为空或无法识别", pl.col("has_open_use"), pl.lit("")),
            OpenField("unit_no", "部分房屋没有不动产单元号和坐落，无法区分", pl.col("has_nameless"), pl.lit("")),
            *opens,
        ),
        changes=(_fewer(),),
        cases={"count_alone": is_open, "area_within": within},
    )


def _area_test(night: NightContext) -> tuple[pl.Expr, pl.Expr, tuple[OpenField, ...]]:
    """The city's second condition: area per member above the multiple of the minimum housing standard.

    Returns:
        Where the area is within the limit; where it cannot be compared, because a parameter is unset or the area of a
        unit is missing; and what is open then, told only where the layer that asks for the area applies.
    """
    least, multiple = night.policy.ratio("minimum_housing_area"), night.policy.ratio("housing_area_multiple")
    asks = "count_alone" in night.policy.rule("FC-02").variants
    if least is None or multiple is None:
        name = "minimum_housing_area" if least is None else "housing_area_multiple"
        unset = OpenField(name, PARAMETER_LABEL[name], pl.lit(value=True), pl.lit(""))
        return pl.lit(value=False), pl.lit(value=True), (unset,) if asks else ()
    limit = least * multiple * HAO_PER_YUAN  # areas come with four decimals, as money does
    is_open = pl.col("open_areas") > 0
    within = pl.col("total_area") * limit.denominator <= pl.col("heads").cast(pl.Int64) * limit.numerator
    missing = OpenField("area", "部分房屋没有建筑面积", is_open, pl.lit(""))
    return within & ~is_open, is_open, (missing,) if asks else ()
