"""Payments of expense reports that come and go in QAD, through the ledger: Concur is told where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.journey.carrying import carry, differences, everything
from tests.journey.works import open_works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.works import Works

FLOW = "qad_payments_to_concur"


@pytest.fixture
def works(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    with open_works(database_url, tmp_path_factory.mktemp("reimbursements"), documents=12) as opened:
        yield opened


def test_concur_is_told_where_payments_stand_however_often_they_come_back(works: Works) -> None:
    everything(works)
    report, *_ = sorted(row.source_key for row in works.rows(
        "SELECT d.source_key FROM documents d JOIN flows f ON f.id = d.flow_id "
        "WHERE f.name = :flow AND d.target_id IS NOT NULL", flow=FLOW
    ))  # fmt: skip

    def told() -> list[str]:
        held = works.sandbox("concur").state("holds")["holds"]["expenses"].values()
        (payments,) = [one["payments"] for one in held if one["source_key"] == report and one["payments"]]
        assert {one["code"] for one in payments} == {0}
        return [one["status"] for one in payments]

    assert told() == ["CP"]
    for status, expected in (("Bounced", "RE"), ("Paid", "CP"), ("For Collection", "RE"), ("Paid", "CP")):
        payment = {"reference": report, "status": status, "restated": True}
        works.sandbox("qad").add_documents({"reimburse": [payment]})
        carry(works, FLOW)
        carry(works, FLOW)
        assert told()[-1] == expected
        assert [line for line in differences(works) if line.flow == FLOW] == []
    assert told() == ["CP", "RE", "CP", "RE", "CP"]
    assert works.rows("SELECT code, reason FROM dead_letters WHERE resolved_at IS NULL") == []
