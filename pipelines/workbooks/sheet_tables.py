"""The tables of a workbook beside 核查清单: the members with their income, and the evidence of each feed.

What belongs here: frames that are ready to be written, column by column. Pure. What does not: lines of plain text
(`account_sheets`), how a sheet looks (`table_sheet`).
"""

from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from pipelines.domain.case_statement import BENEFIT_LABEL, PROJECTION_LABEL
from pipelines.domain.money import fen_to_decimal, round_half_up_to_fen
from pipelines.workbooks.cell_texts import cell_texts
from pipelines.workbooks.layout import MEMBERS
from pipelines.workbooks.material import Material
from pipelines.workbooks.words import EVIDENCE_CODES, Words

CellKind = Literal["text", "number", "count", "date", "link"]
"""link: a count that leads back to the row of 核查清单."""

OPERATORS: Final = {
    "in": "属于",
    "not in": "不属于",
    "not_in": "不属于",
    "has": "含",
    "not has": "不含",
    "=": "＝",
    "≠": "≠",
    ">": "＞",
    "<": "＜",
    "≥": "≥",
    "≤": "≤",
}
CHANGES: Final = {"new": "新增", "persisting": "延续", "changed": "有变化", "reopened": "再次出现"}
_PLACE: Final = "place"
_FIELD: Final = "field_"
OTHER_NAME: Final = "姓名不一致"
PROOF: Final = "判断依据"


@dataclass(frozen=True)
class TableColumn:
    """One column of a table that people read.

    Attributes:
        name: of the frame's column.
        header: of the sheet's.
    """

    name: str
    header: str
    width: float = 12
    kind: CellKind = "text"


@dataclass(frozen=True)
class SheetTable:
    """A sheet that is one table.

    Attributes:
        title: of the sheet.
        columns: in their order.
        rows: one column per name in `columns`, others are left aside.
        told: the sentence where there is no row.
    """

    title: str
    columns: tuple[TableColumn, ...]
    rows: pl.DataFrame
    told: str = "本期没有数据。"


_MEMBER_COLUMNS: Final = (
    TableColumn("book_town", "镇街", 12),
    TableColumn("village", "村(社区)", 12),
    TableColumn("head_name", "户主姓名", 9),
    TableColumn("household_id", "家庭编号", 13),
    TableColumn("benefit", "救助类别", 10),
    TableColumn("name", "家庭成员", 9),
    TableColumn("relation", "与户主关系", 9),
    TableColumn("id_number", "身份证号(脱敏)", 20),
    TableColumn("declared", "申报月收入(元)", 10, "number"),
    TableColumn("pension", "比对养老待遇(元/月)", 11, "number"),
    TableColumn("wage", "比对工资(元/月)", 11, "number"),
    TableColumn("deduction", "扣减就业成本(元/月)", 11, "number"),
    TableColumn("rigid_expense", "扣减刚性支出(元/月)", 11, "number"),
    TableColumn("evidenced", "核算月收入(元)", 10, "number"),
    TableColumn("counted", "计入收入核算", 9),
    TableColumn("told", "收入台账明细", 34),
    TableColumn("income_declared", "申报人均月收入(元)", 11, "number"),
    TableColumn("income_evidenced", "核算人均月收入(元)", 11, "number"),
    TableColumn("income_standard", "低保标准(元)", 10, "number"),
    TableColumn("projection", "收入研判", 16),
)


