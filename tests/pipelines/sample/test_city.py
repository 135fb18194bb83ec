import hashlib
import io
import json
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from connectors.reasons import Skip
from pipelines.sample.city import write_sample
from pipelines.sample.report import SampleError

AS_OF = date(2026, 9, 22)
FEEDS = ("roster", "social_insurance", "vehicle", "property", "business")


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("dirty", [False, True])
@pytest.mark.parametrize("file_format", [None, "csv", "parquet"])
def test_the_same_arguments_give_the_same_bytes(tmp_path, dirty, file_format):
    for name in ("first", "second"):
        write_sample(tmp_path / name, 60, 11, AS_OF, dirty, file_format)
    assert digests(tmp_path / "first") == digests(tmp_path / "second")


def test_another_seed_gives_another_city(tmp_path):
    write_sample(tmp_path / "first", 60, 1, AS_OF)
    write_sample(tmp_path / "second", 60, 2, AS_OF)
    assert digests(tmp_path / "first") != digests(tmp_path / "second")


def test_the_inbox_is_laid_out_as_feeds_md_has_it(clean):
    found = {str(path.relative_to(clean.folder)) for path in clean.folder.rglob("*") if path.is_file()}
    assert found == {
        "roster/2026-09-22/roster.csv",
        "social_insurance/2026-09-19/social_insurance.csv",
        "vehicle/2026-09-21/vehicle.csv",
        "property/2026-09-02/property.csv",
        "business/2026-08-18/business.csv",
        "truth.parquet",
        "truth_counts.json",
    }


def test_counts_are_those_of_the_files(clean):
    for feed in FEEDS:
        assert clean.rows(feed).height == clean.report.feeds[feed].rows
    total = sum(clean.report.feeds[feed].rows for feed in FEEDS[1:])
    assert total == pytest.approx(5 * clean.report.members, rel=0.02)
    saved = json.loads((clean.folder / "truth_counts.json").read_text("utf-8"))
    assert saved == clean.report.as_json()
    assert saved["recipients"] == 700


def test_hit_rates_of_a_district(tmp_path):
    report = write_sample(tmp_path / "inbox", 10_003, 1, AS_OF, rows_per_person=0)
    members = report.members
    assert report.feeds["vehicle"].planted / members == pytest.approx(0.1119, abs=0.01)
    assert report.feeds["business"].planted / members == pytest.approx(0.0367, abs=0.006)
    assert 0.10 <= report.warned / members <= 0.15


def test_every_finding_has_its_row_and_its_person(clean):
    truth, roster = clean.truth, clean.rows("roster")
    people = roster.select(pl.col("家庭编号").alias("household_id"), pl.col("身份证号").alias("id_number"), "在保状态")
    joined = truth.join(people, on=["household_id", "id_number"], how="left")
    assert joined.height == truth.height
    assert set(joined["在保状态"]) == {"在保"}
    vehicles = clean.rows("vehicle").select(
        pl.col("证件号码").alias("id_number"), pl.col("号牌号码").alias("plate"), pl.col("车辆识别代号").alias("vin")
    )
    about_cars = truth.filter(pl.col("rule_id").str.starts_with("CL")).join(vehicles, on="id_number")
    fits = about_cars["record_key"].str.ends_with(about_cars["plate"].fill_null("?")) | (
        about_cars["record_key"] == about_cars["vin"]
    )
    assert (
        about_cars.filter(fits).select("id_number", "record_key").n_unique()
        == truth.filter(pl.col("rule_id").str.starts_with("CL")).height
    )


