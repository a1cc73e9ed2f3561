"""What the scenarios share: how much is asked for, and a product that runs while nobody needs another one."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.bench.deployment import deployment

if TYPE_CHECKING:
    from tests.bench.deployment import Bench


@dataclass(kw_only=True)
class Session:
    """One run of the benchmark."""

    #: documents of a backlog
    records: int
    #: finished records in the large ledger
    ledger: int
    #: their audit events
    audit: int
    #: records that are due while nobody works
    due: int
    _stack: ExitStack = field(default_factory=ExitStack)
    _bench: Bench | None = None

    @property
    def slow_records(self) -> int:
        """Documents of a backlog where each answer takes its time."""
        return max(40, self.records // 5)

    @property
    def bench(self) -> Bench:
        """The product as ``up`` starts it, started by whoever needs it first."""
        if self._bench is None:
            self._bench = self._stack.enter_context(deployment())
        return self._bench

    def leave(self) -> None:
        """Stop it: somebody starts another one, or is done."""
        self._bench = None
        self._stack.close()
        self._stack = ExitStack()
