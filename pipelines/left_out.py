"""Feeds that a run leaves out because nobody delivered them: what is not delivered costs no step.

What belongs here: which assets a night's run works on, and how the run tells its steps what it left out. What becomes
of a feed that is left out (its rules are not assessed, never clear) stands in `pipelines.night.landing`.
"""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

LEFT_OUT_TAG = "hedui/not_delivered"
STAGES = ("", "matched_", "findings_")
"""What the names of a feed's assets begin with: landed, matched, judged."""


def selected(keys: Iterable[dg.AssetKey], left_out: Sequence[str]) -> list[dg.AssetKey]:
    """The assets without those of the feeds left out, by name; their checks go with them."""
    names = {f"{stage}{feed}" for feed in left_out for stage in STAGES}
    return sorted((key for key in keys if key.to_user_string() not in names), key=lambda key: key.to_user_string())


def left_out_tags(left_out: Sequence[str]) -> dict[str, str]:
    """The tag by which a run remembers what it left out: more may be delivered while it works."""
    return {LEFT_OUT_TAG: ",".join(left_out)} if left_out else {}


def left_out_of(tags: Mapping[str, str]) -> list[str]:
    """The feeds that a run left out, by its tags; none where somebody started it with assets of their choice."""
    return [feed for feed in tags.get(LEFT_OUT_TAG, "").split(",") if feed]
