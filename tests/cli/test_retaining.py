"""``db retain``: what is old goes while everything runs; links, what is needed and the audit trail stay."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.bootstrap import application
from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from connector.domain.journey import Step
from connector.embedded import roles
from connector.operations.health import postgres, watching
from connector.operations.health.retaining import Retained, retain
from connector.operations.operator import Operator
from connector.store.operator import retained_records
from connector.store.work.archive import archive
from tests.cli.aged import aged, months_later
from tests.e2e.plant import LONG
from tests.privileged import tampering, url_of, vacuum, working_as
from tests.store.scene import BURIED, WAITS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

NOW = dt.datetime(2027, 6, 15, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2027, 1, 10, tzinfo=dt.UTC)


@pytest.fixture
def owner(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """Who owns the tables: the role that the product logs in as removes nothing."""
    url = url_of(scene.ledger.engine.url, roles.OWNER)
    monkeypatch.setenv("ML_CONNECTOR_OWNER_DATABASE_URL", url)
    opened = application(load_settings().model_copy(update={"database_url": url}))
    yield Operator(application=opened, actor="operator:test")
    opened.close()


def removed(owner: Operator, now: dt.datetime = NOW, *, payloads: int = 60, records: int = 90) -> Retained:
    return retain(owner, payload_days=payloads, record_days=records, now=now)


def loaded(scene: Scene, key: str, content: str = "first", *, at: dt.datetime = LONG_AGO) -> UUID:
    record_id = scene.read_one(key, content)
    scene.finish(record_id, f"T-{key}")
    aged(scene, at, record_id)
    return record_id


def rows(scene: Scene, table: str) -> int:
    (found,) = scene.ask(f"SELECT count(*) AS n FROM {table}")  # noqa: S608 - a name of ours
    number: int = found.n
    return number


def test_records_go_with_all_that_is_theirs_and_the_trail_stays_whole(scene: Scene, owner: Operator) -> None:
    loaded(scene, "INV-1")
    loaded(scene, "INV-2", at=NOW)
    scene.seal()
    events = rows(scene, "audit_events")
    found = removed(owner)
    assert (found.months, found.documents, found.records, found.bare) == (["2027-01"], 2, 1, 0)
    for table, left in {"records": 1, "attempts": 1, "payloads": 2, "documents": 2}.items():
        assert rows(scene, table) == left, table
    assert rows(scene, "audit_events") == events + len(("a month", "a batch of records", "that it came to its end"))
    scene.seal()
    assert scene.ledger.verify() == []
    assert removed(owner) == Retained(), "there is nothing more to be done"


def test_a_link_outlives_its_record_and_the_document_is_not_sent_again(scene: Scene, owner: Operator) -> None:
    loaded(scene, "INV-1")
    removed(owner)
    assert scene.ask("SELECT target_id FROM documents WHERE target_id = 'T-INV-1'")
    assert scene.read(("INV-1", "first")) == [], "nothing changed at its source"
    record_id = scene.read_one("INV-1", "second")
    assert scene.record(record_id).version == 2
    scene.finish(record_id, "T-INV-1")
    assert scene.ledger.verify() == []


def test_what_is_needed_stays(scene: Scene, owner: Operator) -> None:
    waiting, dead, doubtful = (scene.read_one(key) for key in ("INV-W", "INV-D", "INV-U"))
    scene.settle(scene.held(waiting), WAITS)
    scene.settle(scene.held(dead), BURIED)
    scene.map(doubtful)
    attempt, claim = scene.sent(scene.held(doubtful, Step.LOAD))
    scene.answer(attempt, "unknown")
    scene.settle(claim, BURIED)
    scene.change("UPDATE dead_letters SET resolved_at = now() WHERE record_id = :id", id=doubtful)
    aged(scene, LONG_AGO, waiting, dead, doubtful)
    loaded(scene, "INV-1")
    found = removed(owner)
    assert (found.documents, found.needed, found.records) == (4, 2, 1)
    assert scene.payload(waiting, "source") is not None
    assert scene.payload(dead, "source") is not None
    assert scene.payload(doubtful, "source") is None, "whether it arrived is asked by its key, not by its document"
    assert scene.ask("SELECT FROM attempts WHERE record_id = :id", id=doubtful), "nobody knows whether it arrived"
    assert scene.ask("SELECT FROM payloads_default") == []
    assert not removed(owner).months, "what stayed is not moved again and again"


def test_of_what_a_link_says_besides_the_row_stays(scene: Scene, owner: Operator) -> None:
    older, newer = loaded(scene, "INV-1", "one"), loaded(scene, "INV-1", "two")
    scene.change("""UPDATE records SET result = '{"facts": {"as": "V1"}}' WHERE id = ANY(:ids)""", ids=[older, newer])
    found = removed(owner)
    assert (found.records, found.bare) == (1, 1)
    assert [row.id for row in scene.ask("SELECT id FROM records")] == [newer]
    assert rows(scene, "attempts") == 0
    scene.seal()
    assert scene.ledger.verify() == []


def test_what_lies_in_the_archive_goes_with_the_month_it_lies_in(scene: Scene, owner: Operator) -> None:
    gone, kept = loaded(scene, "INV-1"), loaded(scene, "INV-2")
    scene.change("""UPDATE records SET result = '{"facts": {"as": "V1"}, "bound": ""}' WHERE id = :id""", id=kept)
    assert archive(scene.ledger.begin, after=dt.timedelta(days=90), now=NOW)[0] == 2
    there = scene.ask("SELECT id FROM all_records WHERE archived_in = CAST('2027-01-01' AS date) ORDER BY id")
    assert [row.id for row in there] == [gone, kept]
    found = removed(owner)
    assert (found.records, found.bare) == (1, 1)
    assert scene.ask("SELECT FROM pg_class WHERE relname = 'all_records_2027_01'") == [], "nothing is left of the month"
    assert [row.id for row in scene.ask("SELECT id FROM all_records")] == [kept]
    scene.seal()
    assert scene.ledger.verify() == []
    assert removed(owner).records == 0, "there is nothing more to be done"
    assert scene.read(("INV-1", "first"), ("INV-2", "first")) == [], "nothing changed at their source"
    assert scene.record(scene.read_one("INV-2", "second")).version == 2
    assert scene.record(scene.read_one("INV-1", "second")).version == 2


def test_of_what_is_left_there_the_row_moves_the_next_time_where_another_month_is_being_made(
    scene: Scene, owner: Operator
) -> None:
    kept = loaded(scene, "INV-1")
    scene.change("""UPDATE records SET result = '{"facts": {"as": "V1"}, "bound": ""}' WHERE id = :id""", id=kept)
    archive(scene.ledger.begin, after=dt.timedelta(days=90), now=NOW)
    with working_as(scene.ledger) as busy:
        busy.exec_driver_sql("SELECT pg_advisory_xact_lock(7304118006)")
        assert removed(owner).bare == 1
    assert [str(row.archived_in) for row in scene.ask("SELECT archived_in FROM all_records")] == ["2027-01-01"]
    removed(owner)
    assert [str(row.archived_in) for row in scene.ask("SELECT archived_in FROM all_records")] == ["0001-01-01"]


def test_killed_midway_it_goes_on_where_it_was(scene: Scene, owner: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        loaded(scene, f"INV-{number}")
    monkeypatch.setattr(retained_records, "BATCH", 1)

    def killed(what: str, done: int, _total: int) -> None:
        if (what, done) == ("records", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retain(owner, payload_days=60, record_days=90, now=NOW, report=killed)
    assert rows(scene, "records") == 1
    assert scene.ledger.verify() == []
    assert removed(owner).records == 1
    assert scene.ledger.verify() == []


def test_a_month_that_somebody_reads_is_left_for_the_next_time(
    scene: Scene, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.operations.health.retaining.TRIES", 1)
    record_id = loaded(scene, "INV-1")
    with scene.ledger.begin() as reader:
        reader.execute(sa.text("SELECT count(*) FROM payloads"))
        found = retain(owner, payload_days=60, record_days=0, now=NOW)
    assert (found.months, found.busy) == ([], ["2027-01"])
    assert scene.payload(record_id, "source") is not None
    assert removed(owner).months == ["2027-01"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DELETE FROM audit_events WHERE subject = :record AND name = 'record.done'", "when retention removed it"),
        (
            "UPDATE audit_events SET detail = jsonb_set(detail, '{mac}', '\"00\"') WHERE subject = 'retention:records'",
            "nobody who has the master key",
        ),
        ("DELETE FROM audit_events WHERE subject = 'retention:records'", "tell of a record that does not exist"),
    ],
)
def test_whoever_hides_behind_retention_is_found(scene: Scene, owner: Operator, change: str, said: str) -> None:
    record_id = loaded(scene, "INV-1")
    removed(owner)
    with tampering(scene.ledger) as superuser:
        superuser.execute(sa.text(change), {"record": str(record_id)} if ":record" in change else {})
    assert any(said in finding.problem for finding in scene.ledger.verify())


def test_the_login_role_removes_nothing(scene: Scene) -> None:
    record_id = loaded(scene, "INV-1")
    with pytest.raises(ConfigurationError, match="may not do this"):
        scene.change("DELETE FROM records WHERE id = :id", id=record_id)


def test_it_is_missed_where_it_never_ran_and_once_it_ran_and_then_did_not_for_days(
    scene: Scene, owner: Operator
) -> None:
    def told(keep_days: int = 0) -> list[str]:
        watching.report_work(owner, dt.timedelta(days=9999), keep_days)
        return [row.about for row in scene.ask("SELECT about FROM alerts WHERE name = 'retention.old'")]

    loaded(scene, "INV-1", at=months_later(dt.datetime.now(dt.UTC), -3))
    assert told(keep_days=31) == ["retention"]
    assert told(keep_days=120) == []
    with owner.transaction() as tx:
        (check,) = (one for one in postgres.attention(tx, dt.timedelta(days=9999), 31) if one.what == "retention")
    assert "never came to its end" in check.found
    retain(owner, payload_days=0, record_days=0)
    assert told() == [], "everything is kept for ever"
    removed(owner)
    assert told() == []
    with tampering(scene.ledger) as superuser:
        superuser.exec_driver_sql("UPDATE audit_events SET at = at - interval '4 days' WHERE subject = 'db:retain'")
    assert told() == ["retention"]
    removed(owner)
    assert told() == [], "it is over as soon as it ran again"


def test_the_command_says_what_is_gone(
    terminal: Terminal, scene: Scene, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Everything is kept" in terminal.ok("db", "retain").out
    loaded(scene, "INV-1", at=dt.datetime(2020, 3, 10, tzinfo=dt.UTC))
    monkeypatch.setenv("ML_CONNECTOR_KEEP_RECORDS_DAYS", "60")
    assert "Records go after 60 days and their documents never" in terminal("db", "retain").err
    monkeypatch.setenv("ML_CONNECTOR_KEEP_DOCUMENTS_DAYS", "31")
    assert "Removed 2 documents of 2020-03, 0 records and 0 runs." in terminal.ok("db", "retain").out
    monkeypatch.setenv("ML_CONNECTOR_KEEP_DOCUMENTS_DAYS", "7")
    assert "31" in terminal("db", "retain").err


#: bytes; a page of each index and table more or less is not growth
SLACK = 1.25
A_MONTH = 60


def size(scene: Scene) -> int:
    """Bytes of everything but links and the audit trail, once what is dead in it can be used again."""
    vacuum(scene.ledger)
    with working_as(scene.ledger) as superuser:
        found = superuser.execute(
            sa.text(
                "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = "
                "c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname !~ '^(documents|audit_)'"
            )
        ).scalar_one()
    return int(found)


@pytest.mark.skipif(not LONG, reason="a year is long: `make outage`")
def test_in_a_year_the_ledger_stays_as_large_as_it_was_after_four_months(scene: Scene, owner: Operator) -> None:
    start = dt.datetime.now(dt.UTC)
    sizes: list[int] = []
    for month in range(1, 13):
        moment = months_later(start, month)
        ready = scene.read(*((f"INV-{month}-{number}", "x" * 4000) for number in range(A_MONTH)))
        for number, record_id in enumerate(ready):
            scene.finish(record_id, f"T-{month}-{number}")
        aged(scene, moment, *ready)
        scene.ledger.housekeeping()
        archive(scene.ledger.begin, after=dt.timedelta(days=31), now=moment)
        removed(owner, moment)
        sizes.append(size(scene))
    assert sizes[0] > 0
    assert max(sizes[4:]) <= SLACK * sizes[3], sizes
    assert rows(scene, "documents") == 12 * A_MONTH, "links stay"
    assert rows(scene, "all_records") < 6 * A_MONTH
    assert rows(scene, "records") <= 2 * A_MONTH
    scene.seal()
    assert scene.ledger.verify() == []
