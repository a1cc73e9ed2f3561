"""Audit events, chained by hash within their subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from connector.domain import canonical
from connector.domain.audit import GENESIS, Event
from connector.store.postgres.text import json, storable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from connector.store.postgres.transaction import Transaction

_INSERT_MANY = sa.text("""
INSERT INTO audit_events (subject, name, actor, at, detail, hash, previous)
SELECT e.subject, e.name, e.actor, e.at, CAST(e.detail AS jsonb), e.hash, e.previous
FROM unnest(CAST(:subjects AS text[]), CAST(:names AS text[]), CAST(:actors AS text[]), CAST(:ats AS timestamptz[]),
            CAST(:details AS text[]), CAST(:hashes AS bytea[]), CAST(:previous AS bytea[]))
     WITH ORDINALITY AS e (subject, name, actor, at, detail, hash, previous, place)
ORDER BY e.place
""")

#: nothing else is surely the same when it was written as JSON and read
_STAYS = frozenset({str, int, bool, type(None)})

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 7304118002))")
_LAST = sa.text("SELECT hash FROM audit_events WHERE subject = :subject ORDER BY id DESC LIMIT 1")


def event(subject: str, name: str, *, actor: str, at: dt.datetime, detail: Mapping[str, Any]) -> Event:
    """Make an event whose hash can be computed again from what the database gives back."""
    return Event(subject=subject, name=name, actor=storable(actor), at=at, detail=_settled(detail))


def _settled(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Spell twice: a float becomes a Decimal, a Decimal its digits, and digits stay what they are."""
    clean = _clean(dict(detail))
    settled = clean if _stays(clean) else canonical.loads(canonical.dumps(canonical.loads(canonical.dumps(clean))))
    return dict(settled)


def _stays(value: Any) -> bool:  # noqa: ANN401 - whatever a detail holds
    """Whether reading what is written of it gives the same."""
    if type(value) is dict:
        return all(map(_stays, value.values()))
    return all(map(_stays, value)) if type(value) is list else type(value) in _STAYS


def _clean(value: Any) -> Any:  # noqa: ANN401 - likewise
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): _clean(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(inner) for inner in value]
    return value


def insert(tx: Transaction, events: Iterable[tuple[Event, bytes]]) -> None:
    """Write events, each with the hash of the one before it."""
    given = list(events)
    if not given:
        return
    tx.run(
        _INSERT_MANY,
        subjects=[event.subject for event, _ in given],
        names=[event.name for event, _ in given],
        actors=[event.actor for event, _ in given],
        ats=[event.at for event, _ in given],
        details=[json(event.detail) for event, _ in given],
        hashes=[event.hash_after(previous) for event, previous in given],
        previous=[previous for _, previous in given],
    )


def append(tx: Transaction, happened: Event) -> bytes:
    """Chain an event of anything that is not a record (``connection:acme``, ``flow:acme/x``) to its last one.

    Writers of one subject wait for each other until commit. Returns the new head.
    """
    tx.row(_LOCK, subject=happened.subject)
    last = tx.row(_LAST, subject=happened.subject)
    previous = bytes(last.hash) if last is not None else GENESIS
    insert(tx, [(happened, previous)])
    return happened.hash_after(previous)
