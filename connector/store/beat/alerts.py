"""Alerts that stand: each is raised once and taken back once, however many beats look."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import sqlalchemy as sa

from connector.store.beat import telling
from connector.store.postgres.text import json

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from connector.domain.alert import Facts
    from connector.store.postgres.transaction import Transaction

_RAISE = sa.text("""
INSERT INTO alerts AS a (name, about, detail)
SELECT s.name, s.about, CAST(s.detail AS jsonb)
FROM unnest(CAST(:names AS text[]), CAST(:abouts AS text[]), CAST(:details AS text[])) AS s (name, about, detail)
ORDER BY 1, 2
ON CONFLICT (name, about) DO UPDATE SET detail = excluded.detail WHERE a.detail <> excluded.detail
RETURNING name, about, xmax = 0 AS begun
""")
_TAKE_BACK = sa.text("""
DELETE FROM alerts a
WHERE a.name = ANY(CAST(:kinds AS text[])) AND a.about <> ALL(CAST(:keep AS text[]))
  AND NOT EXISTS (
    SELECT FROM unnest(CAST(:names AS text[]), CAST(:abouts AS text[])) AS s (name, about)
    WHERE s.name = a.name AND s.about = a.about)
RETURNING a.name, a.about
""")

#: name of the event, and what it is about
Alert = tuple[str, str]


def changed(
    tx: Transaction, kinds: Sequence[str], standing: Mapping[Alert, Facts], *, keep: Collection[str] = ()
) -> tuple[set[Alert], set[Alert]]:
    """Write down which alerts of these kinds stand, and for each channel what it is to be told of that.

    Returns those that are new, and those that are over; what ``keep`` names stays as it is.
    """
    given = {"names": [name for name, _ in standing], "abouts": [about for _, about in standing]}
    details = [json(asdict(facts)) for facts in standing.values()]
    begun = {(row.name, row.about) for row in tx.rows(_RAISE, **given, details=details) if row.begun}
    over = {(row.name, row.about) for row in tx.rows(_TAKE_BACK, kinds=list(kinds), keep=list(keep), **given)}
    if begun or over:
        telling.announce(tx, {alert: standing[alert] for alert in begun}, over)
    return begun, over
