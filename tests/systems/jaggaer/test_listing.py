"""Everything JAGGAER has of suppliers and accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.ports import Listing
from tests.systems.jaggaer.conftest import account, company

if TYPE_CHECKING:
    from connector.ports import Target
    from sandbox.server import SandboxServer


def test_companies_that_sell_are_listed_with_whether_they_may_be_used(target: Target, sandbox: SandboxServer) -> None:
    assert isinstance(target, Listing)
    target.write(company("V1"))
    target.write(company("V2", status="INACTIVE"))
    target.write(company("OURS", type="BUYER"))
    found = target.everything("companies")
    assert found is not None
    assert [(one.names, one.active) for one in found] == [(("V1",), True), (("V2",), False)]


def test_values_of_the_accounting_field_are_listed_and_not_those_of_others(
    target: Target, sandbox: SandboxServer
) -> None:
    assert isinstance(target, Listing)
    target.write(account("6100"))
    target.write(account("6200", active="false"))
    sandbox.set_options(accounting_fields=["Account", "CC"])
    sandbox.add_documents({"entity": "account_values", "documents": [{"internalName": "CC", "value": "120"}]})
    found = target.everything("account_values")
    assert found is not None
    assert [(one.names, one.active) for one in found] == [(("6100",), True), (("6200",), False)]


@pytest.mark.parametrize("entity", ["orders", "invoices", "payment_status"])
def test_nothing_else_is_master_data(target: Target, entity: str) -> None:
    assert isinstance(target, Listing)
    assert target.everything(entity) is None
