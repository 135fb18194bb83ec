"""What hedui is about, as pure functions on Polars frames: policy, rules, evidence, income, cases."""
