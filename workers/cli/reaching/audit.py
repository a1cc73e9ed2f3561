"""The audit trail, on the ledger itself or over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connector.operations.work import audit, dossier, dossier_page, verifying_trail
from connector.store.operator.audit import AuditEvent, Sealing
from workers.cli.reaching import records
from workers.cli.reaching.choosing import chosen
from workers.cli.reaching.spelled import moment
from workers.output import plain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connector.operations.operator import Operator
    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server

_PAGE = 500


class Dossier(NamedTuple):
    """The file of one document, in each of its shapes."""

    #: as JSON has it
    told: Any
    csv: Callable[[], Iterable[str]]
    page: Callable[[], Iterable[str]]


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def history(self, subject: str, *, since: dt.datetime | None, until: dt.datetime | None) -> list[AuditEvent]:
        """What happened to one thing."""
        return audit.history(self._operator, subject, since=since, until=until)

    def walk(self, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
        """Every event of a period."""
        return audit.walk(self._operator, since=since, until=until)

    def dossier(self, named: str) -> Dossier:
        """The file of one document."""
        found = dossier.of(self._operator, named)
        return Dossier(plain(found), lambda: [dossier.as_csv(found)], lambda: [dossier_page.page(found)])

    def seals(self, *, most: int) -> list[Sealing]:
        """The newest seals."""
        return audit.seals(self._operator, most=most)

    def verify(self, *, since_last: bool, expected: Sequence[str], report: Report) -> Mapping[str, Any]:
        """Check every chain and seal."""
        found = audit.verify(self._operator, since_last=since_last, expected=expected, report=report)
        return verifying_trail.told(self._operator, *found)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def history(self, subject: str, *, since: dt.datetime | None, until: dt.datetime | None) -> list[AuditEvent]:
        """What happened to one thing."""
        told = self._server.get("/audit/history", subject=subject, since=moment(since), until=moment(until))
        return self._server.all_revived(AuditEvent, told["items"])

    def walk(self, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
        """Every event of a period."""
        for page in self._server.pages("/audit/events", _PAGE, since=moment(since), until=moment(until)):
            yield from self._server.all_revived(AuditEvent, page["items"])

    def dossier(self, named: str) -> Dossier:
        """The file of one document."""
        place = f"/records/{records.Api(self._server).meant(named)}/file"

        def as_(shape: str) -> Iterable[str]:
            return self._server.text(place, format=shape)

        return Dossier(self._server.get(place), lambda: as_("csv"), lambda: as_("page"))

    def seals(self, *, most: int) -> list[Sealing]:
        """The newest seals."""
        return self._server.listed(Sealing, "/audit/seals", most)[0]

    def verify(self, *, since_last: bool, expected: Sequence[str], report: Report) -> Mapping[str, Any]:
        """Check every chain and seal."""
        body = {"since_last": since_last, "expected": list(expected)}
        found: Mapping[str, Any] = self._server.work("/audit/verifications", body, report=report)
        return found
