"""A supplier's number, however it is spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.reading.invoice_numbers import normalised


@pytest.mark.parametrize(
    "written",
    ["INV 77-A", "inv77-a", " Inv\u00a077-a ", "\uff29\uff2e\uff3677\uff0da", "INV\u200b77-A", "i n v 7 7 - a"],
)
def test_one_number_in_many_spellings_is_one_number(written: str) -> None:
    assert normalised(written) == "INV77-A"


def test_what_differs_by_more_than_spelling_stays_different() -> None:
    numbers = ["A-1", "A1", "A_1", "A-01", "Ä-1", "A-1/2"]

    assert len({normalised(number) for number in numbers}) == len(numbers)


@given(st.text())
def test_normalising_twice_changes_nothing_more(number: str) -> None:
    once = normalised(number)

    assert normalised(once) == once


@given(st.text(alphabet=st.characters(categories=["Lu", "Nd", "Pd"])), st.data())
def test_spaces_anywhere_do_not_make_another_number(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number)))
    space = data.draw(st.sampled_from(" \t\u00a0\u2003\u3000"))

    assert normalised(number[:place] + space + number[place:]) == normalised(number)
