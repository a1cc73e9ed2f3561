from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.jaggaer.fiql import FilterError, parse, passes

if TYPE_CHECKING:
    from tests.sandbox.jaggaer.client import Json

FIELDS = frozenset({"type", "number", "changed"})


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("", {}, True),
        ("TYPE==SELLER", {"type": "SELLER"}, True),
        ("type==SELLER", {"type": "seller"}, False),
        ("type==SELLER", {"type": None}, False),
        ("type==a=b", {"type": "a=b"}, True),
        ("number>=9", {"number": "10"}, True),
        ("number>=9", {"number": "8"}, False),
        ("type>=B", {"type": "C"}, True),
        ("changed>=20260201", {"changed": "20260201093000"}, True),
        ("changed>=2026-02-01T10:00:00Z", {"changed": "20260201093000"}, False),
        ("changed>=20260201", {"changed": "2026-02-01T09:30:00.000Z"}, True),
        ("number=in=(1, 2)", {"number": "2"}, True),
        ("number=in=(1,2)", {"number": "3"}, False),
        ("type==A;number==1", {"type": "A", "number": "1"}, True),
        ("type==A;number==1", {"type": "A", "number": "2"}, False),
    ],
)
def test_a_filter_lets_the_right_rows_through(text: str, *, row: Json, expected: bool) -> None:
    assert passes(parse(text, fields=FIELDS), row) is expected


@pytest.mark.parametrize("text", ["type", "type=A", "colour==red", "number=in=1,2", "type==A;", "type==A,number==1;x"])
def test_a_filter_that_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(FilterError, match="filter"):
        parse(text, fields=FIELDS)
