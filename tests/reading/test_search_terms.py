from __future__ import annotations

import pytest

from connector.domain.summary import Summary
from connector.reading.search_terms import LONGEST, term, terms


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("inv 77-a", "INV77-A"),
        ("  000INV\u200b77-A ", "INV77-A"),
        ("0004711", "4711"),
        ("000", "0"),
        ("\uff11\uff12", "12"),
        (" ", ""),
        ("x" * 200, "X" * LONGEST),
    ],
)
def test_a_number_is_found_however_it_is_spelled(typed: str, found: str) -> None:
    assert term(typed) == found


def test_a_document_is_found_by_all_it_is_called_once_each() -> None:
    called = Summary(kind="order", number="PO1", party="10", references={"voucher": "0010", "payment": "", "x": "9"})
    assert terms(called, "po1", "T") == ["PO1", "10", "9", "T"]