def test_deregistered_cars_by_hand(clean):
    """CL-03 against the rows: status E, M or P alone, deregistered in the 36 months that end on 2026-09-22."""
    rows = clean.rows("vehicle")
    is_class = pl.col("车辆类型").str.contains("^[KHQZNDM]")
    gone = rows.filter(
        is_class,
        pl.col("机动车状态").str.contains("[EMP]"),
        pl.col("注销日期").is_between(pl.lit("2023-09-22"), pl.lit("2026-09-22")),
    )
    roster = clean.rows("roster").filter(pl.col("在保状态") == "在保")
    expected = gone.filter(pl.col("证件号码").is_in(roster["身份证号"].to_list()))
    recent = ["car_deregistered_recently", "motorcycle_deregistered_recently"]
    window = [f"deregistered_on_the_{end}_day_of_the_window" for end in ("first", "last")]
    found = clean.truth.filter(pl.col("rule_id") == "CL-03", pl.col("why").is_in([*recent, *window]))
    assert sorted(expected["证件号码"]) == sorted(found["id_number"])


def test_a_dirty_city_has_the_truth_of_the_clean_one(clean, dirty):
    assert dirty.truth.equals(clean.truth)


def test_a_dirty_city_has_every_kind_of_file(dirty):
    names = {path.name for path in dirty.folder.rglob("*") if path.is_file()}
    assert {"roster.xlsx", "property.zip", "business.parquet", "business.csv.part", "manifest.json"} <= names
    first = (dirty.snapshot("social_insurance") / "social_insurance-001.csv").read_bytes()
    second = (dirty.snapshot("social_insurance") / "social_insurance-002.csv").read_bytes()
    assert "\t" in first.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        first.decode("utf-8")
    assert second.startswith(b"\xef\xbb\xbf")
    bars = (dirty.snapshot("vehicle") / "vehicle-001.csv").read_bytes().decode("gb18030")
    assert bars.startswith("数据比对结果表（内部资料）|")
    assert "SFZMHM" in bars
    assert "合计|" in bars
    with zipfile.ZipFile(dirty.snapshot("property") / "property.zip") as archive:
        assert archive.namelist() == ["property-1.csv", "property-2.csv"]
        assert "注：" in archive.read("property-1.csv").decode("gb18030")
        assert "注：" in archive.read("property-2.csv").decode("utf-8")


def test_a_dirty_roster_is_a_workbook_of_two_sheets_with_titles(dirty):
    book = openpyxl.load_workbook(dirty.snapshot("roster") / "roster.xlsx", read_only=True)
    sheets = [list(sheet.iter_rows(values_only=True)) for sheet in book]
    book.close()
    assert len(sheets) == 2
    counts = dirty.report.feeds["roster"]
    assert sum(len(rows) for rows in sheets) == counts.rows + counts.layout + 2
    assert all(rows[2][0].strip() == "家庭编号" for rows in sheets)
    assert any(isinstance(cell, int | float) for rows in sheets for row in rows for cell in row)


def test_a_dirty_city_has_snapshots_that_must_not_be_used(dirty):
    found = {feed: sorted(path.name for path in (dirty.folder / feed).iterdir()) for feed in FEEDS}
    assert found == {
        "roster": ["2026-09-22", "2026-11-21"],
        "social_insurance": ["2026-09-07", "2026-09-19"],
        "vehicle": ["2026-09-21", "2026-09-22"],
        "property": ["2026-08-06", "2026-09-02"],
        "business": ["2026-08-18", "2026-09-21"],
    }
    wrong = json.loads((dirty.folder / "vehicle/2026-09-22/manifest.json").read_text("utf-8"))
    assert wrong["files"]["vehicle.csv"]["sha256"] == "0" * 64
    folder = dirty.snapshot("social_insurance")
    right = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name, entry in right["files"].items():
        assert entry["sha256"] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert right["rows"] == dirty.report.feeds["social_insurance"].rows


