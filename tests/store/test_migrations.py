from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from connector.domain.errors import ConfigurationError, StoreUnavailable
from connector.store import migrate
from connector.store.ledger import Ledger
from connector.store.postgres import waiting
from connector.store.postgres.engine import open_single
from connector.store.work.archive import archive
from tests.privileged import url_of
from tests.store.scene import Scene
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from connector.vault import EnvelopeVault


def tables(database_url: str) -> set[str]:
    with open_single(database_url).connect() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_the_newest_revision_equals_the_tables_of_this_code(database_url: str) -> None:
    assert migrate.current(database_url) == migrate.head()
    assert migrate.differences(database_url) == []


def test_the_expected_revision_is_the_end_of_the_chain() -> None:
    assert ScriptDirectory(str(migrate.MIGRATIONS)).get_heads() == [migrate.head()]


def test_differences_are_noticed(database_url: str) -> None:
    with open_single(url_of(database_url)).begin() as connection:
        connection.execute(sa.text("ALTER TABLE runs ADD COLUMN stray text"))
    assert len(migrate.differences(database_url)) == 1


def test_a_database_without_a_ledger_has_no_revision(empty_database_url: str) -> None:
    assert migrate.current(empty_database_url) is None


def test_every_step_goes_up_and_down_again(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url)
    for revision in ("0003", "0002", "0001", "base"):
        migrate.downgrade(empty_database_url, revision)
        migrate.upgrade(empty_database_url)
        migrate.downgrade(empty_database_url, revision)
    assert tables(empty_database_url) == {"alembic_version"}
    migrate.upgrade(empty_database_url)
    assert migrate.differences(empty_database_url) == []


def test_what_was_archived_comes_back_where_the_archive_goes(empty_database_url: str, vault: EnvelopeVault) -> None:
    migrate.upgrade(empty_database_url)
    with closing(Ledger(empty_database_url, keys=lambda: vault)) as ledger:
        scene = Scene.set_up(ledger, vault)
        scene.finish(scene.read_one("INV-1"))
        assert archive(ledger.begin, after=dt.timedelta(days=-1), now=dt.datetime.now(dt.UTC))[0] == 1
    migrate.downgrade(empty_database_url, "0043")
    with open_single(empty_database_url).connect() as connection:
        assert connection.execute(sa.text("SELECT state FROM records")).scalars().all() == ["done"]
    migrate.upgrade(empty_database_url)
    assert migrate.differences(empty_database_url) == []


def test_many_may_upgrade_at_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(migrate.upgrade, [empty_database_url] * 3))
    assert migrate.current(empty_database_url) == migrate.head()


def test_an_upgrade_does_not_queue_behind_a_long_transaction(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url, "0002")
    with open_single(empty_database_url).begin() as busy:
        busy.execute(sa.text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreUnavailable, match="locked"):
            migrate.upgrade(empty_database_url)
    migrate.upgrade(empty_database_url)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for others looks often and gives up soon."""
    monkeypatch.setattr(waiting, "GLANCE_SECONDS", 0.05)
    monkeypatch.setattr(waiting, "LONGEST_WAIT_SECONDS", 0.5)


@pytest.mark.usefixtures("hasty")
def test_an_index_waits_for_a_long_transaction_says_whose_and_is_finished_later(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.upgrade(empty_database_url, "0014")
    heard: list[str] = []
    with open_single(empty_database_url).connect() as busy:
        busy.execute(sa.text("SET application_name = 'month end'"))
        busy.commit()
        pid = busy.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        busy.execute(sa.text("LOCK TABLE dead_letters IN ROW EXCLUSIVE MODE"))
        holder = rf"the transaction of Postgres process {pid} \(month end\), open since 20\d\d-"
        with pytest.raises(StoreUnavailable, match=f"ix_dead_letters_newest on dead_letters waited .* {holder}"):
            migrate.upgrade(empty_database_url, tell=heard.append)
        assert re.match(f"Index ix_dead_letters_newest on dead_letters waits for {holder}", heard[0])

        monkeypatch.setattr(waiting, "LONGEST_WAIT_SECONDS", HANG_SECONDS)
        migrate.upgrade(empty_database_url, tell=lambda _: busy.rollback())
    assert migrate.differences(empty_database_url) == []
    with open_single(empty_database_url).connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).scalar_one() == 0


def test_a_ledger_that_was_never_migrated_says_what_to_do(empty_database_url: str) -> None:
    with closing(Ledger(empty_database_url)) as ledger, pytest.raises(ConfigurationError, match="db upgrade"):
        ledger.connection("qad")


def test_an_index_of_all_partitions_is_finished_where_it_was_interrupted(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url, "0006")
    with open_single(url_of(empty_database_url)).begin() as connection:
        connection.execute(sa.text("CREATE INDEX audit_events_default_at_id_idx ON audit_events_default (at, id)"))
        connection.execute(
            sa.text(
                "UPDATE pg_index SET indisvalid = false "
                "WHERE indexrelid = CAST('audit_events_default_at_id_idx' AS regclass)"
            )
        )
    migrate.upgrade(empty_database_url)
    with open_single(empty_database_url).connect() as connection:
        there = connection.execute(
            sa.text(
                "SELECT i.indisvalid, count(p.inhrelid), bool_and(c.indisvalid) FROM pg_index i "
                "JOIN pg_inherits p ON p.inhparent = i.indexrelid JOIN pg_index c ON c.indexrelid = p.inhrelid "
                "WHERE i.indexrelid = CAST('ix_audit_events_at' AS regclass) GROUP BY 1"
            )
        ).one()
    assert tuple(there) == (True, 5, True)


def test_attempts_and_documents_of_the_release_before_stay_what_they_are_up_and_down(
    empty_database_url: str, vault: EnvelopeVault
) -> None:
    migrate.upgrade(empty_database_url)
    with closing(Ledger(empty_database_url, keys=lambda: vault)) as ledger:
        scene = Scene.set_up(ledger, vault)
        scene.finish(scene.read_one("INV-1"))

        def stands() -> list[tuple[object, ...]]:
            found = scene.ask(
                "SELECT a.number, a.sent_at, a.answer, r.state FROM attempts a JOIN records r ON r.id = a.record_id"
            )
            return [tuple(row) for row in found]

        before = stands()
        assert len(before) == 1
        migrate.downgrade(empty_database_url, "0023")
        assert stands() == before
        [sealed] = scene.ask("SELECT source_payload, target_payload FROM records")
        assert all(sealed)
        with pytest.raises(sa.exc.IntegrityError, match="uq_attempts_document_id_number"):
            scene.change(
                "INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, actor) "
                "SELECT gen_random_uuid(), record_id, document_id, number, key, fingerprint, now(), actor FROM attempts"
            )
        scene.change("UPDATE attempts SET id = gen_random_uuid(), sent_at = '2020-01-01 00:00+00'")
        scene.change("UPDATE documents SET first_seen = '2020-01-01 00:00+00'")  # no attempt is older than its document

        migrate.upgrade(empty_database_url)
        assert migrate.differences(empty_database_url) == []
        [row] = stands()
        assert (row[0], row[2:]) == (1, before[0][2:])
        assert scene.ask("SELECT sealed FROM payloads") == []
        ledger.retire(scene.worker)  # it is of the release before now
        assert "moved 2 documents" in ledger.housekeeping()
        assert len(scene.ask("SELECT sealed FROM payloads")) == 2
        scene.finish(scene.read_one("INV-1", "once more"))
        assert sorted(str(one[0]) for one in stands()) == ["1", "2"]
