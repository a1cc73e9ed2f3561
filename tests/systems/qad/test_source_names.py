from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    ConfigurationError,
)
from tests.systems.qad.listed import ACCOUNTS, account, listing

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.ports import Source


def test_no_rows_from_a_browse_that_exists_are_no_rows(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    instance.rows[ACCOUNTS] = []
    (page,) = listing(source(), "accounts")
    assert page.rows == ()
    assert page.everything


def test_no_rows_from_a_browse_nobody_knows_are_a_wrong_name(instance: Any, source: Callable[..., Source]) -> None:
    with pytest.raises(ConfigurationError) as error:
        listing(source(), "accounts")
    assert error.value.message == (
        "QAD connection acme-qad: browse urn:browse:mfg:xxgl01 gave no rows and the instance lists no columns for it, "
        "so there is no such browse; correct entities.accounts.browse, or ask for this user's access to it."
    )


def test_filtering_by_a_column_the_browse_does_not_have_is_a_wrong_name(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    reader = source({"accounts": {"fields": {"account": "GL.Code"}}})
    with pytest.raises(ConfigurationError, match=r"has no GL\.Code \(entities\.accounts\.fields\.account\)"):
        listing(reader, "accounts", key="4000")


def test_a_column_no_row_has_is_a_wrong_name(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    with pytest.raises(
        ConfigurationError, match=r"has no GL\.Nowhere \(entities\.accounts\.fields\.description\); correct"
    ):
        listing(source({"accounts": {"fields": {"description": "GL.Nowhere"}}}), "accounts")


def test_a_column_that_is_left_out_because_it_is_empty_is_no_wrong_name(
    instance: Any, source: Callable[..., Source]
) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    del instance.rows[ACCOUNTS][0]["GL.GLTypeCode"]
    ((row,),) = (page.rows for page in listing(source(), "accounts"))
    assert row.payload["account_type"] is None


def test_a_field_without_column_is_simply_not_there(instance: Any, source: Callable[..., Source]) -> None:
    instance.hold(ACCOUNTS, account("4000"))
    ((row,),) = (page.rows for page in listing(source({"accounts": {"fields": {"account_type": None}}}), "accounts"))
    assert "account_type" not in row.payload
