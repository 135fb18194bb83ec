"""The inbox: which folders are deliveries, which are ready, and what their manifests promise (feeds.md section 1)."""

import hashlib
import json
from datetime import date

import pytest

from connectors.delivery import DeliveryReader, checksum
from connectors.inbox import find_deliveries, find_unready
from connectors.refusal import Refusal

HEADER = "身份证号,姓名,状态,登记日期,金额"
AS_OF = date(2026, 9, 22)


def table(*lines):
    return "\n".join([HEADER, *lines]) + "\n"


def put(inbox, day, *names):
    folder = inbox / "small" / day
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("x", encoding="utf-8")


def test_ready_deliveries_newest_first(tmp_path):
    for day in ("2026-09-20", "2026-09-22", "2026-08-01", "2026-09-23"):
        put(tmp_path, day, "a.csv")
    for name in ("2026-09-19.bak", "20260918", "2026-13-01", "note", ".hidden"):
        put(tmp_path, name, "a.csv")
    put(tmp_path, "2026-09-21", "a.csv", "b.csv.part")
    put(tmp_path, "2026-09-18", "a.csv", "B.TMP")
    put(tmp_path, "2026-09-17", "a.uploading")
    (tmp_path / "small" / "2026-09-16").write_text("a file, no folder", encoding="utf-8")
    found = find_deliveries(tmp_path, "small", AS_OF)
    assert [one.snapshot_date.isoformat() for one in found] == ["2026-09-22", "2026-09-20", "2026-08-01"]
    unready = {one.folder: one.reason for one in find_unready(tmp_path, "small", AS_OF)}
    assert unready["2026-09-21"] == "not complete: b.csv.part"
    assert unready["2026-09-23"] == "dated after 2026-09-22"
    assert "YYYY-MM-DD" in unready["20260918"]
    assert set(unready) == {
        "2026-09-17", "2026-09-18", "2026-09-19.bak", "2026-09-21", "2026-09-23", "20260918", "2026-13-01", "note",
    }  # fmt: skip


def test_no_folder_is_no_delivery(tmp_path):
    assert find_deliveries(tmp_path, "small", AS_OF) == []
    assert find_unready(tmp_path / "nowhere", "small", AS_OF) == []


def test_files_of_systems_are_not_looked_at_and_others_are_named(tmp_path):
    put(tmp_path, "2026-09-22", "b.csv", "a.XLSX", "~$a.xlsx", ".DS_Store", "Thumbs.db", "读我.txt", "x.csv.bak")
    [delivery] = find_deliveries(tmp_path, "small", AS_OF)
    assert [path.name for path in delivery.files] == ["a.XLSX", "b.csv"]
    assert delivery.others == ("x.csv.bak", "读我.txt")
    assert (delivery.mode, delivery.has_manifest) == ("full", False)


def test_a_folder_without_a_readable_file_is_refused(deliver):
    with pytest.raises(Refusal, match=r"expected a file in \.csv, .*found 读我\.txt"):
        deliver({"读我.txt": "x"})


def test_several_files_are_one_snapshot_in_the_order_of_their_names(deliver, line, person):
    read = deliver({"b.csv": table(line(2)), "a.csv": table(line(1)), "读我.txt": "x"})
    assert [(part.part_no, part.source_file) for part in read.report.parts] == [(1, "a.csv"), (2, "b.csv")]
    assert read.clean["id_number"].to_list() == [person(1), person(2)]
    assert read.clean["part_no"].to_list() == [1, 2]
    assert read.report.ignored_files == ("读我.txt",)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_manifest_that_holds(deliver, line):
    one, two = table(line(1), "", "合计,1"), table(line(2), "E1234567,某,1,2023-08-05,1")
    manifest = {
        "rows": 3,
        "files": {"a.csv": {"sha256": sha(one).upper(), "rows": 1}, "b.csv": {"rows": 2}},
        "mode": "delta",
        "system": "车管所平台",
    }
    read = deliver({"a.csv": one, "b.csv": two, "manifest.json": json.dumps(manifest)})
    assert (read.report.has_manifest, read.report.mode, read.report.data_rows) == (True, "delta", 3)


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ({"rows": 2}, "expected 2 data rows as in manifest.json, found 1"),
        ({"files": {"a.csv": {"rows": 2}}}, "a.csv: expected 2 data rows as in manifest.json, found 1"),
        ({"files": {"a.csv": {"sha256": "0" * 64}}}, "a.csv: expected SHA-256 0000"),
        ({"files": {"a.csv": {}, "b.csv": {}}}, "names b.csv, found no such file"),
        ({"rows": -1}, "rows: "),
        ({"mode": "partial"}, "mode: "),
        ({"files": {"a.csv": {"sha256": "abc"}}}, "files: "),
        ({"mode": "response"}, "expected mode response together with requested"),
        ({"requested": "ids.csv"}, "expected mode response together with requested"),
        ({"mode": "response", "requested": "ids.csv"}, "names the request list ids.csv, found no such file"),
        ([1], "found"),
    ],
)
def test_a_manifest_that_is_violated_or_wrong(deliver, line, manifest, told):
    with pytest.raises(Refusal) as refused:
        deliver({"a.csv": table(line(1)), "manifest.json": json.dumps(manifest)})
    assert told in str(refused.value)
    assert str(refused.value).startswith("small 2026-09-22: ")


