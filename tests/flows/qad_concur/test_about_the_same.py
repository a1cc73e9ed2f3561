"""Documents of Concur about one report, invoice or cash advance: which of them is posted, and under which key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.flow import Mapped
from connector.domain.outcome import Bury, Wait
from connector.flows.concur_cash_advances_to_qad import FLOW as ADVANCES
from connector.flows.concur_expenses_to_qad import FLOW as EXPENSES
from connector.flows.concur_invoices_to_qad import FLOW as INVOICES
from tests.flows.golden import PAIRS
from tests.flows.qad_concur.ledger import ask

if TYPE_CHECKING:
    from connector.domain.flow import Flow

ONCE = pytest.mark.parametrize(
    ("flow", "case"),
    [
        (EXPENSES, "concur_expenses_to_qad/cash"),
        (INVOICES, "concur_invoices_to_qad/full-without-order"),
    ],
)
OTHER = "0" * 32


def source(case: str, **changes: object) -> dict[str, Any]:
    return {**PAIRS["qad-concur"].read(f"{case}.source.json"), **changes}


def beside(case: str) -> dict[str, Any]:
    document = source(case, doc_id=OTHER)
    return {**document, "filed_as": f"{document['source_key']}/{OTHER}"}


def test_what_comes_back_of_an_advance_is_posted_beside_it_under_a_key_of_its_own() -> None:
    case = "concur_cash_advances_to_qad/given-back"
    first, second = ask(ADVANCES, source(case)), ask(ADVANCES, beside(case))
    assert isinstance(first, Mapped)
    assert isinstance(second, Mapped)
    assert second.key == f"10USACO|9C0B7D35E2A14F68B1D4A7C3E5F60812/{OTHER}|"
    assert (first.key, first.body) == ("10USACO|9C0B7D35E2A14F68B1D4A7C3E5F60812|", second.body)
    assert second.facts == {"doc_id": OTHER}


@ONCE
def test_a_second_document_about_what_is_posted_is_not_posted_too(flow: Flow[Any], case: str) -> None:
    document = beside(case)
    link = f"{flow.name}:{document['source_key']}"
    said = ask(flow, document, links={link: "linked"}, facts={link: {"doc_id": "a" * 32}})
    assert isinstance(said, Bury)
    assert said.code == "posted_before"
    assert f"Concur's document {'a' * 32} about the same is in QAD's books as target-1" in said.reason


@ONCE
def test_a_second_document_waits_for_the_end_of_the_first(flow: Flow[Any], case: str) -> None:
    document = beside(case)
    link = f"{flow.name}:{document['source_key']}"
    said = ask(flow, document, links={link: "under way"})
    assert isinstance(said, Wait)
    assert [need.subject for need in said.needs] == [f"link:{link}"]


@ONCE
def test_where_the_first_is_not_posted_the_second_takes_its_key(flow: Flow[Any], case: str) -> None:
    document = beside(case)
    said = ask(flow, document, links={f"{flow.name}:{document['source_key']}": "failed"})
    assert isinstance(said, Mapped)
    assert said.key == ask(flow, source(case)).key


@ONCE
def test_the_very_document_that_is_posted_is_only_told_again(flow: Flow[Any], case: str) -> None:
    document = source(case, revision="3")
    link = f"{flow.name}:{document['source_key']}"
    told = ask(flow, document, links={link: "linked"}, facts={link: {"doc_id": document["doc_id"]}})
    later = ask(flow, document, links={link: "linked"}, facts={link: {"doc_id": OTHER}})
    assert isinstance(told, Mapped)
    assert isinstance(later, Bury)
