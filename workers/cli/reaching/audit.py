"""The audit trail over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.work import audit, dossier_page, verifying_trail
from connector.operations.work.dossier_page import Shapes
from connector.store.operator.audit import AuditEvent, Sealing
from workers.cli.reaching.calls import call, items
from workers.cli.reaching.records import meant_record
from workers.cli.reaching.revived import all_revived

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server


def _walk(server: Server, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
    for page in server.pages("/audit/events", server.most, since=since, until=until):
        yield from all_revived(AuditEvent, page["items"])


def _shapes(server: Server, text: str) -> Shapes:
    place = f"/records/{meant_record(server, text)}/file"

    def as_(shape: str) -> Iterable[str]:
        return server.text(place, format=shape)

    return Shapes(server.get(place), lambda: as_("csv"), lambda: as_("page"))


def _seals(server: Server, *, most: int) -> list[Sealing]:
    return server.listed(Sealing, "/audit/seals", most)[0]


def _verify(server: Server, *, since_last: bool, expected: Sequence[str], report: Report) -> Mapping[str, Any]:
    body = {"since_last": since_last, "expected": list(expected)}
    found: Mapping[str, Any] = server.work("/audit/verifications", body, report=report)
    return found


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    audit.history: call("GET", "/audit/history", items(AuditEvent)),
    audit.walk: _walk,
    audit.seals: _seals,
    dossier_page.shapes: _shapes,
    verifying_trail.verify: _verify,
}
