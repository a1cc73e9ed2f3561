"""Every write a simulator was asked for, so that a reconciliation can count instead of believe."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Outcome = Literal["created", "updated", "duplicate", "refused"]

ADDS: frozenset[Outcome] = frozenset({"created", "duplicate"})
"""Attempts to bring a document into being. More than one of these for a key means that somebody sent it twice."""


@dataclass(kw_only=True)
class Journal:
    """What was written, in order, whether or not it changed anything and whether or not the answer arrived."""

    _writes: list[dict[str, Any]] = field(default_factory=list)
    _counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def record(self, *, entity: str, key: str, outcome: Outcome) -> None:
        """Note one attempt. ``key`` is the entity's natural key, as the state endpoint names it."""
        at = datetime.now(UTC).isoformat()
        self._writes.append({"n": len(self._writes) + 1, "entity": entity, "key": key, "outcome": outcome, "at": at})
        if outcome in ADDS:
            self._counts[entity][key] += 1

    def writes(self) -> list[dict[str, Any]]:
        """Every attempt, oldest first."""
        return list(self._writes)

    def counts(self) -> dict[str, dict[str, int]]:
        """Attempts to create, by entity and natural key: 1 is right, 2 is once too often."""
        return {entity: dict(counted) for entity, counted in self._counts.items()}
