"""Migrations after the first release: the release before goes on working, and nobody waits long for a lock."""

from __future__ import annotations

import re
import shutil
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy import event

from connector.domain.errors import StoreUnavailable
from connector.store import migrate
from connector.store.ledger import Ledger
from connector.store.postgres.engine import open_single
from tests.store.scene import Scene
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.vault import EnvelopeVault

#: the tables that customers have who run the release before
FIRST_RELEASE = "0003"
#: how long a migration may keep others waiting before it gives up
PATIENCE = "4s"

#: what takes something away from the release before, or keeps it from writing
_FORBIDDEN = {
    r"\bDROP\b": "it takes something away",
    r"\bRENAME\b": "it takes a name away",
    r"\bALTER COLUMN \S+ (SET DATA )?TYPE\b": "it rewrites the table, and the release before has the old type",
    r"\bSET NOT NULL\b": "it reads the whole table, and the release before may leave the column empty",
    r"\bADD COLUMN (?!.*\bDEFAULT\b).*\bNOT NULL\b": "the release before does not fill it",
    r"\bADD COLUMN .*\bDEFAULT (?!(\S*\W)?(now\(\)|false|true|'[^']*'|-?\d+)(\W|$))": "it rewrites the table",
    r"\bADD CONSTRAINT (?!.*\bNOT VALID\b)": "it reads the whole table under a lock",
    r"\bCREATE (UNIQUE )?INDEX (?!CONCURRENTLY)": "nobody can write meanwhile",
    r"\b(VACUUM FULL|CLUSTER|LOCK TABLE|TRUNCATE|REINDEX)\b": "it locks the whole table",
}
#: foreign keys of what may lie in the archive: the release before writes all it did without them
_MAY_GO = {
    "ALTER TABLE attempts DROP CONSTRAINT fk_attempts_record_id",
    "ALTER TABLE dead_letters DROP CONSTRAINT fk_dead_letters_record_id",
}
_MADE = re.compile(r"\bCREATE TABLE (\w+)", re.IGNORECASE)
_OF = re.compile(r"\b(?:ALTER TABLE|INDEX .*? ON|TRIGGER .*? ON) (?:ONLY )?(\w+)", re.IGNORECASE | re.DOTALL)


