"""The API of a console: the same, done there, in the name of whoever the token is of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.domain.errors import ConfigurationError, UnknownName
from connector.operations.work import dead_letters, records, runs, settling
from connector.operations.work.needs import Need
from connector.operations.work.reconciled import Reconciled
from connector.reading.search_terms import term
from connector.store.operator.audit import AuditEvent
from connector.store.operator.dead_letters import DeadLetter
from connector.store.operator.flows import Flow
from connector.store.operator.listing import COUNTED
from connector.store.operator.records import Record
from connector.store.operator.runs import Run
from workers.cli.reaching.ledger import UNCOUNTED, Detail
from workers.cli.reaching.revived import all_revived, revived

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Iterator, Mapping

    from connector.domain.accounting_period import Period
    from connector.store.audit.recomputing import Report
    from connector.store.operator.dead_letters import Filter as Letters
    from connector.store.operator.finding import Sought
    from connector.store.operator.records import Filter
    from workers.cli.reaching.http import Server

_PAGE = 500
_SEVERAL = 5
_OPEN_END = 10**15


class Api:
    """What commands do, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def needs(self, _: dt.datetime) -> list[Need]:
        """As the ledger does; the day begins there."""
        return all_revived(Need, self._server.get("/needs")["items"])

    def flows(self, integration: str | None) -> tuple[list[Flow], Mapping[UUID, int]]:
        """Flows, and how many documents an older mapping loaded."""
        told = self._server.get("/flows", integration=integration)["items"]
        older = {UUID(one["id"]): one["loaded_with_older_mapping"] for one in told if one["loaded_with_older_mapping"]}
        return all_revived(Flow, told), older

    def flow(self, name: str) -> Detail:
        """One flow."""
        return _detail(self._server.get(f"/flows/{name}"))

    def switch(self, name: str, *, enabled: bool) -> Flow:
        """Switch a flow on or off."""
        verb = "enable" if enabled else "disable"
        return _detail(self._server.change("POST", f"/flows/{name}/{verb}", {})).flow

    def hold(self, name: str, why: str) -> Flow:
        """Hold a flow."""
        return _detail(self._server.change("POST", f"/flows/{name}/hold", {"why": why})).flow

    def start(self, name: str, *, since: dt.datetime | None, limit: int | None) -> runs.Started:
        """Queue a run."""
        body = {"since": None if since is None else since.isoformat(), "limit": limit}
        return revived(runs.Started, self._server.change("POST", f"/flows/{name}/runs", body))

    def list_runs(self, wanted: runs.Filter, *, flow: str | None, most: int) -> tuple[list[Run], int | None]:
        """Runs, and how many there are."""
        query = {
            "flow": flow,
            "on_demand": wanted.on_demand,
            "since": _moment(wanted.since),
            "until": _moment(wanted.until),
        }
        return self._list(Run, "/runs", most, **query)

    def progress(self, run: UUID) -> runs.Progress:
        """How far a run is."""
        return revived(runs.Progress, self._server.get(f"/runs/{run}"))

    def needing_somebody(self, run: UUID, *, most: int) -> list[Record]:
        """Records of a run that are not where they should be."""
        return all_revived(Record, self._server.get(f"/runs/{run}/records")["items"][:most])

    def list_records(self, wanted: Filter) -> tuple[list[Record], int | None]:
        """Records, and how many there are."""
        query = {"flow": wanted.flow, "state": wanted.state, "hold": wanted.hold, "key": wanted.key}
        return self._list(Record, "/records", wanted.most, **query, warned=wanted.warned, **_sought(wanted.sought))

    def record_meant(self, text: str) -> UUID:
        """The record of this id, or the newest of the one document with this key or number."""
        try:
            return UUID(text.strip())
        except ValueError:
            pass
        found, _ = self._list(Record, "/records", _PAGE, key=text.strip())
        if not found and term(text):
            called, _ = self._list(Record, "/records", _PAGE, search=text)
            found = [one for one in called if term(one.number or "") == term(text)]
        newest: dict[tuple[str, str], Record] = {}
        for one in sorted(found, key=lambda one: one.version):
            newest[one.flow, one.source_key] = one
        if not newest:
            raise UnknownName(f"There is no record {text!r}: name its id, or the key of its document or its number.")
        if len(newest) > 1:
            several = ", ".join(f"{one.id} ({one.flow})" for one in list(newest.values())[:_SEVERAL])
            raise ConfigurationError(f"{text!r} may be one of several records: {several}. Name one by its id.")
        return next(iter(newest.values())).id

    def record(self, record: UUID, *, payloads: bool) -> records.Shown:
        """One record."""
        told = self._server.get(f"/records/{record}")
        more = self._server.get(f"/records/{record}/payloads") if payloads else {}
        return revived(records.Shown, {**told, **more})

    def replay(self, record: UUID, why: str) -> Record:
        """Send it on its way once more."""
        return revived(Record, self._server.change("POST", f"/records/{record}/replay", {"why": why} if why else None))

    def letters(self, wanted: Letters, *, most: int, resolved: bool) -> tuple[list[DeadLetter], int | None]:
        """Dead letters, and how many there are."""
        query = {"flow": wanted.flow, "reason": wanted.code, **_sought(wanted.sought)}
        return self._list(DeadLetter, "/dead-letters", most, **query, resolved=resolved)

    def letter_meant(self, text: str) -> UUID:
        """The dead letter, or the record, that is meant."""
        return self.record_meant(text)

    def letter(self, letter: UUID) -> DeadLetter:
        """One dead letter."""
        return revived(DeadLetter, self._server.get(f"/dead-letters/{letter}"))

    def select(self, wanted: Letters) -> tuple[Letters, int]:
        """Which are meant, and how many."""
        if wanted.ids:
            return wanted, len(wanted.ids)
        found, _ = self._list(DeadLetter, "/dead-letters", COUNTED, flow=wanted.flow, reason=wanted.code)
        return wanted, len(found)

    def discarded(self, wanted: Letters) -> list[DeadLetter]:
        """Those of the named ones that somebody discarded."""
        return [one for one in map(self.letter, wanted.ids) if one.discarded]

    def requeue(self, fixed: Letters, why: str) -> Generator[dead_letters.Requeued]:
        """Send them on their way again."""
        chosen = {"flow": fixed.flow, "reason": fixed.code}
        body: dict[str, Any] = {name: value for name, value in chosen.items() if value}
        if fixed.ids:
            body = {"ids": [str(one) for one in fixed.ids]}
        came = self._server.work("/requeues", (body or {"all": True}) | ({"why": why} if why else {}))
        refused = [(UUID(one["id"]), str(one["why"])) for one in came["refused"]]
        yield dead_letters.Requeued(letters=came["requeued"], refused=refused)

    def discard(self, letter: UUID, why: str) -> DeadLetter:
        """Close one."""
        return revived(DeadLetter, self._server.change("POST", f"/dead-letters/{letter}/discard", {"why": why}))

    def settle(self, letter: UUID, *, attempt: int, there: str | None) -> settling.Settled:
        """Say whether a write in doubt happened."""
        body = {"attempt": attempt, **({"not_there": True} if there is None else {"there": there})}
        told = revived(DeadLetter, self._server.change("POST", f"/dead-letters/{letter}/settle", body))
        newest = revived(Record, self._server.get(f"/records/{told.record_id}")["record"]).newest_version
        return settling.Settled(letter=told, newest=newest)

    def reconcile(self, of: str | None, period: Period, *, live: bool, report: Report) -> list[Reconciled]:  # noqa: ARG002 - it reports there
        """Compare a period."""
        spelled = f"{period.first.isoformat()}..{period.last.isoformat()}"
        body = {"of": of, "period": spelled, "live": live, "most": 10_000}
        return all_revived(Reconciled, self._server.work("/reconciliations", body)["flows"])

    def history(self, subject: str, *, since: dt.datetime | None, until: dt.datetime | None) -> list[AuditEvent]:
        """What happened to one thing."""
        told = self._server.get("/audit/history", subject=subject, since=_moment(since), until=_moment(until))
        return all_revived(AuditEvent, told["items"])

    def walk(self, *, since: dt.datetime | None, until: dt.datetime | None) -> Iterator[AuditEvent]:
        """Every event of a period."""
        for page in self._server.pages("/audit/events", _PAGE, since=_moment(since), until=_moment(until)):
            yield from all_revived(AuditEvent, page["items"])

    def _list(self, kind: Any, path: str, most: int, **query: Any) -> tuple[list[Any], int | None]:  # noqa: ANN401 - as given
        found, more = self._server.all(path, most=most, **query)
        return all_revived(kind, found), UNCOUNTED if more else None


def _detail(told: Any) -> Detail:  # noqa: ANN401 - JSON holds anything
    return Detail(
        flow=revived(Flow, told),
        older=told["loaded_with_older_mapping"],
        unchecked=tuple(told["unchecked"]),
        lacks=tuple(told["lacks"]),
    )


def _moment(at: dt.datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _sought(sought: Sought) -> dict[str, str | None]:
    amount = None
    if sought.amount is not None:
        least, largest = sought.amount
        amount = f"{least:f}..{largest:f}" if largest < _OPEN_END else f"{least:f}.."
    moments = {"since": _moment(sought.since), "until": _moment(sought.until)}
    return {"search": sought.search, "party": sought.party, "amount": amount, **moments}
