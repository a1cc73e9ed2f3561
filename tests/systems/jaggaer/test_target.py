from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import AlreadyThere, Refused, Unanswered, UnknownName
from connector.domain.exchange import Safety
from tests.systems.jaggaer.conftest import Connection, account, company, invoice, order, outgoing, payment

if TYPE_CHECKING:
    from connector.ports import Target
    from sandbox.server import SandboxServer

KEY = "V1001|ACME-77|Invoice"


def test_only_invoices_are_asked_for_before_they_are_sent(target: Target) -> None:
    assert {
        entity: target.safety(entity) for entity in ("companies", "account_values", "orders", "payment_status")
    } == {
        "companies": Safety.NATIVE_KEY,
        "account_values": Safety.NATIVE_KEY,
        "orders": Safety.NATIVE_KEY,
        "payment_status": Safety.NATIVE_KEY,
    }
    assert target.safety("invoices") is Safety.ASK_FIRST


@pytest.mark.parametrize("ask", ["safety", "find", "write"])
def test_an_entity_jaggaer_does_not_have_is_named_with_those_it_has(target: Target, ask: str) -> None:
    asked: Any = "receipts" if ask == "safety" else outgoing("receipts", "1", {})
    with pytest.raises(UnknownName, match=r"no entity of JAGGAER 'receipts'.*Known: account_values, companies"):
        getattr(target, ask)(asked)


def test_a_supplier_is_created_then_updated_under_its_number(target: Target, sandbox: SandboxServer) -> None:
    first = target.write(company())
    second = target.write(company(companyName="Acme Ltd"))

    assert first.target_id == second.target_id == sandbox.state()["holds"]["companies"]["V1001"]["bravoId"]
    assert sandbox.state()["holds"]["companies"]["V1001"]["companyName"] == "Acme Ltd"


def test_a_supplier_is_found_and_told_apart_from_an_older_state(target: Target) -> None:
    assert target.find(company()) is None
    written = target.write(company())
    target.write(company("V10"))

    same, changed = target.find(company()), target.find(company(city="Boston"))

    assert same is not None
    assert changed is not None
    assert (same.target_id, same.difference) == (written.target_id, "")
    assert changed.difference == "city in JAGGAER are not what is sent."


def test_an_account_goes_into_the_field_the_tenant_named(sandbox: SandboxServer) -> None:
    sandbox.set_options(accounting_fields=["GLAccount", "CC"])
    target = Connection(url=sandbox.url, settings={"account_field": "GLAccount"}).target()

    assert target.find(account()) is None
    assert target.write(account()).target_id == "4000"

    assert sandbox.state()["holds"]["account_values"]["4000"]["internalName"] == "GLAccount"
    found, changed = target.find(account()), target.find(account(active="false"))
    assert found is not None
    assert changed is not None
    assert (found.target_id, found.difference) == ("4000", "")
    assert "active" in changed.difference


def test_the_same_value_of_another_field_is_not_the_account(sandbox: SandboxServer) -> None:
    overrides = {"account_values": {"filter": None, "field_filter": None}}
    target = Connection(url=sandbox.url, overrides=overrides).target()
    Connection(url=sandbox.url, settings={"account_field": "CostCentre"}).target().write(account())

    assert target.find(account()) is None


def test_an_order_is_sent_with_its_lines_and_accounting(prepared: Target, sandbox: SandboxServer) -> None:
    held = sandbox.state()["holds"]["orders"]["PO1"]
    found = prepared.find(order())

    assert held["lines"] == [{"lineNumber": "1", "quantity": "10", "unitPrice": "2.1"}]
    assert found is not None
    assert found.target_id == str(held["purchaseOrderId"])
    assert "without their lines" in found.difference
    assert prepared.find(order("PO2")) is None


def test_a_new_order_that_is_there_already_is_brought_up_to_date(prepared: Target, sandbox: SandboxServer) -> None:
    sandbox.set_options(order_new_twice="refuse")

    prepared.write(order(quantity="12"))

    state = sandbox.state()
    assert state["holds"]["orders"]["PO1"]["lines"][0]["quantity"] == "12"
    assert state["creates"]["orders"] == {"PO1": 1}


