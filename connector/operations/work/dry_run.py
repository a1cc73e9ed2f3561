"""``flow run --dry-run``: read from the source and map, write nothing, and say what a real run would do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, assert_never

from connector import registry
from connector.domain import canonical, outcome
from connector.domain.errors import ConnectorError, StoreUnavailable
from connector.domain.exchange import Query
from connector.domain.flow import Mapped
from connector.domain.gate import Link, LinkState
from connector.domain.payload import bare
from connector.operations.setup.flows import require_flow
from connector.operations.setup.stopping import usable
from connector.operations.work.unsealing import unsealed
from connector.pipeline.deciding import outcome_of, unexpected
from connector.store import operator as ledger

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.exchange import Row
    from connector.domain.flow import Flow
    from connector.domain.gate import LinkNeed
    from connector.operations.operator import Operator
    from connector.ports import Source

#: documents shown when no limit is given
DEFAULT_LIMIT = 10


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """One document: what was read, what it would become, and what a real run would do with it."""

    key: str
    #: create, update, nothing, wait, park, skip, reject, dead, later
    would: str
    why: str
    source: Mapping[str, Any]
    target_key: str | None = None
    target: Mapping[str, Any] | None = None
    #: what the target was sent of it last, where that was asked for and the ledger still has it
    sent_before: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class _Read:
    key: str
    payload: Mapping[str, Any]
    fingerprint: str


def rehearse(
    operator: Operator,
    flow_name: str,
    *,
    since: dt.datetime | None,
    limit: int | None,
    key: str | None = None,
    compare: bool = False,
) -> Iterator[Rehearsed]:
    """Yield documents in the order of the source; only the connection's token may be renewed on the way.

    With ``compare`` each comes with what the target was sent of it last. Audited as a look at these documents. Raises
    ConfigurationError where the connection is stopped.
    """
    with operator.transaction() as tx:
        row = require_flow(tx, flow_name)
    usable(operator, row.source)
    with operator.transaction() as tx:
        detail = {"limit": limit, "since": since, "document": key}
        ledger.audit.note(tx, f"flow:{row.full_name}", "operator.dry_ran", detail)
    flow = registry.flow(row.name)
    source = operator.application.source(row.source)
    left = DEFAULT_LIMIT if limit is None else limit
    for page in source.pages(Query(entity=flow.source.entity, since=since, key=key)):
        rows = [r for r in page.rows if since is None or r.modified is None or r.modified >= since][:left]
        found = _page(operator, row, flow, [_read(flow, source, r) for r in rows])
        yield from _compared(operator, row, found) if compare else found
        left -= len(rows)
        if left <= 0:
            return


def shown(operator: Operator, flow_name: str, *, since: dt.datetime | None, limit: int | None) -> Iterator[Rehearsed]:
    """The same, with what they would become as JSON has it."""
    for one in rehearse(operator, flow_name, since=since, limit=limit):
        yield replace(one, target=canonical.loads(canonical.dumps(one.target)))


def _compared(operator: Operator, row: ledger.flows.Flow, found: Iterable[Rehearsed]) -> Iterator[Rehearsed]:
    for one in found:
        with operator.transaction() as tx:
            sent = ledger.records.sent_last(tx, row.id, [one.key])
        yield replace(one, sent_before=_opened(operator, *sent[0][1:])) if sent else one


def _opened(operator: Operator, record_id: UUID, sealed: bytes) -> Mapping[str, Any] | None:
    try:
        body: Mapping[str, Any] = bare(unsealed(operator, record_id, "target", sealed))["body"]
    except StoreUnavailable:
        raise
    except ConnectorError:
        return None
    return body


def _read(flow: Flow[Any], source: Source, row: Row) -> _Read:
    payload = canonical.loads(canonical.dumps(source.complete(flow.source.entity, row)))
    return _Read(key=flow.key_of(row.payload), payload=payload, fingerprint=row.fingerprint)


def _page(
    operator: Operator, row: ledger.flows.Flow, flow: Flow[Any], documents: Sequence[_Read]
) -> Iterator[Rehearsed]:
    if not documents:
        return
    with operator.transaction() as tx:
        linked = ledger.records.targets(tx, row.id, [document.key for document in documents])
        changed = ledger.records.changed(tx, row.id, {document.key: document.fingerprint for document in documents})
    for document in documents:
        decided = decide(operator, row, flow, document.payload)
        if isinstance(decided, Mapped):
            known = linked.get(document.key)
            would, why = _sending(operator, row, document, decided, known, new=document.key in changed)
            yield Rehearsed(
                key=document.key,
                would=would,
                why=why,
                source=document.payload,
                target_key=decided.key,
                target=decided.body,
            )
        else:
            yield _not_yet(operator, row, flow, document, decided)


def _not_yet(
    operator: Operator, row: ledger.flows.Flow, flow: Flow[Any], document: _Read, decided: outcome.Outcome
) -> Rehearsed:
    """What stands against a document, and what it would become once all it depends on is there."""
    assumed: frozenset[LinkNeed] = frozenset()
    later: Mapped | outcome.Outcome = decided
    while more := frozenset(_depends_on(later)) - assumed:
        assumed |= more
        later = decide(operator, row, flow, document.payload, assumed=assumed)
    would, why = meaning(decided)
    if isinstance(decided, outcome.Park) and isinstance(later, outcome.Park):
        would, why = meaning(later)  # codes that only wait for being read need no row
    elif isinstance(decided, outcome.Park) and isinstance(later, Mapped):
        flows = ", ".join(sorted({need.flow for need in assumed}))
        would, why = "wait", f"It would wait until {_codes(decided)} have been read by {flows}."
    body, key = (later.body, later.key) if isinstance(later, Mapped) else (None, None)
    return Rehearsed(key=document.key, would=would, why=why, source=document.payload, target_key=key, target=body)


def _depends_on(decided: Mapped | outcome.Outcome) -> tuple[LinkNeed, ...]:
    match decided:
        case outcome.Wait():
            return decided.needs
        case outcome.Park():
            return decided.links
        case _:
            return ()


def decide(
    operator: Operator,
    row: ledger.flows.Flow,
    flow: Flow[Any],
    payload: Mapping[str, Any],
    *,
    as_new: bool = False,
    assumed: Iterable[LinkNeed] = (),
) -> Mapped | outcome.Outcome:
    """What the map step would make of this source document now; or would, if it were new in the target.

    ``assumed``: documents that count as being in the target.
    """
    try:
        parsed = flow.parse(payload)
        with operator.application.store.unit() as unit:
            known = flow.known(parsed, row.options, partial(unit.links.known, row.integration_id))
        if as_new:
            known = known.without(flow.name)
        there = {need: Link(state=LinkState.LINKED, target_id=need.key) for need in assumed}
        return flow.map(parsed, known.with_links({**known.links, **there}), row.options)
    except ConnectorError as error:
        return outcome_of(error)
    except Exception as error:  # noqa: BLE001 - one document must not end the rehearsal of its neighbours
        return unexpected(error)


def _sending(
    operator: Operator, row: ledger.flows.Flow, document: _Read, mapped: Mapped, target_id: str | None, *, new: bool
) -> tuple[str, str]:
    target = registry.flow(row.name).target
    system = registry.system(target.system).title
    what = f"{mapped.key} to {system}"
    if not new:
        return "nothing", f"{document.key} was read before and has not changed."
    if target_id is None:
        try:
            asked = operator.application.target(row.target).safety(target.entity).is_asked
        except StoreUnavailable:
            raise
        except ConnectorError as error:
            return "create", f"Would send {what}, which could not be done now: {error.message}"
        there = "if it is there already, it is taken for the same one"
        return "create", f"Would send {what}; {there if asked else f'{system} cannot be asked whether it has it'}."
    return "update", f"Would send {what}, known there as {target_id}."


def meaning(decided: outcome.Outcome) -> tuple[str, str]:
    """What would become of a document that is not mapped, in a word and in a sentence."""
    match decided:
        case outcome.Wait():
            return "wait", f"{decided.why} It would wait for {decided.gate}."
        case outcome.Park():
            absent = f"It would wait until the crosswalk has {_codes(decided)}; add it with `crosswalk set`."
            return "park", decided.why if isinstance(decided, outcome.Incomplete) else absent
        case outcome.Skip() | outcome.Stands() | outcome.Cancel() | outcome.GiveWay():
            return "skip", decided.reason
        case outcome.Reject():
            return "reject", decided.reason
        case outcome.Bury():
            return "dead", f"{decided.reason} {decided.suggestion}"
        case outcome.Retry() | outcome.Pause() | outcome.Advance():
            return "later", decided.why
        case _ as never:
            assert_never(never)


def _codes(parked: outcome.Park) -> str:
    return ", ".join(f"{need.table} {need.code!r}" for need in parked.missing)
