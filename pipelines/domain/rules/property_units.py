"""Two dwellings or more (两套及以上住房): FC-02, judged per household, rules.md section 3.

What belongs here: telling units apart and counting them. What does not: purchases and shops (`property`).
"""

import polars as pl

from pipelines.domain.clearing import Change, fewer_than
from pipelines.domain.context import NightContext
from pipelines.domain.money import plain_decimal
from pipelines.domain.phrases import part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.rules.property import FEED, LABEL, current_rights, place_of

_LIMIT = 2
"""两套: the clause's own number; a unit more or less would be another rule."""

_UNIT_NO, _LOCATION = pl.col("unit_no").fill_null(""), pl.col("location").fill_null("")
_IS_CERTAIN = pl.col("use").eq_missing("dwelling")
_IS_NAMELESS = (_UNIT_NO == "") & (_LOCATION == "")
_HOUSEHOLD = "household_id"


def dwelling_owners(night: NightContext) -> pl.LazyFrame:
    """One row per household with a right that is, or may be, a dwelling; the row's person is the household's head.

    `certain`: number of certain units. `possible`: the same with possible units. The finding's rows are those with use
    dwelling when `certain` is 2 or more, else all; from them the lowest grade, the latest anchor, the list of units
    (`listed`), and the provenance of the row with the latest anchor, the last in the file among equals.
    """
    rights = current_rights(night).filter(_IS_CERTAIN | pl.col("is_use_open"))
    certain = _unit_count(rights.filter(_IS_CERTAIN & ~_IS_NAMELESS), "certain")
    possible = _unit_count(rights, "possible")
    counted = (
        rights.join(certain, on=_HOUSEHOLD, how="left")
        .join(possible, on=_HOUSEHOLD, how="left")
        .with_columns(pl.col("certain").fill_null(0))
        .filter((pl.col("possible") >= _LIMIT) & ((pl.col("certain") < _LIMIT) | _IS_CERTAIN))
        .sort(_HOUSEHOLD, "anchor", "delivery_order", nulls_last=False)
    )
    heads = night.households.lazy().select(
        _HOUSEHOLD,
        pl.col("head_id_number").alias("id_number"),
        pl.col("head_name").alias("roster_name"),
        name=pl.lit(None, dtype=pl.String),
    )
    return _per_household(counted).join(heads, on=_HOUSEHOLD, how="inner")


DWELLING_OWNERS = Subject(FEED, LABEL, dwelling_owners)


def _unit_count(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Number of distinct units per household among the rows that are counted.

    Rows with a unit_no are told apart by it; a row without one is the unit whose location it shares, if such a row is
    among those counted, else a unit of its own location; with neither it is a unit of its own.
    """
    household = pl.col(_HOUSEHOLD)
    numbered = rows.filter(_UNIT_NO != "")
    known_places = numbered.select(household, "location").drop_nulls().unique()
    placed = rows.filter((_UNIT_NO == "") & (_LOCATION != "")).select(household, "location").unique()
    units = (
        numbered.select(household, "unit_no").unique().select(household, units=pl.lit(1)),
        placed.join(known_places, on=[_HOUSEHOLD, "location"], how="anti").select(household, units=pl.lit(1)),
        rows.filter(_IS_NAMELESS).select(household, units=pl.lit(1)),
    )
    return pl.concat(units).group_by(household).agg(pl.col("units").sum().alias(name))


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
        pl.col("certain", "possible").first(),
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
def several_dwellings(_night: NightContext) -> Verdict:
    """Two dwellings or more in one household (两套及以上住房).

    Clause: 草街办发〔2024〕54号（十）: 拥有两套住房的（农村有房，在城里买房的，认定为两套住房），原则上取消其低保.
    """
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
            part("，最近一套的时间", pl.col("anchor")),
        ),
        evidence=(Evidence("dwelling_units", "≥", str(_LIMIT), value=count.cast(pl.String)),),
        listed=pl.col("listed"),
        open_fields=(
            OpenField("use", "部分房屋用途为空或无法识别", pl.col("has_open_use"), pl.lit("")),
            OpenField("unit_no", "部分房屋没有不动产单元号和坐落，无法区分", pl.col("has_nameless"), pl.lit("")),
        ),
        changes=(_fewer(),),
        cases={"count_alone": pl.lit(value=True)},
    )
