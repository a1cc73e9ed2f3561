from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, SourceLies
from connector.ports import Counting
from connector.systems.jaggaer import invoice_search
from connector.systems.jaggaer.names import Names
from tests.systems.jaggaer.conftest import Connection, account, company, invoice, order, payment

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from connector.ports import Target
    from sandbox.server import SandboxServer


def many(target: Target, count: int, *, prefix: str = "N") -> None:
    for number in range(count):
        target.write(invoice(f"{prefix}{number}"))


def difference(target: Target, document: Outgoing) -> str | None:
    found = target.find(document)
    return None if found is None else found.difference


def requests(sandbox: SandboxServer) -> int:
    return int(sandbox.state("requests")["requests"])


@pytest.mark.parametrize("spelling", ["ACME-77", "acme-77", " ACME - 77", "\uff21CME-77", "ACME\u00a0-77"])
def test_an_invoice_is_found_however_its_number_is_spelled(prepared: Target, spelling: str) -> None:
    written = prepared.write(invoice("Acme-77"))

    found = prepared.find(invoice(spelling))

    assert found is not None
    assert (found.target_id, found.difference) == (written.target_id, "")


def test_the_number_of_another_supplier_is_another_invoice(prepared: Target) -> None:
    prepared.write(invoice())

    assert prepared.find(invoice(supplier={"supplierNumber": "V2"})) is None
    assert prepared.find(invoice("ACME-7")) is None


@pytest.mark.parametrize("name", ["key", "supplier", "id"])
def test_a_list_in_which_nothing_tells_invoices_apart_shows_nothing(
    sandbox: SandboxServer, prepared: Target, name: str
) -> None:
    target = Connection(url=sandbox.url, overrides={"invoices": {name: "called.otherwise"}}).target()
    assert target.find(invoice()) is None, "an empty list shows that nothing is there"
    prepared.write(invoice())
    with pytest.raises(ConfigurationError, match=rf"none of them has called\.otherwise.*entities\.invoices\.{name}"):
        target.find(invoice())


def test_a_credit_memo_with_the_number_of_an_invoice_is_another_document(prepared: Target) -> None:
    prepared.write(invoice())
    memo = invoice(kind="Credit memo", total="-21.00")

    assert prepared.find(memo) is None
    prepared.write(memo)
    assert difference(prepared, memo) == ""
    assert difference(prepared, invoice()) == ""


def test_another_total_or_currency_is_a_difference(prepared: Target) -> None:
    prepared.write(invoice())

    assert difference(prepared, invoice(total="21.01")) == "its total is 21 USD there and 21.01 USD here."
    assert difference(prepared, invoice(currency="EUR")) == "it is in USD there and in EUR here."


def test_without_a_stated_total_quantities_prices_and_tax_are_added_up(prepared: Target) -> None:
    prepared.write(invoice())

    def unstated(**more: Any) -> Outgoing:
        document = invoice(**more)
        del document.body["header"]["grandTotal"]
        return document

    assert difference(prepared, unstated()) == ""
    assert "22.50 USD here" in (difference(prepared, unstated(taxCharge1="1.50")) or "")


@pytest.mark.parametrize("ignored", [False, True])
def test_lists_of_many_pages_are_walked_to_their_end(prepared: Target, sandbox: SandboxServer, ignored: bool) -> None:  # noqa: FBT001
    sandbox.set_options(page_size=3, short_pages=True, ignore_invoice_filter=ignored)
    prepared.write(company("V2"))
    many(prepared, 10)

    assert all(difference(prepared, invoice(f"n{number}")) == "" for number in range(10))
    assert prepared.find(invoice("N10")) is None
    assert prepared.find(invoice("N1", supplier={"supplierNumber": "V2"})) is None


def test_a_second_search_reads_only_what_was_added(prepared: Target, sandbox: SandboxServer) -> None:
    sandbox.set_options(page_size=5)
    many(prepared, 20)
    prepared.find(invoice("X1"))
    before = requests(sandbox)

    assert prepared.find(invoice("X2")) is None

    assert requests(sandbox) == before + 1


def test_a_tenant_that_ignores_the_filter_is_read_once_for_all_suppliers(
    prepared: Target, sandbox: SandboxServer
) -> None:
    sandbox.set_options(page_size=2, ignore_invoice_filter=True)
    many(prepared, 10)
    for supplier in ("V2", "V3"):
        prepared.find(invoice(supplier={"supplierNumber": supplier}))
    before = requests(sandbox)

    for supplier in ("V4", "V5"):
        assert prepared.find(invoice("N1", supplier={"supplierNumber": supplier})) is None

    assert requests(sandbox) == before + 2


def test_an_invoice_entered_by_hand_in_between_is_seen(prepared: Target, sandbox: SandboxServer) -> None:
    other = Connection(url=sandbox.url).target()
    assert prepared.find(invoice()) is None
    other.write(invoice("acme-77"))

    assert difference(prepared, invoice()) == ""


