from datetime import date

import polars as pl
import polars.selectors as cs
import pytest

from connectors.cleaning import clean_field
from connectors.contract import UNKNOWN, Contract
from connectors.id_numbers import clean_ids
from connectors.reasons import Skip
from pipelines.sample import district, people, plant, roster
from pipelines.sample.chance import stream
from pipelines.sample.feeds import FEEDS
from pipelines.sample.layout import Heading, headings, plain_texts
from pipelines.sample.mess import untidy_texts
from pipelines.sample.spoil import documents, outdated, repeated, unreadable, with_rare_names_unreadable

AS_OF = date(2026, 9, 22)


def some_rows(feed: str) -> pl.DataFrame:
    """A few thousand clean rows of a feed."""
    rng = stream(8, feed)
    people_of = people.members(rng, district.households(rng, 2500), AS_OF)
    rows = roster.roster_rows(rng, people_of, AS_OF)
    if feed == "roster":
        return rows.drop("home", "is_stopped", "is_adult", "is_elder", "kind")
    found = next(one for one in FEEDS if one.feed == feed)
    subjects = roster.households(rng, rows) if found.per_household else roster.persons(rows)
    return plant.rows_of(rng, found, plant.deal(rng, found, subjects), AS_OF)[0]


def read_back(texts: pl.DataFrame, columns: list[Heading]) -> pl.DataFrame:
    """The texts as the connectors clean them."""
    companions = {one.field.name: texts[one.name] for one in columns if one.completes}
    found = pl.DataFrame(
        [
            clean_field(
                one.field, texts[one.name], companions.get(one.name), one.unit, AS_OF, texts.height
            ).value.alias(one.name)
            for one in columns
            if not one.completes
        ]
    )
    money = cs.by_name([one.name for one in columns if one.field.kind == "money"])
    return found.with_columns((money * 10_000).cast(pl.Int64))  # 毫, which no rounding touches


def as_meant(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """The clean rows in the types of a clean batch, in the fields that the sample gives."""
    found = []
    for name, field in ((name, contract.by_name[name]) for name in rows.columns):
        column = pl.col(name)
        if field.kind == "money":
            column = column.cast(pl.Int64) * 100
        elif field.kind == "month":
            column = column.cast(pl.Date).dt.month_start()
        elif field.kind == "date":
            column = column.cast(pl.Date)
        elif field.kind == "dec":
            column = column.cast(pl.Decimal(18, 4))
        elif field.kind == "code" and field.is_required:
            column = column.cast(pl.String).fill_null(UNKNOWN)
        elif field.form == "vehicle_status":
            letters = column.cast(pl.String).str.extract_all("[A-Z]").list.sort().list.join("")
            column = pl.when(column == UNKNOWN).then(pl.lit(UNKNOWN)).when(column.is_not_null()).then(letters)
        else:
            column = column.cast(pl.String)
        found.append(column.alias(name))
    return rows.select(found)


def letters_sorted(rows: pl.DataFrame) -> pl.DataFrame:
    if "status" not in rows.columns or "plate_no" not in rows.columns:
        return rows
    letters = pl.col("status").str.extract_all("[A-Z]").list.sort().list.join("")
    return rows.with_columns(status=pl.when(pl.col("status") == UNKNOWN).then("status").otherwise(letters))


@pytest.mark.parametrize("style", ["words", "codes"])
@pytest.mark.parametrize("is_dirty", [False, True])
@pytest.mark.parametrize("feed", ["roster", *(feed.feed for feed in FEEDS)])
def test_cleaning_gives_back_what_was_meant(feed, is_dirty, style, contracts):
    contract, rows = contracts[feed], some_rows(feed)
    columns = headings(contract, rows.columns, style, is_dirty=is_dirty)
    texts = untidy_texts(stream(1), rows, columns) if is_dirty else plain_texts(rows, columns)
    found, meant = letters_sorted(read_back(texts, columns)), as_meant(rows, contract)
    for name in meant.columns:
        wrong = found[name].ne_missing(meant[name])
        assert not wrong.any(), (name, int(wrong.sum()))


def test_every_way_to_write_is_used(contracts):
    rows = some_rows("roster")
    columns = headings(contracts["roster"], rows.columns, "words", is_dirty=True)
    texts = untidy_texts(stream(1), rows, columns)
    ids = texts["id_number"]
    for form in (r"[０-９]{17}", " ", "^'", "\t$", "\u200b", "x$", r"^\d{15}$", r"^.{20}$", r"^.{22}$"):
        assert ids.str.contains(form).any(), form
    for form in (r"^\d{4}-\d\d-\d\d$", "/", r"\.", r"^\d{8}$", "日$", ":", r"^\d{5}$", "无", "9999"):
        assert pl.concat([texts["last_review_on"], texts["grace_to"]]).str.contains(form).any(), form
    for form in (",", "元$", "^¥", "[０-９]", "不详", "左右$", "^-$"):
        assert texts["monthly_income"].str.contains(form).any(), form
    assert {"户主", "本人"} <= set(texts["relation"])


def test_units_stand_in_the_headings(contracts):
    found = [
        one.text for one in headings(contracts["roster"], ["monthly_income", "monthly_amount"], "words", is_dirty=True)
    ]
    assert found == [" 月收入（元） ", "月保障金额（万元）"]
    assert [one.text for one in headings(contracts["business"], ["subscribed_capital"], "words")] == [
        "认缴出资额（万元）"
    ]


def test_spoilt_numbers_are_refused_for_every_reason():
    rows = some_rows("roster")
    texts = rows.select("household_id", "id_number")
    bad = unreadable(stream(2), rows, texts, AS_OF)
    assert 8 <= bad.height <= 0.02 * rows.height
    assert bad["household_id"].null_count() == 0
    cleaned = clean_ids(bad["id_number"], AS_OF)
    assert cleaned.value.null_count() == bad.height
    assert cleaned.refused is not None
    assert Skip.OTHER_DOCUMENT not in cleaned.refused.to_list()
    assert cleaned.refused.n_unique() >= 6


def test_documents_are_told_apart():
    found = clean_ids(documents(stream(2), some_rows("business").select("id_number"))["id_number"], AS_OF)
    assert found.refused is not None
    assert set(found.refused) == {Skip.OTHER_DOCUMENT}


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.feed)
def test_an_outdated_row_differs_in_its_twist_alone(feed):
    rows = some_rows(feed.feed).drop_nulls(list(feed.key))
    before = outdated(stream(3), rows, feed)
    same = [name for name in rows.columns if name != feed.twist[0]]
    joined = before.join(rows, on=same, nulls_equal=True, suffix="_now")
    assert joined.height == before.height
    assert joined[feed.twist[0]].ne_missing(joined[f"{feed.twist[0]}_now"]).all()
    assert repeated(stream(3), rows, feed.key).join(rows, on=rows.columns, nulls_equal=True).height > 0


def test_rare_characters_become_marks():
    names = pl.DataFrame({"name": ["王𠮷", "王伟", None] * 50})
    found = set(with_rare_names_unreadable(stream(1), names)["name"])
    assert found == {"王𠮷", "王?", "王□", "王伟", None}
