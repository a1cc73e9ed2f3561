from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.domain.role import Role
from connector.operations.accounts import people, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.operations.operator import Operator


@pytest.fixture
def token(operator: Operator) -> str:
    people.add(operator, "boss", Role.ADMIN)
    people.add(operator, "anna", Role.OPERATOR)
    return tokens.add(operator, "anna", "nightly", Role.OPERATOR)[0]


def test_a_token_may_what_it_says_and_no_more_than_its_operator(operator: Operator, token: str) -> None:
    found = tokens.bearer(operator, token)
    assert found is not None
    assert (found.name, found.role, tokens.actor(found)) == (
        "anna",
        Role.OPERATOR,
        "operator:anna (API, token nightly)",
    )
    assert tokens.list_(operator, "anna")[0].used_at is not None

    with pytest.raises(ConfigurationError, match="anna is operator"):
        tokens.add(operator, "anna", "more", Role.ADMIN)
    people.change_role(operator, "anna", Role.VIEWER, "moved")
    lesser = tokens.bearer(operator, token)
    assert lesser is not None
    assert lesser.role is Role.VIEWER


@pytest.mark.parametrize("how", ["revoked", "its operator is revoked", "ended"])
def test_a_token_that_was_taken_back_or_has_ended_is_nobodys(
    operator: Operator, token: str, how: str, by_hand: Callable[[str], None]
) -> None:
    if how == "revoked":
        tokens.revoke(operator, "anna", "nightly")
    elif how == "ended":
        by_hand("UPDATE operator_tokens SET ends_at = now()")
    else:
        people.revoke(operator, "anna", "left")
    assert tokens.bearer(operator, token) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE operator_tokens SET role = 'admin'",
        "UPDATE operator_tokens SET ends_at = ends_at + interval '1 year'",
        "UPDATE operator_tokens SET operator_id = (SELECT id FROM operators WHERE name = 'boss')",
        "UPDATE operator_tokens SET name = 'other'",
    ],
)
def test_a_token_that_was_changed_in_the_database_is_nobodys(
    operator: Operator, token: str, change: str, by_hand: Callable[[str], None]
) -> None:
    by_hand(change)
    assert tokens.bearer(operator, token) is None


@pytest.mark.parametrize("shown", ["", "mlc", "mlc__", "mlc_x_y", f"mlc_{'0' * 32}_x", "Bearer", "mlc_\x00"])
def test_what_is_no_token_of_ours_is_nobodys(operator: Operator, shown: str) -> None:
    assert tokens.bearer(operator, shown) is None


def test_two_tokens_of_one_name_and_days_without_end_are_refused(operator: Operator, token: str) -> None:
    with pytest.raises(ConfigurationError, match="already"):
        tokens.add(operator, "anna", "nightly", Role.VIEWER)
    with pytest.raises(ConfigurationError, match="days"):
        tokens.add(operator, "anna", "other", Role.VIEWER, days=367)
    tokens.revoke(operator, "anna", "nightly")
    again, _ = tokens.add(operator, "anna", "nightly", Role.VIEWER)
    assert again != token
