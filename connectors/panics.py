"""Panics: how a library written in Rust gives up, with a text that quotes values like any error's.

Every such library (Polars, fastexcel, cryptography) brings a class of its own for them, all of one name, and none is an
`Exception` to Python: `except Exception` lets them through, values and all.
"""

PANIC = "PanicException"


def is_failure(error: BaseException) -> bool:
    """Whether something failed, by an error or a panic, and nobody merely wants to stop (KeyboardInterrupt, SystemExit)."""
    return isinstance(error, Exception) or type(error).__name__ == PANIC
