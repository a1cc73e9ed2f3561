"""JAGGAER takes an invoice, loses the answer, and shows the invoice only after a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journey.doubted import Doubted
from tests.journey.stock import Case
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.stock import Stock

INVOICES = Case(flow="qad_invoices_to_jaggaer")
SETTING = "UPDATE connections SET updated_at = clock_timestamp(), config = {} WHERE system = 'jaggaer'"


@pytest.fixture
def patient(stock: Stock) -> Iterator[Stock]:
    """The connection has the setting it has by itself, not the one of the demonstration."""
    works = stock.works
    (before,) = works.rows("SELECT config ->> 'ask_again_seconds' AS given FROM connections WHERE system = 'jaggaer'")
    works.reconfigure(SETTING.format("config - 'ask_again_seconds'"))
    until(lambda: len(works.target("jaggaer").waits("invoices")) > 1, "the connection opened anew")
    yield stock
    works.sandboxes["jaggaer"].set_options(shown_after_lists=0)
    works.reconfigure(
        SETTING.format("config || jsonb_build_object('ask_again_seconds', CAST(:given AS jsonb))"), given=before.given
    )
    until(lambda: len(works.target("jaggaer").waits("invoices")) == 1, "the connection opened anew")


def test_an_invoice_that_shows_up_late_is_not_sent_twice(patient: Stock) -> None:
    doubted = Doubted(patient, INVOICES)
    assert doubted.target.find(doubted.document) is None, "and every other invoice is shown"
    doubted.sandbox.set_options(shown_after_lists=3)
    doubted.lose_the_answer()
    for _ in range(3):
        patient.works.step(doubted.record_id)
        doubted.is_in_doubt()
    patient.works.step(doubted.record_id)
    doubted.is_there_once()
    assert doubted.answers == ["adopted"]
    assert len(doubted.written) == 1
