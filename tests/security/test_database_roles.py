"""Whoever takes over a process of the product holds its database role. It can work, and no more."""

from __future__ import annotations

import subprocess
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from connector.domain.errors import ConfigurationError
from connector.embedded import places, roles
from connector.operations.check import Health
from connector.operations.health import postgres
from connector.store import identity, migrate, operator
from connector.store.ledger import Ledger
from connector.store.postgres.engine import open_single
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.docs.pages import ROOT
from tests.privileged import url_of
from tests.store.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATTACKS = (
    "COPY (SELECT 'canary') TO PROGRAM 'cat'",
    "COPY audit_events FROM PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SET session_replication_role = replica",
    "SET ROLE ml_connector_owner",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER TABLE audit_events DISABLE TRIGGER ALL",
    "ALTER TABLE audit_events DETACH PARTITION audit_events_default",
    "CREATE TRIGGER evil BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP TABLE audit_seals",
    "UPDATE audit_events SET actor = 'nobody'",
    "DELETE FROM audit_events",
    "DELETE FROM audit_events_default",
    "TRUNCATE audit_events",
    "UPDATE audit_seals SET events = 0",
    "DELETE FROM audit_seals",
    "DELETE FROM audit_newest_seal",
    "UPDATE audit_heads SET hash = ''",
    "INSERT INTO audit_heads VALUES ('connection:acme', '')",
    "DELETE FROM records",
    "DELETE FROM attempts",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE TABLE evil (id integer)",
)


@pytest.fixture
def vault() -> EnvelopeVault:
    return EnvelopeVault(parse_keys(new_key()))


@pytest.mark.parametrize("statement", ATTACKS)
def test_the_role_of_the_product_is_refused_whatever_its_work_does_not_need(
    lasting_database_url: str, statement: str
) -> None:
    with (
        open_single(lasting_database_url).connect() as attacker,
        pytest.raises(DBAPIError, match=r"permission denied|must be (owner|superuser)|Only roles with"),
    ):
        attacker.execute(sa.text(statement))


def test_what_the_owner_does_for_others_does_not_look_where_others_write(lasting_database_url: str) -> None:
    with open_single(lasting_database_url).connect() as attacker:
        attacker.execute(sa.text("CREATE TEMPORARY TABLE audit_events_default (recorded_at timestamptz)"))
        attacker.execute(sa.text("INSERT INTO audit_events_default VALUES ('2070-01-01')"))
        made = attacker.execute(sa.text("SELECT audit_make_month('2070-01-01')")).scalar_one()
        attacker.rollback()
    assert made is True, "it saw events in somebody's temporary table"


def health(url: str) -> Health:
    with closing(Ledger(url)) as ledger, operator.transaction.transaction(ledger, actor="test") as tx:
        return postgres.role(tx).health


def test_the_doctor_names_a_role_that_can_do_too_much(database_url: str) -> None:
    assert health(database_url) is Health.OK
    for role in (roles.OWNER, roles.SUPERUSER):
        assert health(url_of(database_url, role)) is Health.WARNING


def test_two_urls_of_two_databases_are_refused(database_url: str, empty_database_url: str) -> None:
    with pytest.raises(ConfigurationError, match="two different databases"):
        migrate.upgrade(empty_database_url, login_url=database_url)
    assert migrate.current(empty_database_url) is None


def psql(url: str, file: str, secrets: Path, **names: str) -> None:
    """Type an example as it stands, but for the names of roles, which all databases of a server share."""
    text = (ROOT / "docs" / "examples" / file).read_text().replace("/run/secrets", str(secrets))
    for name, instead in names.items():
        text = text.replace(name, instead)
    where = urlsplit(url)
    command = [places.programs_for(None) / "psql", "-h", parse_qs(where.query)["host"][0], "-U", roles.SUPERUSER]
    command += ["-d", where.path.strip("/"), "-v", "ON_ERROR_STOP=1", "-q", "-f", "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    for name in ("owner_password", "login_password"):
        (tmp_path / name).write_text("it's a canary")
    return tmp_path


def works(database_url: str, owner: str, login: str, vault: EnvelopeVault) -> None:
    """Migrate as one role, and work as the other one, housekeeping of other months included."""
    owner_url, login_url = url_of(database_url, owner), url_of(database_url, login)
    migrate.upgrade(owner_url, login_url=login_url)
    identity.settle(login_url)
    with closing(Ledger(login_url, keys=lambda: vault)) as ledger:
        scene = Scene.set_up(ledger, vault)
        scene.finish(scene.read_one("INV-1"))
        assert scene.seal() == 5
        ledger.housekeeping()
        assert ledger.verify() == []
        with pytest.raises(ConfigurationError, match="may not do this"):
            scene.change("DELETE FROM audit_events")
    assert health(login_url) is Health.OK


@pytest.fixture
def dropped(empty_database_url: str) -> Iterator[list[str]]:
    """Roles and databases that do not outlive the test."""
    statements: list[str] = []
    yield statements
    with open_single(url_of(empty_database_url)).connect().execution_options(isolation_level="AUTOCOMMIT") as superuser:
        for statement in statements:
            superuser.execute(sa.text(statement))


def test_the_roles_of_the_containers_are_enough(
    empty_database_url: str, secrets: Path, dropped: list[str], vault: EnvelopeVault
) -> None:
    dropped += ["DROP DATABASE fresh", "DROP ROLE fresh", "DROP ROLE fresh_owner"]
    psql(empty_database_url, "roles.sql", secrets, ml_connector="fresh")
    works(str(sa.make_url(empty_database_url).set(database="fresh")), "fresh_owner", "fresh", vault)


def test_a_ledger_of_one_superuser_is_given_two_roles_without(
    empty_database_url: str, secrets: Path, dropped: list[str], vault: EnvelopeVault
) -> None:
    dropped += [
        "DROP OWNED BY older_login, older_owner",
        f"REASSIGN OWNED BY older_owner TO {roles.OWNER}",
        "DROP ROLE older_login",
        "DROP ROLE older_owner",
    ]
    migrate.upgrade(url_of(empty_database_url))
    psql(empty_database_url, "roles-of-an-older-ledger.sql", secrets, ml_connector="older")
    works(empty_database_url, "older_owner", "older_login", vault)


def test_data_of_a_release_that_worked_as_superuser_gets_an_owner(
    empty_database_url: str, vault: EnvelopeVault
) -> None:
    migrate.upgrade(url_of(empty_database_url))
    for _ in range(2):
        roles.settle(url_of(empty_database_url))
    works(empty_database_url, roles.OWNER, roles.LOGIN, vault)
