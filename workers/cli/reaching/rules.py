"""What a flow's rules would make of documents, and do again, over the API."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from connector.operations.setup import crosswalk_csv, crosswalks, yaml_text
from connector.operations.work import dry_run, reapplied, rehearsing
from connector.operations.work.dry_run import Rehearsed
from connector.operations.work.reapplying import Reapplied, Would
from connector.operations.work.rehearsing import Change, Example, Tally
from workers.cli.reaching.revived import all_revived

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server

#: a file: its name, and what it says
File = tuple[str, str]


def _dry_run(server: Server, flow_name: str, *, since: dt.datetime | None, limit: int | None) -> Iterator[Rehearsed]:
    body = {"since": since, "limit": dry_run.DEFAULT_LIMIT if limit is None else limit}
    return iter(all_revived(Rehearsed, server.work(f"/flows/{flow_name}/dry-runs", body)["documents"]))


def _rehearse(
    server: Server, flow_name: str, *, since: dt.datetime, codes: File | None, options: File | None, report: Report
) -> Tally:
    """Edited codes and options are read here and sent there."""
    body: dict[str, Any] = {"since": since}
    if codes is None and options is None:
        raise rehearsing.nothing_edited()
    if codes is not None:
        known = crosswalks.tables(server.get(f"/flows/{flow_name}")["kind"])
        rows = crosswalk_csv.read(codes[1], name=codes[0], problem=lambda code: crosswalks.problem(code, known))
        body["codes"] = [vars(one) for one in rows]
    if options is not None:
        name, text = options
        body["options"] = yaml_text.read(text, name=name).data
    came = server.work(f"/flows/{flow_name}/rehearsals", body, report=report)
    return Tally(
        looked_at=came["looked_at"],
        changes=Counter({Change(name): number for name, number in came["changes"].items()}),
        fields=Counter(came["fields"]),
        loaded=came["in_the_target_already"],
        examples=all_revived(Example, came["examples"]),
    )


def _look(server: Server, flow_name: str, *, since: dt.datetime | None, report: Report) -> reapplied.Looked:
    return _looked(server, flow_name, {"since": since, "dry_run": True}, report)


def _reapply(
    server: Server, flow_name: str, *, since: dt.datetime | None, why: str = "", report: Report
) -> reapplied.Looked:
    return _looked(server, flow_name, {"since": since, "why": why or None}, report)


def _looked(server: Server, flow_name: str, body: Mapping[str, Any], report: Report) -> reapplied.Looked:
    came = server.work(f"/flows/{flow_name}/reapplications", body, report=report)
    return reapplied.Looked(
        meant=came["meant"],
        left_alone=came["left_alone"],
        counts=Counter({Would(name): number for name, number in came["counts"].items()}),
        differing=all_revived(Reapplied, came["examples"]),
    )


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    dry_run.shown: _dry_run,
    rehearsing.tallied: _rehearse,
    reapplied.look: _look,
    reapplied.reapply: _reapply,
}
