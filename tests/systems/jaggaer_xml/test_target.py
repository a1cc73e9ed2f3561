from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    AlreadyThere,
    ConfigurationError,
    CredentialsRefused,
    Malformed,
    NotYet,
    Refused,
    Unanswered,
    UnknownName,
)
from connector.domain.exchange import Safety, Written
from tests.systems.jaggaer.conftest import account, payment
from tests.systems.jaggaer_xml.conftest import (
    CANCELLED,
    CHANGED,
    CREDIT,
    MATCHED,
    NEW,
    Connection,
    golden,
    supplier,
)

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from connector.systems.jaggaer_xml.target import JaggaerXmlTarget
    from sandbox.server import SandboxServer

INVOICE = "10023|INV77-A|Invoice"


@pytest.fixture
def prepared(target: JaggaerXmlTarget, sandbox: SandboxServer) -> JaggaerXmlTarget:
    """An organisation that has what orders and invoices refer to."""
    sandbox.set_options(order_required=False)
    target.write(supplier())
    return target


def test_only_suppliers_may_be_sent_again_unless_jaggaer_refuses_an_order_number_twice(sandbox: SandboxServer) -> None:
    plain = Connection(url=sandbox.url).target()
    unique = Connection(url=sandbox.url, settings={"order_numbers_unique": True}).target()
    assert [plain.safety(entity) for entity in ("companies", "orders", "invoices")] == [
        *(Safety.UNASKED, Safety.NONE, Safety.NONE)
    ]
    assert unique.safety("orders") is Safety.UNASKED
    assert plain.find(supplier()) is None, "nothing can be asked over this interface"


def test_a_supplier_is_created_and_brought_up_to_date(target: JaggaerXmlTarget, sandbox: SandboxServer) -> None:
    first = golden("companies", "qad_suppliers_to_jaggaer", "active")
    target.write(first)
    target.write(golden("companies", "qad_suppliers_to_jaggaer", "inactive-where-qad-governs-the-status"))
    held = sandbox.state()["holds"]["companies"]["10023"]
    assert (held["companyName"], held["isoCountry"], held["status"]) == ("Harrow Bearings GmbH", "DE", "INACTIVE")
    assert sandbox.state()["creates"]["companies"] == {"10023": 1}


def test_suppliers_of_one_message_get_an_answer_each(target: JaggaerXmlTarget, sandbox: SandboxServer) -> None:
    three = [supplier("1"), supplier("2", currency="euro"), supplier("3")]
    first, second, third = target.write_many(three)
    assert isinstance(first, Written)
    assert isinstance(third, Written)
    assert isinstance(second, Refused)
    assert second.message == "JAGGAER refuses it: euro is no currency code."
    assert set(sandbox.state()["holds"]["companies"]) == {"1", "3"}
    assert target.most_at_once("companies") > 1
    assert target.most_at_once("orders") == 1


def test_one_of_many_that_is_no_supplier_does_not_keep_the_others(target: JaggaerXmlTarget) -> None:
    first, second = target.write_many([supplier("1", isoCountry="XX"), supplier("2")])
    assert isinstance(first, Malformed)
    assert isinstance(second, Written)
    with pytest.raises(Malformed, match='country "XX"'):
        target.write(supplier("1", isoCountry="XX"))


def test_a_message_that_was_not_read_is_sent_again_one_by_one(sandbox: SandboxServer) -> None:
    target = Connection(url=sandbox.url, overrides={"companies": {"body": {"name": "Nome"}}}).target()
    outcomes = target.write_many([supplier("1"), supplier("2")])
    assert [type(outcome) for outcome in outcomes] == [NotYet, NotYet]
    with pytest.raises(Refused, match='Element type "Nome" must be declared'):
        target.write(supplier("1"))


def test_what_jaggaer_warns_of_stands_where_people_look(target: JaggaerXmlTarget, sandbox: SandboxServer) -> None:
    assert target.write(supplier()).warning == ""
    sandbox.set_options(warn_every=1)
    assert target.write(supplier()).warning == "The state is not known & was kept"


def test_an_order_goes_new_then_changed_then_cancelled(prepared: JaggaerXmlTarget, sandbox: SandboxServer) -> None:
    prepared.write(NEW)
    assert sandbox.state()["holds"]["orders"]["PO10001"]["lines"][0] == {
        "lineNumber": "1",
        "quantity": "100",
        "unitPrice": "2.3475",
    }
    prepared.write(replace(CHANGED, key="PO10001"))
    prepared.write(CANCELLED)
    held = sandbox.state()["holds"]["orders"]["PO10001"]
    assert (held["status"], held["messages"]) == ("Cancelled", 3)


@pytest.mark.parametrize("word", ["Success", "SUCCESS", "success"])
def test_the_word_for_success_is_read_in_any_case(
    prepared: JaggaerXmlTarget, sandbox: SandboxServer, word: str
) -> None:
    sandbox.set_options(order_success=word)
    assert prepared.write(NEW).target_id == "PO10001"


def test_another_word_is_neither_success_nor_refusal(prepared: JaggaerXmlTarget, sandbox: SandboxServer) -> None:
    sandbox.set_options(order_success="Accepted")
    with pytest.raises(Unanswered, match='"200 Accepted"'):
        prepared.write(NEW)


