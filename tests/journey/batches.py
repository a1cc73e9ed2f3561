"""Records that go to their target in one request."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.domain.record import State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.journey.works import Works


@dataclass
class Batches:
    """Records that go to their target in one request, a new batch for each death."""

    works: Works
    flow: str = "qad_cost_objects_to_concur"
    _codes: Iterator[int] = field(default_factory=lambda: itertools.count(99000))

    def next(self) -> UUID:
        """One of two that are due together; what the death before left is brought to its end."""
        for record_id in self.works.under_way(self.flow, State.MAPPED):
            self.works.finish(record_id)
        accounts = [{"code": str(next(self._codes)), "description": "One of two"} for _ in range(2)]
        self.works.source_of(self.flow).add_documents({"entity": "accounts", "documents": accounts})
        self.works.read(self.flow)
        for record_id in self.works.under_way(self.flow, State.EXTRACTED):
            self.works.step(record_id)
        due = self.works.under_way(self.flow, State.MAPPED)
        assert len(due) == len(accounts), self._seen()
        for record_id in due:
            self.works.calm(record_id)
        return due[0]

    def _seen(self) -> list[Any]:
        """The newest records of the flow, and its last reads, for the message of a failed test."""
        records = (
            "SELECT r.source_key, r.state, r.hold, r.why, r.lease_owner FROM records r JOIN flows f ON f.id = r.flow_id"
        )
        runs = "SELECT n.status, n.why, n.error, n.read FROM runs n JOIN flows f ON f.id = n.flow_id"
        return [
            self.works.rows(f"{each} WHERE f.name = :name ORDER BY {age} DESC LIMIT 5", name=self.flow)
            for each, age in ((records, "r.id"), (runs, "n.id"))
        ]

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """List items of Concur go together, as they do unless a connection says otherwise."""
        bulk = "UPDATE connections SET updated_at = clock_timestamp(), overrides = {} WHERE overrides ? 'list_items'"
        self.works.reconfigure(bulk.format("overrides #- '{list_items,bulk}'"))
        try:
            yield
        finally:
            self.works.reconfigure(bulk.format("jsonb_set(overrides, '{list_items,bulk}', 'null')"))
