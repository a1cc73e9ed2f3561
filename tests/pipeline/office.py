"""An operator before the bench, with a flow that depends on codes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from connector import registry
from connector.domain.exchange import Safety
from connector.operations.operator import Operator
from connector.operations.work import reapplying
from connector.store import operator as ledger
from connector.store.operator.crosswalks import Code
from tests.pipeline.parts import FLOWS, PART
from tests.pipeline.reapplied import CODED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import pytest

    from connector.domain.flow import Flow
    from connector.operations.work.reapplying import Reapplied, Would
    from tests.pipeline.conftest import Bench

NAME = f"acme/{PART}"


class Office:
    """An operator before the bench, with a flow that can be another one in the next release."""

    def __init__(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench, self._patch = bench, monkeypatch
        application = SimpleNamespace(store=bench.ledger, database=bench.ledger, vault=bench.vault)
        self.operator = Operator(application=cast("Any", application), actor="operator:ann")
        monkeypatch.setattr(registry, "flow", FLOWS.__getitem__)
        monkeypatch.setattr(registry, "system", lambda _: SimpleNamespace(title="Target B"))
        bench.target.kind = Safety.NATIVE_KEY
        self.release(CODED)

    def release(self, flow: Flow[Any]) -> None:
        self._patch.setitem(FLOWS, PART, flow)

    def code(self, code: str, means: str) -> None:
        with self.operator.transaction() as tx:
            ledger.crosswalks.put(tx, self.bench.integration, [Code(table="units", source=code, target=means)])

    def loaded(self, *parts: Mapping[str, Any]) -> None:
        self.bench.read(*(dict(part) for part in parts))
        self.bench.work()
        assert set(self.bench.records().values()) == {"done"}

    def rehearsed(self) -> dict[str, Reapplied]:
        """What a dry run says, by key."""
        what = reapplying.select(self.operator, NAME, since=None)
        return {one.key: one for batch in reapplying.rehearse(self.operator, what) for one in batch.documents}

    def reapplied(self) -> dict[str, Would]:
        """What became of each."""
        what = reapplying.select(self.operator, NAME, since=None)
        return {one.key: one.would for batch in reapplying.reapply(self.operator, what) for one in batch.documents}

    def told(self, subject: object) -> list[tuple[str, Mapping[str, Any]]]:
        """What operators did, as the audit trail has it."""
        with self.operator.transaction() as tx:
            return [(e.name, e.detail) for e in ledger.audit.history(tx, str(subject)) if e.actor == "operator:ann"]

    def older(self, version: int) -> int:
        with self.operator.transaction() as tx:
            flow: UUID = self.bench.flow_ids[PART]
            return ledger.flows.older(tx, {flow: version}).get(flow, 0)