def test_a_file_that_the_manifest_does_not_name_is_read_and_counted(deliver, line):
    files = {"a.csv": table(line(1)), "b.csv": table(line(2))}
    named = {"files": {"a.csv": {"rows": 1}}}
    assert deliver(files | {"manifest.json": json.dumps(named)}).report.data_rows == 2
    assert deliver(files | {"manifest.json": json.dumps(named | {"rows": 2})}).report.data_rows == 2
    with pytest.raises(Refusal, match="expected 1 data rows"):
        deliver(files | {"manifest.json": json.dumps(named | {"rows": 1})})


@pytest.mark.parametrize("text", ["", "{", "rows: 1", '{"rows": 1, "rows": 1}'])
def test_a_manifest_that_is_no_strict_json(deliver, line, text):
    with pytest.raises(Refusal, match=r"manifest\.json: "):
        deliver({"a.csv": table(line(1)), "manifest.json": text})


def test_an_empty_full_snapshot_has_to_be_meant(deliver, line):
    with pytest.raises(Refusal, match='say "rows": 0'):
        deliver({"a.csv": HEADER + "\n"})
    assert deliver({"a.csv": HEADER + "\n", "manifest.json": '{"rows": 0}'}).report.data_rows == 0
    assert deliver({"a.csv": HEADER + "\n合计,0\n", "manifest.json": '{"mode": "delta"}'}).report.data_rows == 0
    with pytest.raises(Refusal, match="expected 0 data rows"):
        deliver({"a.csv": table(line(1)), "manifest.json": '{"rows": 0}'})


@pytest.mark.parametrize("name", ["名单.txt", "名单.csv"])
def test_a_response_and_its_request_list(deliver, line, person, name):
    asked = f"身份证号\n{person(1)}\n{person(2).lower()}\n\n'{person(1)}\n123\n"
    manifest = json.dumps({"mode": "response", "requested": name})
    read = deliver({"a.csv": table(line(1)), name: asked.encode("gb18030"), "manifest.json": manifest})
    assert read.requested.to_list() == [person(1), person(2)]
    assert read.report.requested_unreadable == 1
    assert read.report.data_rows == 1
    assert read.report.ignored_files == ()


def test_only_a_response_has_a_request_list(deliver, line):
    assert deliver({"a.csv": table(line(1))}).requested is None


def test_a_checksum_follows_files_names_manifest_and_contract(tmp_path, contract):
    folder = tmp_path / "small" / "2026-09-22"
    folder.mkdir(parents=True)

    def now(of=contract):
        [delivery] = find_deliveries(tmp_path, "small", AS_OF)
        return checksum(delivery, of)

    (folder / "a.csv").write_text(table("x"), encoding="utf-8")
    seen = [now()]
    assert now() == seen[0]
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    seen.append(now())
    (folder / "a.csv").write_text(table("y"), encoding="utf-8")
    seen.append(now())
    (folder / "a.csv").rename(folder / "b.csv")
    seen.append(now())
    seen.append(now(contract.with_changes(max_bad_share=0.5)))
    assert len(set(seen)) == len(seen)


def test_a_report_is_known_after_the_last_row(tmp_path, contract):
    put(tmp_path, "2026-09-22", "a.csv")
    [delivery] = find_deliveries(tmp_path, "small", AS_OF)
    with pytest.raises(RuntimeError, match="exhausted"):
        DeliveryReader(delivery, contract).report()
