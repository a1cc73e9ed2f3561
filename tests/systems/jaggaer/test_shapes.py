"""What JAGGAER is sent takes the tenant's shape: constants, total and charges, accounting; a wrong shape is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError
from connector.systems.jaggaer import comparing
from connector.systems.jaggaer.bodies import Bodies
from connector.systems.jaggaer.config import read
from connector.systems.jaggaer.names import Names
from connector.systems.jaggaer.system import SYSTEM
from tests.systems.jaggaer.conftest import Connection, account, company, invoice, order, payment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.server import SandboxServer

GOOD = {
    "base_url": "https://api.example",
    "token_url": "https://login.example/token",
    "client_id": "acme",
}
#: a total of 26.00: 21.00, tax 2.50, freight 1.50, handling 1.00
CHARGED = invoice(total="26.00", taxCharge1="2.50", shippingCharge="1.50", handlingCharge="1.00")


def bodies(overrides: Mapping[str, Any], **settings: str) -> Bodies:
    return Bodies(names=Names(overrides), config=read({**GOOD, **settings}))


def header(**invoices: Any) -> dict[str, Any]:
    written: dict[str, Any] = bodies({"invoices": invoices}).invoice(CHARGED)["invoiceOcr"]["invoiceOcrHeader"]
    return written


def line(invoices: Mapping[str, Any], **settings: str) -> dict[str, Any]:
    message = bodies({"invoices": invoices}, **settings).invoice(CHARGED)["invoiceOcr"]
    [row] = message["invoiceOcrLineList"]["invoiceOcrLine"]
    assert isinstance(row, dict)
    return row


def arrives(sandbox: SandboxServer, overrides: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    """Write it into a tenant that takes nothing else, find it again, and say what the tenant holds."""
    target = Connection(url=sandbox.url, overrides=overrides).target()
    for document in (company(), account(), order()):
        target.write(document)
    sandbox.set_options(**options)
    written, found = target.write(CHARGED), target.find(CHARGED)
    assert found is not None
    assert (found.target_id, found.difference) == (written.target_id, "")
    [held] = sandbox.state("holds")["holds"]["invoices"].values()
    assert (held["total"], held["currency"], held["tax"]) == ("26", "USD", "2.5")
    assert held["lines"][0]["accounting"] == [{"Account": "4000", "CostCentre": "120"}]
    return dict(held)


def test_addresses_are_constants_of_the_tenant(sandbox: SandboxServer) -> None:
    constants = {"billTo": "B1", "remitTo": "001", "shipTo": "S1"}
    assert not {"billTo", "remitTo", "shipTo"} & set(header())
    assert {place: header(constants=constants)[place] for place in constants} == {
        place: {"address": {"addressCode": code}} for place, code in constants.items()
    }
    arrives(
        sandbox,
        {"invoices": {"constants": constants}},
        addresses_required=list(constants),
        address_codes=list(constants.values()),
    )


def test_a_constant_stands_for_the_codes_of_an_order() -> None:
    asked = order()
    with_codes = {**asked.body, "header": {**asked.body["header"], "shipTo": {"address": {"addressCode": "QAD7"}}}}
    written = bodies({"orders": {"constants": {"shipTo": "S1"}}}).order(with_codes)["purchaseOrder"]["header"]
    assert written["shipTo"] == {"address": {"addressCode": "S1"}}
    assert bodies({}).order(with_codes)["purchaseOrder"]["header"]["shipTo"] == {"address": {"addressCode": "QAD7"}}


@pytest.mark.parametrize("shape", ["value", "number", "text"])
def test_the_total_is_written_and_spelled_as_the_tenant_does(sandbox: SandboxServer, shape: str) -> None:
    overrides = {"invoices": {"body": {"grandTotal": "invoiceTotal"}, "shape": {"grandTotal": shape}}}
    arrives(sandbox, overrides, total_as=shape, spelled=["total=invoiceTotal"])


@pytest.mark.parametrize("shape", ["money", "value", "text"])
def test_charges_are_written_and_spelled_as_the_tenant_does(sandbox: SandboxServer, shape: str) -> None:
    charges = ("taxCharge1", "shippingCharge", "handlingCharge")
    overrides = {"invoices": {"body": {"shippingCharge": "freight"}, "shape": dict.fromkeys(charges, shape)}}
    arrives(sandbox, overrides, charges_as=shape, spelled=["shippingCharge=freight"])


def test_a_charge_under_another_name_is_still_a_number() -> None:
    assert str(header(body={"taxCharge1": "vat"})["vat"]) == "2.50"
    assert not isinstance(header(body={"taxCharge1": "vat"})["vat"], str)


def test_charges_may_be_fees(sandbox: SandboxServer) -> None:
    overrides = {"invoices": {"shape": {"shippingCharge": "fee", "handlingCharge": "fee"}}}
    assert [row["name"] for row in header(**overrides["invoices"])["miscFeeList"]["miscFee"]] == [
        "shippingCharge",
        "handlingCharge",
    ]
    arrives(sandbox, overrides, charges_as="fee")


def test_a_name_with_dots_is_a_place_in_objects() -> None:
    written = header(body={"grandTotal": "totals.gross", "taxCharge1": "totals.tax"}, shape={"grandTotal": "number"})
    assert {name: str(value) for name, value in written["totals"].items()} == {"gross": "26.00", "tax": "2.50"}


def test_prices_without_a_currency_need_it_somewhere(sandbox: SandboxServer) -> None:
    bare = {"unitPrice": "number", "grandTotal": "number"}
    arrives(
        sandbox,
        {"invoices": {"body": {"currency": "currency"}, "shape": bare}},
        prices_as="number",
        total_as="number",
    )


@pytest.mark.parametrize(("shape", "value"), [("percent", "100"), ("amount", "21.00")])
def test_accounting_may_be_a_distribution_by_type_and_value(sandbox: SandboxServer, shape: str, value: str) -> None:
    overrides = {"shape": {"accounting": shape}}
    [group] = line(overrides)["splittableFieldSetGroupList"]["splittableFieldSetGroup"]
    [index_set] = group["splittableFieldIndexSet"]
    [index] = index_set["splittableFieldIndexList"]["splittableFieldIndex"]
    assert index_set["distributionType"] == f"{shape.capitalize()}OfPrice"
    assert (str(index["distributionValue"]), index["splitIndex"]) == (value, 1)
    arrives(sandbox, {"invoices": overrides}, accounting_as=shape)


def test_accounting_may_be_one_code(sandbox: SandboxServer) -> None:
    overrides = {"shape": {"accounting": "code"}, "line": {"accounting": "accountingCode"}}
    assert line(overrides)["accountingCode"] == "4000--120"
    assert line(overrides, sub_account_field="")["accountingCode"] == "4000-120"
    assert line({**overrides, "accounting": {"separator": "/"}})["accountingCode"] == "4000//120"
    arrives(
        sandbox,
        {"invoices": overrides},
        accounting_as="code",
        accounting_fields=["Account", "SubAccount", "CostCentre", "Project"],
    )


def test_orders_take_the_same_accounting_and_may_go_without_status() -> None:
    written = bodies(
        {
            "invoices": {"shape": {"accounting": "code"}, "line": {"accounting": "accountingCode"}},
            "orders": {"body": {"status": None}, "line": {"status": None}, "shape": {"unitPrice": "number"}},
        }
    ).order(order().body)["purchaseOrder"]
    assert "status" not in written["header"]
    [row] = written["lineList"]["purchaseOrderLine"]
    assert (row["accountingCode"], str(row["unitPrice"])) == ("4000--120", "2.10")


def test_the_amount_of_a_payment_has_a_shape() -> None:
    shaped = bodies({"payment_status": {"shape": {"amount": "value"}}}).payment_status(payment().body)
    assert {name: str(value) for name, value in shaped["invoicePaymentStatus"]["amount"].items()} == {
        "currency": "USD",
        "value": "21.00",
    }


def test_a_profile_is_compared_under_the_names_it_was_sent_under(sandbox: SandboxServer) -> None:
    target = Connection(url=sandbox.url, overrides={"companies": {"body": {"paymentTerms": None}}}).target()
    target.write(company(paymentTerms="Net 30"))
    found = target.find(company(paymentTerms="Net 30"))
    assert found is not None
    assert found.difference == ""


@pytest.mark.parametrize(
    ("there", "difference"),
    [
        ({"terms": {"code": "Net 30", "days": 30}}, ""),
        ({"terms": {"code": "Net 60"}}, "terms in JAGGAER are not what is sent."),
        ({"terms": "Net 30"}, "terms in JAGGAER are not what is sent."),
        ({}, "terms in JAGGAER are not what is sent."),
    ],
)
def test_a_place_in_an_object_is_compared_there(there: dict[str, Any], difference: str) -> None:
    info = bodies({"companies": {"body": {"paymentTerms": "terms.code"}}}).company_info(
        {"companyInfo": {"paymentTerms": "Net 30"}}
    )
    assert comparing.fields(info, there) == difference


@pytest.mark.parametrize(
    ("invoices", "sentence"),
    [
        (
            {"shape": {"grandTotal": "object"}},
            "entities.invoices.shape.grandTotal is 'object', but money, value, number or text is expected.",
        ),
        (
            {"shape": {"shippingCharge": "fees"}},
            "entities.invoices.shape.shippingCharge is 'fees', but money, value, number, text or fee is expected.",
        ),
        (
            {"shape": {"accounting": "codes"}},
            "entities.invoices.shape.accounting is 'codes', but fields, percent, amount or code is expected.",
        ),
        ({"shape": {"accounting": None}}, "entities.invoices.shape.accounting cannot be left out; give it a name."),
        ({"shape": {"total": "money"}}, "entities.invoices.shape.total is not known. Did you mean 'grandTotal'?"),
        (
            {"constants": {"remitTo": 1}},
            "entities.invoices.constants.remitTo must be a code in quotes, like 'B1', or null to leave it out.",
        ),
        ({"constants": {"billto": "B1"}}, "entities.invoices.constants.billto is not known. Did you mean 'billTo'?"),
        ({"body": {"currency": 7}}, "entities.invoices.body.currency must be a name, or null to leave it out."),
        (
            {"body": {"shippingCharge": "taxCharge1"}},
            "entities.invoices.body has taxCharge1 and shippingCharge in one place, taxCharge1; name two places.",
        ),
        (
            {"body": {"dueDate": "terms.due"}},
            "entities.invoices.body has terms and dueDate in one place, terms.due; name two places.",
        ),
        (
            {"shape": {"unitPrice": "number", "grandTotal": "text"}},
            "entities.invoices.shape leaves no amount with a currency: write grandTotal or unitPrice as money or value",
        ),
    ],
)
def test_a_wrong_shape_is_refused_when_it_is_set(invoices: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        SYSTEM.check(GOOD, {"invoices": invoices})
    assert sentence in refused.value.message
