"""Postgres as the doctor sees it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.domain.sentence import many
from connector.operations.check import ok, warning, wrong
from connector.operations.health import causes, watching
from connector.operations.setup import alert_rules as rules
from connector.operations.setup import flows
from connector.store import migrate
from connector.store import operator as ledger
from connector.store.postgres import pooling
from connector.store.postgres.address import address
from connector.store.postgres.pooling import Pooling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.operations.check import Check
    from connector.store.operator.transaction import OperatorTransaction

_SESSIONS = {Pooling.NONE: "Postgres' own", Pooling.SESSION: "of a pooler, each for as long as we keep it"}
_LEAST_VERSION = 150_000
_SLIGHTLY = dt.timedelta(seconds=2)
_BADLY = dt.timedelta(seconds=30)
#: so long housekeeping may take to come to it
_SEALED_WITHIN = dt.timedelta(hours=1)
_ALIVE = dt.timedelta(seconds=30)
#: what alerts tell of one by one, and ``doctor`` in a line of its own
_SHOWN_BELOW = (rules.DEAD, rules.CODES, rules.STOPPED)
#: of a hundred connections that the server takes of us, those in use from which on more of anything may find none
_SCARCE, _NEARLY_NONE = 80, 95


def migrations(database_url: str) -> Check:
    """Whether the tables are those this release expects."""
    found, expected = migrate.current(database_url), migrate.head()
    if found == expected:
        return ok("migrations", f"at {found}")
    return wrong(
        "migrations",
        f"The ledger is at {found or 'nothing'}, this release needs {expected}.",
        "Run `ml-connector db upgrade`.",
    )


def pooler(database_url: str) -> Check:
    """Whether somebody stands before Postgres who hands our session on, without having been told of it."""
    found = pooling.stands_before(database_url)
    if found is not Pooling.TRANSACTION:
        return ok("postgres sessions", _SESSIONS[found])
    if address(database_url).transaction_pooling:
        return ok("postgres sessions", "one for each transaction, as ML_CONNECTOR_DATABASE_URL says (pool_mode)")
    return wrong(
        "postgres sessions",
        "A pooler gives each transaction another session, and ML_CONNECTOR_DATABASE_URL does not say so.",
        "Add pool_mode=transaction behind its question mark, and name a way past the pooler for `db upgrade` in "
        "ML_CONNECTOR_OWNER_DATABASE_URL.",
    )


def server(tx: OperatorTransaction) -> Iterator[Check]:
    """Its version, and how far its clock is from this machine's."""
    about = ledger.server.about(tx)
    if about.version_number < _LEAST_VERSION:
        yield wrong("postgres", f"PostgreSQL {about.version}", "Use PostgreSQL 15 or newer.")
    else:
        yield ok("postgres", f"PostgreSQL {about.version}, the ledger takes {about.size}")
    if about.standby:
        yield wrong(
            "postgres role",
            "This is a standby: it can be read only.",
            "Point ML_CONNECTOR_DATABASE_URL at the primary.",
        )
    yield role(tx)
    yield connections(ledger.figures.server(tx))
    off = abs(dt.datetime.now(dt.UTC) - about.now)
    found = f"{off.total_seconds():.1f} s between this machine and Postgres"
    if off > _SLIGHTLY:
        judge = wrong if off > _BADLY else warning
        yield judge("clock", found, "Set both clocks by NTP: schedules and token expiry go by them.")
    else:
        yield ok("clock", found)


def connections(server: ledger.figures.Server) -> Check:
    """Whether more processes would find a connection."""
    found = f"{server.connections} of {server.most} in use"
    used = 100 * server.connections / max(server.most, 1)
    if used < _SCARCE:
        return ok("postgres connections", found)
    judge = wrong if used >= _NEARLY_NONE else warning
    return judge(
        "postgres connections",
        f"{found}: a process that finds none waits, and is taken for dead",
        "Raise max_connections (docs/operations.md, connections, says to what), or start fewer workers.",
    )