def members_table(material: Material, words: Words) -> SheetTable:
    """家庭成员: one row per member of a household that is sent out, with the income ledger."""
    cases = material.cases.with_row_index("urgency").select(
        "urgency",
        "household_id",
        "book_town",
        "village",
        "head_name",
        "benefit",
        "income_declared",
        "income_evidenced",
        "income_standard",
        "projection",
    )
    amounts = ("declared", "pension", "wage", "deduction", "rigid_expense", "evidenced")
    relations = dict(words.relations())
    relation = pl.col("relation")
    why = pl.concat_str(pl.lit("否"), pl.lit("："), "why")
    rows = (
        material.ledger.join(cases, on="household_id", how="inner")
        .with_columns(
            *(fen_to_decimal(round_half_up_to_fen(pl.col(name))).alias(name) for name in amounts),
            is_head=relation == "02",
            relation=relation.replace_strict(relations, default=relation, return_dtype=pl.String)
            if relations
            else relation,
            benefit=pl.col("benefit").replace_strict(BENEFIT_LABEL, default=pl.col("benefit"), return_dtype=pl.String),
            counted=pl.when(pl.col("counts")).then(pl.lit("是")).otherwise(pl.coalesce(why, pl.lit("否"))),
            projection=pl.col("projection").replace_strict(PROJECTION_LABEL, default=None, return_dtype=pl.String),
        )
        .sort("urgency", "is_head", "relation", "id_number", descending=[False, True, False, False])
    )
    return SheetTable(MEMBERS, _MEMBER_COLUMNS, cell_texts(rows.select(_names(_MEMBER_COLUMNS))))


def evidence_tables(findings: pl.DataFrame, words: Words) -> list[SheetTable]:
    """One table per feed that has findings: one row per finding, a column for each field of its evidence.

    Made once for a night; each workbook takes its share (`share_of`).

    Args:
        findings: findings that are handed out: the columns of `contract.md`, with `head_name` and `book_town`.
        words: of contracts and policy.
    """
    by_feed = findings.partition_by("feed", as_dict=True, maintain_order=True)
    order = [feed for feed in words.feeds if (feed,) in by_feed]
    order += sorted(str(feed) for (feed,) in by_feed if feed not in words.feeds)
    return [evidence_table(feed, by_feed[(feed,)], words) for feed in order]


def evidence_table(feed: str, findings: pl.DataFrame, words: Words) -> SheetTable:
    """The evidence of one feed's findings; `number` is left null, because every workbook counts its own rows."""
    findings = findings.with_row_index(_PLACE)
    lines = _evidence_lines(feed, findings, words)
    labels = _ordered_labels(feed, lines, words)
    named = {label: f"{_FIELD}{place}" for place, label in enumerate(labels)}
    pivoted = (
        lines.filter(pl.col("value") != "")
        .group_by(_PLACE, "label", maintain_order=True)
        .agg(pl.col("value").unique(maintain_order=True).str.join("\n"))
        .pivot(on="label", on_columns=labels, index=_PLACE, values="value")
        .rename(named)
    )
    proof = lines.group_by(_PLACE, maintain_order=True).agg(pl.col("line").str.join("\n").alias("proof"))
    base = findings.select(
        _PLACE,
        "finding_id",
        pl.lit(None, dtype=pl.Int64).alias("number"),
        "book_town",
        "head_name",
        "name",
        "id_number",
        "rule_id",
        pl.col("rule_id")
        .replace_strict(dict(words.rules), default=pl.col("rule_id"), return_dtype=pl.String)
        .alias("rule_title"),
        "fact_date",
        "snapshot_date",
        "source_file",
        "source_row",
        pl.col("source_sha256").str.slice(0, 16).alias("checksum"),
        pl.when(pl.col("grade") == "B").then(pl.lit(OTHER_NAME)).alias("grade"),
        pl.col("change").replace_strict(CHANGES, default=pl.col("change"), return_dtype=pl.String).alias("change"),
        "first_seen",
        "nights_seen",
    )
    for part in (pivoted, proof):
        base = base.join(part, on=_PLACE, how="left", maintain_order="left")
    columns = (
        TableColumn("number", "清单序号", 8, "link"),
        TableColumn("book_town", "镇街", 12),
        TableColumn("head_name", "户主姓名", 9),
        TableColumn("name", "疑点人员", 9),
        TableColumn("id_number", "身份证号(脱敏)", 20),
        TableColumn("rule_id", "规则编号", 8),
        TableColumn("rule_title", "疑点类型", 18),
        *(TableColumn(f"{_FIELD}{place}", label, 16) for place, label in enumerate(labels)),
        TableColumn("proof", PROOF, 44),
        TableColumn("fact_date", "事实日期", 11, "date"),
        TableColumn("snapshot_date", "数据时点", 11, "date"),
        TableColumn("source_file", "来源文件", 20),
        TableColumn("source_row", "来源行号", 8, "count"),
        TableColumn("checksum", "来源文件校验值(前16位)", 18),
        TableColumn("grade", "匹配提示", 11),
        TableColumn("change", "较上次变化", 10),
        TableColumn("first_seen", "首次发现", 11, "date"),
        TableColumn("nights_seen", "出现次数", 8, "count"),
    )
    return SheetTable(
        words.sheets.get(feed, feed[:31]), columns, cell_texts(base.select("finding_id", *_names(columns)))
    )