def test_an_order_of_somebody_else_under_its_number_is_not_overwritten(
    prepared: JaggaerXmlTarget, sandbox: SandboxServer
) -> None:
    prepared.write(NEW)
    with pytest.raises(AlreadyThere):
        prepared.write(NEW)
    assert len(sandbox.state()["messages"]) == 3, "no update follows the refusal"


def test_a_new_order_whose_answer_was_lost_is_brought_up_to_date(
    prepared: JaggaerXmlTarget, sandbox: SandboxServer
) -> None:
    prepared.write(NEW)
    prepared.write(replace(NEW, in_doubt=True))
    state = sandbox.state()
    assert state["creates"]["orders"] == {"PO10001": 1}
    ids = [message["id"] for message in state["messages"]]
    assert ids == ["mlc-10023", "mlc-new", "mlc-new", "mlc-new-update"], "a resend is known by its id"


def test_a_refusal_keeps_jaggaers_words(prepared: JaggaerXmlTarget) -> None:
    with pytest.raises(Refused, match=r"JAGGAER refuses it: 406 Failure: Purchase order PO10001 does not exist\.$"):
        prepared.write(CANCELLED)


def test_what_jaggaer_is_said_to_cut_is_told_to_a_person(prepared: JaggaerXmlTarget) -> None:
    first, second = NEW.body["lineList"]["purchaseOrderLine"]
    item, price = {**first["item"], "description": "x" * 257}, {"currency": "EUR", "money": "2.34755"}
    lines = {"purchaseOrderLine": [{**first, "item": item, "unitPrice": price}, second]}
    written = prepared.write(replace(NEW, body={**NEW.body, "lineList": lines}))
    assert written.warning == (
        "Line 1: JAGGAER is said to cut the description after 256 characters; it has 257. "
        "Line 1: JAGGAER is said to round prices to 4 decimals; it is 2.34755."
    )


def test_an_invoice_arrives_whole(prepared: JaggaerXmlTarget, sandbox: SandboxServer) -> None:
    prepared.write(MATCHED)
    prepared.write(CREDIT)
    held = sandbox.state()["holds"]["invoices"]
    assert (held[INVOICE]["total"], held[INVOICE]["tax"], held[INVOICE]["currency"]) == ("206.94", "33.04", "EUR")
    assert [line["poNumber"] for line in held[INVOICE]["lines"]] == ["PO10001", "PO10002"]
    assert held["10023|CN-9|Credit memo"]["total"] == "-206.94"
    with pytest.raises(AlreadyThere, match="duplicate supplier invoice number"):
        prepared.write(MATCHED)


@pytest.mark.parametrize("lost", ["html", "http_500"])
@pytest.mark.parametrize("document", [supplier(), NEW, MATCHED], ids=["supplier", "order", "invoice"])
def test_an_answer_that_is_none_says_nothing_of_what_happened(
    prepared: JaggaerXmlTarget, sandbox: SandboxServer, document: Outgoing, lost: str
) -> None:
    sandbox.set_options(after_effect=lost)
    with pytest.raises(Unanswered, match="may have taken effect"):
        prepared.write(document)


def test_ampersands_that_stand_alone_in_an_answer_are_read(target: JaggaerXmlTarget, sandbox: SandboxServer) -> None:
    sandbox.set_options(unescaped_ampersands=True, warn_every=1)
    assert target.write(supplier()).warning == "The state is not known & was kept"


@pytest.mark.parametrize("how", ["status", "text", "http"])
def test_a_wrong_secret_stops_the_connection_and_is_not_repeated(sandbox: SandboxServer, how: str) -> None:
    sandbox.set_options(login_failed_as=how)
    with pytest.raises(CredentialsRefused, match="correct identity or shared_secret") as refused:
        Connection(url=sandbox.url, secret="wrong-secret").target().write(supplier())
    assert "wrong-secret" not in refused.value.message


@pytest.mark.parametrize("document", [account(), payment()], ids=lambda document: document.entity)
def test_what_has_no_message_is_said_and_not_even_tried(target: JaggaerXmlTarget, document: Outgoing) -> None:
    with pytest.raises(ConfigurationError, match="no message known"):
        target.safety(document.entity)
    with pytest.raises(ConfigurationError, match="no message known"):
        target.write(document)


def test_an_invoice_without_a_path_is_not_even_tried(sandbox: SandboxServer) -> None:
    with pytest.raises(ConfigurationError, match="invoice_path is not set"):
        Connection(url=sandbox.url, settings={"invoice_path": ""}).target().safety("invoices")


def test_an_entity_that_does_not_exist_is_named_with_those_that_do(target: JaggaerXmlTarget) -> None:
    with pytest.raises(UnknownName, match="Known: companies, invoices, orders"):
        target.write(replace(supplier(), entity="receipts"))


def test_where_to_look_names_what_a_person_searches_for(target: JaggaerXmlTarget) -> None:
    looks = [target.where_to_look(document) for document in (supplier(), NEW, MATCHED)]
    assert [look.removeprefix("Look in JAGGAER for ") for look in looks] == [
        "the supplier with ERP number 10023.",
        "purchase order PO10001 and its revisions; ours went as new with message mlc-new.",
        "Invoice Inv 77-a of supplier 10023; ours has the total 206.94 EUR and came with message mlc-matched.",
    ]
