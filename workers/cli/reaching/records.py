"""Records, on the ledger itself or over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.operations.giving_reasons import reason
from connector.operations.work import correcting, lineage, meant, records
from connector.operations.work.meant import exactly
from connector.store.operator.records import Record
from workers.cli.reaching.choosing import chosen
from workers.cli.reaching.spelled import sought

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from connector.operations.operator import Operator
    from workers.cli.reaching.http import Server


def reached() -> Ledger | Api:
    """Which of both it is; nothing is contacted yet."""
    return chosen(Ledger, Api)


class Ledger:
    """What commands do, done here."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def listed(self, wanted: records.Filter) -> tuple[list[Record], int | None]:
        """Records, and how many there are; None where nobody counted."""
        found = records.list_(self._operator, wanted)
        return found, records.count(self._operator, wanted) if len(found) >= wanted.most else None

    def meant(self, text: str) -> UUID:
        """The record that is meant."""
        return meant.record(self._operator, text)

    def one(self, record: UUID, *, payloads: bool) -> records.Shown:
        """One record."""
        return records.get(self._operator, record, payloads=payloads)

    def lineage(self, record: UUID) -> Mapping[str, Any]:
        """What each field of its target document is made of."""
        return lineage.told(lineage.explain(self._operator, record))

    def replay(self, record: UUID, why: str, *, discarded: bool) -> Record:
        """Send it on its way once more."""
        return records.replay(self._operator, record, why=why, discarded=discarded)

    def propose(self, record: UUID, field: str, value: str) -> correcting.Proposal:
        """Say what a correction would do."""
        return correcting.propose(self._operator, record, field, value)

    def correct(self, proposal: correcting.Proposal, _value: str, why: str) -> Record:
        """Write what was proposed."""
        return correcting.correct(self._operator, proposal, why)


class Api:
    """The same, done there."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def listed(self, wanted: records.Filter) -> tuple[list[Record], int | None]:
        """Records, and whether there are more."""
        wanted = records.worded(wanted)
        query = {"flow": wanted.flow, "state": wanted.state, "hold": wanted.hold, "key": wanted.key}
        more = {**query, "warned": wanted.warned, **sought(wanted.sought)}
        return self._server.listed(Record, "/records", wanted.most, **more)

    def meant(self, text: str) -> UUID:
        """The record that is meant."""
        return exactly(text) or self._server.meant("/lookups/records", text)

    def one(self, record: UUID, *, payloads: bool) -> records.Shown:
        """One record."""
        told = self._server.get(f"/records/{record}")
        more = self._server.get(f"/records/{record}/payloads") if payloads else {}
        return self._server.revived(records.Shown, {**told, **more})

    def lineage(self, record: UUID) -> Mapping[str, Any]:
        """What each field of its target document is made of."""
        told = self._server.get(f"/records/{record}/lineage")
        return {**told, "record": self._server.revived(Record, told["record"])}

    def replay(self, record: UUID, why: str, *, discarded: bool) -> Record:
        """Send it on its way once more."""
        body = {"discarded": discarded, **({"why": reason(why)} if why else {})}
        return self._server.revived(Record, self._server.change("POST", f"/records/{record}/replay", body))

    def propose(self, record: UUID, field: str, value: str) -> correcting.Proposal:
        """Say what a correction would do; the corrected document itself stays there."""
        body = {"field": field, "value": value}
        told = self._server.change("POST", f"/records/{record}/corrections/preview", body)
        return self._server.revived(correcting.Proposal, {**told, "document": {}, "in_clear": {}})

    def correct(self, proposal: correcting.Proposal, value: str, why: str) -> Record:
        """Have it written."""
        body = {"field": proposal.field, "value": value, "why": reason(why)}
        told = self._server.change("POST", f"/records/{proposal.record.id}/corrections", body)
        return self._server.revived(Record, told)
