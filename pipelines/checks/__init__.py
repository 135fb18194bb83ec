"""Asset checks: contract suites, books, gates."""
