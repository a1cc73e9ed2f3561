"""What a flow's rules would make of documents, and do again, on the ledger itself or over the API."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.operations.giving_reasons import reason
from connector.operations.setup import crosswalk_csv, crosswalks, yaml_text
from connector.operations.work import dry_run, reapplying, rehearsing
from connector.operations.work.dry_run import Rehearsed
from connector.operations.work.reapplying import Reapplied, Would
from connector.operations.work.rehearsing import Change, Example, Tally
from workers.cli.reaching.choosing import chosen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator, Iterator, Mapping

    from connector.operations.operator import Operator
    from connector.operations.work.reapplying import Batch
    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server

#: a file: its name, and what it says
File = tuple[str, str]


@dataclass(kw_only=True)
class Looked:
    """What looking at everything that was loaded came to."""

    meant: int
    left_alone: Mapping[str, int]
    counts: Counter[Would] = field(default_factory=Counter)
    #: of those that differ; over the API not all where they are many
    differing: list[Reapplied] = field(default_factory=list)


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def dry_run(self, flow: str, *, since: dt.datetime | None, limit: int | None) -> Iterator[Rehearsed]:
        """Read and map, and write nothing."""
        for one in dry_run.rehearse(self._operator, flow, since=since, limit=limit):
            yield replace(one, target=canonical.loads(canonical.dumps(one.target)))

    def rehearse(
        self, flow: str, *, since: dt.datetime, codes: File | None, options: File | None, report: Report
    ) -> Tally:
        """Map what was read with edited codes and options."""
        what = rehearsing.prepare(self._operator, flow, since=since, codes=codes, options=options)
        tally = Tally()
        with closing(rehearsing.rehearse(self._operator, what, tally)) as batches:
            for _ in batches:
                report("", tally.looked_at, what.total)
        return tally

    def look(self, flow: str, *, since: dt.datetime | None, report: Report) -> Looked:
        """Say what reapplying would send."""
        what = reapplying.select(self._operator, flow, since=since)
        return self._gone_through(what, reapplying.rehearse(self._operator, what), report)

    def reapply(self, flow: str, *, since: dt.datetime | None, why: str, report: Report) -> Looked:
        """Send what differs."""
        what = reapplying.select(self._operator, flow, since=since)
        return self._gone_through(what, reapplying.reapply(self._operator, what, why=why), report)

    @staticmethod
    def _gone_through(what: reapplying.Selection, batches: Generator[Batch], report: Report) -> Looked:
        found, looked_at = Looked(meant=what.total, left_alone=what.left_alone), 0
        with closing(batches):
            for batch in batches:
                found.counts += batch.counts
                found.differing += batch.differing
                looked_at += len(batch.documents)
                report("", looked_at, what.total)
        return found


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def dry_run(self, flow: str, *, since: dt.datetime | None, limit: int | None) -> Iterator[Rehearsed]:
        """Read and map, and write nothing."""
        body = {"since": since, "limit": dry_run.DEFAULT_LIMIT if limit is None else limit}
        came = self._server.work(f"/flows/{flow}/dry-runs", body)
        yield from self._server.all_revived(Rehearsed, came["documents"])

    def rehearse(
        self, flow: str, *, since: dt.datetime, codes: File | None, options: File | None, report: Report
    ) -> Tally:
        """Map what was read with edited codes and options, which are read here and sent there."""
        body: dict[str, Any] = {"since": since}
        if codes is None and options is None:
            raise rehearsing.nothing_edited()
        if codes is not None:
            known = crosswalks.tables(self._server.get(f"/flows/{flow}")["kind"])
            rows = crosswalk_csv.read(codes[1], name=codes[0], problem=lambda code: crosswalks.problem(code, known))
            body["codes"] = [{"table": one.table, "source": one.source, "target": one.target} for one in rows]
        if options is not None:
            name, text = options
            body["options"] = yaml_text.read(text, name=name).data
        came = self._server.work(f"/flows/{flow}/rehearsals", body, report=report)
        return Tally(
            looked_at=came["looked_at"],
            changes=Counter({Change(name): number for name, number in came["changes"].items()}),
            fields=Counter(came["fields"]),
            loaded=came["in_the_target_already"],
            examples=self._server.all_revived(Example, came["examples"]),
        )

    def look(self, flow: str, *, since: dt.datetime | None, report: Report) -> Looked:
        """Say what reapplying would send."""
        return self._reapplication(flow, {"since": since, "dry_run": True}, report)

    def reapply(self, flow: str, *, since: dt.datetime | None, why: str, report: Report) -> Looked:
        """Send what differs."""
        because = {"why": reason(why)} if why else {}
        return self._reapplication(flow, {"since": since, **because}, report)

    def _reapplication(self, flow: str, body: Mapping[str, Any], report: Report) -> Looked:
        came = self._server.work(f"/flows/{flow}/reapplications", body, report=report)
        return Looked(
            meant=came["meant"],
            left_alone=came["left_alone"],
            counts=Counter({Would(name): number for name, number in came["counts"].items()}),
            differing=self._server.all_revived(Reapplied, came["examples"]),
        )
