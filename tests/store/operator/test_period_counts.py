"""A large period costs a page no more than a small one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain import accounting_period
from connector.store import operator as ledger
from connector.store.operator.period_counts import LITTLE
from connector.store.operator.period_figures import Chosen
from connector.store.operator.period_window import WINDOW
from tests.store.history import HISTORY, costly

if TYPE_CHECKING:
    from tests.store.scene import Scene

MONTH = accounting_period.read("2019-03")
_DATED = """
INSERT INTO summaries (record_id, kind, number, date, amount, currency)
SELECT r.id, 'supplier invoice', r.source_key, DATE '2019-03-01' + CAST(abs(hashtext(r.source_key)) % 31 AS integer), 1,
       'EUR' FROM records r
ON CONFLICT (record_id) DO UPDATE SET date = excluded.date
"""


@pytest.fixture(scope="module")
def large(worn: Scene) -> Scene:
    """Everything that was ever read has a date in one month."""
    worn.change(_DATED)
    worn.alter("ANALYZE summaries")
    return worn


def flow(tx: ledger.transaction.OperatorTransaction, name: str = "invoices") -> ledger.flows.Flow:
    return ledger.flows.named(tx, "acme", name)


def test_whether_a_period_is_large_and_what_was_counted_is_known_without_counting_it(large: Scene) -> None:
    def look(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            assert not ledger.period_counts.little(tx, MONTH)
            ledger.period_counts.kept(tx, MONTH)
            assert ledger.period_counts.little(tx, accounting_period.read("2018-01"))

    assert costly(large, look, most=2 * LITTLE + 100) == {}


@pytest.mark.parametrize("figure", ["", "in target", "rejected", "dead", "between"])
def test_a_page_of_a_list_looks_at_a_bounded_number_of_documents(large: Scene, figure: str) -> None:
    def look(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            ledger.period_window.page(tx, flow(tx), MONTH, Chosen(figure=figure), after=None, most=100)

    assert costly(large, look, most=5 * WINDOW) == {}


@pytest.mark.parametrize("figure", ["", "in target", "left out", "dead", "between"])
def test_all_pages_together_have_exactly_the_documents_that_are_counted(large: Scene, figure: str) -> None:
    with ledger.transaction.transaction(large.ledger, actor="operator:a") as tx:
        for name in ("invoices", "suppliers"):
            one, chosen = flow(tx, name), Chosen(figure=figure)
            wanted = ledger.period_figures.page(tx, one, MONTH, chosen, after=None, most=2 * HISTORY)
            found, place = ledger.period_window.page(tx, one, MONTH, chosen, after=None, most=1000)
            while place is not None:
                more, place = ledger.period_window.page(tx, one, MONTH, chosen, after=place, most=1000)
                found += more
            assert len(found) == len(set(found))
            assert set(found) == set(wanted)


def test_what_is_kept_is_what_was_counted_and_when(large: Scene) -> None:
    with ledger.transaction.transaction(large.ledger, actor="worker") as tx:
        flows = ledger.flows.list_(tx, None)
        assert ledger.period_counts.due(tx, [MONTH], seldom=dt.timedelta(0)) == [MONTH]
        ledger.period_counts.count(tx, flows, MONTH)
        kept = ledger.period_counts.kept(tx, MONTH)
        assert kept is not None
        assert kept.at == tx.now
        assert set(kept.counted) == set(ledger.period_figures.counted(tx, flows, MONTH))
        assert kept.digests == ledger.period_figures.digests(tx, flows, MONTH)
        assert ledger.period_counts.due(tx, [MONTH], seldom=dt.timedelta(hours=1)) == []
