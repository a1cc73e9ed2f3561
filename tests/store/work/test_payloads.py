"""Documents lie apart from their records, in months; those of an earlier release are read where they are, and moved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.identity import new_id
from connector.domain.journey import Step
from connector.operations.check import Health
from connector.operations.health import postgres
from connector.store import operator
from connector.store.postgres import months
from connector.store.postgres.months import ATTEMPTS, PAYLOADS
from connector.store.work import payloads
from tests.privileged import alter
from tests.store.history import costly

if TYPE_CHECKING:
    from uuid import UUID

    from connector.store.postgres.months import Partitioned
    from tests.store.scene import Scene

NEXT = dt.date(2039, 11, 20)


def older_worker(scene: Scene) -> UUID:
    """A process of the release before gives a sign of life."""
    worker = new_id()
    scene.change("INSERT INTO workers (id, host, pid, kind, binds) VALUES (:id, 'there', 2, 'worker', true)", id=worker)
    return worker


def columns(scene: Scene, record_id: UUID) -> tuple[bool, bool]:
    """Whether the record's own row has its source and its target document."""
    record = scene.record(record_id)
    return record.source_payload is not None, record.target_payload is not None


def apart(scene: Scene, record_id: UUID) -> tuple[bool, bool]:
    return scene.payload(record_id, "source") is not None, scene.payload(record_id, "target") is not None


def opened(scene: Scene, record_id: UUID, step: Step) -> bytes:
    """What a worker that claims it for this step is given."""
    claim = scene.held(record_id, step)
    sealed = claim.target_payload if step is Step.LOAD else claim.source_payload
    assert sealed is not None
    scene.change("UPDATE records SET lease_owner = NULL WHERE id = :id", id=record_id)
    return scene.vault.open(bytes(sealed), f"records:{record_id}:{'target' if step is Step.LOAD else 'source'}")


def outside(scene: Scene) -> list[str]:
    """The tables of which the doctor says that some rows lie in no month."""
    with operator.transaction.transaction(scene.ledger, actor="test") as tx:
        found = operator.server.outside_of_months(tx)
        assert (postgres.months(tx).health is Health.WARNING) is bool(found)
    return found


def test_a_record_changes_and_its_documents_are_not_written_again(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.finish(record_id)
    assert columns(scene, record_id) == (False, False)
    written = scene.ask("SELECT DISTINCT kind, xmin FROM payloads ORDER BY kind")
    assert [row.kind for row in written] == ["source", "target"]
    assert scene.ask("SELECT tableoid FROM payloads WHERE tableoid = 'payloads_default'::regclass") == []


def test_a_record_that_is_mapped_again_has_its_newest_target_document(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    scene.change("UPDATE records SET state = 'extracted' WHERE id = :id", id=record_id)
    scene.make_due()
    scene.map(record_id)
    assert len(scene.ask("SELECT FROM payloads")) == 2
    assert opened(scene, record_id, Step.LOAD) == b'{"body":1}'


def test_while_a_worker_of_the_release_before_lives_documents_are_where_it_looks(scene: Scene) -> None:
    older = older_worker(scene)
    record_id = scene.read_one("INV-1", "for both")
    assert opened(scene, record_id, Step.MAP) == b"for both"
    scene.map(record_id)
    assert (columns(scene, record_id), apart(scene, record_id)) == ((True, True), (False, False))
    assert opened(scene, record_id, Step.LOAD) == b'{"body":1}'
    assert "documents of an earlier release" not in scene.ledger.housekeeping(), "it still looks for them there"

    scene.ledger.retire(older)
    assert "moved 2 documents of an earlier release" in scene.ledger.housekeeping()
    assert (columns(scene, record_id), apart(scene, record_id)) == ((False, False), (True, True))
    assert opened(scene, record_id, Step.LOAD) == b'{"body":1}'
    assert "documents of an earlier release" not in scene.ledger.housekeeping()


def test_what_the_release_before_maps_again_counts(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.map(record_id)
    newer = scene.vault.seal(b'{"body":2}', f"records:{record_id}:target")
    scene.change("UPDATE records SET target_payload = :sealed WHERE id = :id", sealed=newer, id=record_id)
    assert opened(scene, record_id, Step.LOAD) == b'{"body":2}'
    scene.ledger.housekeeping()
    assert opened(scene, record_id, Step.LOAD) == b'{"body":2}'
    assert len(scene.ask("SELECT FROM payloads")) == 2
    scene.change("UPDATE records SET target_payload = :sealed, state = 'extracted'", sealed=newer)
    scene.map(record_id)
    assert opened(scene, record_id, Step.LOAD) == b'{"body":1}', "and what this one maps after it"


def test_looking_for_what_is_left_to_move_looks_at_nothing(worn: Scene) -> None:
    assert costly(worn, lambda scene: payloads.move_older(scene.ledger.begin), most=30) == {}


@pytest.mark.parametrize(("of", "column"), [(ATTEMPTS, "sent_at"), (PAYLOADS, "created_at")])
def test_a_month_is_made_ahead_unless_its_rows_lie_elsewhere(scene: Scene, of: Partitioned, column: str) -> None:
    def prepare() -> list[str]:
        with scene.ledger.begin() as connection:
            return months.prepare(connection, of, today=NEXT, ahead=2)

    scene.finish(scene.read_one("INV-1"))
    scene.change(f"UPDATE {of.table} SET {column} = '2039-12-31 23:59+00'")  # noqa: S608  constant parts only
    assert [row.name for row in scene.ask(f"SELECT DISTINCT tableoid::regclass::text AS name FROM {of.table}")] == [  # noqa: S608
        of.default
    ]
    assert outside(scene) == [of.table]
    assert prepare() == [f"{of.table}_2039_11", f"{of.table}_2040_01"]
    scene.change(f"UPDATE {of.table} SET {column} = '2040-01-01 00:00+00'")  # noqa: S608  constant parts only
    assert prepare() == [f"{of.table}_2039_12"]
    assert prepare() == []
    assert outside(scene) == []
    assert [row.name for row in scene.ask(f"SELECT DISTINCT tableoid::regclass::text AS name FROM {of.table}")] == [  # noqa: S608
        f"{of.table}_2040_01"
    ]


def test_a_month_is_made_later_while_somebody_has_the_table(scene: Scene) -> None:
    with scene.ledger.begin() as busy:
        busy.exec_driver_sql("UPDATE records SET why = why")
        with scene.ledger.begin() as beside:
            beside.exec_driver_sql("UPDATE documents SET version = version")
            assert months.prepare_all(scene.ledger.begin, today=dt.date(2041, 1, 1)) == [
                *(f"audit_events_2041_{month:02}" for month in range(1, 5)),
                *(f"payloads_2041_{month:02}" for month in range(1, 3)),
            ]
    assert months.prepare_all(scene.ledger.begin, today=dt.date(2041, 1, 1))[0] == "attempts_2041_01"


def test_a_month_of_documents_goes_in_one_statement_and_their_records_stay(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.finish(record_id)
    [lies] = scene.ask("SELECT DISTINCT tableoid::regclass::text AS name FROM payloads")
    alter(scene.ledger, f"DROP TABLE {lies.name}")
    assert scene.record(record_id).state == "done"
    assert scene.ledger.verify() == []
    assert scene.ledger.housekeeping().endswith("made 1 partitions")
