"""Numbers from load reports: every share with its whole, nothing where there is nothing to measure."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.checks.profile import missing_columns, previous_full, profile_feed, share, share_of_previous

AS_OF = date(2026, 9, 22)


def test_a_clean_delivery_has_full_shares(contract, make_report):
    profile = profile_feed(contract, make_report(), AS_OF)

    assert profile["rows_kept"] == 1000
    assert profile["rows_quarantined_share"] == 0
    assert profile["id_number.filled_share"] == 1
    assert profile["id_number.invalid_share"] == 0
    assert profile["use.known_share"] == 1
    assert profile["assessed_value.unparsed_share"] == 0
    assert profile["age_days"] == 1
    assert profile["required_columns_missing"] == 0


def test_shares_are_of_the_data_rows_without_titles_and_totals(contract, make_report):
    report = make_report(books={"kept": 980, "quarantined": 20, "skipped": 500}, reasons={"id_check_digit": 20})

    profile = profile_feed(contract, report, AS_OF)

    assert profile["rows_quarantined_share"] == 0.02
    assert profile["id_number.invalid_share"] == 0.02


def test_other_documents_are_data_rows_as_they_are_for_landing(contract, make_report):
    report = make_report(books={"kept": 480, "quarantined": 20, "skipped": 503}, reasons={"id_check_digit": 20})
    report["parts"][0] |= {"skipped": {"other_document": 500, "title": 3}, "data_rows": 1000}

    profile = profile_feed(contract, report, AS_OF)

    assert profile["rows_quarantined_share"] == 0.02
    assert profile["id_number.invalid_share"] == 0.02


def test_only_reasons_about_the_id_make_it_invalid(contract, make_report):
    report = make_report(
        books={"kept": 990, "quarantined": 10}, reasons={"id_length": 4, "date_unreadable": 5, "row_shape": 1}
    )

    assert profile_feed(contract, report, AS_OF)["id_number.bad"] == 4


def test_the_parts_of_a_delivery_are_added_up(contract, make_report):
    report = make_report(books={"kept": 90, "quarantined": 7})
    report["parts"] = [
        {"data_rows": 50, "quarantined": {"id_length": 3}},
        {"data_rows": 47, "quarantined": {"id_length": 4}},
    ]

    assert profile_feed(contract, report, AS_OF)["id_number.bad"] == 7


def test_known_is_a_share_of_what_is_filled(contract, make_report):
    report = make_report(fields={"use": {"filled": 400, "unknown": 100}})

    profile = profile_feed(contract, report, AS_OF)

    assert profile["use.filled_share"] == 0.4
    assert profile["use.known_share"] == 0.75


def test_unparsed_is_a_share_of_what_was_written(contract, make_report):
    report = make_report(fields={"assessed_value": {"filled": 300, "unparsed": 100}})

    assert profile_feed(contract, report, AS_OF)["assessed_value.unparsed_share"] == 0.25


def test_a_column_that_is_not_there_is_not_measured(contract, make_report):
    report = make_report(fields={"use": {"is_present": False, "filled": 0}})

    profile = profile_feed(contract, report, AS_OF)

    assert profile["use.is_present"] == 0
    assert profile["use.known_share"] is None
    assert profile["use.filled_share"] is None


def test_an_empty_snapshot_has_counts_but_no_shares(contract, make_report):
    profile = profile_feed(contract, make_report(books={"kept": 0}), AS_OF)

    assert profile["rows_kept"] == 0
    assert profile["rows_quarantined_share"] is None
    assert profile["id_number.invalid_share"] is None


def test_missing_required_columns_are_named(contract, make_report):
    report = make_report(fields={"plate_no": {"is_present": False}, "use": {"is_present": False}})

    assert missing_columns(contract, report) == ["plate_no"]
    assert profile_feed(contract, report, AS_OF)["required_columns_missing"] == 1


def test_the_key_is_measured_only_where_it_was_counted(contract, make_report):
    assert profile_feed(contract, make_report(), AS_OF)["key_duplicates"] is None
    assert profile_feed(contract, make_report(), AS_OF, key_duplicates=0)["key_duplicates"] == 0


@pytest.mark.parametrize(
    ("mode", "previous_mode", "expected"),
    [("full", "full", 2.0), ("delta", "full", None), ("full", "delta", None), ("response", "response", None)],
)
def test_only_full_snapshots_are_compared_in_length(make_report, mode, previous_mode, expected):
    now, before = make_report(mode=mode), make_report(books={"kept": 500}, mode=previous_mode)

    assert share_of_previous(now, before) == expected


def test_the_snapshot_before_is_the_newest_full_one_that_is_older(make_report):
    days = [("2026-09-01", "full"), ("2026-09-14", "full"), ("2026-09-18", "delta"), ("2026-09-21", "full")]
    reports = [make_report(snapshot_date=day, mode=mode) for day, mode in days]

    assert previous_full(reports, date(2026, 9, 21))["snapshot_date"] == "2026-09-14"
    assert previous_full(reports, date(2026, 9, 14))["snapshot_date"] == "2026-09-01"
    assert previous_full(reports, date(2026, 9, 1)) is None


def test_no_history_has_no_share(make_report):
    assert share_of_previous(make_report(), None) is None


def test_a_snapshot_after_an_empty_one_has_no_share(make_report):
    assert share_of_previous(make_report(), make_report(books={"kept": 0})) is None


@given(whole=st.integers(0, 10**9), data=st.data())
def test_a_share_is_between_none_and_all(whole, data):
    part = data.draw(st.integers(0, whole))

    found = share(part, whole)

    assert found is None if whole == 0 else 0 <= found <= 1
