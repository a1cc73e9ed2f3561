"""What is sent into QAD's books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    ConfigurationError,
    Refused,
    Unanswered,
)
from connector.domain.exchange import Safety
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad.posted import FULL, entry, invoice
from tests.systems.qad_ee.posting import NOTHING, TAKEN, target_of
from tests.systems.qad_ee.standing_in import PASSWORD, connected, message, said

if TYPE_CHECKING:
    from connector.ports import Target
    from tests.systems.qad_ee.standing_in import Site


def test_an_initial_invoice_as_it_goes_over_the_wire(site: Site, target: Target) -> None:
    site.answer("bcinvoice", TAKEN)
    written = target.write(invoice())
    assert (written.target_id, written.warning) == ("2026/APINV/12", "")
    assert written.facts["document_number"] == "APINV/12"
    [call] = site.of("bcinvoice")
    assert call.headers["soapaction"] == '""'
    assert call.headers["content-type"] == 'text/xml;charset="utf-8"'
    assert call.context == {
        "domain": "10USA",
        "scopeTransaction": "true",
        "version": "ERP3_1",
        "mnemonicsRaw": "false",
        "username": "mfg",
        "password": PASSWORD,
        "entity": "10USACO",
        "action": "Save",
        "timeoutLimit": "120",
    }
    assert call.texts("tContextInfo") == [
        {
            "tcCompanyCode": "10USACO",
            "tcCBFVersion": "9.2",
            "tcActivityCode": "Create",
            "tlPartialUpdate": "false",
            "tcPartialUpdateExceptionList": "",
        }
    ]
    assert call.texts("tCInvoice") == [
        {
            "CInvoicePostingDate": "2026-11-02",
            "CInvoiceType": "Invoice",
            "CInvoiceDate": "2026-11-01",
            "CInvoiceReference": "inv 1",
            "CInvoiceDescription": "Concur Q1",
            "CInvoiceOriginalCreditTC": "110.00",
            "CInvoiceIsTaxable": "false",
            "tcCreditorCode": "S10001",
            "tcJournalCode": "APINV",
            "tcCurrencyCode": "USD",
            "tcReasonCode": "AP-INITIAL",
            "CInvoicePoNbr": "PO100001",
            "CInvoiceCommentNote": "Concur Q1. Tax: ST 10.00 USD.",
            "CustomLong1": "corr-1",
            "tc_Rowid": "1",
            "tc_ParentRowid": "",
        }
    ]
    assert call.texts("tCInvoicePO") == [
        {"CInvoicePOPoDomain": "10USA", "CInvoicePOPoNbr": "PO100001", "tc_Rowid": "2", "tc_ParentRowid": "1"}
    ]
    assert call.texts("tCInvoiceVat") == call.texts("tPostingLine") == []


def test_a_full_invoice_takes_tax_and_posting_along(site: Site, target: Target) -> None:
    site.answer("bcinvoice", TAKEN)
    target.write(invoice(**FULL))
    [call] = site.of("bcinvoice")
    [tax] = call.texts("tCInvoiceVat")
    assert tax["CInvoiceVatVatBaseDebitTC"] == "100.00"
    assert tax["CInvoiceVatVatDebitTC"] == "10.00"
    lines = call.texts("tPostingLine")
    assert [line["PostingLineDebitTC"] for line in lines] == ["60.00", "20.00", "20.00"]
    [posting] = call.texts("tPosting")
    assert {line["tc_ParentRowid"] for line in lines} == {posting["tc_Rowid"]}
    rows = [
        row["tc_Rowid"] for name in ("tCInvoice", "tCInvoicePO", "tCInvoiceVat", "tPosting") for row in call.texts(name)
    ]
    assert len(set(rows)) == len(rows)


def test_a_credit_note_has_its_total_in_debit_and_its_costs_in_credit(site: Site, target: Target) -> None:
    site.answer("bcinvoice", TAKEN)
    target.write(invoice(**FULL, invoice_type="CREDITNOTE"))
    [call] = site.of("bcinvoice")
    [head] = call.texts("tCInvoice")
    assert (head["CInvoiceType"], head["CInvoiceOriginalDebitTC"]) == ("CreditNote", "110.00")
    assert "CInvoiceOriginalCreditTC" not in head
    assert [line["PostingLineCreditTC"] for line in call.texts("tPostingLine")] == ["60.00", "20.00", "20.00"]


def test_what_is_less_than_nothing_stands_on_the_other_side(site: Site, target: Target) -> None:
    site.answer("bcinvoice", TAKEN)
    [first, *_] = invoice().body["lines"]
    discount = {**first, "order_number": "", "amount": "-5.00"}
    target.write(
        invoice(**{**FULL, "taxes": [{"tax_code": "ST", "base": "-5.00", "amount": "-1.00"}]}, lines=[discount])
    )
    [call] = site.of("bcinvoice")
    [line], [tax] = call.texts("tPostingLine"), call.texts("tCInvoiceVat")
    assert (line.get("PostingLineDebitTC"), line["PostingLineCreditTC"]) == (None, "5.00")
    assert (tax["CInvoiceVatVatBaseCreditTC"], tax["CInvoiceVatVatCreditTC"]) == ("5.00", "1.00")


def matched(receipts: list[str]) -> Any:
    [first, *_] = invoice().body["lines"]
    return invoice(**FULL, lines=[{**first, "receipt_numbers": receipts}, {**first, "order_number": "", "line": 2}])


def test_a_full_invoice_with_receivers_goes_with_its_matching(site: Site) -> None:
    site.answer("queryPosted", NOTHING)
    site.answer("bcinvoiceapmatching", TAKEN.replace("bcinvoice", "bcinvoiceapmatching"))
    target_of(site, receiver_matching=True).write(matched(["RC1"]))
    [call] = site.of("bcinvoiceapmatching")
    [line] = call.texts("tAPMatchingCIAPM")
    assert (line["tcReceiverNumber"], line["tdMatchQty"], line["tdMatchUnitPrice"]) == ("RC1", "4.00", "15.00")
    [cost] = call.texts("tAPMatchingCostCIAPM")
    assert cost["tdPostingLineDebitTC"] == "60.00"
    assert call.texts("tPostingLine") == []


def test_receivers_that_cannot_be_told_apart_are_left_to_a_person(site: Site) -> None:
    site.answer("queryPosted", NOTHING)
    site.answer("bcinvoice", TAKEN)
    written = target_of(site, receiver_matching=True).write(matched(["RC1", "RC2"]))
    assert written.warning.startswith("not matched to receivers here, because it has receivers RC1,RC2")
    assert not site.of("bcinvoiceapmatching")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": 5}, "because quantity times price of line 1 of order PO100001 is not the amount of 60.00 USD"),
        ({"quantity": 0, "unit_price": 0}, "because quantity times price of line 1"),
    ],
)
def test_what_would_be_matched_at_another_amount_is_left_to_a_person(
    site: Site, changes: dict[str, Any], words: str
) -> None:
    site.answer("queryPosted", NOTHING)
    site.answer("bcinvoice", TAKEN)
    document = matched(["RC1"])
    [first, *others] = document.body["lines"]
    written = target_of(site, receiver_matching=True).write(invoice(**FULL, lines=[{**first, **changes}, *others]))
    assert words in written.warning
    credit = invoice(**FULL, lines=document.body["lines"], invoice_type="CREDITNOTE")
    assert "because it is a credit note" in target_of(site, receiver_matching=True).write(credit).warning
    assert not site.of("bcinvoiceapmatching")


def test_a_receiver_stays_open_for_what_is_billed_later(site: Site) -> None:
    site.answer("queryPosted", NOTHING)
    site.answer("bcinvoiceapmatching", TAKEN.replace("bcinvoice", "bcinvoiceapmatching"))
    target_of(site, receiver_matching=True).write(matched(["RC1"]))
    [line] = site.of("bcinvoiceapmatching")[0].texts("tAPMatchingCIAPM")
    assert line["tlIsPvodFinished"] == "false"


def test_a_tax_says_that_it_is_the_one_of_a_supplier(site: Site, target: Target) -> None:
    site.answer("bcinvoice", TAKEN)
    target.write(invoice(**FULL))
    taxes = site.of("bcinvoice")[0].texts("tCInvoiceVat")
    assert [(one["CInvoiceVatTaxTrType"], one["tcVatInOut"], one["CInvoiceVatSequence"]) for one in taxes] == [
        ("22", "INPUT", "1")
    ]


def test_a_site_has_properties_of_its_own_in_every_context(site: Site) -> None:
    site.answer("queryPosted", NOTHING)
    site.answer("bcinvoice", TAKEN)
    own: Any = {"mnemonicsRaw": True, "scopeTransaction": False, "timeoutLimit": 300, "emailLevel": 1}
    target = target_of(site, session=own)
    target.find(invoice())
    target.write(invoice())
    for call, scope in ((site.of("queryPosted")[0], None), (site.of("bcinvoice")[0], "false")):
        said = {name: call.context.get(name) for name in own}
        assert said == {"mnemonicsRaw": "true", "scopeTransaction": scope, "timeoutLimit": "300", "emailLevel": "1"}


def test_a_length_that_only_this_site_knows_is_kept_to(site: Site) -> None:
    target = SYSTEM.target(connected(site, {"lengths": {"comment": 10}}))
    with pytest.raises(Refused, match=r"comment .* and QAD takes 10"):
        target.write(invoice())


def test_a_journal_entry_as_it_goes_over_the_wire(site: Site) -> None:
    site.answer("bjournalentry", said("bjournalentry", "success"))
    target_of(site).write(entry())
    [call] = site.of("bjournalentry")
    [head] = call.texts("tPosting")
    assert head["CustomLong0"] == "10USACO|R1|1"
    assert call.texts("tContextInfo")[0]["tlPartialUpdate"] == "true"
    first, _, last = call.texts("tPostingLine")
    assert (first["tcGLCode"], first["PostingLineDebitTC"]) == ("6200", "5.10")
    assert "PostingLineCreditTC" not in first
    assert (last["tcCreditorCode"], last["PostingLineCreditTC"]) == ("S10001", "2.00")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"supplier_code": "S10001234"}, 'supplier code "S10001234" has 9 characters and QAD takes 8'),
        ({"reference": "9\x01"}, "reference .* has a character that XML cannot hold"),
        ({"reference": "9" * 41}, "reference .* has 41 characters and QAD takes 40"),
        ({**FULL, "lines": [invoice().body["lines"][0] | {"cost_centre": "12345"}]}, 'cost centre "12345" has 5'),
    ],
)
def test_what_qad_would_cut_is_refused_before_it_is_sent(
    site: Site, target: Target, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        target.write(invoice(**changes))
    assert site.calls == []


def test_without_a_way_to_ask_what_is_not_clear_goes_to_a_person(site: Site) -> None:
    target = target_of(site, posted={})
    site.answer("bcinvoice", said("bcinvoice", "error", message("Period 11 is closed")))
    assert target.safety("supplier_invoices") is Safety.NONE
    with pytest.raises(Unanswered, match="may have been posted all the same"):
        target.write(invoice())
    assert [call.api for call in site.calls] == ["bcinvoice"]


def test_each_way_to_ask_back_has_its_own_certainty(site: Site) -> None:
    posted = {"supplier_invoices": "query_qdoc", "journal_entries": "qxo"}
    target = target_of(site, posted=posted)
    assert target.safety("supplier_invoices") is Safety.ASK_FIRST
    assert target.safety("journal_entries") is Safety.TOLD


def test_a_posting_is_asked_for_by_reference_and_by_our_own_id(site: Site, target: Target) -> None:
    assert target.find(invoice()) is None
    assert [call.texts("ttQuery") for call in site.of("queryPosted")] == [
        [{"d": "10USA", "r": "inv 1"}],
        [{"d": "10USA", "c": "corr-1"}],
    ]


def test_a_document_of_another_entity_goes_to_its_domain(site: Site) -> None:
    site.answer("queryPosted", NOTHING)
    site.answer("bcinvoice", TAKEN)
    target_of(site, workspaces=["11CAN_11CANCO"]).write(invoice(entity="11CANCO"))
    [call] = site.of("bcinvoice")
    assert (call.context["domain"], call.context["entity"]) == ("11CAN", "11CANCO")
    with pytest.raises(ConfigurationError, match="DOMAIN_12MEXCO"):
        target_of(site).write(invoice(entity="12MEXCO"))


def test_the_receiver_is_a_setting_of_each_api(site: Site) -> None:
    site.answer("queryPosted", NOTHING)
    site.answer("bcinvoice", TAKEN)
    target = target_of(site, receivers={"bcinvoice": "QADFIN"}, auth="receiver_user")
    target.find(invoice())
    target.write(invoice())
    target_of(site, receivers={"reads": "QADREAD"}, auth="receiver_user").find(invoice())
    assert b"urn:services-qad-com:QADREAD<" in site.calls.pop().body
    site.calls.pop()
    receivers = [call.root.findtext(".//{http://www.w3.org/2005/08/addressing}To") for call in site.calls]
    assert receivers == ["urn:services-qad-com:QADERP"] * 2 + ["urn:services-qad-com:QADFIN"]
    assert not any({"username", "password"} & call.context.keys() for call in site.calls)


def test_with_basic_the_web_server_is_signed_in_to(site: Site) -> None:
    site.answer("bcinvoice", TAKEN)
    target_of(site, auth="basic", posted={}).write(invoice())
    [call] = site.of("bcinvoice")
    assert call.headers["authorization"] == "Basic bWZnOm9wZW5zLXRoZS1ib29rcw=="
    assert "password" not in call.context


def test_the_password_is_in_no_sentence(site: Site, target: Target) -> None:
    site.answer("bcinvoice", said("bcinvoice", "error", message(f"user mfg with {PASSWORD} may not")))
    with pytest.raises(Refused) as raised:
        target.write(invoice())
    assert PASSWORD not in str(raised.value)
    site.answer("bcinvoice", f"<html>{PASSWORD}</html>", status=502)
    with pytest.raises(Unanswered) as lost:
        target.write(invoice())
    assert PASSWORD not in str(lost.value)
