from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from connector.operations.setup.flows import loaded_otherwise


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1 document was loaded with an older mapping"),
        (10_000, "10,000 documents were loaded with an older mapping"),
        (10_001, "More than 10,000 documents were loaded with an older mapping"),
    ],
)
def test_one_sentence_says_how_many_and_one_what_to_do(number: int, said: str) -> None:
    flow = cast("Any", SimpleNamespace(full_name="acme/orders"))
    assert loaded_otherwise(flow, number) == (
        said,
        "`ml-connector flow reapply acme/orders --dry-run` shows what would change.",
    )
