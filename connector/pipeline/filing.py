"""Filing: under which key of the ledger a listed document belongs.

That is its source key. Where a source has several documents about one thing (a cash advance and what comes back of it),
each is one of the ledger: the first has the source key, the others have the source's own id behind it. A later revision
takes the place of what it corrects. What cannot be posted any more gives its key to whatever comes next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain import canonical
from connector.domain.identity import FILED_AS, apart, can_name
from connector.domain.payload import payload_identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from connector.domain.exchange import Row
    from connector.domain.flow import Flow
    from connector.domain.record import Filed
    from connector.pipeline.world import World

_UNREADABLE = "unreadable-"


class Filing:
    """Finds the keys of one flow's documents."""

    def __init__(self, world: World, flow_id: UUID, flow: Flow[Any]) -> None:
        self._world, self._flow_id, self._flow = world, flow_id, flow

    def keys(self, rows: Sequence[Row], prints: Sequence[str]) -> list[str]:
        """The key of each document; ``prints`` are their fingerprints."""
        known = self._known(rows)
        return [self._key(row, fingerprint, known) for row, fingerprint in zip(rows, prints, strict=True)]

    def held(self, listed: Mapping[str, tuple[Row, str]]) -> dict[str, Row]:
        """Those that the ledger has under these keys, now that they are written down.

        Somebody else may have written another document, or another version, under one of them at the same moment: ours
        is read again then.
        """
        if self._flow.identity_field is None:
            return {key: row for key, (row, _) in listed.items()}
        known = self._known([row for row, _ in listed.values()])
        return {
            key: row
            for key, (row, fingerprint) in listed.items()
            if self._key(row, fingerprint, known) == key and key in known and known[key].fingerprint == fingerprint
        }

    def identity(self, payload: Mapping[str, Any]) -> str:
        """The source's own id of a document; empty where its flow does not tell documents apart by one."""
        field = self._flow.identity_field
        value = payload.get(field) if field else None
        return value if isinstance(value, str) and can_name(value) else ""

    def payload(self, key: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """The payload to keep: one whose source key another document has says which key it has instead."""
        identity = self.identity(payload)
        return {**payload, FILED_AS: key} if identity and key == self._apart(payload, identity) else payload

    def _known(self, rows: Iterable[Row]) -> Mapping[str, Filed]:
        if self._flow.identity_field is None:
            return {}
        asked = {
            key
            for row in rows
            for key in (self.source_key(row.payload), self._apart(row.payload, self.identity(row.payload)))
            if key
        }
        return self._world.store.transact(lambda unit: unit.extraction.filed(self._flow_id, sorted(asked)))

    def _key(self, row: Row, fingerprint: str, known: Mapping[str, Filed]) -> str:
        """A document that has no source key is kept too, under a name, and buried when it is mapped."""
        key = self.source_key(row.payload)
        if not key:
            return f"{_UNREADABLE}{fingerprint[:16]}"
        if self._flow.identity_field is None:
            return key
        identity, there = self.identity(row.payload), known.get(key)
        own = self._apart(row.payload, identity)
        if own in known:
            return own
        if not identity or there is None or not there.taken or row.corrects or there.fingerprint == fingerprint:
            return key
        return key if self._is(there, identity) else own

    def source_key(self, payload: Mapping[str, Any]) -> str:
        """The source key of a document, whoever has it in the ledger; empty where it has none that can be used."""
        value = payload.get(self._flow.key_field)
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        return self._flow.fold(text) if can_name(text) else ""

    def _apart(self, payload: Mapping[str, Any], identity: str) -> str:
        key = self.source_key(payload)
        if not key or not identity:
            return ""
        own = apart(key, identity)
        return own if can_name(own) else identity

    def _is(self, there: Filed, identity: str) -> bool:
        """Whether the ledger's document is this one; where that was not written down, its payload tells."""
        if there.identity is not None or not there.payload or there.record_id is None:
            return there.identity in (None, identity)
        plain = self._world.vault.open(there.payload, payload_identity(there.record_id, "source"))
        return self.identity(canonical.loads(plain)) == identity
