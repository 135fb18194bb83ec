"""A night is a partition: one key for each comparison date (as_of, 比对日)."""

from datetime import date

import dagster as dg

TIME_ZONE = "Asia/Shanghai"

# The first standards that the shipped policy knows start in 2020-09; nothing can be judged before.
# end_offset=1: the night of today may run today, at 02:00, not only after the day has ended.
NIGHTS = dg.DailyPartitionsDefinition(start_date="2020-09-01", timezone=TIME_ZONE, end_offset=1)


def as_of_date(partition_key: str) -> date:
    """The comparison date that a partition key stands for."""
    return date.fromisoformat(partition_key)
