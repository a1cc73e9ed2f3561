"""What an operator may do with the audit trail: read it, take it away, prove it."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.work import meant
from connector.store import operator as ledger
from connector.store.audit.trusted_seals import Known, verified
from connector.store.audit.verifying import MOST_FINDINGS, unheard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from connector.store.audit.verifying import Examined
    from connector.store.operator.audit import AuditEvent, Sealing, Verified


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What proves the trail."""

    #: the newest first
    seals: Sequence[Sealing]
    #: since when events wait for a seal; None when none does
    waiting_since: dt.datetime | None
    #: whether the newest seal that was made is not there any more
    gone: bool
    #: the last verification that found everything whole, and the last one at all
    last_whole: Verified | None
    last: AuditEvent | None
    anchored: str
    stamped: str


_DIGEST = re.compile(r"[0-9a-f]{64}")


def history(
    operator: Operator, subject: str, *, since: dt.datetime | None = None, until: dt.datetime | None = None
) -> list[AuditEvent]:
    """All that happened to a record, to each version of a document, or to ``kind:name``, oldest first.

    Raises ConfigurationError when nothing did, whenever it was.
    """
    with operator.transaction() as tx:
        found = ledger.audit.history(tx, subject.strip().lower() if ":" not in subject else subject)
    if not found:
        with suppress(UnknownName):
            versions = meant.versions(operator, subject)
            with operator.transaction() as tx:
                found = ledger.audit.history(tx, *map(str, versions))
    if found:
        return [one for one in found if (since is None or one.at >= since) and (until is None or one.at < until)]
    raise ConfigurationError(
        f"Nothing is written about {subject!r}: give a record's id (`record list`), or kind:name such as "
        "connection:acme-qad, flow:acme-jaggaer/qad_invoices_to_jaggaer or integration:acme-jaggaer."
    )


