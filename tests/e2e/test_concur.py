"""SAP Concur and QAD, with everything that goes wrong between reading a report and telling that it is posted."""

from __future__ import annotations

import contextlib
import os
import signal
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.e2e.company import a_company

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.e2e.company import Company
    from tests.e2e.plant import Plant

_POSTS = "(journalEntries|supplierInvoices)"
#: each strikes so often, wherever it is due
FAULTS = {
    "qad": [
        {"kind": "reset-after", "match": {"method": "POST", "path": _POSTS}, "rate": 0.3, "count": 3},
        {"kind": "timeout", "match": {"method": "POST", "path": _POSTS}, "rate": 0.2, "count": 1, "seconds": 4},
        {"kind": "503", "match": {"path": "/api/"}, "rate": 0.05, "count": 3},
        {"kind": "401", "match": {"path": "/api/"}, "rate": 0.05, "count": 2},
    ],
    "concur": [
        {"kind": "reset-after", "match": {"method": "POST", "path": "acknowledgements"}, "rate": 0.5, "count": 1},
        {"kind": "reset-after", "match": {"method": "POST", "path": "postingconfirmations"}, "rate": 0.2, "count": 3},
        {"kind": "timeout", "match": {"path": "postingconfirmations"}, "rate": 0.2, "count": 1, "seconds": 4},
        {"kind": "429", "match": {"path": "/financialintegration/"}, "rate": 0.1, "count": 1, "retry_after": 1},
        {"kind": "503", "match": {"path": "/(financialintegration|api|list)/"}, "rate": 0.03, "count": 4},
        {"kind": "reset-before", "match": {"path": "/(financialintegration|api|list)/"}, "rate": 0.03, "count": 3},
        {"kind": "malformed", "match": {"path": "/(financialintegration|api|list)/"}, "rate": 0.03, "count": 2},
    ],
}


@pytest.fixture(scope="module")
def plant(up: Plant) -> Plant:
    return up


@pytest.fixture(scope="module")
def company(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with a_company(plant, documents=24) as made:
        made.qad.set_faults(*FAULTS["qad"])
        made.concur.set_faults(*FAULTS["concur"])
        made.set_up(tmp_path_factory.mktemp("company"))
        yield made


def test_every_report_is_posted_once_and_concur_told_though_workers_die_between_the_two(company: Company) -> None:
    plant = company.plant
    plant.until(lambda: plant.ask("SELECT 1 FROM records WHERE state = 'loaded'"), "something waits to be confirmed")
    for _ in range(2):  # the third crash on one record would make it a dead letter
        busy = plant.ask(
            "SELECT pid FROM workers WHERE busy_with IS NOT NULL AND heartbeat_at > now() - interval '5 seconds'"
        )
        for worker in busy:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
        plant.until(lambda: plant.ask("SELECT 1 FROM workers WHERE busy_with IS NOT NULL"), "work goes on")
    company.settled()
    told = {
        key: document["status"]
        for entity in ("expenses", "cash_advances")
        for key, document in company.concur.state("holds")["holds"][entity].items()
    }
    assert set(told.values()) == {"POSTING_CONFIRMED_SUCCESS"}


def test_what_is_recalled_while_it_waits_for_a_receipt_is_never_posted(company: Company) -> None:
    waiting = [key for key, state in company.records("concur_invoices_to_qad").items() if state == "extracted"]
    assert waiting, "the example has an invoice whose order was never received"
    facts = company.concur.state("expected")["expected"]["invoices"][waiting[0]]
    company.concur.add_documents({"recall": [waiting[0]]})
    company.qad.add_documents({"receive": facts["orders"]})
    company.plant.until(
        lambda: company.records("concur_invoices_to_qad")[waiting[0]] == "cancelled",
        "the recalled invoice is cancelled",
    )
    posted = company.qad.state("holds")["holds"]["supplier_invoices"]
    assert facts["reference"] not in {invoice["reference"] for invoice in posted.values()}


def test_what_qad_refuses_goes_back_in_its_own_words_and_comes_again_corrected(company: Company) -> None:
    company.qad.set_options(closed_periods=[f"{year}/{month:02}" for year in (2026, 2027) for month in range(1, 13)])
    before = set(company.concur.state("holds")["holds"]["expenses"])
    company.concur.add_documents({"generate": {"expenses": 1}})
    (made,) = set(company.concur.state("holds")["holds"]["expenses"]) - before

    def document() -> dict[str, Any]:
        found: dict[str, Any] = company.concur.state("holds")["holds"]["expenses"][made]
        return found

    company.plant.until(lambda: document()["status"] == "POSTING_CONFIRMED_FAILURE", "Concur was told of the refusal")
    assert "period" in str(document()["postings"]).lower()
    company.qad.set_options(closed_periods=[])
    company.concur.add_documents({"resubmit": [made]})
    company.settled()

    def ended() -> bool:  # where the last answer was lost, Concur knows before the ledger does
        return company.records("concur_expenses_to_qad")[document()["source_key"]] == "done"

    company.plant.until(ended, "the ledger knows that Concur was told")


def test_concur_is_told_of_each_payment_of_an_expense_report_once_and_of_its_reversal(company: Company) -> None:
    def reimburse(*payments: dict[str, str]) -> None:
        company.qad.add_documents({"reimburse": list(payments)})
        company.settled()

    owed = company.unpaid_reports()
    parts, voided = sorted(owed)[:2]
    part = Decimal("1.00")
    reimburse({"reference": parts, "amount": str(part)}, {"reference": voided})
    assert company.told_of_payments(parts, voided) == {parts: ["PP"], voided: ["CP"]}
    rest = str(owed[parts] - part)
    reimburse({"reference": parts, "amount": rest}, {"reference": voided, "status": "Void"})
    assert company.told_of_payments(parts, voided) == {parts: ["PP", "CP"], voided: ["CP", "RE"]}


def test_a_lapsed_refresh_token_stops_that_connection_and_reconnecting_loses_nothing(
    company: Company, tmp_path: Path
) -> None:
    plant, name = company.plant, f"{company.name}-concur"
    company.concur.set_options(hours_later=4400)
    company.concur.add_documents({"generate": {"expenses": 3}})
    plant.until(lambda: plant.json("connection", "show", name)["stopped_why"], "the connection stopped")
    assert "connection connect" in plant.json("connection", "show", name)["stopped_why"]
    assert plant.json("connection", "show", f"{company.name}-qad")["stopped_why"] is None
    company.concur.set_options(request_token="a-new-request-token", hours_later=0)
    file = tmp_path / "reconnect.yaml"
    file.write_text(yaml.safe_dump({"request_token": "env:NEW_REQUEST_TOKEN"}))
    os.environ["NEW_REQUEST_TOKEN"] = "a-new-request-token"
    plant.ok("connection", "rotate", name, "--config", str(file))
    del os.environ["NEW_REQUEST_TOKEN"]
    company.settled()
