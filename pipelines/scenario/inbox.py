"""A story's deliveries as files, so that headers, codes and dates are read as on any night.

What belongs here: writing the inbox of one story. What does not: reading it; the connectors do.
"""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from connectors.contract import Contract
from pipelines.scenario.scene import FeedDelivery, Scene

_LIST: Final = "查询名单.csv"


def write_inbox(scene: Scene, contracts: Mapping[str, Contract], inbox: Path) -> None:
    """Write `<inbox>/<feed>/<date>/` for every department that delivered something."""
    for feed, delivery in scene.deliveries.items():
        folder = inbox / feed / delivery.snapshot_date.isoformat()
        folder.mkdir(parents=True)
        write_table(folder / f"{contracts[feed].title}.csv", delivery)
        manifest: dict[str, object] = {"rows": len(delivery.rows)}
        if delivery.asked is not None:
            ids = [scene.persons[label].id_number for label in delivery.asked]
            (folder / _LIST).write_text("\n".join(["身份证号", *ids]) + "\n", encoding="utf-8")
            manifest |= {"mode": "response", "requested": _LIST}
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def write_table(path: Path, delivery: FeedDelivery) -> None:
    """One table in UTF-8; a cell that a row does not have is empty."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(delivery.headers.values())
        writer.writerows([row.get(name, "") for name in delivery.headers] for row in delivery.rows)