def role(tx: OperatorTransaction) -> Check:
    """Whether whoever takes over a process of ours could rewrite the ledger's past."""
    found = ledger.server.role(tx)
    advice = "Let one role own the tables and another one work: docs/security.md, database roles."
    if found.superuser:
        return warning("database role", f"{found.name} is superuser: it can run programs on the server.", advice)
    if found.rules_the_trail:
        return warning("database role", f"{found.name} owns the tables: it can rewrite the audit trail.", advice)
    return ok("database role", f"{found.name} owns nothing, and can only add to the audit trail")


def sealing(tx: OperatorTransaction, lag: dt.timedelta) -> Check:
    """Whether the audit trail is sealed as it grows."""
    since, gone = ledger.audit.sealing(tx)
    if gone:
        return wrong("audit seals", "The newest seal is gone or altered.", "Run `ml-connector audit verify`.")
    if since is not None and tx.now - since > lag + _SEALED_WITHIN:
        found = f"events since {since:%Y-%m-%d %H:%M} UTC are not sealed"
        return warning("audit seals", found, "Look at the log of worker-control: it seals, with the master keys.")
    return ok("audit seals", "every event is sealed in time")


def months(tx: OperatorTransaction) -> Check:
    """Whether what goes by months lies in the partition of its month."""
    outside = ledger.server.outside_of_months(tx)
    if outside:
        found = f"some rows of {' and '.join(outside)} lie in no month's partition; they are found all the same"
        advice = "Keep beat and worker-control running, which make them in time: docs/operations.md, what is kept."
        return warning("months", found, advice)
    return ok("months", "attempts and documents lie in the partitions of their months")


def processes(tx: OperatorTransaction) -> Iterator[Check]:
    """Who does the work, by their heartbeats."""
    alive = ledger.server.alive(tx, within=_ALIVE)
    for what, kind, none_means in (
        ("workers", "worker", "nothing is read, mapped or loaded"),
        ("beat", "beat", "no schedule fires and no retry is sent"),
    ):
        found = [process for process in alive if process.kind == kind]
        if found:
            hosts = ", ".join(sorted({process.host for process in found}))
            yield ok(what, f"{len(found)} alive on {hosts}")
        else:
            yield warning(what, f"none alive: {none_means}", "Start `ml-connector up`, or the containers.")


def queues(tx: OperatorTransaction, silent_after: dt.timedelta) -> Iterator[Check]:
    """Whether anything comes out of them: a process may give signs of life and do nothing."""
    found = watching.queues(tx, silent_after)
    yield from (trouble.check for trouble in found.silent)
    if found.clock:
        yield warning(
            "canaries", found.clock, "Start `ml-connector up`, or the container beat; restart it when it runs."
        )
    elif not found.silent:
        yield ok("queues", "every queue answers")


def attention(tx: OperatorTransaction, too_long: dt.timedelta, keep_days: int = 0) -> Iterator[Check]:
    """What waits for a person."""
    set_ = rules.as_set(tx, {rules.UNFINISHED: too_long.total_seconds() / 3600})
    others = [one for one in causes.all_(tx, set_, keep_days=keep_days) if one.name not in _SHOWN_BELOW]
    troubles = [*watching.reads(tx), *watching.unfinished(tx, too_long, set_), *watching.messages(tx), *others]
    yield from (trouble.check for trouble in troubles)
    listed = ledger.flows.list_(tx)
    older = flows.older_mappings(tx, listed)
    for flow in listed:
        if flow.id in older:
            yield warning(f"mapping of {flow.full_name}", *flows.loaded_otherwise(flow, older[flow.id]))
    waiting = ledger.server.waiting(tx)
    if waiting.dead:
        yield warning("dead letters", f"{waiting.dead} open", "See `ml-connector dead list`.")
    if waiting.parked:
        parked = many(waiting.parked, "record waits", "records wait")
        yield warning("missing codes", parked, "See `ml-connector crosswalk missing`.")
