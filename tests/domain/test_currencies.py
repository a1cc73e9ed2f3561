from __future__ import annotations

import pytest
from iso4217 import Currency

from connector.domain import money
from sandbox.jaggaer import iso


@pytest.mark.parametrize("decimals", [money.decimals, iso.decimals])
def test_amounts_have_the_decimals_that_the_standard_gives_their_currency(decimals: object) -> None:
    assert callable(decimals)
    known = {one.code: one.exponent for one in Currency if one.exponent is not None}
    assert {code: decimals(code) for code in known} == known
    assert len(known) > 150