def test_an_order_of_another_supplier_is_told_apart_and_not_overwritten(
    prepared: Target, sandbox: SandboxServer
) -> None:
    sandbox.set_options(order_new_twice="refuse")
    prepared.write(company("V10"))
    moved = order(supplier="V10", quantity="12")

    found = prepared.find(moved)
    with pytest.raises(AlreadyThere):
        prepared.write(moved)

    assert found is not None
    assert (found.kept, found.difference) == (True, "it is for supplier V1001 there and for V10 here.")
    assert sandbox.state()["holds"]["orders"]["PO1"]["lines"][0]["quantity"] == "10"
    same = prepared.find(order(supplier="v1001"))
    assert same is not None
    assert not same.kept


def test_words_alone_make_no_update_of_a_new_order(sandbox: SandboxServer) -> None:
    """What is taken for "already there" may be about something else: the order has to be in the list."""
    hasty = Connection(url=sandbox.url, overrides={"already_there": ["is not known"]}).target()
    with pytest.raises(AlreadyThere):
        hasty.write(order())
    assert [write["outcome"] for write in sandbox.state("writes")["writes"]] == ["refused"]


def test_a_cancelled_order_is_recognised(prepared: Target) -> None:
    cancel = order(change="cancel", status="Cancelled")
    before = prepared.find(cancel)
    prepared.write(cancel)
    after = prepared.find(cancel)

    assert before is not None
    assert before.difference
    assert after is not None
    assert after.difference == ""


def test_a_refused_change_of_a_cancelled_order_keeps_jaggaers_words(prepared: Target) -> None:
    prepared.write(order(change="cancel", status="Cancelled"))

    with pytest.raises(Refused, match=r"JAGGAER refuses it: .*PO1 is cancelled and cannot change any more"):
        prepared.write(order(change="update"))


@pytest.mark.parametrize("casing", ["invoiceOcr", "invoiceOCR"])
def test_an_invoice_arrives_whole_in_the_tenants_casing(sandbox: SandboxServer, casing: str) -> None:
    sandbox.set_options(invoice_casing=casing)
    target = Connection(url=sandbox.url, settings={"invoice_casing": casing}).target()
    for document in (company(), account(), order()):
        target.write(document)

    written = target.write(invoice())

    held = sandbox.state()["holds"]["invoices"][KEY]
    assert written.target_id == str(held["invoiceId"])
    assert (held["total"], held["currency"], held["businessUnit"]) == ("21", "USD", "0001")
    [line] = held["lines"]
    assert (line["poNumber"], line["poLineNumber"], line["accounts"]) == ("PO1", "1", ["4000"])
    assert line["accounting"] == [{"Account": "4000", "CostCentre": "120"}]


def test_an_accounting_field_the_tenant_has_not_is_left_out(sandbox: SandboxServer) -> None:
    target = Connection(url=sandbox.url, settings={"cost_centre_field": ""}).target()
    for document in (company(), account(), order(), invoice()):
        target.write(document)

    assert sandbox.state()["holds"]["invoices"][KEY]["lines"][0]["accounting"] == [{"Account": "4000"}]


def test_the_wrong_casing_is_refused_in_jaggaers_words(sandbox: SandboxServer) -> None:
    sandbox.set_options(invoice_casing="invoiceOCR")

    with pytest.raises(Refused, match=r'JAGGAER refuses it: .*Unrecognized field "invoiceOcr"'):
        Connection(url=sandbox.url).target().write(invoice())


def test_an_assumed_name_can_be_changed_or_left_out_for_one_connection(sandbox: SandboxServer) -> None:
    overrides = {"invoices": {"body": {"grandTotal": "claimedTotal"}}}
    with pytest.raises(Refused, match="claimedTotal"):
        prepare(Connection(url=sandbox.url, overrides=overrides)).write(invoice())

    prepare(Connection(url=sandbox.url, overrides={"invoices": {"body": {"grandTotal": None}}})).write(invoice())

    assert sandbox.state()["holds"]["invoices"][KEY]["total"] == "21"


