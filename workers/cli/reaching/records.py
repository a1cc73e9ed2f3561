"""Records over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.work import correcting, lineage, meant, records
from connector.operations.work.correcting import Proposal
from connector.operations.work.records import Shown
from connector.store.operator.records import Record
from workers.cli.reaching.revived import revived
from workers.cli.reaching.spelled import sought

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from workers.cli.reaching.http import Server


def _listed(server: Server, wanted: records.Filter) -> tuple[list[Record], int | None]:
    wanted = records.worded(wanted)
    query = {name: getattr(wanted, name) for name in ("flow", "state", "hold", "key", "warned")}
    return server.listed(Record, "/records", wanted.most, **query, **sought(wanted.sought))


def meant_record(server: Server, text: str) -> UUID:
    """The record that is meant."""
    return meant.exactly(text) or server.meant("/lookups/records", text)


def _meant_letter(server: Server, text: str) -> UUID:
    return meant.exactly(text) or server.meant("/lookups/dead-letters", text)


def _get(server: Server, record_id: UUID, *, payloads: bool = False) -> Shown:
    told = server.get(f"/records/{record_id}")
    return revived(Shown, {**told, **(server.get(f"/records/{record_id}/payloads") if payloads else {})})


def _lineage(server: Server, record_id: UUID) -> dict[str, Any]:
    told = server.get(f"/records/{record_id}/lineage")
    return {**told, "record": revived(Record, told["record"])}


def _replay(server: Server, record_id: UUID, *, why: str = "", discarded: bool = False) -> Record:
    body = {"why": why or None, "discarded": discarded}
    return revived(Record, server.change("POST", f"/records/{record_id}/replay", body))


def _propose(server: Server, record_id: UUID, field: str, value: str) -> Proposal:
    """The corrected document itself stays there."""
    told = server.change("POST", f"/records/{record_id}/corrections/preview", {"field": field, "value": value})
    return revived(Proposal, {**told, "value": value, "document": {}, "in_clear": {}})


def _correct(server: Server, proposal: Proposal, why: str) -> Record:
    body = {"field": proposal.field, "value": proposal.value, "why": why}
    return revived(Record, server.change("POST", f"/records/{proposal.record.id}/corrections", body))


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {
    records.listed: _listed,
    records.get: _get,
    records.replay: _replay,
    meant.record: meant_record,
    meant.letter: _meant_letter,
    lineage.told: _lineage,
    correcting.propose: _propose,
    correcting.correct: _correct,
}
