"""Canaries (金丝雀家庭): fictional households with known answers that go through every night; see docs/canaries.md."""
