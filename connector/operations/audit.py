"""What an operator may do with the audit trail: read it, take it away, prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.store import desk_audit

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from connector.operations.desk import Desk
    from connector.store.desk_audit import AuditEvent
    from connector.store.verifying import Finding


def history(desk: Desk, subject: str) -> list[AuditEvent]:
    """All that happened to a record (or to ``kind:name``), oldest first; raises ConfigurationError when nothing did."""
    with desk.transaction() as tx:
        found = desk_audit.history(tx, subject.strip().lower() if ":" not in subject else subject)
    if not found:
        raise ConfigurationError(
            f"Nothing is written about {subject!r}: give a record's id (`record list`), or kind:name such as "
            "connection:acme-qad, flow:acme-jaggaer/qad_invoices_to_jaggaer or integration:acme-jaggaer."
        )
    return found


def walk(desk: Desk, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
    """Every event of a period, in the order of writing; no transaction stays open while somebody reads them."""
    after = 0
    while True:
        with desk.transaction() as tx:
            events = desk_audit.page(tx, after=after, since=since, until=until)
        if not events:
            return
        yield from events
        after = events[-1].id


def verify(desk: Desk) -> list[Finding]:
    """Check every chain and every seal; an empty list means the trail is whole."""
    return desk.application.store.verify()


def words(detail: Mapping[str, Any]) -> str:
    """An event's evidence on one line, the reason first."""
    rest = {name: value for name, value in detail.items() if value not in (None, "", [], {}) and name != "why"}
    why = [str(detail["why"])] if detail.get("why") else []
    return " | ".join([*why, ", ".join(f"{name}: {value}" for name, value in rest.items())]).strip(" |")


def by(actor: str) -> str:
    """Who did it, as a table shows it: of a worker's id the end is enough to tell it from the others."""
    kind, _, name = actor.partition(":")
    return f"{kind} ...{name[-6:]}" if kind == "worker" else actor
