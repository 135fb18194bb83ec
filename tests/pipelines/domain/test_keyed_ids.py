import hmac

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipelines.domain.keyed_ids import keyed_ids


@given(st.lists(st.text(max_size=40)), st.binary(min_size=1, max_size=80), st.text(max_size=70))
def test_an_id_is_the_keyed_hash_of_prefix_and_text(texts: list[str], secret: bytes, prefix: str) -> None:
    ids = keyed_ids(pl.Series("one", texts, dtype=pl.String), secret, prefix)
    assert ids.to_list() == [hmac.digest(secret, (prefix + one).encode(), "sha256").hex()[:32] for one in texts]
    assert (ids.name, ids.dtype) == ("one", pl.String)
