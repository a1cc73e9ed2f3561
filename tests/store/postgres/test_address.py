"""Ledger addresses people really have: what they say is done, and what cannot be is said in one sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from connector.domain.errors import ConfigurationError, ConnectorError
from connector.embedded import roles
from connector.store import migrate
from connector.store.postgres.address import address
from connector.store.postgres.engine import open_single, translating_database_errors
from tests.privileged import url_of
from tests.store.postgres.strange_server import refusing

if TYPE_CHECKING:
    from tests.databases import Administrator

WRONG_PASSWORD = "Passwort-Authentifizierung für Benutzer »ada« fehlgeschlagen"


def connected(url: str) -> None:
    with translating_database_errors(), open_single(url).connect():
        pass


def complaint(url: str) -> str:
    with pytest.raises(ConnectorError) as caught:
        connected(url)
    return caught.value.message


def test_the_tables_lie_where_the_search_path_of_the_address_leads(empty_database_url: str) -> None:
    with open_single(empty_database_url).begin() as connection:
        connection.execute(sa.text("CREATE SCHEMA finance"))
    url = f"{empty_database_url}&options=-csearch_path%3Dfinance%20-cwork_mem%3D8MB"

    migrate.upgrade(url)

    with open_single(url).connect() as connection:
        counted = "SELECT schemaname FROM pg_tables WHERE schemaname IN ('public', 'finance') GROUP BY 1"
        assert connection.execute(sa.text(counted)).scalars().all() == ["finance"]
        assert connection.execute(sa.text("SHOW work_mem")).scalar_one() == "8MB"
        assert connection.execute(sa.text("SHOW statement_timeout")).scalar_one() == "25s", "ours besides"


def test_of_several_hosts_the_one_that_is_as_asked_for_is_found(database_url: str) -> None:
    socket = parse_qs(urlsplit(database_url).query)["host"][0]
    name = urlsplit(database_url).path
    several = f"postgresql://{roles.LOGIN}@/{name[1:]}?host=/nowhere,{socket}&port=5433,5432"
    connected(f"{several}&target_session_attrs=read-write")
    assert address("postgresql://u@one:1,two:5432/x?target_session_attrs=read-write").parameters == {
        "user": "u", "host": "one,two", "port": "1,5432", "dbname": "x", "target_session_attrs": "read-write"
    }  # fmt: skip


@pytest.mark.parametrize(
    "url", ["postgresql://u:p%40@h:1/x", "postgresql://u@/x?host=/run/postgres", "postgresql://u@one:1,two:2/x"]
)
def test_what_the_engine_calls_itself_is_the_same_address(url: str) -> None:
    written = address(url).url.render_as_string(hide_password=False)
    assert address(written).parameters == address(url).parameters
    assert "p@" not in repr(address(url))


def test_no_server_as_asked_for_says_so(database_url: str) -> None:
    said = complaint(f"{database_url}&target_session_attrs=standby")
    assert "no server is as ML_CONNECTOR_DATABASE_URL wants it: server is not in hot standby mode" in said


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://u:hunter2@h/x?schema=finance", "has the word 'schema', .* options=-csearch_path%3DNAME"),
        ("postgresql://u:hunter2@h/x?sslmod=require", "has the word 'sslmod', .* Did you mean sslmode?"),
        ("postgresql://u:x@h/x?hunter2!", "is no word=value; a question mark in the password is written %3F"),
        ("postgresql://u:hunter2@h:https/x", "The port in ML_CONNECTOR_DATABASE_URL is no number"),
        ("postgresql://u:hunter2@h/x?pool_mode=statement", "must be session or transaction"),
        ("postgresql://u:hunter2@[h/x", "is not a database URL"),
    ],
)
def test_what_is_wrong_with_an_address_is_named_and_the_password_is_not(url: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        address(url)
    assert re.search(sentence.replace("?", r"\?"), caught.value.message)
    assert "hunter2" not in caught.value.message


def test_a_percent_sign_that_begins_no_code_is_meant() -> None:
    assert address("postgresql://u:50%off%40@h/x").parameters["password"] == "50%off@"


def test_a_database_that_is_not_in_utf_8_is_refused(administrator: Administrator, database_url: str) -> None:
    administrator.execute(
        "CREATE DATABASE {} ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER libc", "ascii"
    )
    url = sa.make_url(url_of(database_url)).set(database="ascii").render_as_string(hide_password=False)
    with pytest.raises(ConfigurationError, match=r"The database ascii is kept in SQL_ASCII"):
        migrate.upgrade(url)
    administrator.execute("DROP DATABASE {}", "ascii")


@pytest.mark.parametrize(
    ("state", "severity", "words", "sentence"),
    [
        ("28P01", "FATAL", WRONG_PASSWORD, "Postgres refused the password"),
        ("28000", "FATAL", "Rolle »ada« existiert nicht", "Postgres refused the user"),
        ("3D000", "FATAL", "Datenbank »x« existiert nicht", "does not exist: create it"),
        ("53300", "KATASTROFALNY", "przepraszamy, mamy już zbyt wielu klientów", "accepts no more connections"),
        ("57P03", "ВАЖНО", "система баз данных запускается", "shutting down or starting up"),
        ("08P01", "ERROR", "unsupported startup parameter: options", "refuses us: unsupported startup parameter"),
    ],
)
def test_a_refusal_is_told_apart_whatever_language_it_is_in(
    state: str, severity: str, words: str, sentence: str
) -> None:
    with refusing(state, severity, words) as port:
        assert sentence in complaint(f"postgresql://ada:hunter2@127.0.0.1:{port}/x")
