"""One integration from ``qad`` to ``jaggaer`` with two flows, and short ways to move records through it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from connector.domain.identity import new_id
from connector.domain.journey import Change, Letter, Step
from connector.domain.record import AttemptAnswer, Claim, Extracted, Hold, State
from connector.store.audit import seals
from connector.store.postgres.transaction import Transaction
from connector.store.schema.tables import connections, crosswalks, flows, integrations, records, runs
from tests import single
from tests.privileged import alter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.run import RunClaim
    from connector.domain.summary import Summary
    from connector.store.ledger import Ledger
    from connector.vault import EnvelopeVault

ACTOR = "worker:test"
AT = dt.datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=dt.UTC)


@dataclass(frozen=True, kw_only=True)
class Scene:
    ledger: Ledger
    vault: EnvelopeVault
    integration_id: UUID
    suppliers: UUID
    invoices: UUID
    worker: UUID

    @classmethod
    def set_up(cls, ledger: Ledger, vault: EnvelopeVault, *, prefix: str = "") -> Scene:
        source, target, integration, suppliers, invoices, worker = (new_id() for _ in range(6))
        with ledger.begin() as connection:
            for connection_id, name in ((source, f"{prefix}qad"), (target, f"{prefix}jaggaer")):
                connection.execute(
                    connections.insert().values(
                        id=connection_id,
                        name=name,
                        system=name,
                        secrets=vault.seal(b'{"password":"canary"}', f"connections:{connection_id}:secrets"),
                    )
                )
            connection.execute(
                integrations.insert().values(
                    id=integration,
                    name=f"{prefix}acme",
                    kind="qad-jaggaer",
                    source_connection_id=source,
                    target_connection_id=target,
                )
            )
            for flow_id, name in ((suppliers, "suppliers"), (invoices, "invoices")):
                connection.execute(
                    flows.insert().values(id=flow_id, integration_id=integration, name=name, schedule="every 5m")
                )
        ledger.heartbeat(worker, host="here", pid=1, kind="worker", busy_with=())
        return cls(
            ledger=ledger,
            vault=vault,
            integration_id=integration,
            suppliers=suppliers,
            invoices=invoices,
            worker=worker,
        )

    @classmethod
    def of(cls, ledger: Ledger, vault: EnvelopeVault) -> Scene:
        """The one that stands in the ledger, whatever its flows are called by now."""
        with ledger.begin() as connection:
            found = connection.execute(
                sa.text(
                    "SELECT i.id, max(f.id::text) FILTER (WHERE f.name LIKE '%suppliers%') AS suppliers, "
                    "max(f.id::text) FILTER (WHERE f.name LIKE '%invoices%') AS invoices "
                    "FROM integrations i JOIN flows f ON f.integration_id = i.id GROUP BY 1"
                )
            ).one()
        return cls(
            ledger=ledger,
            vault=vault,
            integration_id=found.id,
            suppliers=UUID(found.suppliers),
            invoices=UUID(found.invoices),
            worker=new_id(),
        )

    def change(self, statement: str, **values: object) -> None:
        with self.ledger.begin() as connection:
            connection.execute(sa.text(statement), values)

    def alter(self, statement: str, **values: object) -> None:
        """Change a table as its owner: the product may not."""
        alter(self.ledger, statement, **values)

    def seal(self, lag: dt.timedelta = dt.timedelta(0), *, keys: EnvelopeVault | None = None) -> int:
        """Seal as housekeeping does; returns how many events."""
        with self.ledger.begin() as connection:
            sealed = seals.seal(Transaction(connection), keys or self.vault, lag)
        return 0 if sealed is None else sealed.events

    def ask(self, statement: str, **values: object) -> list[Any]:
        with self.ledger.begin() as connection:
            return list(connection.execute(sa.text(statement), values).all())

    def record(self, record_id: UUID) -> Any:
        with self.ledger.begin() as connection:
            return connection.execute(sa.select(records).where(records.c.id == record_id)).one()

    def payload(self, record_id: UUID, kind: str) -> bytes | None:
        """As it is sealed."""
        found = self.ask("SELECT sealed FROM payloads WHERE record_id = :id AND kind = :kind", id=record_id, kind=kind)
        return bytes(found[0].sealed) if found else None

    def queue_run(self, flow: UUID | None = None, **values: object) -> UUID:
        run_id = new_id()
        with self.ledger.begin() as connection:
            connection.execute(
                runs.insert().values(id=run_id, flow_id=flow or self.invoices, reason="manual", **values)
            )
        return run_id

    def claim_run(self, run_id: UUID) -> RunClaim | None:
        with self.ledger.unit() as unit:
            run = unit.runs.claim(run_id, self.worker)
            unit.commit()
        return run

    def read(self, *documents: tuple[str, str], flow: UUID | None = None, single: str | None = None) -> list[UUID]:
        """Read (source key, content) pairs in a run of their own; returns what may be mapped."""
        run = self.claim_run(self.queue_run(flow, only_key=single))
        assert run is not None
        with self.ledger.unit() as unit:
            seen = unit.extraction.seen(run, documents)
            rows = [self.extracted(key, content, seen[key].version) for key, content in documents if key in seen]
            stored = unit.extraction.insert(run, rows, actor=ACTOR)
            unit.runs.finish(run)
            unit.commit()
        return list(stored.ready)

    def read_one(self, key: str, content: str = "first", *, flow: UUID | None = None) -> UUID:
        self.read((key, content), flow=flow)
        found = self.ask(
            "SELECT id FROM records WHERE flow_id = :flow AND source_key = :key ORDER BY version DESC LIMIT 1",
            flow=flow or self.invoices,
            key=key,
        )
        identifier: UUID = found[0].id
        return identifier

    def extracted(self, key: str, content: str, after_version: int = 0) -> Extracted:
        record_id = new_id()
        return Extracted(
            record_id=record_id,
            source_key=key,
            fingerprint=content,
            after_version=after_version,
            payload=self.vault.seal(content.encode(), f"records:{record_id}:source"),
            correlation_id=f"mlc-{record_id}",
        )

    def read_called(self, called: Mapping[str, Summary | None], content: str = "first") -> list[UUID]:
        """Read documents of which somebody says what they are called, by their keys; returns their records."""
        run = self.claim_run(self.queue_run())
        assert run is not None
        with self.ledger.unit() as unit:
            seen = unit.extraction.seen(run, [(key, content) for key in called])
            rows = [replace(self.extracted(key, content, seen[key].version), summary=called[key]) for key in called]
            unit.extraction.insert(run, rows, actor=ACTOR)
            unit.runs.finish(run)
            unit.commit()
        return [row.record_id for row in rows]

    def claim(self, record_id: UUID, step: Step = Step.MAP) -> Claim | None:
        with self.ledger.unit() as unit:
            claim = single.claim(unit, record_id, step, self.worker)
            unit.commit()
        return claim

    def held(self, record_id: UUID, step: Step = Step.MAP) -> Claim:
        claim = self.claim(record_id, step)
        assert claim is not None
        return claim

    def settle(self, claim: Claim, change: Change, *, target: bytes | None = None) -> bool:
        if change.target_id is not None and change.target_key is None:
            (there,) = self.ask("SELECT target_key FROM documents WHERE id = :id", id=claim.document_id)
            change = replace(change, target_key=there.target_key)
        with self.ledger.unit() as unit:
            settled = single.settle(unit, claim, change, actor=ACTOR, at=AT, target=target)
            unit.commit()
        return settled

    def map(self, record_id: UUID) -> None:
        target = self.vault.seal(b'{"body":1}', f"records:{record_id}:target")
        assert self.settle(self.held(record_id), MAPPED, target=target)

    def send(self, claim: Claim, *, key: str | None = None) -> tuple[UUID, Claim] | None:
        with self.ledger.unit() as unit:
            opened = single.open_try(unit, claim, key=key or claim.source_key, fingerprint="print", actor=ACTOR, at=AT)
            unit.commit()
        return None if opened is None else (opened.attempt_id, opened.claim)

    def sent(self, claim: Claim, *, key: str | None = None) -> tuple[UUID, Claim]:
        opened = self.send(claim, key=key)
        assert opened is not None
        return opened

    def answer(self, attempt_id: UUID, answer: str, *, target_id: str | None = None, loaded: str | None = None) -> None:
        with self.ledger.unit() as unit:
            single.answer(unit, attempt_id, answer=AttemptAnswer(answer), target_id=target_id, loaded=loaded, at=AT)
            unit.commit()

    def load(self, record_id: UUID, target_id: str = "T1") -> None:
        attempt, claim = self.sent(self.held(record_id, Step.LOAD))
        self.answer(attempt, "accepted", target_id=target_id, loaded="print")
        assert self.settle(claim, done(target_id))

    def finish(self, record_id: UUID, target_id: str = "T1") -> None:
        self.map(record_id)
        self.load(record_id, target_id)

    def make_due(self) -> None:
        self.change("UPDATE records SET due_at = now() WHERE due_at IS NOT NULL")

    def crosswalk(self, table: str, source: str, target: str) -> None:
        with self.ledger.begin() as connection:
            connection.execute(
                crosswalks.insert().values(
                    integration_id=self.integration_id, table_name=table, source_code=source, target_code=target
                )
            )


MAPPED = Change(state=State.MAPPED, event="record.mapped", why="mapped")
RETRY = Change(
    state=State.MAPPED,
    event="record.retry",
    why="503",
    hold=Hold.RETRY,
    counts_as_try=True,
    due_in=dt.timedelta(minutes=30),
)
BURIED = Change(
    state=State.DEAD,
    event="record.dead",
    why="refused",
    letter=Letter(code="refused", reason="They said no.", suggestion="Correct it."),
)
WAITS = Change(
    state=State.EXTRACTED,
    event="record.waits",
    why="not there yet",
    hold=Hold.GATE,
    gate="supplier 10 in JAGGAER",
    waits_for=("link:suppliers:10",),
    due_in=dt.timedelta(minutes=5),
)


def done(target_id: str | None = "T1") -> Change:
    return Change(state=State.DONE, event="record.done", why="accepted", target_id=target_id)


def in_state(change: Change, state: State) -> Change:
    return replace(change, state=state)
