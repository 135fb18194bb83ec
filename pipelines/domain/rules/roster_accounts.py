"""Accounts in somebody else's name (户名不符): ZJ-01, rules.md section 4.

What belongs here: whether the holder of the account is a member or a filed proxy. What does not: account numbers; no
rule reads one.
"""

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.names import same_name
from pipelines.domain.phrases import words
from pipelines.domain.roster_rows import account_holders
from pipelines.domain.rule import Evidence, Subject, Verdict, rule
from pipelines.domain.rules.roster import LABEL, of_household_heads

PROXIES = "card_proxies"

_HOLDER = pl.col("account_holder")
_HAS_NAME = pl.col("roster_name").fill_null("") != ""


def accounts(night: NightContext) -> pl.LazyFrame:
    """One row per household whose account is in nobody's name of its members.

    `is_filed`: card_proxies holds a filing for the household with that very holder; false where it was not assessed.
    """
    holders = account_holders(night.roster.lazy())
    name = pl.col("name").fill_null("")
    of_members = (
        holders.select("household_id", "account_holder")
        .join(night.members.lazy().select("household_id", "name"), on="household_id", how="inner")
        .filter((name != "") & same_name(_HOLDER, name))
    )
    foreign = holders.join(of_members, on="household_id", how="anti")
    filed = (
        night.rows(PROXIES).select("household_id", pl.col("holder_name").alias("account_holder")).unique()
        if night.has_feed(PROXIES)
        else pl.LazyFrame(schema={"household_id": pl.String, "account_holder": pl.String})
    )
    told = foreign.join(
        filed.with_columns(is_filed=pl.lit(value=True)), on=["household_id", "account_holder"], how="left"
    )
    return of_household_heads(told.with_columns(pl.col("is_filed").fill_null(value=False)), night)


ACCOUNTS = Subject(ROSTER, LABEL, accounts, beside=(PROXIES,))


@rule("ZJ-01", over=ACCOUNTS, material=("account_holder",))
def foreign_account(night: NightContext) -> Verdict:
    """An account in the name of somebody who is no member (户名不符).

    Clause: 民发〔2021〕57号 第二十六条. Exempt where the proxy is filed; where the filings are not there, it is evaluated
    all the same and says so.
    """
    is_open = pl.lit(value=not night.has_feed(PROXIES))
    return Verdict(
        fires=pl.lit(value=True),
        exempt={"卡折代管已备案": pl.col("is_filed")},
        record_key=pl.col("household_id"),
        found=words("（户主）家庭的发放账户开户人为", _HOLDER, "，不是家庭成员"),
        evidence=(
            Evidence("account_holder", "not in", "全部家庭成员姓名"),
            Evidence("card_proxies", "=", "卡折代管备案数据缺失，未核对备案", pl.lit("未核"), when=is_open),
        ),
        hints={"卡折代管备案数据缺失，未能核对是否已备案": is_open},
        changes=(
            Change(
                "发放账户的开户人更正为家庭成员", {"account_holder": becomes(pl.col("roster_name"))}, where=_HAS_NAME
            ),
            Change(words("由", _HOLDER, "代管的协议已签订，并已备案"), {"is_filed": becomes(value=True)}),
        ),
    )
