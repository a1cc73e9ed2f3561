"""QAD says "success" and means something else: each way it is known to do so, seen in the ledger and in its books."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.exchange import Outgoing
from connector.domain.record import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.journey.stock import Stock
    from tests.journey.works import Works

POSTING = pytest.mark.parametrize("flow", ["concur_expenses_to_qad", "concur_invoices_to_qad"])


@contextlib.contextmanager
def behaving(works: Works, **options: Any) -> Iterator[None]:
    """QAD behaves like this for as long as the block lasts."""
    qad = works.sandboxes["qad"]
    before = qad.set_options()
    qad.set_options(**options)
    try:
        yield
    finally:
        qad.set_options(**{name: before[name] for name in options})


def a_fresh_one(works: Works, flow: str) -> UUID:
    """A document that was just approved in Concur, mapped."""
    entity = registry.flow(flow).source.entity
    scenario = {"scenario": "no order"} if entity == "invoices" else {}
    before = set(works.under_way(flow, State.EXTRACTED))
    works.source_of(flow).add_documents({"generate": {entity: 1, **scenario}})
    works.read(flow)
    (record_id,) = set(works.under_way(flow, State.EXTRACTED)) - before
    works.step(record_id)
    assert works.record(record_id).state == "mapped", works.record(record_id).why
    return record_id


def in_the_books(works: Works, document: Outgoing) -> dict[str, Any]:
    held: dict[str, Any] = works.sandboxes["qad"].state("holds")["holds"][document.entity]
    return {key: one for key, one in held.items() if key == document.key}


def test_no_rows_where_a_browse_was_renamed_fail_the_run_with_the_name_to_correct(stock: Stock) -> None:
    works, flow = stock.works, "qad_accounts_to_jaggaer"
    with behaving(works, renamed={"accounts": ""}):
        said = works.read(flow)
    (run,) = works.rows("SELECT status, error, read FROM runs ORDER BY created_at DESC LIMIT 1")
    assert (run.status, run.read) == ("failed", 0)
    assert run.error == said
    assert "correct entities.accounts.browse" in run.error


@POSTING
def test_success_false_inside_a_200_is_a_refusal_that_concur_is_told_of(stock: Stock, flow: str) -> None:
    works, record_id = stock.works, a_fresh_one(stock.works, flow)
    document = works.outgoing(record_id)
    periods = [f"{year}/{month:02}" for year in range(2025, 2028) for month in range(1, 13)]
    with behaving(works, closed_periods=periods):
        works.step(record_id)
    assert works.record(record_id).state == "loaded"
    assert "closed for posting" in works.record(record_id).why
    assert works.finish(record_id) == "rejected"
    assert in_the_books(works, document) == {}


@POSTING
def test_an_error_although_it_was_posted_is_looked_up_and_adopted(stock: Stock, flow: str) -> None:
    works, record_id = stock.works, a_fresh_one(stock.works, flow)
    document = works.outgoing(record_id)
    with behaving(works, post_and_complain=["tx2d_totamt is mandatory"]):
        works.step(record_id)
    assert works.record(record_id).state == "loaded", works.record(record_id).why
    (there,) = in_the_books(works, document).values()
    assert there["copies"] == 1
    assert works.record(record_id).target_id == there["number"]
    assert works.finish(record_id) == "done"


def test_a_reference_that_somebody_entered_already_is_no_mere_warning(stock: Stock) -> None:
    works, record_id = stock.works, a_fresh_one(stock.works, "concur_invoices_to_qad")
    document = works.outgoing(record_id)
    by_hand = Outgoing(entity=document.entity, key=document.key, body=document.body, correlation_id="by hand")
    first = works.target("qad").write(by_hand)
    again = works.target("qad").write(by_hand)
    assert again.warning.startswith("The reference already exists"), "QAD itself only warns"
    works.step(record_id)
    (there,) = in_the_books(works, document).values()
    assert there["copies"] == 2, "nothing was added to what two people had entered"
    (letter,) = works.rows("SELECT code, reason FROM dead_letters WHERE record_id = :id", id=record_id)
    assert letter.code == "differs_in_target"
    assert letter.reason.startswith(f"The target already has {document.key} as ")
    assert any(shown in letter.reason for shown in (first.target_id, again.target_id))
    assert "This document did not post it" in letter.reason
    assert "nobody can tell whether it is the same" in letter.reason
