"""What the demonstration does after its first round, step by step: each shape arrives, once and right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journey.carrying import differences, everything
from tests.journey.works import open_works
from workers.demo import second_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.works import Works


@pytest.fixture
def works(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    with open_works(database_url, tmp_path_factory.mktemp("second-day"), documents=12) as opened:
        yield opened


def test_what_happens_on_the_second_day_is_right_in_every_system(works: Works) -> None:
    qad, concur = works.sandboxes["qad"], works.sandboxes["concur"]
    qad.set_options(dates="dd/mm/yy")
    everything(works)
    assert differences(works) == []
    before = (qad.state(), concur.state())
    paying, *bodies = second_day.in_qad(*before)
    assert paying == {"reimburse": []}, "everything is paid already"
    for body in bodies:
        assert all(body.values()), body
        qad.add_documents(body)
    for body in second_day.in_concur(*before):
        assert all(body.values()), body
        concur.add_documents(body)
    assert {line.flow for line in differences(works)} >= {
        "qad_invoices_to_jaggaer",
        "qad_suppliers_to_concur",
        "concur_invoices_to_qad",
        "concur_expenses_to_qad",
        "concur_cash_advances_to_qad",
    }
    everything(works)
    everything(works)
    assert differences(works) == []
    assert works.rows("SELECT code, reason FROM dead_letters WHERE resolved_at IS NULL") == []
