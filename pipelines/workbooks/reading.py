"""Reading what is handed out of a published night: cases that are sent out, their raised findings and their members.

What belongs here: choosing and masking. Everything comes from the published folder (answers and case files from whoever
asks): a workbook can be made again for any night that is still there.
"""

from pathlib import Path
from typing import Final

import polars as pl

from pipelines.domain.case_findings import RAISING_OUTCOMES
from pipelines.domain.ledger import LEDGER
from pipelines.domain.ledger_entries import DECLARED, EMPLOYMENT_COST, ENTRIES, PENSION, RIGID_EXPENSE, WAGE
from pipelines.domain.money import plain
from pipelines.domain.vocabulary import Outcome
from pipelines.night.exports import masked, queue
from pipelines.night.household_mask import household_key
from pipelines.night.masking import masked_name, masked_text
from pipelines.workbooks.material import ANSWERS, CASE_FILES, NO_TOWN, Material
from warehouse.keys import identity_key
from warehouse.publication import read_manifest, read_published
from warehouse.session import Vault

ITEM_LABELS: Final = {
    DECLARED: "申报",
    PENSION: "养老待遇",
    WAGE: "工资",
    EMPLOYMENT_COST: "扣减就业成本",
    RIGID_EXPENSE: "扣减刚性支出",
}


def read_material(
    vault: Vault,
    folder: Path,
    *,
    clear_ids: bool,
    answers: pl.DataFrame | None = None,
    files: pl.DataFrame | None = None,
) -> Material:
    """Read what is handed out of a published night: cases that are sent out and their raised findings.

    Args:
        vault: the warehouse.
        folder: the published night.
        clear_ids: leave identity numbers readable; the caller writes the record of it.
        answers: `ANSWERS`; None: nothing is answered.
        files: `CASE_FILES`; None: nothing is known.
    """
    manifest = read_manifest(folder)
    tables = {name: read_published(vault, folder, name) for name in ("cases", "findings")}
    tables |= {
        name: read_published(vault, folder, name)
        for name in ("memory", "ledger", "ledger_entries")
        if (folder / f"{name}.parquet").exists()
    }
    files = pl.DataFrame(schema=CASE_FILES) if files is None else files
    every = _with_book_town(tables["cases"], files)
    cases = queue(every)
    findings = tables["findings"].join(cases.select("household_id"), on="household_id", how="semi")
    memory = tables.get("memory", pl.DataFrame(schema={"finding_id": pl.String, "fingerprint": pl.String}))
    mine = cases.select("household_id")
    ledger = tables.get("ledger", pl.DataFrame(schema=LEDGER)).join(mine, on="household_id", how="semi")
    entries = tables.get("ledger_entries", pl.DataFrame(schema=ENTRIES)).join(mine, on="household_id", how="semi")
    # Joined while numbers are whole: a mask may make one of two members.
    findings = _with_relation(raised(findings, memory), ledger)
    ledger = ledger.join(_told(entries), on=["household_id", "id_number"], how="left", maintain_order="left")
    answers = pl.DataFrame(schema=ANSWERS) if answers is None else answers
    if not clear_ids:
        key = household_key(identity_key(vault.root, vault.key))
        cases, findings, ledger = masked(cases, key), masked(findings, key), masked(ledger, key)
        # What people wrote may name a person by number, too.
        said = [name for name, kind in answers.schema.items() if kind == pl.String and name != "finding_id"]
        answers = answers.with_columns(masked_text(pl.col(name)) for name in said)
        files = files.with_columns(masked_text(pl.col("handled_by")))
    return Material(
        night=folder.name,
        manifest=manifest,
        cases=cases,
        findings=findings,
        memory=memory.select("finding_id", "fingerprint").unique("finding_id", maintain_order=True),
        ledger=ledger,
        answers=answers,
        files=files,
        is_clear=clear_ids,
        known_towns=frozenset(one if clear_ids else masked_name(one) for one in every["book_town"].unique()),
    )


def raised(findings: pl.DataFrame, memory: pl.DataFrame) -> pl.DataFrame:
    """The findings that raise a case: flagged, undetermined, and such of an earlier night that nobody could look at."""
    if "assessed_outcome" not in memory.columns:
        return findings.filter(pl.col("outcome").is_in(RAISING_OUTCOMES))
    assessed = memory.select("finding_id", "assessed_outcome").unique("finding_id", maintain_order=True)
    return (
        findings.join(assessed, on="finding_id", how="left", maintain_order="left")
        .filter(
            pl.col("outcome").is_in(RAISING_OUTCOMES),
            pl.col("assessed_outcome").fill_null("") != str(Outcome.EXEMPT),
        )
        .drop("assessed_outcome")
    )


def _with_relation(findings: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    relations = ledger.select("household_id", "id_number", "relation").unique(
        ["household_id", "id_number"], keep="first", maintain_order=True
    )
    return findings.join(relations, on=["household_id", "id_number"], how="left", maintain_order="left")


def _told(entries: pl.DataFrame) -> pl.DataFrame:
    """A member's lines of the ledger as one text. Grain: one row per household and person."""
    item = pl.col("item").replace_strict(dict(ITEM_LABELS), default=pl.col("item"), return_dtype=pl.String)
    yuan = plain(pl.col("amount"))
    rule = (
        pl.when(pl.col("rule_id").is_not_null())
        .then(pl.concat_str(pl.lit("，"), pl.col("rule_id")))
        .otherwise(pl.lit(""))
    )
    is_left_out = ~pl.col("is_counted").fill_null(value=True)
    counted = pl.when(is_left_out).then(pl.lit("（不计入）")).otherwise(pl.lit(""))
    line = pl.concat_str(item, pl.lit(" "), yuan.fill_null(""), pl.lit("元"), rule, counted)
    return entries.group_by("household_id", "id_number", maintain_order=True).agg(told=line.str.join("\n"))


def _with_book_town(cases: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """The town in whose workbook a case stands: the one it was given to, else its household's."""
    given = files.select("case_id", "handled_by").unique("case_id", maintain_order=True)
    own = pl.col("town").fill_null("").str.strip_chars()
    return (
        cases.join(given, on="case_id", how="left", maintain_order="left")
        .with_columns(book_town=pl.coalesce("handled_by", pl.when(own != "").then(own), pl.lit(NO_TOWN)))
        .drop("handled_by")
    )