def prepare(connection: Connection) -> Target:
    target = connection.target()
    for document in (company(), account(), order()):
        target.write(document)
    return target


def test_warnings_are_kept_and_are_no_failure(prepared: Target, sandbox: SandboxServer) -> None:
    sandbox.set_options(warn_every=1)

    assert prepared.write(invoice()).warning.startswith("operation completed with warnings")


def test_a_duplicate_is_told_apart_from_other_refusals(prepared: Target) -> None:
    prepared.write(invoice())

    with pytest.raises(AlreadyThere, match="duplicate supplier invoice number"):
        prepared.write(invoice("acme -77"))
    with pytest.raises(Refused, match="Unknown supplier") as refused:
        prepared.write(invoice("ACME-78", supplier={"supplierNumber": "V9"}))
    assert not isinstance(refused.value, AlreadyThere)


def test_a_duplicate_worded_in_another_way_is_found_out_by_looking(prepared: Target, sandbox: SandboxServer) -> None:
    silent = Connection(url=sandbox.url, overrides={"already_there": ["words nobody uses"]}).target()
    prepared.write(invoice())

    with pytest.raises(AlreadyThere, match="duplicate supplier invoice number"):
        silent.write(invoice())


def test_a_payment_status_is_written_and_found_by_its_invoice(prepared: Target, sandbox: SandboxServer) -> None:
    invoice_id = prepared.write(invoice()).target_id
    before = prepared.find(payment())
    written = prepared.write(payment())
    after = prepared.find(payment())

    assert written.target_id == invoice_id
    assert before is not None
    assert "its payment status is Payable there and Paid here" in before.difference
    assert after is not None
    assert "cannot be compared" in after.difference
    held = sandbox.state()["holds"]["payment_status"][KEY]
    assert (held["paymentStatus"], held["paidAmount"], held["paymentNumber"]) == ("Paid", "21", "2026/EFT/7")


def test_the_payment_status_of_an_unknown_invoice_is_refused(prepared: Target) -> None:
    assert prepared.find(payment()) is None
    with pytest.raises(Refused, match="there is no invoice V1001"):
        prepared.write(payment())


def test_where_to_look_names_what_a_person_searches_for(target: Target) -> None:
    documents = (company(), account(), order(), invoice(), payment())
    looks = [target.where_to_look(document) for document in documents]

    assert [look.removesuffix(".").removeprefix("Look in JAGGAER ONE for ") for look in looks] == [
        "the company with external code V1001",
        "value 4000 of the accounting field Account",
        "purchase order PO1",
        "Invoice ACME-77 of supplier V1001; ours has the total 21.00 USD and came with import batch c0ffee",
        "the payment status of Invoice ACME-77 of supplier V1001; ours is Paid with 21.00 USD",
    ]


@pytest.mark.parametrize("kind", ["reset-after", "malformed"])
def test_a_lost_answer_is_in_doubt_and_the_invoice_is_found_afterwards(
    prepared: Target, sandbox: SandboxServer, kind: str
) -> None:
    sandbox.set_faults({"match": {"method": "POST", "path": "ocr"}, "kind": kind, "count": 1})

    with pytest.raises(Unanswered):
        prepared.write(invoice())

    found = prepared.find(invoice())
    assert found is not None
    assert found.difference == ""


def test_a_reset_before_the_effect_is_in_doubt_and_nothing_is_found(prepared: Target, sandbox: SandboxServer) -> None:
    sandbox.set_faults({"match": {"method": "POST", "path": "ocr"}, "kind": "reset-before", "count": 1})

    with pytest.raises(Unanswered):
        prepared.write(invoice())

    assert prepared.find(invoice()) is None


def test_a_token_revoked_in_the_middle_is_renewed_once(prepared: Target, sandbox: SandboxServer) -> None:
    sandbox.set_options(revoke_tokens=True, challenge=False, broken_content_type=True)

    prepared.write(invoice())

    assert sandbox.state()["tokens_issued"] == 2
