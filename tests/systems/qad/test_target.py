"""Posting into the simulated instance, which keeps every posting it takes and tells how often it has it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    IF_THERE,
    AlreadyThere,
    Malformed,
    PermissionMissing,
    Refused,
    Unanswered,
    UnknownName,
)
from connector.domain.exchange import Safety, Verdict
from connector.systems.qad.system import SYSTEM
from tests.systems.qad.posted import ENTRY_KEY, FULL, INVOICE_KEY, entry, held, invoice, line

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.domain.exchange import Outgoing
    from connector.ports import Target
    from sandbox.server import SandboxServer


DOCUMENTS = pytest.mark.parametrize("make", [entry, invoice], ids=["entry", "invoice"])


@pytest.mark.parametrize("entity", ["supplier_invoices", "journal_entries"])
def test_everything_is_asked_for_before_it_is_posted(target: Callable[..., Target], entity: str) -> None:
    assert target().safety(entity) is Safety.ASK_FIRST


@pytest.mark.parametrize("ask", ["safety", "find", "write"])
def test_what_cannot_be_posted_is_told_with_what_can(target: Callable[..., Target], ask: str) -> None:
    asked: Any = "invoices" if ask == "safety" else replace(entry(), entity="invoices")
    with pytest.raises(UnknownName, match=r"no posting of QAD 'invoices'.*Known: journal_entries, supplier_invoices"):
        getattr(target(), ask)(asked)


def test_a_journal_entry_arrives_with_all_its_lines(target: Callable[..., Target], sandbox: SandboxServer) -> None:
    written = target().write(entry())
    assert written.target_id == "2026/CONCUR/1"
    assert written.facts == {
        "company": "10USACO",
        "document_number": "CONCUR/1",
        "fiscal_year": "2026",
        "posting_date": "2026-11-02",
    }
    there = held(sandbox, "journal_entries")[ENTRY_KEY]
    assert (there["text"], there["reference"], there["correlation"]) == ("Concur R1", "R1", "corr-1")
    assert (there["posting_date"], there["currency"], there["total"]) == ("2026-11-02", "USD", "5.10")
    assert [(one["account"], one["debit"], one["credit"]) for one in there["lines"]] == [
        ("6200", "5.10", "0"),
        ("2900", "0", "3.10"),
        ("", "0", "2"),
    ]
    taxi, employee, supplier = there["lines"]
    assert (taxi["cost_centre"], taxi["text"]) == ("120", "Taxi")
    assert (employee["party_type"], employee["party"], employee["supplier"]) == ("employee", "E7", "")
    assert (supplier["party_type"], supplier["party"], supplier["supplier"]) == ("supplier", "S10001", "S10001")


def test_an_initial_invoice_goes_without_tax_and_posting_and_with_what_it_bills(
    target: Callable[..., Target], sandbox: SandboxServer
) -> None:
    written = target().write(invoice())
    there = held(sandbox, "supplier_invoices")[INVOICE_KEY]
    assert written.target_id == there["number"]
    assert written.facts["document_number"] == there["number"].removeprefix("2026/")
    assert [written.facts[name] for name in ("total", "currency", "invoice_date")] == ["110.00", "USD", "2026-11-01"]
    assert (there["total"], there["tax"], there["taxable"], there["taxes"]) == ("110.00", "0", False, [])
    assert (there["status_code"], there["comment"]) == ("AP-INITIAL", "Concur Q1. Tax: ST 10.00 USD.")
    assert (there["reference"], there["correlation"], there["orders"]) == ("inv 1", "corr-1", ["PO100001"])
    [billed] = there["lines"]
    assert (billed["order"], billed["order_line"], billed["receiver"]) == ("PO100001", 1, "RC1,RC2")
    assert (billed["quantity"], billed["amount"], billed["account"]) == ("4", "80.00", "")


def test_tax_that_an_initial_invoice_cannot_carry_is_told_in_its_comment(
    target: Callable[..., Target], sandbox: SandboxServer
) -> None:
    target().write(invoice(comment="Concur Q1", taxes=FULL["taxes"]))
    there = held(sandbox, "supplier_invoices")[INVOICE_KEY]
    assert there["comment"] == "Concur Q1\nTax ST: 10.00 USD on 100.00 USD to account 2200"
    assert there["taxes"] == []


def test_a_full_invoice_goes_with_tax_and_posting(target: Callable[..., Target], sandbox: SandboxServer) -> None:
    target().write(invoice(**FULL))
    there = held(sandbox, "supplier_invoices")[INVOICE_KEY]
    assert (there["total"], there["tax"], there["taxable"], there["comment"]) == ("110.00", "10.00", True, "")
    assert there["taxes"] == [{"code": "ST", "account": "2200", "base": "100", "amount": "10.00"}]
    assert [(one["account"], one["amount"], one["order"]) for one in there["lines"]] == [
        ("4200", "60.00", "PO100001"),
        ("6900", "20.00", "PO100001"),
        ("6900", "20.00", ""),
    ]


def test_what_the_instance_does_not_take_is_left_out(target: Callable[..., Target], sandbox: SandboxServer) -> None:
    without = target({"supplier_invoices": {"fields": {"comment": None}, "lines": {"orders": None, "matching": None}}})
    without.write(invoice())
    there = held(sandbox, "supplier_invoices")[INVOICE_KEY]
    assert (there["comment"], there["lines"], there["orders"]) == ("", [], ["PO100001"])


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (entry(daybook="NOSUCH"), "Daybook NOSUCH is not active or does not exist (daybookCode)"),
        (entry(lines=[line(account="6900", debit=Decimal(1))]), "Debit and credit differ by 1 USD"),
        (invoice(supplier_code="S10006"), "Supplier S10006 is not active or does not exist (supplierCode)"),
        (invoice(**FULL | {"total": Decimal(111)}), "The lines and the tax are 110.00, not 111."),
    ],
)
def test_a_refusal_is_in_qads_own_words(
    target: Callable[..., Target], sandbox: SandboxServer, document: Outgoing, words: str
) -> None:
    with pytest.raises(Refused) as refusal:
        target().write(document)
    assert words in refusal.value.message
    assert held(sandbox, document.entity) == {}


def test_a_closed_period_is_a_refusal(target: Callable[..., Target], sandbox: SandboxServer) -> None:
    sandbox.set_options(closed_periods=["2026/11"])
    with pytest.raises(Refused, match=r"Period 2026/11 is closed for posting"):
        target().write(entry())


@DOCUMENTS
def test_a_refusal_of_what_was_posted_all_the_same_is_not_believed(
    make: Callable[..., Outgoing], target: Any, sandbox: SandboxServer
) -> None:
    sandbox.set_options(post_and_complain=["tx2d_totamt is mandatory"])
    with pytest.raises(AlreadyThere, match="tx2d_totamt is mandatory") as raised:
        target().write(make())
    assert "although QAD answered with an error, maybe in part only" in str(raised.value.evidence[IF_THERE])
    assert target().find(make()).difference == ""


@DOCUMENTS
def test_a_posting_without_its_number_in_the_answer_is_looked_up(
    make: Callable[..., Outgoing], target: Any, sandbox: SandboxServer
) -> None:
    sandbox.set_options(mute=True)
    written = target().write(make())
    assert written.target_id == held(sandbox, make().entity)[make().key]["number"]


@DOCUMENTS
@pytest.mark.parametrize("fault", ["reset-after", "malformed", "503", "reset-before"])
def test_after_a_lost_answer_the_search_knows_what_happened(
    make: Callable[..., Outgoing], target: Any, sandbox: SandboxServer, fault: str
) -> None:
    sandbox.set_faults({"match": {"method": "POST", "path": "/api/erp/"}, "kind": fault, "count": 1})
    with pytest.raises(Unanswered):
        target().write(make())
    there = fault in {"reset-after", "malformed"}
    assert (target().find(make()) is not None) is there
    if not there:
        target().write(make())
    assert held(sandbox, make().entity)[make().key]["copies"] == 1


def test_a_duplicate_is_a_warning_that_is_passed_on(target: Callable[..., Target]) -> None:
    target().write(invoice())
    again = target().write(invoice("corr-2"))
    assert again.warning.startswith("The reference already exists on another invoice")


def test_a_document_of_another_entity_is_posted_in_its_workspace(
    target: Callable[..., Target], sandbox: SandboxServer
) -> None:
    canada = entry(key="11CANCO|R1|1", entity="11CANCO")
    both = target(workspaces=["11CAN_11CANCO"])
    assert both.find(canada) is None
    assert both.write(canada).facts["company"] == "11CANCO"
    assert held(sandbox, "journal_entries")["11CANCO|R1|1"]["entity"] == "11CANCO"
    found = both.find(canada)
    assert found is not None
    assert found.difference == ""


def test_a_document_that_names_no_entity_is_the_connections_own(target: Callable[..., Target]) -> None:
    written = target().write(entry(entity=""))
    assert written.facts["company"] == "10USACO"


def test_a_right_that_is_missing_stops_with_its_sentence(target: Callable[..., Target], sandbox: SandboxServer) -> None:
    sandbox.set_options(not_permitted=["supplier_invoices"])
    with pytest.raises(PermissionMissing, match="does not permit this user"):
        target().write(invoice())


def test_an_amount_that_is_none_is_not_posted(target: Callable[..., Target]) -> None:
    with pytest.raises(Malformed, match="'much' as total, which is no amount"):
        target().write(invoice(total="much"))


def test_ping_finds_all_that_posting_needs(sandbox: SandboxServer, connect: Callable[..., Any]) -> None:
    given = {"password": "qad-sandbox", "base_url": f"{sandbox.url}/clouderp", "writes": True}
    report = SYSTEM.ping(connect(None, **given))
    assert report.ok, report.checks
    sandbox.set_options(renamed={"supplier_invoices": ""}, not_permitted=["journal_entries"])
    verdicts = {(check.entity, check.path): check.verdict for check in SYSTEM.ping(connect(None, **given)).checks}
    assert verdicts["supplier_invoices", "urn:browse:mfg:xxap04"] is Verdict.MISSING
    assert verdicts["journal_entries", "api/erp/journalEntries"] is Verdict.NOT_PERMITTED
