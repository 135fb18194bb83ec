from datetime import date

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sample.chance import shares, stream, weighted
from pipelines.sample.district import MAX_MEMBERS, RECIPIENTS, STREETS, households
from pipelines.sample.people import members
from pipelines.sample.roster import households as subject_households
from pipelines.sample.roster import persons, roster_rows

AS_OF = date(2026, 9, 22)


def district(count: int, seed: int = 3) -> pl.DataFrame:
    homes = households(stream(seed, "homes"), count)
    people = members(stream(seed, "people"), homes, AS_OF)
    return roster_rows(stream(seed, "roster"), people, AS_OF)


def recipients(rows: pl.DataFrame) -> pl.DataFrame:
    is_recipient = (pl.col("covered") == "yes") & (pl.col("status") == "active")
    return rows.filter(is_recipient & pl.col("benefit").str.contains("dibao|tekun"))


def test_a_district_of_its_size_is_the_one_of_the_bulletin():
    rows = recipients(district(RECIPIENTS))
    dibao, tekun = (rows.filter(pl.col("benefit").str.starts_with(kind)) for kind in ("dibao", "tekun"))
    assert (dibao["household_id"].n_unique(), dibao.height, tekun.height) == (7514, 9261, 742)
    assert tekun.filter(pl.col("benefit") == "tekun_central").height == 83
    expected = {street.town: (street.dibao, street.tekun) for street in STREETS}
    found = {
        town: (dibao.filter(pl.col("town") == town).height, tekun.filter(pl.col("town") == town).height)
        for town in expected
    }
    assert found == expected


def test_margin_households_come_on_top():
    margin = district(RECIPIENTS).filter(pl.col("benefit") == "margin")
    assert (margin["household_id"].n_unique(), margin.height) == (185, 288)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3000), st.integers(0, 100))
def test_as_many_recipients_as_asked_for_in_households_of_one_to_six(count, seed):
    rows = district(count, seed)
    assert recipients(rows).height == count
    assert rows.group_by("household_id").len()["len"].max() <= MAX_MEMBERS
    assert rows["id_number"].is_unique().all()


def test_families_are_plausible():
    rows = district(3000)
    born = pl.col("id_number").str.slice(6, 8).str.to_date("%Y%m%d")
    people = rows.with_columns(born=born, year=born.dt.year(), head=born.dt.year().first().over("home"))
    assert people["born"].max() < AS_OF
    assert people["year"].min() > 1920
    children = people.filter(pl.col("relation").is_in(["20", "30"]), pl.col("year") < 2026)
    assert (children["year"] - children["head"]).min() >= 0
    assert set(rows["relation"]) >= {"02", "10", "20", "30", "40", "50", "70"}
    sons = rows.filter(pl.col("relation") == "20")["id_number"].str.slice(16, 1).cast(int)
    assert (sons % 2 == 1).all()


def test_the_roster_has_what_rosters_have():
    rows = district(5000)
    assert set(rows["covered"]) == {"yes", "no"}
    assert set(rows["status"]) == {"active", "stopped"}
    assert rows["monthly_income"].null_count() > 0
    declared = rows["monthly_income"].fill_null(0)
    assert (declared < 77_000).mean() > 0.9
    assert set(rows["kind"]) == {"common", "grace", "grace_elsewhere", "stopped"}


def test_grace_ends_and_begins_on_as_of_and_beside_it():
    rows = district(8000).drop_nulls("grace_to")
    assert {date(2026, 9, 21), date(2026, 9, 22)} <= set(rows["grace_to"])
    assert {date(2026, 9, 22), date(2026, 9, 23)} <= set(rows["grace_from"])
    in_force = pl.lit(AS_OF).is_between(pl.col("grace_from"), pl.col("grace_to"))
    dibao = pl.col("benefit").str.starts_with("dibao") & (pl.col("status") == "active")
    assert rows.filter(in_force & dibao)["kind"].unique().to_list() == ["grace"]
    assert "grace" not in rows.filter(~in_force | ~dibao)["kind"].to_list()


def test_a_household_has_one_head_whoever_owns_things():
    rows = district(4000)
    by_head = persons(rows).group_by("household_id").agg(pl.col("head_id_number").n_unique())
    assert by_head["head_id_number"].unique().to_list() == [1]
    heads = rows.filter(pl.col("relation") == "02", pl.col("status") == "active").group_by("household_id")
    expected = heads.agg(pl.col("id_number").min())
    homes = subject_households(stream(1, "homes"), rows).filter(pl.col("kind") != "stopped")
    joined = homes.join(expected, on="household_id")
    assert (joined["head_id_number"] == joined["id_number"]).all()
    assert homes["household_id"].is_unique().all()
    assert (homes["id_number_0"] != homes["head_id_number"]).any()


def test_some_households_have_no_head_and_some_have_two():
    heads = district(6000).group_by("household_id").agg(count=(pl.col("relation") == "02").sum())
    assert {0, 1, 2} <= set(heads["count"])


@given(st.integers(0, 10_000), st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_shares_add_up(total, weights):
    parts = shares(total, weights)
    assert parts.sum() == (total if sum(weights) > 0 else 0)
    assert (parts >= 0).all()


def test_streams_depend_on_their_label_alone():
    assert stream(1, "a", 2).random() == stream(1, "a", 2).random()
    assert len({stream(1, "a", 2).random(), stream(1, "a", 3).random(), stream(2, "a", 2).random()}) == 3


def test_weights_are_kept():
    drawn = weighted(np.random.default_rng(0), 10_000, [1, 0, 3])
    counts = np.bincount(drawn, minlength=3)
    assert counts[1] == 0
    assert 2200 < counts[0] < 2800
