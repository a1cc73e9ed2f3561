"""The archive: what has been at rest for long lies by month, is found as before, and comes back when it stirs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, StoreUnavailable
from connector.domain.gate import LinkState
from connector.domain.journey import Step
from connector.domain.record import State
from connector.store.audit import proving
from connector.store.binding import link_binding
from connector.store.ledger import Ledger
from connector.store.operator import dossier, records, transaction
from connector.store.postgres.transaction import Transaction
from connector.store.work import archive as archiving
from connector.store.work.archive import archive
from tests.cli.aged import aged
from tests.privileged import working_as
from tests.store.scene import ACTOR, BURIED, WAITS, in_state
from tests.store.work.test_link_facts import link, posted

if TYPE_CHECKING:
    from uuid import UUID

    from tests.store.scene import Scene

NOW = dt.datetime(2027, 6, 15, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2027, 1, 10, tzinfo=dt.UTC)
LATELY = dt.datetime(2027, 5, 10, tzinfo=dt.UTC)


def archived(scene: Scene) -> int:
    return archive(scene.ledger.begin, after=dt.timedelta(days=90), now=NOW)[0]


def loaded(scene: Scene, key: str, content: str = "first", *, at: dt.datetime = LONG_AGO) -> UUID:
    record_id = scene.read_one(key, content)
    scene.finish(record_id, f"T-{key}")
    aged(scene, at, record_id)
    return record_id


def months(scene: Scene) -> dict[str, list[int]]:
    """Where versions lie: table -> versions."""
    found: dict[str, list[int]] = {}
    for row in scene.ask("SELECT tableoid::regclass::text AS name, version FROM all_records ORDER BY 1, 2"):
        found.setdefault(row.name, []).append(row.version)
    return found


def test_a_document_lies_in_the_month_in_which_each_of_its_versions_ended(scene: Scene) -> None:
    loaded(scene, "INV-1")
    loaded(scene, "INV-1", "second", at=LONG_AGO + dt.timedelta(days=31))
    loaded(scene, "INV-2", at=LATELY)
    assert archived(scene) == 2
    assert months(scene) == {"all_records_2027_01": [1], "all_records_2027_02": [2], "records": [1]}
    assert archived(scene) == 0
    assert scene.ledger.count() == 3


def test_what_lies_there_is_found_shown_and_proved_as_before(scene: Scene) -> None:
    record_id = loaded(scene, "INV-1")
    before = shown(scene, record_id)
    assert archived(scene) == 1
    assert shown(scene, record_id) == before
    scene.seal()
    assert scene.ledger.verify() == []


def shown(scene: Scene, record_id: UUID) -> object:
    with transaction.transaction(scene.ledger, actor="operator:test") as tx:
        document, versions = dossier.of(tx, record_id)
        proof = proving.prove(tx, document.id, flow="acme/invoices", key="INV-1", keys=scene.vault)
        assert len(proof.events[record_id]) > 1
        assert proof.findings == []
        return document, versions, records.payloads(tx, record_id)


def test_a_document_that_its_source_changes_comes_back_whole(scene: Scene) -> None:
    loaded(scene, "INV-1")
    archived(scene)
    assert scene.read(("INV-1", "first")) == [], "nothing changed"
    assert months(scene) == {"all_records_2027_01": [1]}
    second = scene.read_one("INV-1", "second")
    assert months(scene) == {"records": [1, 2]}
    assert scene.record(second).version == 2
    scene.finish(second, "T-INV-1")
    aged(scene, LONG_AGO, second)
    assert archived(scene) == 2, "and goes again once it has been at rest again"


def test_what_has_something_to_go_stays(scene: Scene) -> None:
    waiting, dead, discarded, doubtful = (scene.read_one(key) for key in ("INV-W", "INV-D", "INV-X", "INV-U"))
    scene.settle(scene.held(waiting), WAITS)
    scene.settle(scene.held(dead), BURIED)
    scene.settle(scene.held(discarded), BURIED)
    scene.change("UPDATE dead_letters SET resolved_at = now() WHERE record_id = :id", id=discarded)
    scene.map(doubtful)
    attempt, claim = scene.sent(scene.held(doubtful, Step.LOAD))
    scene.answer(attempt, "unknown")
    scene.settle(claim, in_state(BURIED, State.REJECTED))
    loaded(scene, "INV-V")
    changed = scene.read_one("INV-V", "second")
    aged(scene, LONG_AGO, waiting, dead, discarded, doubtful, changed)
    assert archived(scene) == 0
    assert set(months(scene)) == {"records"}


def test_what_somebody_has_in_hand_goes_the_next_time(scene: Scene) -> None:
    loaded(scene, "INV-1")
    with scene.ledger.begin() as busy:
        assert Transaction(busy).run("SELECT FROM documents FOR UPDATE") == 1
        assert archived(scene) == 0
    assert archived(scene) == 1


def test_a_month_that_cannot_be_made_is_made_the_next_time(scene: Scene) -> None:
    loaded(scene, "INV-1")
    with working_as(scene.ledger) as busy:
        busy.exec_driver_sql("SELECT pg_advisory_xact_lock(7304118006)")
        assert archived(scene) == 0
    assert months(scene) == {"records": [1]}
    assert archived(scene) == 1


def test_nothing_goes_there_while_a_worker_of_an_older_release_lives(scene: Scene) -> None:
    loaded(scene, "INV-1")
    scene.change("UPDATE workers SET archives = false")
    assert archived(scene) == 0
    scene.change("UPDATE workers SET heartbeat_at = now() - interval '6 minutes'")
    assert archived(scene) == 1


def test_a_link_says_from_there_what_it_said(scene: Scene) -> None:
    posted(scene, "INV-1", {"doc_id": "d1"})
    before = link(scene, "INV-1")
    (found,) = scene.ask("SELECT id FROM records")
    aged(scene, LONG_AGO, found.id)
    assert archived(scene) == 1
    assert link(scene, "INV-1") == before
    assert (before.state, before.facts) == (LinkState.LINKED, {"doc_id": "d1"})


def test_a_document_without_a_link_says_how_it_ended(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.settle(scene.held(record_id), in_state(BURIED, State.REJECTED))
    scene.change("UPDATE dead_letters SET resolved_at = now()")
    before = link(scene, "INV-1")
    aged(scene, LONG_AGO, record_id)
    assert archived(scene) == 1
    assert link(scene, "INV-1") == before
    assert before.state is LinkState.FAILED


@pytest.mark.parametrize(
    "tampering",
    [
        """UPDATE documents SET archived = jsonb_set(archived, '{said,result,facts,doc_id}', '"d2"')""",
        """UPDATE all_records SET result = jsonb_set(result, '{facts,doc_id}', '"d2"')""",
    ],
)
def test_facts_that_were_changed_there_are_noticed(scene: Scene, tampering: str) -> None:
    posted(scene, "INV-1", {"doc_id": "d1"})
    (found,) = scene.ask("SELECT id FROM records")
    aged(scene, LONG_AGO, found.id)
    assert archived(scene) == 1
    assert amiss(scene) == []
    scene.change(tampering)
    (name,) = amiss(scene)
    assert name == "link:acme/invoices/INV-1"
    with scene.ledger.begin() as connection:
        link_binding.confirm_all(Transaction(connection), scene.vault)
    assert amiss(scene) == [], "a person takes them as they are"


def amiss(scene: Scene) -> list[str]:
    with scene.ledger.begin() as connection:
        return [name for name, _ in link_binding.amiss(Transaction(connection), scene.vault)]


def test_a_document_that_its_source_lists_again_comes_back_and_is_answered(scene: Scene) -> None:
    record_id = loaded(scene, "INV-1")
    archived(scene)
    with scene.ledger.unit() as unit:
        (ended,) = unit.reopening.ended(scene.invoices, ["INV-1"]).values()
        unit.reopening.reopen({ended.record_id: b"sealed"}, actor=ACTOR)
        unit.commit()
    assert ended.record_id == record_id
    assert scene.record(record_id).state == State.LOADED


def test_what_a_person_sends_again_comes_back(scene: Scene) -> None:
    record_id = loaded(scene, "INV-1")
    archived(scene)
    with transaction.transaction(scene.ledger, actor="operator:test") as tx:
        assert records.locked(tx, record_id).record_id == record_id
    assert months(scene) == {"records": [1]}
    assert scene.ask("SELECT FROM documents WHERE archived IS NOT NULL") == []


def test_housekeeping_archives_what_it_is_told_to(scene: Scene, database_url: str) -> None:
    loaded(scene, "INV-1", at=dt.datetime.now(dt.UTC))
    assert "archived" not in scene.ledger.housekeeping()
    told = Ledger(database_url, archive_after=dt.timedelta(days=-1))
    try:
        assert "archived 1 records" in told.housekeeping()
    finally:
        told.close()


def test_what_is_archived_after_its_source_listed_it_again_is_reopened_all_the_same(scene: Scene) -> None:
    record_id = loaded(scene, "INV-1")
    with scene.ledger.unit() as unit:
        (ended,) = unit.reopening.ended(scene.invoices, ["INV-1"]).values()
        unit.commit()
    archived(scene)
    assert months(scene) == {"all_records_2027_01": [1]}, "its source has been asked for a long while"
    with scene.ledger.unit() as unit:
        unit.reopening.reopen({ended.record_id: b"sealed"}, actor=ACTOR)
        unit.commit()
    assert scene.record(record_id).state == State.LOADED


def test_what_is_only_looked_at_stays_there(scene: Scene) -> None:
    record_id = loaded(scene, "INV-1")
    archived(scene)
    with scene.ledger.unit() as unit:
        (ended,) = unit.reopening.ended(scene.invoices, ["INV-1"]).values()
        unit.commit()
    assert ended.record_id == record_id
    assert months(scene) == {"all_records_2027_01": [1]}


def test_what_another_document_says_there_is_not_taken_for_its_own(scene: Scene) -> None:
    posted(scene, "INV-1", {"doc_id": "d1"})
    posted(scene, "INV-2", {"doc_id": "d2"})
    aged(scene, LONG_AGO, *(row.id for row in scene.ask("SELECT id FROM records")))
    assert archived(scene) == 2
    assert link(scene, "INV-1").facts == {"doc_id": "d1"}
    scene.change("""
    UPDATE documents d SET archived = jsonb_set(d.archived, '{said}', o.archived -> 'said') FROM documents o
    WHERE d.source_key = 'INV-1' AND o.source_key = 'INV-2'
    """)
    with pytest.raises(ConfigurationError, match="facts"):
        link(scene, "INV-1")
    with scene.ledger.begin() as connection:
        link_binding.confirm_all(Transaction(connection), scene.vault)
    assert link(scene, "INV-1").facts == {"doc_id": "d1"}


def test_those_that_never_go_keep_nobody_from_going(
    scene: Scene, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for many in ("BATCH", "LOOKED_AT", "AT_ONCE"):
        monkeypatch.setattr(archiving, many, 2)
    for key in ("INV-1", "INV-2"):
        scene.settle(scene.held(scene.read_one(key)), in_state(BURIED, State.REJECTED))
    loaded(scene, "INV-3", at=dt.datetime.now(dt.UTC))
    told = Ledger(database_url, archive_after=dt.timedelta(days=-1))
    try:
        assert "archived" not in told.housekeeping()
        assert "archived 1 records" in told.housekeeping()
        scene.change("UPDATE dead_letters SET resolved_at = now()")
        assert "archived 2 records" in told.housekeeping(), "it begins anew behind the last one"
    finally:
        told.close()


def test_the_trail_is_sealed_although_nothing_can_be_archived(scene: Scene, database_url: str) -> None:
    loaded(scene, "INV-1", at=dt.datetime.now(dt.UTC))
    scene.alter("""
    CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'it takes too long' USING ERRCODE = 'query_canceled'; END $$;
    CREATE TRIGGER busy BEFORE UPDATE OF archived ON documents FOR EACH ROW EXECUTE FUNCTION busy();
    """)
    told = Ledger(database_url, archive_after=dt.timedelta(days=-1), keys=lambda: scene.vault, seal_lag=dt.timedelta(0))
    try:
        with pytest.raises(StoreUnavailable):
            told.housekeeping()
    finally:
        told.close()
    assert scene.ask("SELECT FROM audit_seals") != []
