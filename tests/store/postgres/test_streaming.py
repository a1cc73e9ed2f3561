"""What reads everything there is keeps no more of it in memory than it looks at."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from connector.store.ledger import Ledger

ROWS = "SELECT g, repeat('x', 100) FROM generate_series(1, {}) g"


def most_bytes(ledger: Ledger, rows: int) -> int:
    with ledger.begin() as connection:
        tracemalloc.start()
        try:
            assert sum(1 for _ in Transaction(connection).stream(sa.text(ROWS.format(rows)))) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


def test_ten_times_the_rows_take_no_more_memory(ledger: Ledger) -> None:
    assert most_bytes(ledger, 20_000) < 2 * most_bytes(ledger, 2_000)
