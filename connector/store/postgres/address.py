"""The address of the ledger: read by libpq's own rules, with its several hosts, and one word of ours.

Source of the words: PostgreSQL's documentation, "Connection Strings", and what the libpq at hand says it knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import unquote

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sqlalchemy as sa

#: our word: a session is ours for one transaction only, as behind PgBouncer's pool_mode=transaction
POOL_MODE = "pool_mode"
_MODES = {"session": False, "transaction": True}
_URL = re.compile(r"(?:postgresql|postgres)(?:\+\w+)?://")
_NO_CODE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME = "ML_CONNECTOR_DATABASE_URL"


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where the ledger is, and how it is reached."""

    #: by libpq's names
    parameters: Mapping[str, str] = field(repr=False)
    #: whether a pooler may give each transaction another session
    transaction_pooling: bool

    @property
    def url(self) -> sa.URL:
        """For SQLAlchemy; host and port stand behind the question mark, where sockets and several hosts fit as well."""
        import sqlalchemy as sa  # noqa: PLC0415 - health checks do without

        given = self.parameters
        return sa.URL.create(
            "postgresql+psycopg",
            username=given.get("user"),
            password=given.get("password"),
            database=given.get("dbname"),
            query={name: given[name] for name in ("host", "port") if name in given},
        )


def address(database_url: str) -> Address:
    """Read a database URL; any ``postgresql:`` or ``postgres:`` spelling will do. Raises ConfigurationError."""
    scheme = _URL.match(database_url)
    if scheme is None:
        kind = database_url.partition("://")[0]
        if "://" in database_url and re.fullmatch(r"[a-z][a-z0-9+]*", kind):
            raise ConfigurationError(f"{_NAME} names {kind!r}; the ledger needs PostgreSQL (postgresql://...).")
        raise _unreadable()
    # as it is meant: a % that begins no code stands for itself
    rest, mark, query = _NO_CODE.sub("%25", database_url[scheme.end() :]).partition("?")
    kept, pooled = _words(query)
    try:
        found = conninfo_to_dict(f"postgresql://{rest}{mark}{kept}")
    except psycopg.Error:
        raise _unreadable() from None
    parameters = {name: str(value) for name, value in found.items() if value is not None}
    if not re.fullmatch(r"(\d*,)*\d*", parameters.get("port", "")):
        raise ConfigurationError(f"The port in {_NAME} is no number; it should look like host:5432.")
    return Address(parameters=parameters, transaction_pooling=pooled)


def _words(query: str) -> tuple[str, bool]:
    """What libpq is to read of them, and whether sessions are shared."""
    kept, pooled = [], False
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    for part in filter(None, query.split("&")):
        word, _, value = part.partition("=")
        if word == POOL_MODE:
            if unquote(value) not in _MODES:
                raise ConfigurationError(f"{POOL_MODE} in {_NAME} must be session or transaction.")
            pooled = _MODES[unquote(value)]
        elif word in known:
            kept.append(part)
        else:
            raise _unknown(word, known)
    return "&".join(kept), pooled


def _unknown(word: str, known: set[str]) -> ConfigurationError:
    if not re.fullmatch(r"\w{1,40}", word):  # perhaps a piece of a password
        return ConfigurationError(
            f"{_NAME} has something behind its question mark that is no word=value; a question mark in the password is "
            "written %3F."
        )
    near = get_close_matches(word, {*known, POOL_MODE}, n=1, cutoff=0.6)
    meant = f" Did you mean {near[0]}?" if near else ""
    advice = " A schema is named by options=-csearch_path%3DNAME." if word in {"schema", "search_path"} else ""
    return ConfigurationError(f"{_NAME} has the word {word!r}, which libpq does not know.{meant}{advice}")


def _unreadable() -> ConfigurationError:
    return ConfigurationError(
        f"{_NAME} is not a database URL; it should look like postgresql://user:password@host/name. Signs in the "
        "password that mean something in an address are written by their code: @ is %40, / is %2F, : is %3A."
    )
