"""A night is a partition: one key for each comparison date (as_of, 比对日)."""

from datetime import date

import dagster as dg

TIME_ZONE = "Asia/Shanghai"

# The first standards that the shipped policy knows start in 2020-09; nothing can be judged before.
# end_offset=1: the night of today may run today, at 02:00, not only after the day has ended.
NIGHTS = dg.DailyPartitionsDefinition(start_date="2020-09-01", timezone=TIME_ZONE, end_offset=1)


PRIORITY = "dagster/priority"
"""Tag by which Dagster orders its queue, the greatest number first."""


def as_of_date(partition_key: str) -> date:
    """The comparison date that a partition key stands for."""
    return date.fromisoformat(partition_key)


def earliest_first(partition_key: str) -> dict[str, str]:
    """The tag that puts a night into the queue after all earlier ones, and after what is no night (0)."""
    return {PRIORITY: str(NIGHTS.start.date().toordinal() - as_of_date(partition_key).toordinal() - 1)}


# Nights build on those before them: of those that wait the earliest begins, in whatever order they were asked for.
IN_ORDER_OF_DATES = dg.PartitionedConfig(
    NIGHTS, run_config_for_partition_key_fn=lambda _key: {}, tags_for_partition_key_fn=earliest_first
)
