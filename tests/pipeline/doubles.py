"""A source, a target, a dispatcher and a clock that do as they are told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Found, Outgoing, Page, Query, Result, Row, Safety, Written
from connector.domain.outcome import Cancel, Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from uuid import UUID

    from connector.domain.doubt import Waits
    from connector.domain.journey import Step


@dataclass
class FakeSource:
    """A source: pages of payloads, and errors to raise instead of pages."""

    batches: list[list[dict[str, Any]]] = field(default_factory=list)
    fails_at: dict[int, Exception] = field(default_factory=dict)
    everything: bool = True
    #: whether it waits for an answer about what it lists
    owed: bool = False
    queries: list[Query] = field(default_factory=list)
    #: error to raise instead of completing these documents, once each
    incomplete: dict[str, Exception] = field(default_factory=dict)

    def pages(self, query: Query) -> Iterator[Page]:
        self.queries.append(query)
        start = int((query.position or {}).get("page", 1))
        batches = self.batches or [[]]
        for number in range(start, len(batches) + 1):
            if number in self.fails_at:
                raise self.fails_at[number]
            rows = [row for row in batches[number - 1] if query.key in (None, row.get("part"))]
            following = {"page": number + 1} if number < len(batches) else None
            moments = [row.get("modified") for row in rows]
            yield Page(
                rows=tuple(
                    Row(
                        payload=row,
                        modified=dt.datetime.fromisoformat(at) if at else None,
                        owed=self.owed,
                        corrects=bool(row.get("corrects")),
                    )
                    for row, at in zip(rows, moments, strict=True)
                ),
                number=number,
                next=following,
                everything=self.everything,
            )

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        if error := self.incomplete.pop(str(row.payload.get("part")), None):
            raise error
        return row.payload


@dataclass
class FakeDetailedSource(FakeSource):
    """A source whose documents take a read each, with what to do in the middle of one."""

    reading: Callable[[str], object] = lambda _: None

    def reads_each(self, entity: str) -> bool:
        return True

    def complete(self, entity: str, row: Row) -> Mapping[str, Any]:
        self.reading(str(row.payload["part"]))
        return super().complete(entity, row)


@dataclass
class FakeAcknowledgingSource(FakeSource):
    """A source that wants to know what we have, and how it ended."""

    acknowledged: list[str] = field(default_factory=list)
    not_ours: dict[str, str] = field(default_factory=dict)
    undecided: set[str] = field(default_factory=set)
    confirmed: list[tuple[str, Result]] = field(default_factory=list)
    taken_back: set[str] = field(default_factory=set)
    trouble: list[Exception | None] = field(default_factory=list)

    def acknowledge(self, entity: str, payloads: Sequence[Mapping[str, Any]]) -> Mapping[int, Cancel | Retry]:
        if self.trouble and (error := self.trouble.pop(0)):
            raise error
        parts = [str(payload["part"]) for payload in payloads]
        self.acknowledged += [part for part in parts if part not in self.undecided]
        later: dict[int, Cancel | Retry] = {
            place: Retry(why="ask again") for place, part in enumerate(parts) if part in self.undecided
        }
        return later | {
            place: Cancel(reason=self.not_ours[part]) for place, part in enumerate(parts) if part in self.not_ours
        }

    def withdrawn(self, entity: str, payload: Mapping[str, Any]) -> str:
        return "taken back by its owner" if payload["part"] in self.taken_back else ""

    def confirm(self, entity: str, payload: Mapping[str, Any], result: Result) -> str:
        if self.trouble and (error := self.trouble.pop(0)):
            raise error
        self.confirmed.append((payload["part"], result))
        return "Noted: it failed."


@dataclass
class FakeTarget:
    """A target that takes everything twice if asked twice, and can lose answers before or after the effect."""

    kind: Safety = Safety.ASK_FIRST
    holds: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    asked: int = 0
    patience: Waits = (dt.timedelta(0),)
    before: list[Exception | None] = field(default_factory=list)
    after: list[Exception | None] = field(default_factory=list)
    finds: list[Exception | None] = field(default_factory=list)
    #: what it turns out to hold once a write was refused
    shows_after: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    #: what it does not show, and so cannot differ in; and the correlation ids it shows
    unseen: str = ""
    #: whether what differs is not overwritten
    keeps: bool = False
    carries: dict[str, str] = field(default_factory=dict)

    def safety(self, entity: str) -> Safety:
        return self.kind

    def waits(self, entity: str) -> Waits:
        return self.patience

    def find(self, document: Outgoing) -> Found | None:
        self.asked += 1
        if self.finds and (error := self.finds.pop(0)):
            raise error
        if document.key not in self.holds:
            return None
        same = bool(self.unseen) or self.holds[document.key] == document.body
        return Found(
            target_id=f"T-{document.key}",
            difference="" if same else "its amount is another one",
            kept=self.keeps and not same,
            unseen=self.unseen,
            correlation=self.carries.get(document.key, ""),
        )

    def write(self, document: Outgoing) -> Written:
        if self.before and (error := self.before.pop(0)):
            self.holds |= self.shows_after
            raise error
        self.holds[document.key] = document.body
        self.writes.append(document.key)
        if self.after and (error := self.after.pop(0)):
            raise error
        return Written(target_id=f"T-{document.key}", answer="taken")

    def where_to_look(self, document: Outgoing) -> str:
        return f"Search the target for {document.key}."


@dataclass
class Letters:
    """A dispatcher that keeps what it was asked to send."""

    steps: list[tuple[Step, UUID]] = field(default_factory=list)
    polls: list[UUID] = field(default_factory=list)
    pieces: list[UUID] = field(default_factory=list)

    def step(self, step: Step, record_ids: Sequence[UUID]) -> None:
        self.steps += [(step, record_id) for record_id in record_ids]

    def poll(self, run_ids: Sequence[UUID]) -> None:
        self.polls += run_ids

    def extract(self, piece_ids: Sequence[UUID]) -> None:
        self.pieces += piece_ids


@dataclass
class Hand:
    """A clock moved by hand."""

    now: float = 0.0
    luck: float = 0.5

    def monotonic(self) -> float:
        return self.now

    def chance(self) -> float:
        return self.luck