def share_of(table: SheetTable, numbers: pl.DataFrame) -> SheetTable:
    """One workbook's share of a feed's evidence, without the fields of which it holds nothing.

    Args:
        table: of `evidence_tables`.
        numbers: `finding_id` and `number` of the workbook's findings.
    """
    mine = table.rows.drop("number").join(numbers, on="finding_id", how="inner").sort("number")
    void = {name for name in mine.columns if name.startswith(_FIELD) and mine[name].null_count() == mine.height}
    columns = tuple(column for column in table.columns if column.name not in void)
    return SheetTable(table.title, columns, mine.drop(void), table.told)


def _names(columns: tuple[TableColumn, ...]) -> list[str]:
    return [column.name for column in columns]


def _evidence_lines(feed: str, findings: pl.DataFrame, words: Words) -> pl.DataFrame:
    """One row per finding and line of evidence: label, value in words, and the line as a sentence."""
    part = pl.col("evidence").struct
    lines = (
        findings.select(_PLACE, "evidence")
        .explode("evidence", empty_as_null=False)
        .select(
            _PLACE,
            field=part.field("field"),
            value=part.field("value").fill_null(""),
            op=part.field("op").fill_null(""),
            threshold=part.field("threshold").fill_null(""),
        )
        .drop_nulls("field")
    )
    told = {name: _spoken(lines.select("field", name).unique(), feed, words) for name in ("value", "threshold")}
    labels = {name: words.label(feed, name) for name in lines["field"].unique()}
    comparison = pl.when(pl.col("threshold") != "").then(pl.concat_str(pl.lit(" "), "op", pl.lit(" "), "threshold"))
    return (
        lines.join(told["value"], on=["field", "value"], how="left", maintain_order="left")
        .join(told["threshold"], on=["field", "threshold"], how="left", maintain_order="left")
        .with_columns(
            value="value_told",
            threshold="threshold_told",
            op=pl.col("op").replace(OPERATORS),
            label=pl.col("field").replace_strict(labels, default=pl.col("field"), return_dtype=pl.String)
            if labels
            else pl.col("field"),
        )
        .with_columns(line=pl.concat_str("label", pl.lit("："), "value", comparison.fill_null("")))
    )


def _spoken(pairs: pl.DataFrame, feed: str, words: Words) -> pl.DataFrame:
    """Values as words: codes of the contract by their first text, several separated by commas one by one."""
    name = pairs.columns[1]
    told = [
        "，".join(_word(words, feed, field, code) for code in value.split(",")) for field, value in pairs.iter_rows()
    ]
    return pairs.with_columns(pl.Series(f"{name}_told", told, dtype=pl.String))


def _word(words: Words, feed: str, field: str, code: str) -> str:
    return words.codes.get((feed, field), {}).get(code) or EVIDENCE_CODES.get(code, code)


def _ordered_labels(feed: str, lines: pl.DataFrame, words: Words) -> list[str]:
    """The labels that have values: the contract's fields in its order, then the others as they come."""
    found = lines.filter(pl.col("value") != "").get_column("label").unique(maintain_order=True).to_list()
    of_contract = [label for (owner, _), label in words.fields.items() if owner == feed]
    return [label for label in dict.fromkeys(of_contract) if label in found] + [
        label for label in found if label not in of_contract
    ]
