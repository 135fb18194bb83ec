"""Casework: what people do with cases. Verdicts, reviews, suspension, reassignment, appeals, and who may do what."""