@pytest.mark.parametrize("feed", FEEDS)
def test_the_counts_are_those_of_the_reader(feed, dirty, contracts):
    counts = dirty.report.feeds[feed]
    rows, report = dirty.read(feed, contracts[feed])
    skipped = sum((Counter(part.skipped) for part in report.parts), Counter())
    documents = skipped.pop(Skip.OTHER_DOCUMENT)
    assert report.data_rows == counts.rows
    assert report.quarantined == counts.quarantined
    assert documents == counts.documents
    assert sum(skipped.values()) == counts.layout
    distinct = rows.drop("part_no", "source_row").unique()
    assert rows.height - distinct.height == counts.duplicate
    assert rows.height == counts.rows - counts.quarantined - counts.documents
    assert min(counts.quarantined, counts.documents, counts.duplicate, counts.superseded) > 0


@pytest.mark.parametrize("feed", FEEDS)
def test_superseded_rows_share_their_key_with_a_later_one(feed, dirty, contracts):
    rows, _ = dirty.read(feed, contracts[feed])
    key = contracts[feed].keys[0]
    last = rows.sort("part_no", "source_row").drop_nulls(key[0]).unique(key, keep="last")
    counts = dirty.report.feeds[feed]
    assert rows.drop_nulls(key[0]).height - last.height == counts.duplicate + counts.superseded


def test_a_dirty_citys_bad_rows_are_few(dirty):
    for counts in dirty.report.feeds.values():
        assert counts.quarantined < max(20, 0.02 * counts.rows)


@pytest.mark.parametrize("persons", [1, 2, 15])
@pytest.mark.parametrize("dirty", [False, True])
def test_very_small_cities_are_written(tmp_path, persons, dirty):
    report = write_sample(tmp_path / "inbox", persons, 0, AS_OF, dirty)
    assert report.recipients == persons


def test_a_large_sample_is_parquet_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr("pipelines.sample.forms._PARQUET_FROM", 1000)
    monkeypatch.setattr("pipelines.sample.forms._PART", 1500)
    report = write_sample(tmp_path / "inbox", 1000, 3, AS_OF)
    folder = tmp_path / "inbox" / "social_insurance" / "2026-09-19"
    parts = sorted(folder.glob("*.parquet"))
    assert len(parts) == report.feeds["social_insurance"].files == 2
    assert pl.read_parquet(parts).height == report.feeds["social_insurance"].rows
    assert pl.read_parquet(parts)["身份证号"].null_count() == 0


def test_the_parts_of_a_sample_make_the_same_city(tmp_path, monkeypatch):
    whole = write_sample(tmp_path / "whole", 300, 3, AS_OF)
    monkeypatch.setattr("pipelines.sample.forms._PART", 200)
    parts = write_sample(tmp_path / "parts", 300, 3, AS_OF)
    assert pl.read_parquet(tmp_path / "whole" / "truth.parquet").equals(
        pl.read_parquet(tmp_path / "parts" / "truth.parquet")
    )
    for feed, one in whole.feeds.items():
        assert parts.feeds[feed].rows == pytest.approx(one.rows, rel=0.02)


def test_progress_is_told_in_counts(tmp_path):
    told: list[str] = []
    write_sample(tmp_path / "inbox", 30, 1, AS_OF, progress=told.append)
    assert len(told) == len(FEEDS)
    assert told[0].startswith("roster: ")


@pytest.mark.parametrize(("persons", "seed", "rows"), [(0, 1, 5.0), (10, -1, 5.0), (10, 1, -1.0)])
def test_impossible_wishes_are_refused(tmp_path, persons, seed, rows):
    with pytest.raises(SampleError, match="expected at least 1 person"):
        write_sample(tmp_path / "inbox", persons, seed, AS_OF, rows_per_person=rows)


def test_an_inbox_is_never_overwritten(tmp_path):
    (tmp_path / "vehicle").mkdir()
    with pytest.raises(SampleError, match="found vehicle in it"):
        write_sample(tmp_path, 10, 1, AS_OF)


def test_names_with_commas_and_quotes_survive(clean):
    text = (clean.snapshot("vehicle") / "vehicle.csv").read_text("utf-8-sig")
    assert '"A,G"' in text
    assert "A,G" in pl.read_csv(io.StringIO(text), infer_schema=False)["机动车状态"].to_list()
