"""Behind a real PgBouncer (Debian's package), in both of its modes: one bouncer, with a database of each mode."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import sqlalchemy as sa

from connector.domain.errors import ConfigurationError, StoreUnavailable
from connector.embedded import places, roles
from connector.embedded.places import free_port
from connector.operations.check import Health
from connector.operations.health import postgres as health
from connector.store import migrate
from connector.store.ledger import Ledger
from connector.store.operator import server
from connector.store.operator.transaction import transaction
from connector.store.postgres.engine import open_engine, open_single, translating_database_errors
from connector.store.postgres.pooling import Pooling, stands_before
from connector.store.postgres.waking import Sleeper, wake
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.accounts import as_whom
from tests.leaks import PREFIX
from tests.store.scene import Scene
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.databases import Administrator

PROGRAM = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin") or shutil.which("pgbouncer")
if PROGRAM is None:
    pytest.skip("no pgbouncer here; Debian's package pgbouncer has it", allow_module_level=True)

INI = """
[databases]
{databases}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
unix_socket_dir =
pidfile = {folder}/pid
logfile = {folder}/log
server_idle_timeout = 1
"""


@pytest.fixture(scope="module")
def pooled(administrator: Administrator, migrated_template: str, module_database_url: str) -> Iterator[dict[str, str]]:
    """Addresses: migrated and empty databases, by each mode and straight past the bouncer."""
    empty = administrator.copy("template0")
    migrated = urlsplit(module_database_url).path[1:]
    socket = parse_qs(urlsplit(module_database_url).query)["host"][0]
    folder, port, account = Path(tempfile.mkdtemp(prefix=PREFIX)), free_port(), places.unprivileged_account()
    databases = "\n".join(
        f"{mode}_{what} = host={socket} dbname={name} user={user} pool_mode={mode}"
        for mode in ("session", "transaction")
        for what, name, user in (("migrated", migrated, roles.LOGIN), ("empty", empty, roles.OWNER))
    )
    (folder / "ini").write_text(INI.format(databases=databases, port=port, folder=folder))
    if account:
        shutil.chown(folder, account.uid, account.gid)
    bouncer = subprocess.Popen([str(PROGRAM), "-q", folder / "ini"], cwd="/", stderr=subprocess.DEVNULL, **as_whom())
    place = f"postgresql://ada@127.0.0.1:{port}"
    until(lambda: answers(f"{place}/session_migrated"), "the bouncer answers")
    yield {
        **{
            f"{mode} {what}": f"{place}/{mode}_{what}"
            for mode in ("session", "transaction")
            for what in ("migrated", "empty")
        },
        "empty": administrator.server.url(empty, user=roles.OWNER),
    }
    bouncer.terminate()
    bouncer.wait()
    shutil.rmtree(folder)
    administrator.drop(empty)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def said(url: str) -> str:
    """The same address, as whoever knows of the mode writes it."""
    return f"{url}?pool_mode=transaction"


@pytest.mark.parametrize(
    ("which", "found"),
    [("session migrated", Pooling.SESSION), ("transaction migrated", Pooling.TRANSACTION), ("empty", Pooling.NONE)],
)
def test_what_stands_before_postgres_is_found_out(pooled: dict[str, str], which: str, found: Pooling) -> None:
    assert stands_before(pooled[which]) is found


def test_the_doctor_says_what_to_write(pooled: dict[str, str]) -> None:
    url = pooled["transaction migrated"]
    found = health.pooler(url)
    assert found.health is Health.WRONG
    assert "Add pool_mode=transaction" in found.advice
    assert health.pooler(said(url)).health is health.pooler(pooled["session migrated"]).health is Health.OK


def test_options_that_a_pooler_refuses_are_named(pooled: dict[str, str]) -> None:
    with (
        pytest.raises(StoreUnavailable, match="refuses us: unsupported startup parameter"),
        translating_database_errors(),
    ):
        open_single(f"{pooled['session migrated']}?options=-cwork_mem%3D8MB").connect()


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_a_session_is_like_any_other_of_ours_and_leaves_nothing_to_the_next(pooled: dict[str, str], mode: str) -> None:
    url = pooled[f"{mode} migrated"]
    engine = open_engine(said(url) if mode == "transaction" else url)
    with engine.begin() as connection:
        for name, value in (("statement_timeout", "25s"), ("lock_timeout", "10s"), ("jit", "off"), ("timezone", "UTC")):
            assert connection.execute(sa.text(f"SHOW {name}")).scalar_one() == value
    engine.dispose()
    with psycopg.connect(url) as somebody:
        assert somebody.execute("SHOW statement_timeout").fetchone() == ("0",)


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_work_is_done_behind_it(pooled: dict[str, str], mode: str) -> None:
    """Each statement so often that it would be prepared, over several sessions at once."""
    url = pooled[f"{mode} migrated"]
    vault = EnvelopeVault(parse_keys(new_key()))
    with closing(Ledger(said(url) if mode == "transaction" else url, keys=lambda: vault)) as ledger:
        scene = Scene.set_up(ledger, vault, prefix=mode)
        for number in range(12):
            with ledger.begin() as beside:
                beside.execute(sa.text("SELECT 1"))
                scene.read_one(f"{mode}-{number}")
        with transaction(ledger, actor="test", one_moment=True) as tx:
            assert server.about(tx).version
            assert tx.value(sa.text("SHOW transaction_isolation")) == "repeatable read"
        assert ledger.verify() == []
        with ledger.begin() as connection:
            assert connection.execute(sa.text("SHOW transaction_isolation")).scalar_one() == "read committed"


def go_on(engines: list[sa.Engine]) -> None:
    """One after the other, until a statement would be prepared."""
    for engine in engines * 20:
        with translating_database_errors(), engine.begin() as connection:
            connection.execute(sa.text("SELECT :n"), {"n": 1})


def test_without_the_word_it_is_said_what_is_missing(pooled: dict[str, str]) -> None:
    engines = [open_engine(pooled["transaction migrated"]) for _ in range(2)]
    with pytest.raises(ConfigurationError, match="add pool_mode=transaction to ML_CONNECTOR_DATABASE_URL"):
        go_on(engines)
    for engine in engines:
        engine.dispose()


def test_nobody_listens_in_a_session_that_is_somebody_elses_next(pooled: dict[str, str]) -> None:
    with closing(Sleeper(said(pooled["transaction migrated"]))) as sleeper:
        assert not sleeper.sleep(0.01)
        assert sleeper._connection is None
    with closing(Ledger(said(pooled["transaction migrated"]))) as ledger:
        ledger.transact(lambda unit: wake(unit.tx))


def test_tables_are_made_through_a_session_and_not_through_less(pooled: dict[str, str]) -> None:
    for url in (pooled["transaction empty"], said(pooled["transaction empty"])):
        with pytest.raises(ConfigurationError, match="name a way past it"):
            migrate.upgrade(url)
    migrate.upgrade(pooled["session empty"])
    assert migrate.current(said(pooled["transaction empty"])) == migrate.head()
