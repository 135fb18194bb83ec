"""The draughtsman: a process of its own that turns Vega-Lite specifications into SVG by vl-convert.

What belongs here: everything that knows vl-convert, and nothing else of ours. `pipelines.night.drawing` starts it: one
JSON object name → specification comes in, one name → SVG goes out, and it ends.

Why a process: the engine needs a second to start, under Python's global lock, and 100 MB. Here it takes another core than
the night's own, while the night reads and writes its tables, and gives the memory back.
"""

import json
import signal
import sys
from typing import Any

WARMING_UP = {"data": {"values": [{"n": 1}]}, "mark": "bar", "encoding": {"x": {"field": "n", "type": "quantitative"}}}


def main() -> None:
    """Start the engine, then draw what is asked for."""
    # Ctrl-C reaches every process of a terminal; the night decides what becomes of its charts.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    drawn(WARMING_UP)
    asked = sys.stdin.read()
    if asked:
        json.dump({name: drawn(spec) for name, spec in json.loads(asked).items()}, sys.stdout, ensure_ascii=False)


def drawn(spec: dict[str, Any]) -> str:
    """One chart. Nothing is fetched: data stands in the specification."""
    import vl_convert  # noqa: PLC0415  this program's one purpose; others may read its constants without it

    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


if __name__ == "__main__":
    main()
