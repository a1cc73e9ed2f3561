from __future__ import annotations

from decimal import Decimal

import pytest

from connector.reading import values
from connector.reading.addresses import address


@pytest.mark.parametrize(
    ("came", "number", "whole"),
    [
        (" 10.50 ", Decimal("10.50"), None),
        ("7.0", Decimal(7), 7),
        (7, Decimal(7), 7),
        (True, None, None),
        ("NaN", None, None),
        ("1e", None, None),
        (None, None, None),
    ],
)
def test_a_number_is_read_from_a_number_or_its_text(came: object, number: Decimal | None, whole: int | None) -> None:
    assert (values.number(came), values.whole(came)) == (number, whole)


def test_a_path_ends_where_something_on_it_is_absent() -> None:
    assert values.at({"a": {"b": 1}}, "a.b") == 1
    assert values.at({"a": [1]}, "a.b") is None


def test_a_bare_object_is_one_row() -> None:
    assert values.rows({"a": 1}) == [{"a": 1}]
    assert values.rows([{"a": 1}, None, 5]) == [{"a": 1}]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("true", "Y", True),
        ("N", "false", True),
        (Decimal("1.50"), "1.5", True),
        ("1.50", "1.5", False),
        ("y", "x", False),
    ],
)
def test_what_means_the_same_is_the_same(ours: object, theirs: object, *, same: bool) -> None:
    assert values.same(ours, theirs) is same


@pytest.mark.parametrize("came", ["invalid grant", "x" * 41, 5, None])
def test_what_is_no_short_code_may_repeat_what_was_sent(came: object) -> None:
    assert values.short_code(came) == ""
    assert values.short_code("invalid_grant") == "invalid_grant"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("https://[::1", "cannot be read as an address"),
        ("ftp://a.example", "should be a full address such as https://a.example"),
        ("https://u:p@a.example", "should be an address only, without path, user"),
        ("https://a.example/api", "should be an address only, without path, user"),
    ],
)
def test_an_address_that_is_none_has_its_reason(value: str, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}"):
        address(value, like="https://a.example", without_path=True)
