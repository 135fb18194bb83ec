"""Business registrations (市场主体): GS-01 and GS-02, rules.md section 3.

What belongs here: roles and registration states. What does not: what a business earns; no feed tells it yet.
"""

from typing import Final

import polars as pl

from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import NightContext
from pipelines.domain.phrases import label_of, part, words
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, decided, rule
from pipelines.domain.vocabulary import UNKNOWN

FEED: Final = "business"
OWNERS: Final = ("operator", "legal_rep", "shareholder", "partner")
ROLE_LABEL: Final = {
    "operator": "经营者",
    "legal_rep": "法定代表人或负责人",
    "shareholder": "股东或投资人",
    "partner": "合伙人",
    "coop_member": "合作社社员",
}

_ROLE, _STATUS = pl.col("role"), pl.col("status")
_IS_OWNER, _IS_MEMBER = _ROLE.is_in(OWNERS), _ROLE == "coop_member"
_IS_ACTIVE, _IS_STATUS_OPEN = _STATUS == "active", _STATUS == UNKNOWN
_MATERIAL = ("role", "status", "subscribed_capital")


def registrations(night: NightContext) -> pl.LazyFrame:
    """One row per member and role in a business. Role and status are demanded: an empty cell is an unknown code."""
    uscc = pl.col("uscc").fill_null("")
    return (
        night.rows(FEED)
        .with_columns(_ROLE.fill_null(UNKNOWN), _STATUS.fill_null(UNKNOWN))
        .with_columns(
            record_key=words(pl.when(uscc != "").then(uscc).otherwise(pl.col("entity_name")), "/", pl.col("role"))
        )
    )


REGISTRATIONS = Subject(FEED, "市场主体登记数据", registrations)


def _entity() -> pl.Expr:
    """Which business, as words."""
    name = pl.col("entity_name")
    return pl.when(name.fill_null("") != "").then(words("“", name, "”")).otherwise(pl.lit("该市场主体"))


def _role() -> pl.Expr:
    """Which role, as words."""
    return label_of(_ROLE, ROLE_LABEL, "相关人员")


def _found(state: str | pl.Expr) -> pl.Expr:
    """Who is what in which business, as the middle of a sentence."""
    return words(
        "登记为",
        part("“", pl.col("entity_name"), "”的"),
        _role(),
        state,
        part("，成立日期", pl.col("established_on")),
    )


def closed() -> Change:
    """The business is closed."""
    return Change(words(_entity(), "已办理注销登记"), {"status": becomes("closed")})


def left() -> Change:
    """The person has nothing to do with it, or has not any more."""
    return Change(
        words("本人已不再是", _entity(), "的", _role(), "，登记已变更；被冒名登记的，登记已撤销"), is_withdrawn=True
    )


OTHER_ROLE: Final = Change(
    "补登的人员角色为董事、监事、经理等，不是经营者、法定代表人、股东或合伙人",
    {"role": becomes("officer")},
    where=_ROLE == UNKNOWN,
)


@rule("GS-01", over=REGISTRATIONS, material=_MATERIAL)
def active_business(_night: NightContext) -> Verdict:
    """An owner's role in a business that is in operation (有注册工商信息).

    Clause: 草街办发〔2024〕54号（十）: 请镇街调查核实其生产经营情况，按低保条件据实处理.
    A plain member of a cooperative is exempt, an officer raises nothing.
    """
    return Verdict(
        fires=decided(
            flagged=(_IS_OWNER | _IS_MEMBER) & _IS_ACTIVE,
            undetermined=((_ROLE == UNKNOWN) & (_IS_ACTIVE | _IS_STATUS_OPEN)) | (_IS_OWNER & _IS_STATUS_OPEN),
        ),
        exempt={"属农民专业合作社普通社员": _IS_MEMBER},
        record_key=pl.col("record_key"),
        fact_date=pl.col("established_on"),
        found=_found(pl.when(_IS_ACTIVE).then(pl.lit("，登记状态为存续在营")).otherwise(pl.lit(""))),
        evidence=(
            Evidence("role", "in", ",".join(OWNERS)),
            Evidence("status", "=", "active"),
            Evidence("entity_name", "=", when=pl.col("entity_name").is_not_null()),
            Evidence("established_on", "=", when=pl.col("established_on").is_not_null()),
        ),
        open_fields=(
            OpenField("role", "人员角色为空或无法识别", _ROLE == UNKNOWN),
            OpenField("status", "登记状态为空或无法识别", _IS_STATUS_OPEN),
        ),
        changes=(closed(), left(), OTHER_ROLE),
    )


@rule("GS-02", over=REGISTRATIONS, material=_MATERIAL)
def revoked_business(_night: NightContext) -> Verdict:
    """An owner's role in a business whose licence is revoked and that was never closed (吊销未注销): a lead only.

    Clause: 草街办发〔2024〕54号（十）.
    """
    return Verdict(
        fires=_IS_OWNER & (_STATUS == "revoked"),
        record_key=pl.col("record_key"),
        found=_found("，该市场主体已被吊销、尚未注销"),
        evidence=(
            Evidence("role", "in", ",".join(OWNERS)),
            Evidence("status", "=", "revoked"),
            Evidence("entity_name", "=", when=pl.col("entity_name").is_not_null()),
        ),
        changes=(closed(), left()),
    )
