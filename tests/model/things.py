"""A source and a target that remember everything that was done to them, and lose answers when they are told to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.errors import Refused, Unanswered, Unavailable
from connector.domain.exchange import Found, Page, Row, Safety, Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.domain.doubt import Waits
    from connector.domain.exchange import Outgoing, Query, Result
    from connector.domain.outcome import Cancel, Retry

#: what may become of a write: nothing special; done and not answered; not done and not answered; refused; refused later
FATES = ("well", "well", "well", "answer lost", "request lost", "refused", "unavailable")


@dataclass(frozen=True, kw_only=True)
class Effect:
    """Something that really happened in the target."""

    entity: str
    key: str
    #: of the record that caused it
    correlation_id: str
    body: Mapping[str, Any]


@dataclass
class Books:
    """Implements ports.Target: claims are posted once and for ever, everything else is overwritten by its key."""

    holds: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    #: what becomes of the next writes
    fates: list[str] = field(default_factory=list)
    #: how many of the next questions fail
    deaf: int = 0

    def safety(self, entity: str) -> Safety:
        return Safety.ASK_FIRST if entity == "claims" else Safety.NATIVE_KEY

    def waits(self, entity: str) -> Waits:
        return (dt.timedelta(0),)

    def find(self, document: Outgoing) -> Found | None:
        if self.deaf:
            self.deaf -= 1
            raise Unavailable("The books are being read by somebody else.")
        there = self.holds.get((document.entity, document.key))
        if there is None:
            return None
        return Found(target_id=f"T-{document.key}", difference="" if there == document.body else "its amount differs.")

    def write(self, document: Outgoing) -> Written:
        fate = self.fates.pop(0) if self.fates else "well"
        if fate == "refused":
            raise Refused("The period is closed.")
        if fate == "unavailable":
            raise Unavailable("The books are closed for a moment.")
        if fate == "request lost":
            raise Unanswered("Nobody answered.")
        self.holds[document.entity, document.key] = document.body
        self.effects.append(
            Effect(entity=document.entity, key=document.key, correlation_id=document.correlation_id, body=document.body)
        )
        if fate == "answer lost":
            raise Unanswered("Nobody answered.")
        return Written(target_id=f"T-{document.key}", answer="taken")

    def where_to_look(self, document: Outgoing) -> str:
        return f"Look into the books for {document.key}."


@dataclass
class Drawer:
    """Implements ports.Source, and being told: the documents of each entity as they are now."""

    documents: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    confirmed: list[tuple[str, str]] = field(default_factory=list)

    def put(self, entity: str, key: str, **content: Any) -> None:
        self.documents.setdefault(entity, {})[key] = {"part": key, **content}

    def pages(self, query: Query) -> Iterator[Page]:
        rows = [
            row for key, row in self.documents.get(query.entity, {}).items() if query.key is None or query.key == key
        ]
        half = (len(rows) + 1) // 2 if query.key is None else len(rows)
        start = int((query.position or {}).get("from", 0))
        for number, (first, last) in enumerate(((0, half), (half, len(rows))), start=1):
            if first >= start and (number == 1 or last > first):
                rest = {"from": last} if number == 1 and last < len(rows) else None
                yield Page(rows=tuple(Row(payload=row) for row in rows[first:last]), number=number, next=rest)

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        return row.payload

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, Cancel | Retry]:
        self.told += [(entity, str(payload["part"])) for payload in payloads]
        return {}

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        return ""

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        self.confirmed.append((str(payload["part"]), result.refused or result.target_id))
        return "noted"