def walk(operator: Operator, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
    """Every event of a period, the oldest first; no transaction stays open while somebody reads them."""
    after = ledger.audit.BEGINNING if since is None else (since, 0)
    while True:
        with operator.transaction() as tx:
            events = ledger.audit.page(tx, after=after, until=until)
        if not events:
            return
        yield from events
        after = (events[-1].at, events[-1].id)


def page(
    operator: Operator, *, after: tuple[dt.datetime, int] | None, until: dt.datetime | None, most: int
) -> list[AuditEvent]:
    """The next events behind a place, the oldest first."""
    with operator.transaction() as tx:
        return ledger.audit.page(tx, after=after or ledger.audit.BEGINNING, until=until, most=most)


def verify(
    operator: Operator, *, since_last: bool = False, expected: Sequence[str] = (), report: Report = unheard
) -> tuple[Examined, Verified | None]:
    """Check every chain and every seal, or what came since the last time all was whole; writes down that it was done.

    The seal that was the newest one then must be there in any case, those that are ``expected`` (their digests), and
    those that the anchor knows; and connections, flows, crosswalks, links and sign-offs must be what the product wrote.
    Returns what was found, and the verification whose events were not looked at again. Raises ConfigurationError for
    what cannot be a seal.
    """
    known = [_expected(digest) for digest in expected]
    if operator.application.anchor is not None:
        known += operator.application.anchor.known()
    with operator.transaction() as tx:
        last = ledger.audit.last_verified(tx)
    if last is not None:
        known.append(verified(last.mark))
    since = last.mark if last is not None and since_last else None
    examined = operator.application.store.examine(since=since, known=known, report=report)
    with operator.transaction() as tx:
        behind = list(
            islice(
                chain(
                    examined.findings,
                    ledger.bindings.findings(tx, ever=not since_last),
                    ledger.sign_off_findings.findings(tx, report, after=since.upto if since else 0),
                ),
                MOST_FINDINGS,
            )
        )
    examined = replace(examined, findings=behind, mark=None if behind else examined.mark)
    operator.transact(lambda tx: ledger.audit.note_verified(tx, examined))
    return examined, last if since_last else None


def _expected(text: str) -> Known:
    digest = text.strip().lower()
    if not _DIGEST.fullmatch(digest):
        raise ConfigurationError(
            f"{text!r} is no seal: give its 64 hexadecimal digits, as `ml-connector audit seals` prints them."
        )
    return Known(digest=digest, missed=f"the seal {digest} was expected, and is not part of the trail")


def seals(operator: Operator, *, most: int, below: int | None = None) -> list[Sealing]:
    """The newest seals, the newest first; where a number is given, of those before it."""
    with operator.transaction() as tx:
        return ledger.audit.newest_seals(tx, most, below=below)


def standing(operator: Operator, *, most: int) -> Standing:
    """What proves the trail, as far as it is known without looking through it."""
    with operator.transaction() as tx:
        waiting, gone = ledger.audit.sealing(tx)
        found, last = ledger.audit.newest_seals(tx, most), ledger.audit.last_verified(tx)
        newest = ledger.audit.newest_verification(tx)
    return Standing(
        seals=found,
        waiting_since=waiting,
        gone=gone,
        last_whole=last,
        last=newest,
        anchored=anchored(operator),
        stamped=stamped(operator),
    )


def reach(examined: Examined) -> str:
    """How far the trail is sealed, by whom it can be known, and what is not sealed yet."""
    sealed, since, before = examined.sealed, examined.sealed_since, examined.unkeyed_upto
    if sealed is None or since is None:
        said = f"Nothing is sealed under a master key: {examined.unsealed} events are only chained."
        return said if not before else f"{said} A release without a key sealed those up to event {before}."
    said = (
        f"Sealed up to event {sealed.upto} of {_moment(examined.sealed_until)}, by seal {sealed.seal} of "
        f"{_moment(sealed.made_at)} under the master key {sealed.key_id}; {examined.unsealed} later events are "
        f"chained, and not sealed yet. Seals under a key begin with seal {since.seal} of {_moment(since.made_at)}."
    )
    return said if not before else f"{said} It vouches for those without a key that came before, up to event {before}."


def stamped(operator: Operator) -> str:
    """What time stamps of a third party prove of the seals that are kept outside; empty without any."""
    found = None if operator.application.anchor is None else operator.application.anchor.stamped()
    if found is None or found.newest is None:
        return ""
    number, at = found.newest
    return f"Time-stamped seals: {found.count}, the newest of them seal {number} at {_moment(at)}."


def anchored(operator: Operator) -> str:
    """Which seals are kept outside of the database, as far as they can be read back; empty without any place."""
    anchor = operator.application.anchor
    return "" if anchor is None else anchor.kept()


def _moment(at: dt.datetime | None) -> str:
    return "unknown" if at is None else f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def whole(examined: Examined, last: Verified | None) -> str:
    """What a verification that found nothing says, and what it did not look at."""
    if last is None:
        return "The audit trail is whole: no event was edited, removed or invented."
    return (
        f"The audit trail is whole since event {last.mark.upto}: {examined.events} events looked at. The "
        f"{examined.passed_over} up to it were found whole {last.at:%Y-%m-%d %H:%M} UTC by {last.actor} and were not "
        "looked at again, nor the figures that were signed until then; `ml-connector audit verify` looks at all of it."
    )


def broken(examined: Examined) -> str:
    """What a verification says above its findings."""
    found = len(examined.findings)
    if found < MOST_FINDINGS:
        return f"The audit trail is not whole: {found} findings."
    return f"The audit trail is not whole: these are the first {found} findings, the search ended with them."


def describe(detail: Mapping[str, Any]) -> str:
    """An event's evidence on one line, the reason first."""
    rest = {name: value for name, value in detail.items() if value not in (None, "", [], {}) and name != "why"}
    why = [str(detail["why"])] if detail.get("why") else []
    return " | ".join([*why, ", ".join(f"{name}: {value}" for name, value in rest.items())]).strip(" |")


def by(actor: str) -> str:
    """Who did it, as a table shows it: of a worker's id the end is enough to tell it from the others."""
    kind, _, name = actor.partition(":")
    return f"{kind} ...{name[-6:]}" if kind == "worker" else actor
