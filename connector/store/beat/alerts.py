"""Alerts that stand: each is raised once and taken back once, however many beats look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from connector.store.postgres.transaction import Transaction

_RAISE = sa.text("""
INSERT INTO alerts (name, about)
SELECT * FROM unnest(CAST(:names AS text[]), CAST(:abouts AS text[])) AS s (name, about)
ON CONFLICT DO NOTHING RETURNING name, about
""")
_TAKE_BACK = sa.text("""
DELETE FROM alerts a
WHERE a.name = ANY(CAST(:kinds AS text[]))
  AND NOT EXISTS (
    SELECT FROM unnest(CAST(:names AS text[]), CAST(:abouts AS text[])) AS s (name, about)
    WHERE s.name = a.name AND s.about = a.about)
RETURNING a.name, a.about
""")

#: name of the event, and what it is about
Alert = tuple[str, str]


def changed(tx: Transaction, kinds: Sequence[str], standing: Collection[Alert]) -> tuple[set[Alert], set[Alert]]:
    """Write down which alerts of these kinds stand; returns those that are new, and those that are over."""
    given = {"names": [name for name, _ in standing], "abouts": [about for _, about in standing]}
    begun = {(row.name, row.about) for row in tx.rows(_RAISE, **given)}
    over = {(row.name, row.about) for row in tx.rows(_TAKE_BACK, kinds=list(kinds), **given)}
    return begun, over