def test_everything_is_read_anew_after_a_while(
    prepared: Target, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.set_options(page_size=2)
    many(prepared, 6)
    prepared.find(invoice("X1"))
    before = requests(sandbox)
    monkeypatch.setattr(invoice_search, "LONGEST_SECONDS", 0.0)

    prepared.find(invoice("X2"))

    assert requests(sandbox) == before + 3


def test_few_suppliers_are_remembered_at_a_time(prepared: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoice_search, "MOST_BOOKS", 1)
    prepared.write(invoice())
    books = vars(prepared)["_writers"]["invoices"]._search._books

    for supplier in ("V1001", "V2", "V3"):
        prepared.find(invoice(supplier={"supplierNumber": supplier}))

    assert list(books) == ["supplierNumber==V3"]


@pytest.mark.parametrize("number", ["A;B", "A,B", "(A)", "A==B", "A'\"B", "A!B", "supplierNumber==V2"])
def test_characters_of_the_filter_language_do_not_change_the_search(prepared: Target, number: str) -> None:
    prepared.write(invoice(number))
    assert difference(prepared, invoice(number)) == ""


@pytest.mark.parametrize("number", ["V;1", "V,1", "V==1", "(V1)", "V1;extCode==V1001"])
def test_characters_of_the_filter_language_in_a_supplier_are_compared_here(prepared: Target, number: str) -> None:
    written = prepared.write(company(number))
    found = prepared.find(company(number))

    assert found is not None
    assert (found.target_id, found.difference) == (written.target_id, "")
    assert prepared.find(invoice(supplier={"supplierNumber": number})) is None


def test_a_filter_the_tenant_refuses_is_left_out(sandbox: SandboxServer) -> None:
    overrides = {
        "invoices": {"supplier_filter": "noSuchField"},
        "companies": {"filter": "noSuchField"},
        "account_values": {"filter": None, "field_filter": None},
    }
    target = Connection(url=sandbox.url, overrides=overrides).target()
    for document in (company(), account(), order(), invoice()):
        target.write(document)

    assert difference(target, invoice()) == ""
    assert difference(target, company()) == ""
    assert difference(target, account()) == ""
    assert re.match("its payment status", difference(target, payment()) or "")


def of_unit(unit: str, *, per_unit: bool = True, **more: Any) -> Outgoing:
    document = invoice(businessUnit={"internalName": unit}, **more)
    return replace(document, key=f"{document.key}|{unit}") if per_unit else document


def test_where_the_number_counts_for_each_business_unit_another_units_invoice_is_another_one(
    sandbox: SandboxServer, prepared: Target
) -> None:
    sandbox.set_options(invoice_number_per="business_unit")
    first = prepared.write(of_unit("0001"))

    assert prepared.find(of_unit("0002")) is None
    second = prepared.write(of_unit("0002"))

    found = [prepared.find(of_unit(unit)) for unit in ("0001", "0002")]
    assert [one and one.target_id for one in found] == [first.target_id, second.target_id]
    assert first.target_id != second.target_id


def test_where_business_units_share_their_numbers_the_invoice_of_another_is_the_invoice(prepared: Target) -> None:
    prepared.write(of_unit("0001", per_unit=False))

    assert difference(prepared, of_unit("0002", per_unit=False)) == ""


def test_a_payment_status_goes_to_the_invoice_of_its_business_unit(sandbox: SandboxServer, prepared: Target) -> None:
    sandbox.set_options(invoice_number_per="business_unit")
    prepared.write(of_unit("0001"))
    prepared.write(of_unit("0002"))

    told = payment()
    told = replace(told, key=f"{told.key}|0002", body={**told.body, "businessUnit": {"internalName": "0002"}})
    prepared.write(told)

    assert list(sandbox.state()["holds"]["payment_status"]) == ["V1001|ACME-77|Invoice|0002"]


class Nobody:
    """A client that must not be asked."""

    def get(self, path: str, **_: object) -> None:
        raise AssertionError(path)


@pytest.mark.parametrize("invoice_id", ["..", "../../ja/v1/companyprofiles", ""])
def test_an_id_that_leads_to_another_address_is_not_asked_for(invoice_id: str) -> None:
    with pytest.raises(SourceLies, match="another address than its own"):
        invoice_search.InvoiceSearch(client=Nobody(), names=Names({}))._single(invoice_id)  # type: ignore[arg-type]


def test_an_invoice_is_counted_as_often_as_its_number_and_type_are_there(
    sandbox: SandboxServer, prepared: Target
) -> None:
    assert isinstance(prepared, Counting)
    assert prepared.copies(invoice()) == 0
    prepared.write(invoice())
    before = requests(sandbox)
    assert prepared.copies(invoice(" acme - 77")) == 1
    assert requests(sandbox) - before == 1, "one that is alone is not looked at"
    prepared.write(invoice(kind="Credit memo", total="-21.00"))
    assert prepared.copies(invoice()) == 1
    sandbox.set_options(invoice_number_per="business_unit")
    prepared.write(of_unit("0002"))
    assert prepared.copies(invoice()) == 2
    assert prepared.copies(of_unit("0002")) == 1
