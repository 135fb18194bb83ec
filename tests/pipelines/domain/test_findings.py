"""Finding ids are the key's HMAC-SHA256: the same as ever, however they are worked out."""

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.findings import keyed_digest


@pytest.mark.parametrize("length", [0, 1, 32, 63, 64, 65, 200])
def test_the_digest_is_that_of_the_standard_library_for_keys_of_any_length(length: int) -> None:
    secret = bytes(range(256))[:length]
    digest = keyed_digest(secret)
    for text in (b"", b"H1\x1f500101199001010011\x1fCL-01\x1f", "渝".encode() * 100):
        assert digest(text) == hmac.digest(secret, text, "sha256").hex()[:32]


@given(st.binary(max_size=100), st.binary(max_size=200))
def test_a_digest_does_not_depend_on_the_texts_before_it(secret: bytes, text: bytes) -> None:
    digest = keyed_digest(secret)
    digest(b"another")
    assert digest(text) == hmac.digest(secret, text, "sha256").hex()[:32]
