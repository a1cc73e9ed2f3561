"""The file of one document as a page to read and to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connector.domain.money import spelled
from connector.operations import readable
from connector.operations.work import dossier as file
from connector.operations.work.audit import by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from connector.operations.operator import Operator
    from connector.operations.work.dossier import Dossier, Told
    from connector.store.audit.proving import Witnessed

_HAPPENED = ("at", "version", "what", "by", "detail")
_SEALED = ("seal", "made at", "events", "master key", "made with it", "digest")
_CHAINED = ("event", "version", "what", "seal", "hash")
_UNASKED = "not known here"
_VOUCHED = {True: "yes", False: "no", None: _UNASKED}


class Shapes(NamedTuple):
    """The file of one document, in each of its shapes."""

    #: all that it says
    told: Any
    csv: Callable[[], Iterable[str]]
    page: Callable[[], Iterable[str]]


def shapes(operator: Operator, text: str) -> Shapes:
    """The file of the document that is meant, as ``dossier.of`` finds it."""
    found = file.of(operator, text)
    return Shapes(found, lambda: [file.as_csv(found)], lambda: [page(found)])


def page(dossier: Dossier) -> str:
    """One page of HTML: what it is, what happened, and what proves it."""
    return readable.page(f"{_called(dossier)} of {dossier.document.flow}", _parts(dossier))


def _called(dossier: Dossier) -> str:
    """What people call it: by its newest version; by its key where that has no name."""
    newest = dossier.versions[-1].version.record
    return f"{newest.kind} {newest.number}" if newest.kind else dossier.document.source_key


def _parts(dossier: Dossier) -> Iterator[str]:
    document, newest = dossier.document, dossier.versions[-1].version.record
    yield readable.verdict(dossier.proof.said, good=dossier.proof.whole)
    yield readable.facts(
        {
            "party": " ".join(filter(None, (newest.party, newest.party_name))),
            "date": newest.date,
            "amount": "" if newest.amount is None else spelled(newest.amount, newest.currency or ""),
            **{f"its {name}": number for name, number in (newest.references or {}).items()},
            "flow": document.flow,
            "source key": document.source_key,
            "number in the target": document.target_id,
            "key in the target": document.target_key,
            "first read": document.first_seen,
            "last read anew": document.last_seen,
            "newest version": document.version,
        }
    )
    yield readable.heading("Versions")
    yield from map(_version, dossier.versions)
    yield readable.heading("What happened, and who did it")
    happened = ((one.at, one.version, one.what, by(one.by), one.detail) for one in file.lines(dossier))
    yield readable.table(_HAPPENED, happened, nothing="Nothing is written about it.")
    yield from _proof(dossier)
    yield readable.footer(
        f"Made {readable.shown(dossier.made_at)} by {dossier.made_by}. It holds no content of the document."
    )


def _version(told: Told) -> str:
    record = told.version.record
    return readable.facts(
        {
            f"version {record.version}": record.hold or record.state,
            "why": record.gate or record.why,
            "read": record.created_at,
            "ended": record.finished_at,
            "number in the target": record.target_id,
            "tries at the target": len(told.version.attempts),
            "dead letters": len(told.version.letters),
            "its id": record.id,
            "carried to the target as": record.correlation_id,
        }
    )


def _proof(dossier: Dossier) -> Iterator[str]:
    proof = dossier.proof
    yield readable.heading("What proves it")
    if proof.findings:
        wrong = ((one.subject, one.event, one.problem) for one in proof.findings)
        yield readable.table(("about", "event", "problem"), wrong, nothing="")
    sealed = (
        (one.number, one.made_at, one.events, one.key_id or "none", _VOUCHED[one.authentic], one.digest)
        for one in proof.seals
    )
    yield readable.table(_SEALED, sealed, nothing="No seal covers it yet.", code=("digest",))
    yield readable.sentence(proof.kept_outside)
    yield readable.sentence(proof.time_stamps)
    last = proof.last_verified
    yield readable.sentence(
        "Nobody has found the whole trail whole yet: run `ml-connector audit verify`."
        if last is None
        else f"The whole trail was found whole {readable.shown(last.at)} by {last.actor}, up to seal {last.mark.seal}."
    )
    yield readable.heading("How to compute it again")
    yield readable.numbered(dossier.proof.how)
    yield readable.sentence("The file in JSON has `hashed`, `covered` and `stated`; this page has the hashes only.")
    chained: list[tuple[Witnessed, int | None]] = [
        (event, told.version.record.version) for told in dossier.versions for event in told.events
    ]
    chained += [(event, None) for event in dossier.elsewhere]
    rows = ((event.id, number, event.name, event.seal, event.hash) for event, number in chained)
    yield readable.table(_CHAINED, rows, nothing="", code=("hash",))
