"""What a document is called is written with its record, and what the target calls it with the answer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

from connector.domain.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tests.store.scene import Scene

CALLED = Summary(
    kind="supplier invoice",
    number=" 00inv 77-a",
    party="10023",
    party_name="Harrow Bearings GmbH",
    date=dt.date(2026, 11, 10),
    amount=Decimal("-206.9400"),
    currency="EUR",
    references={"purchase order": "PO10001", "voucher": "2026/APINV/17"},
)


def read(scene: Scene, *called: Summary | None) -> list[UUID]:
    """One document for each of these; returns their records."""
    return scene.read_called({f"K-{place}": one for place, one in enumerate(called)})


def terms(scene: Scene, record: UUID) -> Sequence[str]:
    return [row.term for row in scene.ask("SELECT term FROM search_terms WHERE record_id = :id ORDER BY 1", id=record)]


def test_a_summary_is_kept_beside_its_record_as_it_was_said(scene: Scene) -> None:
    (record,) = read(scene, CALLED)
    (kept,) = scene.ask("SELECT * FROM summaries WHERE record_id = :id", id=record)
    assert kept._asdict() == {
        "record_id": record,
        "kind": "supplier invoice",
        "number": " 00inv 77-a",
        "party": "10023",
        "party_name": "Harrow Bearings GmbH",
        "date": dt.date(2026, 11, 10),
        "amount": Decimal("-206.94"),
        "currency": "EUR",
        "elsewhere": {"purchase order": "PO10001", "voucher": "2026/APINV/17"},
    }
    assert terms(scene, record) == ["10023", "2026/APINV/17", "HARROWBEARINGSGMBH", "INV77-A", "K-0", "PO10001"]


def test_a_record_of_which_nobody_says_what_it_is_called_has_none(scene: Scene) -> None:
    with_it, without = read(scene, Summary(kind="order", number="K-0"), None)
    assert terms(scene, with_it) == ["K-0"]
    assert terms(scene, without) == []


def test_what_no_index_and_no_text_of_postgres_takes_is_kept_in_what_they_take(scene: Scene) -> None:
    (record,) = read(scene, Summary(kind="order", number="\x00" + "ß" * 4000, party="\ud800"))
    assert [len(term) for term in terms(scene, record)] == [1, 3, 100]


def test_what_the_target_calls_it_finds_it_as_well(scene: Scene) -> None:
    (record,) = read(scene, CALLED)
    scene.finish(record, "0002026/apinv/99")
    assert "2026/APINV/99" in terms(scene, record)
