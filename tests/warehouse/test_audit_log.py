"""Records of what was done: a line is there whole or not at all."""

import errno
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.small_disk import PLENTY, small_disk
from warehouse.audit_log import append_record


def test_records_follow_each_other_and_are_private(tmp_path: Path) -> None:
    path = tmp_path / "audit" / "log.jsonl"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: append_record(path, {"number": number, "why": "到期" * 5000}), range(20)))
    told = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert sorted(one["number"] for one in told) == list(range(20))
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_takes_no_half_of_a_record(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        path = disk.folder / "audit" / "log.jsonl"
        append_record(path, {"first": "x" * 3000})
        before = path.read_bytes()
        disk.leave(0)  # the page that is begun already still takes a thousand bytes
        with pytest.raises(OSError, match="No space left") as caught:
            append_record(path, {"second": "y" * 3000})
        assert caught.value.errno == errno.ENOSPC
        assert path.read_bytes() == before
        disk.leave(PLENTY)
        append_record(path, {"third": ""})
        assert path.read_bytes() == before + b'{"third": ""}\n'
