"""Documents that an earlier release has read are unchanged to this one: their fingerprints are in ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.systems.qad.listed import ACCOUNTS, ORDERS, SUPPLIERS, account, listing, order, supplier

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.ports import Source

LISTED = {
    "accounts": (ACCOUNTS, [account("4000")]),
    "orders": (ORDERS, [order("P1", 1), order("P1", 2, **{"pod_det.pod_due_date": "12/24/26"})]),
    "suppliers": (SUPPLIERS, [supplier("S1", **{"ad_mstr.ad_name": "Lösch & Söhne"})]),
}


@pytest.mark.parametrize(
    ("entity", "fingerprint"),
    [
        ("accounts", "fa32b39bc5ebe69e46c5b8a7842ef4ecd9613d3243ca25aa9d454491276cdb8a"),
        ("orders", "72a0e9464378a07243f2fb4c8404196a02570019b0ae5ebe2340f6f0acf09a47"),
        ("suppliers", "21597785dc3e6717420b68b852b6909ceafdf0592d0e5cab5ad86bbb7d267518"),
    ],
)
def test_what_an_earlier_release_has_read_is_unchanged(
    instance: Any, source: Callable[..., Source], entity: str, fingerprint: str
) -> None:
    browse, rows = LISTED[entity]
    instance.hold(browse, *rows)
    ((row,),) = (page.rows for page in listing(source(), entity))
    assert row.fingerprint == fingerprint


def test_when_it_was_changed_is_no_part_of_what_a_document_says(instance: Any, source: Callable[..., Source]) -> None:
    prints = set()
    for seconds in (3600, 7200):
        instance.hold(ACCOUNTS, account("4000", **{"GL.LastModifiedTime": seconds}))
        ((row,),) = (page.rows for page in listing(source(), "accounts"))
        prints.add(row.fingerprint)
    assert len(prints) == 1
