"""What an operator may do with the audit trail: read it, take it away, prove it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.store import desk_audit, desk_binding
from connector.store.verifying import MOST_FINDINGS, unheard

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from connector.operations.desk import Desk
    from connector.store.desk_audit import AuditEvent, Verified
    from connector.store.verifying import Examined
    from connector.store.verifying_seals import Report


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
    """Every event of a period, the oldest first; no transaction stays open while somebody reads them."""
    after = desk_audit.BEGINNING if since is None else (since, 0)
    while True:
        with desk.transaction() as tx:
            events = desk_audit.page(tx, after=after, until=until)
        if not events:
            return
        yield from events
        after = (events[-1].at, events[-1].id)


def verify(desk: Desk, *, since_last: bool = False, report: Report = unheard) -> tuple[Examined, Verified | None]:
    """Check every chain and every seal, or what came since the last time all was whole; writes down that it was done.

    The seal that was the newest one then must be there in any case, and connections, flows and crosswalks must be what
    their last change in the trail left. Returns what was found, and the verification whose
    events were not looked at again.
    """
    with desk.transaction() as tx:
        last = desk_audit.last_verified(tx)
    known = None if last is None else last.mark
    examined = desk.application.store.examine(since=known if since_last else None, known=known, report=report)
    with desk.transaction() as tx:
        behind = [*examined.findings, *desk_binding.findings(tx, ever=not since_last)][:MOST_FINDINGS]
    examined = replace(examined, findings=behind, mark=None if behind else examined.mark)
    desk.transact(lambda tx: desk_audit.note_verified(tx, examined))
    return examined, last if since_last else None


def whole(examined: Examined, last: Verified | None) -> str:
    """What a verification that found nothing says, and what it did not look at."""
    if last is None:
        return "The audit trail is whole: no event was edited, removed or invented."
    return (
        f"The audit trail is whole since event {last.mark.upto}: {examined.events} events looked at. The "
        f"{examined.passed_over} up to it were found whole {last.at:%Y-%m-%d %H:%M} UTC by {last.actor} and were not "
        "looked at again; `ml-connector audit verify` looks at every event."
    )


def broken(examined: Examined) -> str:
    """What a verification says above its findings."""
    found = len(examined.findings)
    if found < MOST_FINDINGS:
        return f"The audit trail is not whole: {found} findings."
    return f"The audit trail is not whole: these are the first {found} findings, the search ended with them."


def words(detail: Mapping[str, Any]) -> str:
    """An event's evidence on one line, the reason first."""
    rest = {name: value for name, value in detail.items() if value not in (None, "", [], {}) and name != "why"}
    why = [str(detail["why"])] if detail.get("why") else []
    return " | ".join([*why, ", ".join(f"{name}: {value}" for name, value in rest.items())]).strip(" |")


def by(actor: str) -> str:
    """Who did it, as a table shows it: of a worker's id the end is enough to tell it from the others."""
    kind, _, name = actor.partition(":")
    return f"{kind} ...{name[-6:]}" if kind == "worker" else actor
