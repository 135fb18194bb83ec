"""Who can work for a living (特困人员的劳动能力): TK-03 and TK-06, policy.md 1.11.

What belongs here: disability and age as grounds of tekun. What does not: means (`tekun_income`) and who has to support
(`tekun_obligors`). The roster does not say on which ground a person was found: what is found here is to be verified.
"""

from typing import Final

import polars as pl

from pipelines.domain.ages import birthday, born_on, has_reached
from pipelines.domain.clearing import Change, becomes
from pipelines.domain.context import ROSTER, NightContext
from pipelines.domain.disability import FEED as DISABILITY
from pipelines.domain.disability import certificates, is_listed_for_tekun, told_certificate, told_list_for_tekun
from pipelines.domain.phrases import words
from pipelines.domain.policy import PolicyInForce
from pipelines.domain.roster_candidates import member_rows
from pipelines.domain.rule import Evidence, OpenField, Subject, Verdict, rule
from pipelines.domain.rules.roster import LABEL
from pipelines.domain.rules.students import FEED as STUDENTS
from pipelines.domain.vocabulary import UNKNOWN

_PERSON: Final = ["household_id", "id_number"]
_CERTIFICATE: Final = ("disability_type", "level", "status", "expires_on", "degree", "is_valid")
_STUDYING: Final = ("enrolled", "suspended")
_SCHOOLS: Final = ("primary", "junior", "senior", "vocational")
"""义务教育、普通高中、中等职业学校: the clause's own list; a university is not among them."""

_HAS_CERTIFICATE, _IS_VALID, _BORN = pl.col("has_certificate"), pl.col("is_valid"), pl.col("born")


def age(policy: PolicyInForce, name: str) -> int:
    """An age in years that the policy sets.

    Raises:
        PolicyError: it is unset.
    """
    return policy.months(name)  # a whole number, whatever its unit


def supported_persons(night: NightContext) -> pl.LazyFrame:
    """One row per covered member of a tekun household, with the certificate where there is one.

    `is_incapable`: the certificate says that the person cannot work; false without one, null where it cannot be told or
    nobody asked. `came_as_minor`: approved no later than in the month of the 18th birthday; false where that is not told.
    """
    adult = age(night.policy, "adult_age")
    rows = member_rows(night).filter("is_tekun", "is_covered").with_columns(born=born_on(pl.col("id_number")))
    told = pl.LazyFrame(schema={**dict.fromkeys(_PERSON, pl.String), **_NO_CERTIFICATE})
    if night.has_feed(DISABILITY):
        told = certificates(night).select(*_PERSON, *_CERTIFICATE, has_certificate=pl.lit(value=True))
    holds = is_listed_for_tekun(night.policy) & _IS_VALID
    without = pl.when(pl.col("was_asked")).then(pl.lit(value=False))
    return (
        rows.join(told, on=_PERSON, how="left")
        .with_columns(_HAS_CERTIFICATE.fill_null(value=False), was_asked=night.was_asked(DISABILITY))
        .with_columns(
            is_incapable=pl.when(_HAS_CERTIFICATE).then(holds).otherwise(without),
            came_as_minor=(pl.col("approved_month") <= birthday(_BORN, adult)).fill_null(value=False),
            grown_up_on=birthday(_BORN, adult),
            is_adult=has_reached(_BORN, adult, night.as_of).fill_null(value=False),
        )
    )


_NO_CERTIFICATE: Final = {
    **dict.fromkeys(("disability_type", "level", "status"), pl.String),
    "expires_on": pl.Date,
    "degree": pl.Int32,
    "is_valid": pl.Boolean,
    "has_certificate": pl.Boolean,
}

PERSONS = Subject(ROSTER, LABEL, supported_persons, beside=(DISABILITY,), needs=(DISABILITY,))


_NOT_COVERED: Final = Change("名册中不再是特困供养对象", {"is_covered": becomes(value=False)})


@rule("TK-03", over=PERSONS, material=("disability_type", "level", "status", "expires_on"))
def supported_and_able(night: NightContext) -> Verdict:
    """Somebody of working age with tekun whose disability is not on the list, or who has no certificate (恢复劳动能力).

    Clause: 民发〔2021〕43号 第五条、第二十四条第（二）项. Who came as a minor keeps it to the age of 18, and beyond as
    long as in school: TK-06.
    """
    minor, old = age(night.policy, "tekun_minor_age"), age(night.policy, "tekun_old_age")
    in_span = has_reached(_BORN, minor, night.as_of) & ~has_reached(_BORN, old, night.as_of)
    is_concerned = (in_span & ~(pl.col("is_adult") & pl.col("came_as_minor"))).fill_null(value=False)
    is_unasked = ~_HAS_CERTIFICATE & ~pl.col("was_asked")
    return Verdict(
        fires=is_concerned & ~pl.col("is_incapable"),
        exempt={"特困未成年人可继续享有救助供养待遇至18周岁": ~pl.col("is_adult")},
        record_key=pl.lit("disability"),
        found=words(
            f"为特困人员，年龄在{minor}至{old - 1}周岁，",
            pl.when(_HAS_CERTIFICATE)
            .then(words("残疾人证为", told_certificate(), "，不能据此认定无劳动能力"))
            .otherwise(pl.lit("未见残疾人证")),
        ),
        evidence=(
            Evidence("born", "in", f"{minor}–{old - 1}周岁", value=_BORN.cast(pl.String)),
            Evidence("disability_type", "=", when=_HAS_CERTIFICATE),
            Evidence("level", "=", when=_HAS_CERTIFICATE),
            Evidence("status", "=", when=_HAS_CERTIFICATE),
            Evidence("expires_on", "≥", str(night.as_of), when=_HAS_CERTIFICATE & pl.col("expires_on").is_not_null()),
            Evidence("certificate", "=", "未见", value=pl.lit(""), when=~_HAS_CERTIFICATE),
        ),
        open_fields=(
            OpenField("certificate", "未查询残疾人证", is_unasked, pl.lit("")),
            OpenField("status", "残疾人证状态为空或无法识别", _HAS_CERTIFICATE & _IS_VALID.is_null()),
            OpenField(
                "level", "残疾类别、等级为空、多重或无法识别", _HAS_CERTIFICATE & _IS_VALID.fill_null(value=True)
            ),
        ),
        hints={"因其他情形认定无劳动能力的，提供认定材料": pl.lit(value=True)},
        changes=(
            Change(
                words("取得有效的残疾人证，", told_list_for_tekun(night.policy)), {"is_incapable": becomes(value=True)}
            ),
            _NOT_COVERED,
        ),
    )


