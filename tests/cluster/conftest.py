"""One Spark cluster for all tests of this folder: a master and two workers, real processes."""

import gc
import warnings
from collections.abc import Iterator

import pytest

from tests.spark_cluster import QUICK_JAVA, SparkCluster, running_spark


@pytest.fixture(scope="session")
def cluster() -> Iterator[SparkCluster]:
    """A running cluster; the session of this process with it ends before it does."""
    with pytest.MonkeyPatch.context() as patch, running_spark() as running:
        patch.setenv("JDK_JAVA_OPTIONS", QUICK_JAVA)
        yield running
        from pyspark import SparkContext  # noqa: PLC0415

        if SparkContext._active_spark_context is not None:
            SparkContext._active_spark_context.stop()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()  # PySpark's sockets, which it leaves open
