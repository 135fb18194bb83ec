"""What one night does, without Dagster: land, match, judge, publish, export."""
