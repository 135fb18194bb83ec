"""The append-only store of case events: who said what of which case and finding, when, and after which night."""