def grown_up_orphans(night: NightContext) -> pl.LazyFrame:
    """One row per covered member of a tekun household who came as a minor and is grown up.

    `is_in_school`: in compulsory education, high school or vocational school; null where it cannot be told.
    """
    persons = supported_persons(night).filter(pl.col("is_adult") & pl.col("came_as_minor"))
    told = pl.LazyFrame(schema={**dict.fromkeys(_PERSON, pl.String), "school_state": pl.String})
    if night.has_feed(STUDENTS):
        told = _schooling(night)
    state = pl.col("school_state")
    asked = pl.when(pl.col("was_asked_school")).then(pl.lit(value=False))
    return (
        persons.join(told, on=_PERSON, how="left")
        .with_columns(was_asked_school=night.was_asked(STUDENTS))
        .with_columns(
            is_in_school=pl.when(state == "in")
            .then(pl.lit(value=True))
            .when(state.is_null())
            .then(asked)
            .when(state == "out")
            .then(pl.lit(value=False))
        )
    )


def _schooling(night: NightContext) -> pl.LazyFrame:
    """One row per member with a record of studies: in school, not, or open where a state or a stage is not told."""
    status, stage = pl.col("status"), pl.col("stage")
    may_study = status.is_in(_STUDYING) | status.is_null() | (status == UNKNOWN)
    may_be_school = stage.is_in(_SCHOOLS) | stage.is_null() | (stage == UNKNOWN)
    is_in = (status.is_in(_STUDYING) & stage.is_in(_SCHOOLS)).fill_null(value=False)
    is_open = (may_study & may_be_school).fill_null(value=False)
    told = pl.when(is_in.any()).then(pl.lit("in")).when(is_open.any()).then(pl.lit("open")).otherwise(pl.lit("out"))
    return (
        night.rows(STUDENTS)
        .filter(pl.col("study_form").ne_missing("part_time"))
        .group_by(_PERSON)
        .agg(school_state=told)
    )


ORPHANS = Subject(ROSTER, LABEL, grown_up_orphans, beside=(DISABILITY, STUDENTS))


@rule("TK-06", over=ORPHANS, material=("school_state",))
def grown_up_supported(night: NightContext) -> Verdict:
    """Somebody who came to tekun as a minor, is grown up and no longer in school (未成年特困人员满18周岁).

    Clause: 民发〔2021〕43号 第二十四条末款. Without the feed of schools it is open; who cannot work is exempt.
    """
    adult, in_school = age(night.policy, "adult_age"), pl.col("is_in_school")
    is_unasked = pl.col("school_state").is_null() & ~pl.col("was_asked_school")
    is_unknown = ~pl.col("was_asked") & ~_HAS_CERTIFICATE
    return Verdict(
        fires=~in_school,
        exempt={"残疾类别和等级符合无劳动能力认定条件": pl.col("is_incapable").fill_null(value=False)},
        record_key=pl.lit("adult"),
        fact_date=pl.col("grown_up_on"),
        found=words(
            "为特困人员，未满",
            str(adult),
            "周岁时认定，已于",
            pl.col("grown_up_on"),
            f"满{adult}周岁，",
            pl.when(in_school.is_null())
            .then(pl.lit("是否在读无法判断"))
            .otherwise(pl.lit("未见在义务教育、普通高中或中等职业学校就读")),
        ),
        evidence=(
            Evidence("born", "≥", f"{adult}周岁", value=_BORN.cast(pl.String)),
            Evidence("approved_month", "≤", pl.col("grown_up_on")),
            Evidence("school", "=", "学籍数据缺失或未查询", pl.lit("未核"), when=is_unasked),
            Evidence("disability", "=", "残疾人证数据缺失或未查询", pl.lit("未核"), when=is_unknown),
        ),
        open_fields=(
            OpenField("school", "学籍数据缺失或未查询本人", is_unasked, pl.lit("")),
            OpenField("school", "学籍状态或学段为空或无法识别", pl.col("school_state").eq_missing("open"), pl.lit("")),
        ),
        hints={"残疾人证数据缺失，未能核对是否因残疾无劳动能力": is_unknown},
        changes=(
            Change("经核实在义务教育、普通高中或中等职业学校在读", {"is_in_school": becomes(value=True)}),
            Change(
                words("取得有效的残疾人证，", told_list_for_tekun(night.policy)),
                {"is_incapable": becomes(value=True)},
                where=~in_school,
            ),
            _NOT_COVERED,
        ),
    )
