"""One Spark cluster for all tests of this folder: a master and two workers, real processes."""

from collections.abc import Iterator

import pytest

from tests.spark_cluster import SparkCluster, running_spark


@pytest.fixture(scope="session")
def cluster() -> Iterator[SparkCluster]:
    """A running cluster; the session of this process with it ends before it does."""
    with running_spark() as running:
        yield running
        from pyspark import SparkContext  # noqa: PLC0415

        if SparkContext._active_spark_context is not None:
            SparkContext._active_spark_context.stop()
