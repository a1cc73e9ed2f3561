"""The gate of the three-way match: what QAD says in its own way, what is not read, and what a tenant trusts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.domain.errors import ConfigurationError
from connector.domain.flow import Mapped
from connector.domain.outcome import Wait
from connector.flows.qad_invoices_to_jaggaer import FLOW
from tests.flows.qad_jaggaer.ledger import ask

GOLDEN = Path(__file__).parents[1] / "flows" / "qad_jaggaer" / "golden" / "qad_invoices_to_jaggaer"
MATCHED: dict[str, Any] = json.loads((GOLDEN / "matched.source.json").read_text())
TRUSTED = {"trust_status_code": True}


def waits(said: object) -> str:
    assert isinstance(said, Wait)
    return said.why.partition("match in QAD: ")[2]


@pytest.mark.parametrize(
    "said",
    [
        {"matching_status": "Finished"},
        {"matching_status": "finished "},
        {"allocation_status": "Allocation"},
        {"status_code": "ap-rmalloc"},
    ],
)
def test_what_qad_says_is_compared_without_case(said: dict[str, str]) -> None:
    assert isinstance(ask(FLOW, MATCHED | said), Mapped)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"matching_status": "Draft"}, 'its receiver matching is not finished: QAD says "Draft".'),
        ({"matching_status": None}, "its receiver matching is not finished: QAD says nothing."),
        ({"allocation_status": "No Allocation"}, 'its amounts are not allocated yet: QAD says "No Allocation".'),
        ({"status_code": "Ap-Initial"}, "its status code is Ap-Initial, not AP-RMALLOC."),
    ],
)
def test_an_invoice_that_waits_quotes_what_qad_said(said: dict[str, str], why: str) -> None:
    assert waits(ask(FLOW, MATCHED | said)) == why


@pytest.mark.parametrize("column", ["matching_status", "allocation_status", "hold_amount", "status_code"])
def test_a_column_that_is_not_read_holds_nothing_up(column: str) -> None:
    unread = {name: value for name, value in MATCHED.items() if name != column}
    assert isinstance(ask(FLOW, unread), Mapped)


def test_receivers_that_are_not_read_hold_nothing_up() -> None:
    lines = [{name: value for name, value in line.items() if name != "receiver"} for line in MATCHED["lines"]]
    assert isinstance(ask(FLOW, MATCHED | {"lines": lines}), Mapped)


def test_a_tenant_may_trust_the_status_code_alone() -> None:
    lines = [line | {"receiver": ""} for line in MATCHED["lines"]]
    flags = {"approved": False, "payment_locked": True, "initial": True}
    unsaid = flags | {"matching_status": "", "allocation_status": "", "lines": lines}
    assert isinstance(ask(FLOW, MATCHED | unsaid, options=TRUSTED), Mapped)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"status_code": "AP-INITIAL"}, "its status code is AP-INITIAL, not AP-RMALLOC."),
        ({"hold_amount": "1"}, "1.00 EUR of it are on hold."),
        ({"lines": []}, "it has no matching lines."),
    ],
)
def test_trusting_the_status_code_trusts_nothing_else(said: dict[str, Any], why: str) -> None:
    assert waits(ask(FLOW, MATCHED | said, options=TRUSTED)) == why


def test_a_status_code_that_is_not_read_cannot_be_trusted() -> None:
    unread = {name: value for name, value in MATCHED.items() if name != "status_code"}
    assert "is to be trusted, but entities.invoices.fields.status_code is null" in waits(
        ask(FLOW, unread, options=TRUSTED)
    )


def test_an_option_that_is_no_switch_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="trust_status_code"):
        ask(FLOW, MATCHED, options={"trust_status_code": "yes"})