def objections(statements: list[str]) -> list[str]:
    """What the release before, or whoever writes, would have to say; tables made here belong to nobody yet."""
    made = {name for statement in statements for name in _MADE.findall(statement)}
    return [
        f"{' '.join(statement.split())}: {why}"
        for statement in statements
        if statement not in _MAY_GO and not made.intersection(_OF.findall(statement))
        for pattern, why in _FORBIDDEN.items()
        if re.search(pattern, statement, re.IGNORECASE | re.DOTALL)
    ]


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Every statement that changes tables, as it is sent."""
    heard: list[str] = []

    def hear(*told: object) -> None:
        statement = str(told[2]).strip()
        if re.match(r"(CREATE|ALTER|DROP|TRUNCATE|LOCK|REINDEX|CLUSTER|VACUUM)\b", statement, re.IGNORECASE):
            heard.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(sa.Engine, "before_cursor_execute", hear)


def later() -> list[str]:
    """Every revision after the first release, in order."""
    script = ScriptDirectory(str(migrate.MIGRATIONS))
    return [found.revision for found in reversed(list(script.iterate_revisions("head", FIRST_RELEASE)))]


def test_every_later_migration_only_adds(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url, FIRST_RELEASE)
    for revision in later():
        with overheard() as statements:
            migrate.upgrade(empty_database_url, revision)
        own = [statement for statement in statements if "audit_events_" not in statement]
        assert objections(own) == [], revision


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE records DROP COLUMN gate",
        "ALTER TABLE documents DROP CONSTRAINT uq_documents_flow_id_source_key",
        "ALTER TABLE attempts DROP CONSTRAINT fk_attempts_document_id",
        "ALTER TABLE records RENAME COLUMN gate TO door",
        "ALTER TABLE records ALTER COLUMN tries TYPE BIGINT",
        "ALTER TABLE records ALTER COLUMN gate SET NOT NULL",
        "ALTER TABLE records ADD COLUMN colour TEXT NOT NULL",
        "ALTER TABLE records ADD COLUMN colour UUID DEFAULT gen_random_uuid()",
        "ALTER TABLE records ADD CONSTRAINT ck_records_colour CHECK (tries < 9)",
        "CREATE INDEX ix_records_gate ON records (gate)",
        "LOCK TABLE records",
    ],
)
def test_a_migration_that_takes_away_or_locks_would_be_noticed(statement: str) -> None:
    assert objections(["CREATE TABLE colours (name text NOT NULL)", statement])


def test_what_only_adds_is_let_through() -> None:
    assert (
        objections(
            [
                "CREATE TABLE colours (\n\tname text NOT NULL\n)",
                "CREATE INDEX ix_colours_name ON colours (name)",
                "ALTER TABLE attempts DROP CONSTRAINT fk_attempts_record_id",
                "ALTER TABLE records ADD COLUMN colour TEXT",
                "ALTER TABLE records ADD COLUMN seen BOOLEAN DEFAULT false NOT NULL",
                "ALTER TABLE records ADD COLUMN since TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL",
                "ALTER TABLE records ADD COLUMN words TEXT DEFAULT '' NOT NULL",
                "ALTER TABLE records ADD CONSTRAINT ck_records_colour CHECK (tries < 9) NOT VALID",
                "CREATE INDEX CONCURRENTLY ix_records_gate ON records (gate)",
            ]
        )
        == []
    )


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A migration that wants the busiest table for itself, after those there are."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_one_more.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', {migrate.head()!r}, None, None\n"
        "def upgrade():\n"
        f"    assert op.get_bind().exec_driver_sql('SHOW lock_timeout').scalar() == {PATIENCE!r}\n"
        "    op.add_column('all_records', sa.Column('colour', sa.Text(), nullable=True))\n"
    )
    monkeypatch.setattr(migrate, "MIGRATIONS", folder)
    return "9999"


class Writer(threading.Thread):
    """Somebody whose work goes on all the time: one short transaction after the other."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(name="writer")
        self._scene = scene
        self._stopped = threading.Event()
        self.written = 0
        self.failures: list[Exception] = []

    def run(self) -> None:
        while not self._stopped.wait(0.005):
            try:
                self._scene.read_one(f"BUSY-{self.written}")
                self._scene.change("UPDATE workers SET heartbeat_at = now()")
                self._scene.change("UPDATE connections SET updated_at = now()")
            except Exception as error:  # noqa: BLE001 - whatever a worker would see
                self.failures.append(error)
            self.written += 1

    def writes_on(self) -> None:
        """Wait until some more is written."""
        enough = self.written + 3
        until(lambda: self.written >= enough or self.failures, "others write on", saw=lambda: self.written)
        assert self.failures == []

    def stop(self) -> None:
        self._stopped.set()
        self.join(HANG_SECONDS)


@pytest.fixture
def ledger(empty_database_url: str, vault: EnvelopeVault) -> Iterator[Ledger]:
    opened = Ledger(empty_database_url, keys=lambda: vault)
    yield opened
    opened.close()


def test_records_are_read_once_however_often_others_are_in_the_way_of_the_archive(empty_database_url: str) -> None:
    migrate.upgrade(empty_database_url, "0043")
    with overheard() as statements, open_single(empty_database_url).begin() as busy:
        busy.execute(sa.text("LOCK TABLE attempts IN ROW EXCLUSIVE MODE"))
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match="locked"):
                migrate.upgrade(empty_database_url, "0044")
        busy.rollback()
        migrate.upgrade(empty_database_url, "0044")
    assert len([one for one in statements if "VALIDATE" in one]) == 1


def test_a_migration_gives_up_behind_a_long_read_while_others_write_on_and_works_when_tried_again(
    empty_database_url: str, ledger: Ledger, vault: EnvelopeVault, one_more: str
) -> None:
    migrate.upgrade(empty_database_url, [FIRST_RELEASE, *later()][-2])
    scene = Scene.set_up(ledger, vault)
    tables = [
        row.name
        for row in scene.ask(
            "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relnamespace = 'public'::regnamespace AND NOT relispartition"
        )
    ]
    writer = Writer(scene)
    try:
        with open_single(empty_database_url).connect() as reader:
            for table in tables:
                if table != "alembic_version":
                    reader.execute(sa.text(f"SELECT FROM {table} LIMIT 1"))
            writer.start()
            with pytest.raises(StoreUnavailable, match="stayed locked by somebody else for too long"):
                migrate.upgrade(empty_database_url)
            writer.writes_on()
            reader.rollback()
        until(lambda: tried(empty_database_url), "the migration works when it is tried again")
        writer.writes_on()
    finally:
        writer.stop()
    assert migrate.current(empty_database_url) == one_more
    assert writer.failures == []


def tried(database_url: str) -> bool:
    with suppress(StoreUnavailable):
        migrate.upgrade(database_url)
        return True
    return False
