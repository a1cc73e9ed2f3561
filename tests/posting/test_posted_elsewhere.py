"""Invoices that this connector posted into QAD for another integration are none of JAGGAER's business."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.domain.flow import Mapped
from connector.domain.gate import Posting
from connector.domain.outcome import Bury, Skip, Wait
from connector.flows.qad_invoices_to_jaggaer import FLOW
from tests.flows.qad_jaggaer.ledger import ask

GOLDEN = Path(__file__).parents[1] / "flows" / "qad_jaggaer" / "golden" / "qad_invoices_to_jaggaer"
INVOICE = json.loads((GOLDEN / "matched.source.json").read_text())
NUMBERED = INVOICE | {"posting_year": "2026", "daybook": "APINV", "voucher": "0000117"}
OURS = Posting(integration="acme-concur", source_key="R-1", number="2026/APINV/117")


def said(payload: dict[str, Any] = NUMBERED, *postings: Posting, **ledger: Any) -> Any:
    return ask(FLOW, payload, postings=postings or (OURS,), **ledger)


def asked(payload: dict[str, Any], **options: Any) -> list[str]:
    needs = FLOW.needs(FLOW.parse(payload), options).postings
    assert {need.flow for need in needs} == (set() if options else {"concur_invoices_to_qad", "cxml_invoices_to_qad"})
    return list(dict.fromkeys(need.key for need in needs))


def test_the_ledger_is_asked_by_entity_supplier_number_and_type() -> None:
    written = INVOICE | {"entity": "10USACO", "supplier_code": "S1", "reference": " ab-1 7"}
    assert asked(written) == ["10USACO|S1|AB-17|INVOICE"]
    note = written | {"invoice_type": "CREDITNOTE", "credit_total": "0", "debit_total": "5"}
    assert asked(note) == ["10USACO|S1|AB-17|CREDITNOTE"]
    assert asked(written, invoices_of_other_integrations=True) == []


def test_a_correction_is_as_much_the_others_as_what_it_corrects() -> None:
    correction = NUMBERED | {"invoice_type": "INVOICECORRECTION", "voucher": "130"}
    assert isinstance(said(correction), Skip)
    assert {need.number for need in FLOW.needs(FLOW.parse(NUMBERED), {}).postings} == {"2026/APINV/0000117"}


def test_an_invoice_of_another_integration_is_skipped_and_the_reason_says_whose_it_is() -> None:
    skipped = said()
    assert isinstance(skipped, Skip)
    assert "integration acme-concur (document R-1 of concur_invoices_to_qad)" in skipped.reason
    assert "option invoices_of_other_integrations" in skipped.reason


def test_it_is_skipped_whether_or_not_it_has_cleared_the_match() -> None:
    assert isinstance(said(NUMBERED | {"status_code": "AP-INITIAL", "initial": True}), Skip)


@pytest.mark.parametrize(
    "number",
    [None, "117", "APINV/117", "2026/apinv/000117"],
    ids=["QAD gave no number", "voucher alone", "no year", "another spelling"],
)
def test_what_is_not_known_of_its_number_contradicts_nothing(number: str | None) -> None:
    assert isinstance(said(NUMBERED, Posting(integration="acme-concur", source_key="R-1", number=number)), Skip)
    assert isinstance(said(INVOICE | {"voucher": ""}), Skip)


def test_the_same_key_under_another_number_is_neither_sent_nor_dropped() -> None:
    buried = said(NUMBERED | {"voucher": "118"})
    assert isinstance(buried, Bury)
    assert buried.code == "posted_for_another"
    assert "(QAD 2026/APINV/118)" in buried.reason
    assert "posted into QAD as 2026/APINV/117 for integration acme-concur" in buried.reason


FIGURES = {"total": INVOICE["credit_total"], "currency": "eur", "invoice_date": INVOICE["invoice_date"]}


@pytest.mark.parametrize(
    ("sent", "said_so"),
    [
        ({"total": "1.00"}, "posted into QAD with the total 1.00 eur, and it has 206.94 EUR, for "),
        ({"currency": "USD"}, "posted into QAD with the currency USD, and it has EUR, for integration acme-concur"),
        ({"invoice_date": "2025-01-31"}, "posted into QAD with the date 2025-01-31, and it has 2026-11-10"),
    ],
    ids=["total", "currency", "date"],
)
def test_where_no_number_is_known_other_figures_are_another_invoice(sent: dict[str, str], said_so: str) -> None:
    posted = Posting(integration="acme-concur", source_key="R-1", facts={**FIGURES, **sent})
    buried = said(NUMBERED, posted)
    assert isinstance(buried, Bury)
    assert buried.code == "posted_for_another"
    assert said_so in buried.reason
    assert isinstance(said(NUMBERED | {"invoice_type": "INVOICECORRECTION"}, posted), Skip)
    assert isinstance(said(NUMBERED, replace(posted, number="2026/APINV/117")), Skip)


def test_the_same_figures_are_the_same_invoice_and_what_is_not_known_contradicts_nothing() -> None:
    posted = Posting(integration="acme-concur", source_key="R-1", facts=FIGURES)
    assert isinstance(said(NUMBERED, posted), Skip)
    assert isinstance(said(NUMBERED | {"invoice_date": ""}, posted), Skip)


def test_the_one_with_the_very_number_counts_before_others() -> None:
    other = Posting(integration="acme-old", source_key="R-9", number="2025/APINV/3")
    skipped = said(NUMBERED, other, OURS)
    assert isinstance(skipped, Skip)
    assert "acme-concur" in skipped.reason


def test_it_waits_while_nobody_knows_whether_the_other_one_posted_it() -> None:
    waits = said(NUMBERED, Posting(integration="acme-concur", source_key="R-1", certain=False))
    assert isinstance(waits, Wait)
    assert "may have posted it" in waits.why


def test_the_option_sends_it_as_any_other() -> None:
    assert isinstance(said(options={"invoices_of_other_integrations": True}), Mapped)


def test_what_jaggaer_has_already_stays_its_own() -> None:
    assert not isinstance(said(links={f"{FLOW.name}:{INVOICE['invoice_id']}": "linked"}), Skip)
