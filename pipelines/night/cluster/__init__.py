"""The distributed engine: the same comparison on a Spark cluster (docs/scale.md, ADR 8)."""
